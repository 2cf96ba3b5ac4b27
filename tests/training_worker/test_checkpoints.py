"""Checkpoints on another computer, and models in storage, on a real S3 server."""

from pathlib import Path

import pytest

from tests.fakes import FakeQueue
from tests.servers import S3Server
from tests.training_worker.runs import stored_dataset, stored_run
from training_worker.artifacts import discard_model, model_folder, model_id_of, store_model
from training_worker.checkpoints import Checkpoints, leftovers
from training_worker.training import Trained
from workspace.errors import NotFound
from workspace.home import Workspace
from workspace.model import Evaluation, RunOutcome
from workspace.settings import Settings, load_settings


def _trained(folder: Path) -> Trained:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "weights").write_bytes(b"w")
    outcome = RunOutcome(
        model_id="", recipe="linear", base=None, rows={}, evaluation=Evaluation(rows=0, metrics={}), tried=[],
        seconds={}, peak_rss_mb=0,
    )  # fmt: skip
    return Trained(outcome, ["a", "b"], folder)


def test_storing_a_model_twice_leaves_one(workspace: Workspace, tmp_path: Path) -> None:
    run = stored_run(workspace, stored_dataset(workspace))
    for _ in range(2):
        outcome = store_model(workspace.engine, workspace.storage, run, _trained(tmp_path / "model"), "mails")
    assert [m.id for m in workspace.models.list()] == [outcome.model_id] == [model_id_of(run.id)]
    assert len(workspace.storage.list(workspace.storage.key("models"))) == 1


def test_files_of_an_earlier_try_do_not_stay(workspace: Workspace, tmp_path: Path) -> None:
    run = stored_run(workspace, stored_dataset(workspace))
    trained = _trained(tmp_path / "model")
    (trained.folder / "old").write_text("old")
    store_model(workspace.engine, workspace.storage, run, trained, "mails")
    (trained.folder / "old").unlink()
    store_model(workspace.engine, workspace.storage, run, trained, "mails")
    model = workspace.models.of_run(run.id)
    assert model is not None
    assert [p.name for p in model_folder(workspace.settings, workspace.storage, model).iterdir()] == ["weights"]


def test_discarding_leaves_neither_row_nor_files(workspace: Workspace, tmp_path: Path) -> None:
    run = stored_run(workspace, stored_dataset(workspace))
    store_model(workspace.engine, workspace.storage, run, _trained(tmp_path / "model"), "mails")
    discard_model(workspace.engine, workspace.storage, run)
    assert workspace.models.of_run(run.id) is None
    assert workspace.storage.list(workspace.storage.key("models")) == []


def test_local_storage_needs_no_copies(workspace: Workspace) -> None:
    run = stored_run(workspace, stored_dataset(workspace))
    checkpoints = Checkpoints(workspace.settings, run)
    checkpoints.work.mkdir(parents=True)
    (checkpoints.work / "step").write_text("5")
    checkpoints.keep(now=True)
    assert workspace.storage.list(workspace.storage.key("runs")) == []
    assert leftovers(workspace.settings) == [run.id]
    checkpoints.remove()
    assert leftovers(workspace.settings) == []


@pytest.mark.slow
def test_another_computer_goes_on_from_shared_storage(
    settings: Settings, s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    here, there, elsewhere = (
        load_settings(home=tmp_path / name, database_url=settings.database) for name in ("here", "there", "elsewhere")
    )
    workspace = Workspace("usr_s3checkpoints", here, FakeQueue())
    run = stored_run(workspace, stored_dataset(workspace))
    first, second = Checkpoints(here, run), Checkpoints(there, run)
    for checkpoints in (first, second):
        checkpoints.work.mkdir(parents=True)
    second.fetch()
    assert list(second.work.iterdir()) == []
    (first.work / "fold").mkdir()
    (first.work / "fold" / "step").write_text("5")
    first.keep()
    second.fetch()
    assert (second.work / "fold" / "step").read_text() == "5"
    (first.work / "fold" / "step").write_text("6")
    first.keep()  # too soon after the last copy
    first.keep(now=True)
    third = Checkpoints(elsewhere, run)
    third.work.mkdir(parents=True)
    third.fetch()
    assert (third.work / "fold" / "step").read_text() == "6"
    first.remove()
    assert workspace.storage.list(workspace.storage.key("runs")) == []

    store_model(workspace.engine, workspace.storage, run, _trained(tmp_path / "model"), "mails")
    model = workspace.models.of_run(run.id)
    assert model is not None
    folder = model_folder(there, workspace.storage, model)
    assert (folder / "weights").read_bytes() == b"w"
    discard_model(workspace.engine, workspace.storage, run)
    assert model_folder(there, workspace.storage, model) == folder  # kept, as the cache it is
    with pytest.raises(NotFound):
        model_folder(here, workspace.storage, model)

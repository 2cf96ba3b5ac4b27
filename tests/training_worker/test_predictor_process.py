"""Predictions in a process of their own, with a real model."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.training_worker.runs import stored_dataset, stored_run, wait_for
from training_worker.artifacts import store_model
from training_worker.model_shelf import MODELS_IN_MEMORY, ModelShelf
from training_worker.nursery import Nursery
from training_worker.predictor_process import PredictorProcess
from training_worker.reporter import ListReporter
from training_worker.training import train
from workspace.home import LOCAL_OWNER, Workspace

pytestmark = pytest.mark.slow


@pytest.fixture
def model_id(workspace: Workspace, tmp_path: Path) -> str:
    dataset = stored_dataset(workspace, rows=60)
    run = stored_run(workspace, dataset, recipe="linear", C=1)
    with workspace.storage.as_file(dataset.table_key) as table:
        trained = train(run.plan, table, None, tmp_path / "work", ListReporter(), "mails")
    return store_model(workspace.engine, workspace.storage, run, trained, "mails").model_id


@pytest.fixture
def predictor(workspace: Workspace) -> Iterator[PredictorProcess]:
    made = PredictorProcess(workspace.settings, Nursery(preload="tests.training_worker.counting_trainer"))
    yield made
    made.close()


def test_one_process_answers_computes_and_knows_the_owners(predictor: PredictorProcess, model_id: str) -> None:
    answer = predictor.answer(LOCAL_OWNER, model_id, ["late parcel courier", "card refund invoice"])
    assert [p["label"] for p in answer["predictions"]] == ["shipping", "billing"]
    pid = predictor.pid
    predictor.answer(LOCAL_OWNER, model_id, ["again"])
    answer = predictor.compute(LOCAL_OWNER, "no such thing", {})
    assert (answer["error"]["code"], answer["error"]["kind"]) == ("COMPUTATION_UNKNOWN", "InputError")
    error = predictor.answer("usr_other", model_id, ["late parcel"])["error"]
    assert (error["code"], error["kind"]) == ("MODEL_NOT_FOUND", "NotFound")
    assert predictor.pid == pid != os.getpid()


def test_a_process_that_died_is_replaced(predictor: PredictorProcess, model_id: str) -> None:
    predictor.answer(LOCAL_OWNER, model_id, ["once"])
    pid = predictor.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert predictor.answer(LOCAL_OWNER, model_id, ["late parcel"])["predictions"]
    assert predictor.pid != pid


@pytest.mark.long
def test_a_process_that_hangs_is_given_up(workspace: Workspace, predictor: PredictorProcess, model_id: str) -> None:
    predictor.answer(LOCAL_OWNER, model_id, ["once"])
    pid = predictor.pid
    assert pid is not None
    predictor._timeout = 0.2
    os.kill(pid, signal.SIGSTOP)
    assert predictor.answer(LOCAL_OWNER, model_id, ["late parcel"])["error"]["kind"] == "Unavailable"
    predictor._timeout = 60
    assert predictor.answer(LOCAL_OWNER, model_id, ["late parcel"])["predictions"]


@pytest.mark.long
def test_the_shelf_keeps_a_few(workspace: Workspace, model_id: str) -> None:
    shelf = ModelShelf(workspace.settings)
    model = workspace.models.get(model_id)
    for number in range(MODELS_IN_MEMORY + 2):
        copy = model.model_copy(update={"id": f"mdl_{number}"})
        workspace.models.add(copy)
        assert shelf.answer(LOCAL_OWNER, copy.id, ["parcel"])["predictions"]
    assert len(shelf._loaded) == MODELS_IN_MEMORY


@pytest.mark.long
def test_closing_ends_the_process(predictor: PredictorProcess, model_id: str) -> None:
    predictor.answer(LOCAL_OWNER, model_id, ["once"])
    pid = predictor.pid
    assert pid is not None
    predictor.close()

    def gone() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False

    wait_for(gone, "the end of the predictor", 10)

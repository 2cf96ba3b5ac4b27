"""The blend of word statistics and layers of a base model, with a tiny base model made here."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.training_worker.samples import plan, sms, table
from tests.training_worker.test_base_recipes import _tiny_bert
from training_worker import auto
from training_worker.ensemble import Pool
from training_worker.prediction import load_predictor
from training_worker.recipes import blend
from training_worker.reporter import ListReporter
from training_worker.training import Trained, train

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def blended(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("blend")
    rows = table(folder / "rows.parquet", *sms())
    base = str(_tiny_bert(folder / "tiny"))
    return train(plan("auto", base=base), rows, None, folder / "work", ListReporter(), "Messages")


def test_auto_tries_it_instead_of_its_second_part(blended: Trained) -> None:
    tried = [t.recipe for t in blended.outcome.tried]
    assert "blend" in tried
    assert "embed" not in tried


@pytest.mark.long
def test_the_code_on_the_card_gives_the_same_answers(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    rows = table(tmp_path / "rows.parquet", *sms())
    base = str(_tiny_bert(tmp_path / "tiny"))
    trained = train(plan("blend", base=base), rows, None, tmp_path / "work", ListReporter(), "Messages")
    ours = load_predictor(trained.folder).probabilities(["some text"])  # type: ignore[attr-defined]
    found = re.search(r"```python\n(.*?)```", (trained.folder / "README.md").read_text("utf-8"), re.S)
    assert found
    done = subprocess.run([sys.executable, "-c", found[1]], cwd=trained.folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    plain = [float(number) for number in re.findall(r"\d\.\d+(?:e-?\d+)?", done.stdout)]
    assert plain == pytest.approx(np.ravel(ours).tolist(), abs=2e-3)
    assert {p.suffix for p in trained.folder.rglob("*") if p.is_file()} <= {
        ".json",
        ".md",
        ".safetensors",
        ".skops",
        ".py",
        ".txt",
    }
    assert trained.outcome.evaluation.metrics["macro_f1"] > 0.8


@pytest.mark.long
def test_several_together_are_saved_as_one_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The weights are given here, so that it wins for certain; all else is real."""

    def all_alike(tried: dict[str, tuple[np.ndarray, np.ndarray]], classes: np.ndarray) -> Pool:
        rows = tried["finetune"][0]
        return Pool(rows, np.eye(2)[classes[rows]], {"blend": 0.5, "finetune": 0.5})

    monkeypatch.setattr(auto, "pool_of", all_alike)
    rows = table(tmp_path / "rows.parquet", *sms())
    base = str(_tiny_bert(tmp_path / "tiny"))
    wanted = plan("auto", base=base, settings={"epochs": 1})
    trained = train(wanted, rows, None, tmp_path / "work", ListReporter(), "Messages")
    assert trained.outcome.recipe == trained.outcome.tried[-1].recipe == "ensemble"
    predictor = load_predictor(trained.folder)
    assert [m["folder"] for m in predictor.meta["members"]] == ["words", "meaning", "finetune"]
    assert trained.outcome.evaluation.metrics["macro_f1"] > trained.outcome.evaluation.baseline["macro_f1"] + 0.2
    assert "The model has 3 parts" in (trained.folder / "README.md").read_text("utf-8")
    texts = ["Free prize, call now", "see you at home"]
    found = predictor.probabilities(texts)  # type: ignore[attr-defined]
    # Called again with the same folder, as after a restart, it ends with the same model.
    again = train(wanted, rows, None, tmp_path / "work", ListReporter(), "Messages")
    assert load_predictor(again.folder).probabilities(texts) == pytest.approx(found, abs=1e-4)  # type: ignore[attr-defined]
    alone = subprocess.run(
        [sys.executable, "predict.py", *texts], cwd=trained.folder, capture_output=True, text=True, check=True
    )
    said = [float(number) for number in re.findall(r"0\.\d+|1\.0", alone.stdout)]
    assert said == pytest.approx(found.max(axis=1), abs=2e-3)


def test_where_the_time_is_short_a_part_of_the_texts_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading is said to take the whole budget; how long it really takes does not matter here."""
    monkeypatch.setattr(blend, "reading_seconds", lambda job, encoder: 60.0)
    texts, labels = sms()
    rows = table(tmp_path / "rows.parquet", texts, labels)
    wanted = plan("blend", base=str(_tiny_bert(tmp_path / "tiny")), budget_seconds=60)
    trained = train(wanted, rows, None, tmp_path / "work", ListReporter(), "Messages")
    (tried,) = trained.outcome.tried
    found = re.search(r"time to read (\d+) of (\d+) texts", tried.note)
    assert found
    read, counted = map(int, found.groups())
    assert counted / 4 <= read < counted
    assert trained.outcome.evaluation.metrics["macro_f1"] > 0.8
    kept = np.load(tmp_path / "work" / "blend" / "rows_to_read.npy")
    assert len(kept) == read

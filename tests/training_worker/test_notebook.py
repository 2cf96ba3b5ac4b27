"""The commands as functions."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.training_worker.samples import sms
from training_worker import Model, evaluate, load, predict, train
from workspace.errors import InputError, NotFound

PRIZE = "You have won a free prize, call now to claim"


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("rows") / "sms.tsv"
    texts, labels = sms()
    file.write_text("".join(f"{label}\t{text}\n" for text, label in zip(texts, labels, strict=True)), "utf-8")
    return file


@pytest.mark.slow
@pytest.mark.long
def test_train_predict_evaluate_save_and_load(rows: Path, tmp_path: Path) -> None:
    model = train(rows, recipe="linear", budget=20, settings={"C": 1.0}, seed=3)
    assert model.report["recipe"] == "linear"
    assert model.metrics["accuracy"] > 0.9
    assert model.labels == ["ham", "spam"]
    (answer,) = model.predict(PRIZE)
    assert (answer.label, answer.sure) == ("spam", True)
    again = load(model.save(tmp_path / "mine"))
    assert isinstance(again, Model)
    assert again.predict([PRIZE]) == predict(tmp_path / "mine", [PRIZE]) == [answer]
    assert evaluate(again, rows).metrics["accuracy"] > 0.9
    with pytest.raises(InputError):
        train(tmp_path / "nothing.csv")


def test_a_model_that_is_not_there_is_said() -> None:
    with pytest.raises(NotFound, match="neither a model nor a folder"):
        load("mdl_nothing")


def test_importing_them_loads_nothing_that_trains() -> None:
    code = "import sys, training_worker; print([m for m in ('torch', 'sklearn', 'pyarrow') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"

"""A saved model with several labels a text, scored on files in any form and asked about files."""

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.training_worker.multilabel.test_multilabel_training import comments, trained
from training_worker.use_model import evaluate_file, predict_file, predict_text
from workspace.errors import InputError


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(trained(tmp_path_factory.mktemp("model"), "linear", C=0.3).folder)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTW_HOME", str(tmp_path / "home"))


def written(path: Path, header: list[str], rows: list[list[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def test_a_file_scores_the_same_in_every_form(model: str, tmp_path: Path) -> None:
    rows = [row for row in comments() if row[1]]
    names = sorted({name for _, labels in rows for name in labels})
    lists = tmp_path / "lists.jsonl"
    lists.write_text("".join(json.dumps({"text": text, "label": labels}) + "\n" for text, labels in rows))
    cells = written(tmp_path / "cells.csv", ["text", "label"], [[text, "; ".join(labels)] for text, labels in rows])
    flags = [[text, *(int(name in labels) for name in names)] for text, labels in rows]
    columns = written(tmp_path / "columns.csv", ["text", *names], flags)
    one, two, three = (evaluate_file(model, file, [], None) for file in (lists, cells, columns))
    assert one.rows == len(rows)
    assert one.metrics["macro_f1"] > 0.6
    assert one.metrics == two.metrics == three.metrics


def test_a_file_without_answers_is_told_so(model: str, tmp_path: Path) -> None:
    file = written(tmp_path / "texts.csv", ["text", "n"], [["hello you there", 1], ["how are you", 2]])
    with pytest.raises(InputError, match="label") as caught:
        evaluate_file(model, file, [], None)
    assert caught.value.code == "MISSING_COLUMN"


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_every_row_of_a_file_gets_its_labels(model: str, tmp_path: Path, kind: str) -> None:
    file = written(tmp_path / "in.csv", ["text"], [["Thank you so much, I love it!"], ["the table is brown"]])
    out = tmp_path / f"out.{kind}"
    answers = list(predict_file(model, file, out))
    if kind == "csv":
        with out.open(encoding="utf-8", newline="") as opened:
            found = [{**row, "predictions": json.loads(row["predictions"])} for row in csv.DictReader(opened)]
    elif kind == "parquet":
        found = pq.read_table(out).to_pylist()
    else:
        found = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [row["predictions"] for row in found] == [a.labels for a in answers]
    assert "gratitude" in found[0]["predictions"]
    assert answers[0] == predict_text(model, "Thank you so much, I love it!")

"""Gives several labels a text with ``mtw train`` on GoEmotions, in the three forms in which files write them.

    python benchmarks/training/multilabel.py --data FOLDER [--budget 120] [--stock] [lists cells columns]

``FOLDER`` holds goemotions/train.parquet, train_10k.jsonl and test.jsonl. ``lists``: all rows, labels as a list column;
``cells``: 10,000 rows as a CSV file with ``a;b`` in one cell; ``columns``: the same with a 0/1 column for each label.
Nothing but the files is named to ``mtw``. ``--stock`` sets scikit-learn with all defaults beside it. Prints one line of
JSON for each form. Processor seconds are those of all processes of the command.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer

sys.path.insert(0, str(Path(__file__).parent))

from ner import MTW, watch

FORMS = ("lists", "cells", "columns")
Rows = list[tuple[str, list[str]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--budget", type=int, default=120)
    parser.add_argument("--stock", action="store_true")
    parser.add_argument("forms", nargs="*", default=list(FORMS))
    call = parser.parse_args()
    data = call.data / "goemotions"
    for form in call.forms:
        with tempfile.TemporaryDirectory() as folder:
            train, test = files(data, form, Path(folder))
            found = wizard(train, test, call.budget, Path(folder))
        peer = stock(rows_of(data, form), lines(data / "test.jsonl")) if call.stock else None
        print(json.dumps({"form": form, "load": os.getloadavg()[0], "mtw": found, "stock": peer}), flush=True)


def wizard(train: Path, test: Path, budget: int, work: Path) -> dict[str, object]:
    """What ``mtw train`` reached in a new home, with the processor seconds of all its processes."""
    command = [MTW, "train", str(train), "--test", str(test), "--budget", str(budget), "--json"]
    began = time.monotonic()
    with (work / "answer.json").open("wb") as out, (work / "notes.txt").open("wb") as notes:
        home = {**os.environ, "MTW_HOME": str(work / "home")}
        process = subprocess.Popen(command, env=home, stdout=out, stderr=notes)
        seconds = watch(process)
    if process.returncode:
        raise SystemExit((work / "answer.json").read_text() + (work / "notes.txt").read_text())
    found = json.loads((work / "answer.json").read_text())
    return {
        "processor_seconds": round(seconds),
        "wall": round(time.monotonic() - began),
        "recipe": found["recipe"],
        "metrics": {name: round(value, 4) for name, value in found["metrics"].items()},
        "macro_f1_interval": found["intervals"]["macro_f1"],
        "rows": found["rows"],
        "tried": [(t["recipe"], round(t["score"], 4), t["seconds"], t["note"]) for t in found["tried"]],
        "notes": found["notes"],
        "peak_rss_mb": found["peak_rss_mb"],
    }


def stock(train: Rows, test: Rows) -> dict[str, float]:
    """scikit-learn, all defaults: words, a logistic regression for each label, given from one half on."""
    began = time.process_time()
    binarizer = MultiLabelBinarizer().fit([labels for _, labels in train])
    model = make_pipeline(TfidfVectorizer(), OneVsRestClassifier(LogisticRegression()))
    model.fit([text for text, _ in train], binarizer.transform([labels for _, labels in train]))
    given = model.predict([text for text, _ in test])
    true = binarizer.transform([labels for _, labels in test])
    return {
        "processor_seconds": round(time.process_time() - began),
        "macro_f1": round(f1_score(true, given, average="macro", zero_division=0), 4),
        "micro_f1": round(f1_score(true, given, average="micro", zero_division=0), 4),
    }


def files(data: Path, form: str, folder: Path) -> tuple[Path, Path]:
    """The files to learn from and to judge by, in this form."""
    if form == "lists":
        return data / "train.parquet", data / "test.jsonl"
    learn, judge = rows_of(data, form), lines(data / "test.jsonl")
    names = sorted({name for _, labels in learn for name in labels})
    found = folder / "train.csv", folder / "test.csv"
    for file, rows in zip(found, (learn, judge), strict=True):
        if form == "cells":
            write(file, ["comment", "emotions"], [[text, ";".join(labels)] for text, labels in rows])
        else:
            flags = [[text, *(str(int(name in labels)) for name in names)] for text, labels in rows]
            write(file, ["comment", *names], flags)
    return found


def write(file: Path, header: list[str], rows: Sequence[list[str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([header, *rows])


def rows_of(data: Path, form: str) -> Rows:
    """The rows to learn from."""
    if form != "lists":
        return lines(data / "train_10k.jsonl")
    return [(row["text"], row["labels"]) for row in pq.read_table(data / "train.parquet").to_pylist()]


def lines(file: Path) -> Rows:
    return [(row["text"], row["labels"]) for row in map(json.loads, file.read_text("utf-8").splitlines())]


if __name__ == "__main__":
    main()

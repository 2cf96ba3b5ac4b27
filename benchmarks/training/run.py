"""Trains on public data sets through ``mtw train`` and sets the result beside a stock scikit-learn baseline.

    python benchmarks/training/run.py --data FOLDER [--budget 120] [sms_spam banking77 banking77_10 trec sst2 snips]

``FOLDER`` holds sms_spam/sms.tsv, banking77/{train,test}.csv, trec/{train,test}.xlsx, sst2/{train,test}.parquet and
snips/{train,test}.jsonl; README.md says where they come from. Prints one line of JSON for each set. Nothing but the
files is named to ``mtw``.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pyarrow.csv as pa_csv
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.pipeline import make_pipeline

MTW = str(Path(sys.executable).with_name("mtw"))
SETS = {
    "sms_spam": ("sms_spam/sms.tsv", None, {}),
    "banking77": ("banking77/train.csv", "banking77/test.csv", {}),
    "banking77_10": ("banking77/train.csv", "banking77/test.csv", {"per_label": 10}),
    "trec": ("trec/train.xlsx", "trec/test.xlsx", {}),
    "sst2": ("sst2/train.parquet", "sst2/test.parquet", {}),
    "snips": ("snips/train.jsonl", "snips/test.jsonl", {}),
}
"""Name: training file, test file, rows taken."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--budget", type=int, default=120)
    parser.add_argument("sets", nargs="*", default=list(SETS))
    call = parser.parse_args()
    for name in call.sets:
        train_file, test_file, how = SETS[name]
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            train = call.data / train_file
            if how:
                train = first_rows(train, work / "few.csv", how["per_label"])
            result = wizard(train, call.data / test_file if test_file else None, call.budget, work)
            stock = baseline(train, call.data / test_file if test_file else None, work)
        print(json.dumps({"set": name, "load": os.getloadavg()[0], "mtw": result, "stock": stock}), flush=True)


def wizard(train: Path, test: Path | None, budget: int, work: Path) -> dict[str, object]:
    """What ``mtw train`` reached, in a new home."""
    command = [MTW, "train", str(train), "--budget", str(budget), "--json"]
    command += ["--test", str(test)] if test else []
    began = time.monotonic()
    done = subprocess.run(command, env={**os.environ, "MTW_HOME": str(work / "home")}, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    found = json.loads(done.stdout)
    return {
        "wall": round(time.monotonic() - began, 1),
        "recipe": found["recipe"],
        "accuracy": round(found["metrics"]["accuracy"], 4),
        "accuracy_interval": found["intervals"]["accuracy"],
        "macro_f1": round(found["metrics"]["macro_f1"], 4),
        "ece": round(found["metrics"]["ece"], 4),
        "rows": found["rows"],
        "tried": [(t["recipe"], round(t["score"], 4), t["seconds"]) for t in found["tried"]],
        "notes": found.get("notes", []),
        "seconds": found["seconds"],
        "peak_rss_mb": found["peak_rss_mb"],
    }


def baseline(train: Path, test: Path | None, work: Path) -> dict[str, object]:
    """scikit-learn as its tutorial has it: TF-IDF of words, logistic regression, all defaults."""
    texts, labels = rows_of(train, work)
    if test is None:  # every fifth row judges; duplicates are not kept apart, which favours the baseline
        judge = range(0, len(texts), 5)
        learn = [i for i in range(len(texts)) if i % 5]
        sides = [([texts[i] for i in part], [labels[i] for i in part]) for part in (learn, judge)]
    else:
        sides = [(texts, labels), rows_of(test, work)]
    began = time.monotonic()
    model = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000)).fit(*sides[0])
    predicted = model.predict(sides[1][0])
    return {
        "seconds": round(time.monotonic() - began, 1),
        "accuracy": round(accuracy_score(sides[1][1], predicted), 4),
        "macro_f1": round(f1_score(sides[1][1], predicted, average="macro"), 4),
    }


def rows_of(file: Path, work: Path) -> tuple[list[str], list[str]]:
    """Texts and labels of a file, read by ``mtw convert``; the text is the longer of the first two columns."""
    out = work / "table.csv"
    subprocess.run([MTW, "convert", str(file), str(out)], check=True)
    table = pa_csv.read_csv(out, parse_options=pa_csv.ParseOptions(newlines_in_values=True))
    columns = [[str(value or "") for value in table.column(i).to_pylist()] for i in (0, 1)]
    return tuple(sorted(columns, key=lambda values: -sum(map(len, values))))  # type: ignore[return-value]


def first_rows(file: Path, out: Path, per_label: int) -> Path:
    """The first so many rows of each label."""
    seen: Counter[str] = Counter()
    with file.open(encoding="utf-8", newline="") as source, out.open("w", encoding="utf-8", newline="") as target:
        reader = csv.DictReader(source)
        writer = csv.DictWriter(target, reader.fieldnames or [])
        writer.writeheader()
        for row in reader:
            seen[row["category"]] += 1
            if seen[row["category"]] <= per_label:
                writer.writerow(row)
    return out


if __name__ == "__main__":
    main()

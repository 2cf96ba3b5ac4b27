"""What augmentation brings for rare labels of three real sets, as the wizard measures it and on the sets' own exams.

``python -m benchmarks.augmentation.measure DATA`` with the folder that holds banking77, trec and sms_spam.
"""

import argparse
import csv
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from training_worker.analyses import AnalysisInput
from training_worker.analyses.augmentation import augment
from training_worker.data import read_rows
from training_worker.reporter import ListReporter
from training_worker.vector_cache import VectorCache
from workspace.analysis import AnalysisJob
from workspace.dataset import DatasetProfile, TaskGuess, TaskKind

Rows = list[tuple[str, str]]
METHODS = (["typo", "drop", "swap"],)


def rarer(rows: Rows, labels: list[str], keep: int) -> Rows:
    """Only ``keep`` rows of each of the labels."""
    left: Counter[str] = Counter()
    found = []
    for text, label in random.Random(3).sample(rows, len(rows)):
        left[label] += 1
        if label not in labels or left[label] <= keep:
            found.append((text, label))
    return found


def sets(data: Path) -> dict[str, tuple[Rows, Rows]]:
    """Name: learning rows with rare labels, and the set's own exam."""

    def banking(name: str) -> Rows:
        with (data / "banking77" / name).open(encoding="utf-8", newline="") as file:
            return [(row[0], row[1]) for row in list(csv.reader(file))[1:]]

    def trec(name: str) -> Rows:
        rows = CalamineWorkbook.from_path(str(data / "trec" / name)).get_sheet_by_index(0).to_python()
        head = [str(cell) for cell in rows[0]]
        text, label = head.index("Question"), head.index("Type")
        return [(str(row[text]), str(row[label])) for row in rows[1:]]

    with (data / "sms_spam" / "sms.tsv").open(encoding="utf-8", newline="") as file:
        sms = [(r[1], r[0]) for r in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if len(r) == 2]
    sms = random.Random(1).sample(sms, len(sms))
    names = sorted({label for _, label in banking("train.csv")})[::8]
    questions = trec("train.xlsx")
    rarest = Counter(label for _, label in questions).most_common()[-1][0]
    return {
        "banking77, 10 labels cut to 12 rows": (rarer(banking("train.csv"), names, 12), banking("test.csv")),
        "TREC, its rare label cut to 20 rows": (rarer(questions, [rarest], 20), trec("test.xlsx")),
        "SMS Spam, spam cut to 30 rows": (rarer(sms[:4000], ["spam"], 30), sms[4000:]),
    }


def run(rows: Rows, methods: list[str], cache: VectorCache, folder: Path) -> tuple[dict[str, Any], Path]:
    """The analysis itself, on a table of these rows."""
    table = folder / "table.parquet"
    pq.write_table(pa.table({"text": [r[0] for r in rows], "label": [r[1] for r in rows]}), table)
    job = AnalysisJob(
        kind="augment",
        dataset_id="ds",
        text=("text",),
        label="label",
        task=TaskKind.CLASSIFICATION,
        args={"methods": list(methods)},
    )
    guess = TaskGuess(kind=TaskKind.CLASSIFICATION, text=["text"], label="label", confidence=1, why="")
    profile = DatasetProfile(format="csv", rows=len(rows), columns=[], task=guess)
    result = augment(AnalysisInput(job, table, profile, folder, ListReporter(), cache))
    assert result.table is not None
    return dict(result.data), result.table


def exam(table: Path, test: Rows, rare: list[str]) -> tuple[float, float]:
    """F1 of the rare labels on the set's own exam, without and with: words and pairs, logistic regression, weighted."""
    rows = read_rows(table, ["text"], "label")
    written = [i for i, source in enumerate(rows.sources) if not source]
    found = []
    for learn in (rows.take(written), rows):
        words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
        model = LogisticRegression(C=10, max_iter=300, class_weight="balanced")
        model.fit(words.fit_transform(learn.texts), learn.labels)
        said = model.predict(words.transform([text for text, _ in test]))
        found.append(float(f1_score([label for _, label in test], said, labels=rare, average="macro")))
    return found[0], found[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    print("| set | by | new rows | F1 of rare labels without | with | gain (90 % interval) | own exam | seconds |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, (rows, test) in sets(data).items():
        cache = VectorCache()
        for methods in METHODS:
            with tempfile.TemporaryDirectory() as folder:
                begun = time.perf_counter()
                told, table = run(rows, methods, cache, Path(folder))
                seconds = time.perf_counter() - begun
                rare = [row["label"] for row in told["labels"]]
                before, after = exam(table, test, rare)
            own = f"{before:.3f} → {after:.3f}"
            gain = f"{told['gain']:+.3f} ({told['low']:+.3f} to {told['high']:+.3f})"
            print(
                f"| {name} | {', '.join(methods)} | {told['rows_added']} | {told['before']:.3f} | {told['after']:.3f} "
                f"| {gain} | {own} | {seconds:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()

"""Wrong labels that were planted into real data: how many of them the check finds, and how many it doubts in vain.

    python benchmarks/analysis/flipped_labels.py FOLDER [--rate 0.08] [--seconds 600]

FOLDER holds banking77/train.csv, sms_spam/sms.tsv, trec/train.xlsx, snips/train.jsonl.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from training_worker.analyses.checking import SUSPICIOUS, look
from training_worker.reporter import ListReporter
from training_worker.vector_cache import VectorCache
from workspace.analysis import AnalysisJob
from workspace.reading import Limits, read
from workspace.settings import load_settings

SETS = {
    "banking77": ("banking77/train.csv", "text", "category"),
    "sms_spam": ("sms_spam/sms.tsv", None, None),
    "trec": ("trec/train.xlsx", "Question", "Type"),
    "snips": ("snips/train.jsonl", "text", "intent"),
}


def table_of(folder: Path, name: str, out: Path) -> tuple[str, str]:
    """Reads the file as the wizard does; names of the text and the label column."""
    file, text, label = SETS[name]
    profile = read(folder / file, name=Path(file).name, out=out, limits=Limits.of(load_settings()))
    return text or profile.task.text[0], label or str(profile.task.label)


def flipped(labels: list[str], rate: float, seed: int) -> tuple[list[str], np.ndarray]:
    """Each chosen row gets another label, drawn evenly from all others."""
    rng = np.random.default_rng(seed)
    names = sorted(set(labels))
    chosen = rng.choice(len(labels), int(rate * len(labels)), replace=False)
    wrong = np.zeros(len(labels), dtype=bool)
    wrong[chosen] = True
    found = list(labels)
    for row in chosen:
        found[row] = str(rng.choice([n for n in names if n != labels[row]]))
    return found, wrong


def measure(folder: Path, name: str, rate: float, seconds: float, vectors: VectorCache) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "table.parquet"
        text, label = table_of(folder, name, path)
        table = pq.read_table(path)
        right = [value.strip() for value in table[label].to_pylist()]
        given, wrong = flipped(right, rate, seed=1)
        table = table.set_column(table.schema.get_field_index(label), label, pa.array(given))
        pq.write_table(table, path)
        profile = read(
            path, name="table.parquet", out=Path(scratch) / "again.parquet", limits=Limits.of(load_settings())
        )
        job = AnalysisJob(kind="check", dataset_id="ds", text=(text,), label=label)
        started = time.monotonic()
        found = look(job, path, profile, ListReporter(), vectors, seconds)
        took = time.monotonic() - started
    doubted = [f for f in found.findings if f.code == SUSPICIOUS]
    hits = [f for f in doubted if wrong[f.row]]
    good = sum(f.suggestion == right[f.row] for f in hits)
    curve = [f"{p.rows}:{p.score:.3f}" for p in found.check.verdict.curve] if found.check.verdict else []
    recall = len(hits) / wrong.sum() if wrong.any() else float("nan")
    top = doubted[: int(wrong.sum() * 0.5)]
    print(
        f"{name}\trows {len(given)}\tlooked at {found.check.rows_checked}\tplanted {int(wrong.sum())}\t"
        f"doubted {len(doubted)}\tprecision {len(hits) / max(1, len(doubted)):.3f}\trecall {recall:.3f}\t"
        f"in the first half {sum(wrong[f.row] for f in top) / max(1, len(top)):.3f}\t"
        f"suggestion right {good / max(1, len(hits)):.3f}\t{took:.1f} s\t"
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB"
    )
    verdict = found.check.verdict
    print("  ", verdict.kind if verdict else None, "|", verdict.sentence if verdict else "", "|", " ".join(curve))
    for problem in found.check.problems:
        print("  ", problem.code, problem.severity, problem.message, problem.examples[:2])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rate", type=float, nargs="*", default=[0.08, 0.0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    called = parser.parse_args()
    for name in called.sets:
        vectors = VectorCache()
        for rate in called.rate:
            measure(called.folder, name, rate, called.seconds, vectors)


if __name__ == "__main__":
    main()

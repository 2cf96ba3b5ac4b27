"""The WNUT17 sample as a table of words with tags, and plans for it."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.training_worker.samples import DATA, plan
from workspace.dataset import TaskKind
from workspace.plan import TrainingPlan


def tagged() -> list[tuple[list[str], list[str]]]:
    """Words and tags of each text."""
    found: list[tuple[list[str], list[str]]] = [([], [])]
    for line in (DATA / "wnut17_sample.conll").read_text("utf-8").splitlines():
        if line.strip():
            word, tag = line.split("\t")
            found[-1][0].append(word)
            found[-1][1].append(tag)
        elif found[-1][0]:
            found.append(([], []))
    return [pair for pair in found if pair[0]]


def table(path: Path, rows: list[tuple[list[str], list[str]]]) -> Path:
    """The rows as Parquet with the columns ``tokens`` and ``tags``."""
    pq.write_table(pa.table({"tokens": [words for words, _ in rows], "tags": [tags for _, tags in rows]}), path)
    return path


def ner_plan(recipe: str, **changes: object) -> TrainingPlan:
    """A plan for such a table."""
    fields = {"task": TaskKind.NER, "text": ("tokens",), "label": "tags", "metric": "entity_f1", **changes}
    return plan(recipe, **fields)

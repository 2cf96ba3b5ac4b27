"""Small real samples as tables, and plans for them."""

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from workspace.dataset import TaskKind
from workspace.plan import TrainingPlan

DATA = Path(__file__).parents[1] / "data"


def banking(per_label: int | None = None, labels: int | None = None) -> tuple[list[str], list[str]]:
    """Texts and intents of the banking77 sample, at most so many of each label."""
    texts: list[str] = []
    names: list[str] = []
    with (DATA / "banking77_sample.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            known = row["category"] in names
            if labels is not None and not known and len(set(names)) >= labels:
                continue
            if per_label is None or names.count(row["category"]) < per_label:
                texts.append(row["text"])
                names.append(row["category"])
    return texts, names


def sms() -> tuple[list[str], list[str]]:
    """Texts and labels (ham, spam) of the SMS sample."""
    lines = (DATA / "sms_spam_sample.tsv").read_text("utf-8").splitlines()
    pairs = [line.split("\t", 1) for line in lines]
    return [text for _, text in pairs], [label for label, _ in pairs]


def table(path: Path, texts: list[str], labels: list[str]) -> Path:
    """The rows as Parquet with the columns ``text`` and ``label``."""
    pq.write_table(pa.table({"text": texts, "label": labels}), path)
    return path


def plan(recipe: str, **changes: object) -> TrainingPlan:
    """A plan for such a table."""
    fields: dict[str, object] = {
        "dataset_id": "ds_test",
        "task": TaskKind.CLASSIFICATION,
        "text": ("text",),
        "label": "label",
        "recipe": recipe,
        "budget_seconds": 600,
        **changes,
    }
    return TrainingPlan.model_validate(fields)

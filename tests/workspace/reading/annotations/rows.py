"""Annotation files for the tests: reading them, with the cells that hold JSON read."""

import json
from pathlib import Path
from typing import Any

from tests.workspace.reading.files import DATA, read_bytes
from workspace.dataset import DatasetProfile

SAMPLES = DATA / "annotations"
_OBJECTS = {"spans", "relations", "annotations", "unused_spans", "other_layers", "chains", "meta", "tokens"}
Rows = list[dict[str, Any]]


def read_text(folder: Path, name: str, text: str) -> tuple[DatasetProfile, Rows]:
    """A file of that name and content, as a profile and rows."""
    return rows_of(*read_bytes(folder, name, text.encode("utf-8")))


def read_json(folder: Path, *records: object, name: str = "a.jsonl") -> tuple[DatasetProfile, Rows]:
    """JSON lines of these records."""
    return read_text(folder, name, "\n".join(json.dumps(record) for record in records))


def rows_of(profile: DatasetProfile, columns: dict[str, list[Any]]) -> tuple[DatasetProfile, Rows]:
    """The columns of a table as rows."""
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    for row in rows:
        for key in _OBJECTS & row.keys():
            if isinstance(row[key], str):
                row[key] = json.loads(row[key])
    return profile, rows


def marked(row: dict[str, Any]) -> list[tuple[str, str]]:
    """The labels and words of a row's spans."""
    return [(span["label"], row["text"][span["start"] : span["end"]]) for span in row["spans"]]

"""How often each answer stands in a column: labels, or the kinds of marked places."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workspace.judging.marks import parse
from workspace.parquet import open_table


def count_labels(table: Path, column: str) -> dict[str, int]:
    """Rows for each value of a column, most frequent first. Lists count each of their items. Read in batches."""
    counts: Counter[str] = Counter()
    file = open_table(table)
    for batch in file.iter_batches(50_000, columns=[column]):
        values = batch.column(0)
        if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
            values = values.flatten()
        for item in pc.value_counts(values).to_pylist():
            value = item["values"]
            if isinstance(value, float) and value.is_integer():
                value = int(value)  # as the training reads it
            name = "" if value is None else str(value).strip()
            if name:
                counts[name] += item["counts"]
    return dict(counts.most_common())


def count_marks(table: Path, column: str) -> dict[str, int]:
    """Marked places of each kind, most frequent first: JSON of marks, or lists of tags. Read in batches."""
    counts: Counter[str] = Counter()
    for batch in open_table(table).iter_batches(10_000, columns=[column]):
        for cell in batch.column(0).to_pylist():
            if isinstance(cell, str):
                counts.update(_kinds_of_marks(parse(cell) or []))
            elif isinstance(cell, list):
                counts.update(_kinds_of_tags([str(tag or "O") for tag in cell]))
    return dict(counts.most_common())


def _kinds_of_marks(marks: Sequence[Any]) -> Iterator[str]:
    for mark in marks:
        match mark:
            case {"label": str(label)} | [_, _, str(label), *_]:
                yield label


def _kinds_of_tags(tags: Sequence[str]) -> Iterator[str]:
    """A place begins where its tag says so, and wherever the kind changes (IO, IOB1)."""
    before = ""
    for tag in tags:
        prefix, kind = (tag[0], tag[2:]) if tag[1:2] in ("-", "_") else ("", "" if tag == "O" else tag)
        if kind and (prefix in ("B", "S", "U") or kind != before):
            yield kind
        before = kind

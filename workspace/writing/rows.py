"""A table as the writers see it: what its columns are for, and its rows, a batch in memory at a time."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from workspace.dataset import ColumnRole, TaskGuess
from workspace.errors import InputError
from workspace.parquet import open_table
from workspace.reading.annotations.spans import Span, canonical
from workspace.reading.records import OBJECT
from workspace.reading.roles import guess
from workspace.reading.statistics import TableStatistics

_ROWS_AT_ONCE = 4_096


@dataclass(frozen=True)
class Parts:
    """The names of the columns that a format has a place for; ``rest`` are the others."""

    text: str | None = None
    spans: str | None = None
    label: str | None = None
    labels: str | None = None
    tokens: str | None = None
    tags: str | None = None
    rest: tuple[str, ...] = ()


@dataclass
class Row:
    """One row: what the format has a place for, and the other columns with their JSON read."""

    text: str | None
    spans: list[Span] | None
    labels: list[str] | None
    tokens: list[str]
    tags: list[str]
    rest: dict[str, Any]


@dataclass
class Table:
    """A Parquet file to be written in another format. ``notes`` is what the writer has to tell."""

    path: Path
    task: TaskGuess | None = None
    notes: list[str] = field(default_factory=list)

    @cached_property
    def schema(self) -> pa.Schema:
        """The Arrow schema."""
        return pq.read_schema(self.path)

    @cached_property
    def parts(self) -> Parts:
        """Which column is for what: as the task says, else as the columns look."""
        statistics = TableStatistics(self.schema)
        for batch in open_table(self.path).iter_batches(_ROWS_AT_ONCE * 8):
            statistics.see(batch)
        guessed = guess(statistics.columns)
        task = self.task or guessed.task
        by_role: dict[ColumnRole, str] = {}
        for column, role in zip(statistics.columns, guessed.roles, strict=True):
            by_role.setdefault(role, column.name)
        lists = {column.name for column in statistics.columns if column.is_list}
        named = task.label if task.label not in (by_role.get(ColumnRole.SPANS), by_role.get(ColumnRole.TAGS)) else None
        label = named or by_role.get(ColumnRole.LABEL) or by_role.get(ColumnRole.LABELS)
        label = label or next((name for name in ("label", "labels") if name in self.schema.names), None)
        text = by_role.get(ColumnRole.TEXT) or next((name for name in task.text if name not in lists), None)
        found = {
            "text": text or ("text" if "text" in self.schema.names else None),
            "spans": by_role.get(ColumnRole.SPANS),
            "label": label if label not in lists else None,
            "labels": label if label in lists else None,
            "tokens": by_role.get(ColumnRole.TOKENS),
            "tags": by_role.get(ColumnRole.TAGS),
        }
        rest = tuple(name for name in self.schema.names if name not in found.values())
        return Parts(**found, rest=rest)

    def records(self) -> Iterator[dict[str, Any]]:
        """The rows as mappings; cells that hold JSON are read."""
        objects = {f.name for f in self.schema if f.metadata and f.metadata.get(b"mtw.kind") == OBJECT[b"mtw.kind"]}
        for batch in open_table(self.path).iter_batches(_ROWS_AT_ONCE):
            for record in batch.to_pylist():
                for name in objects:
                    record[name] = _parsed(record[name])
                yield record

    def rows(self) -> Iterator[Row]:
        """The rows, sorted into what a format has a place for."""
        parts = self.parts
        for record in self.records():
            yield Row(
                text=record[parts.text] if parts.text else None,
                spans=_spans(record[parts.spans]) if parts.spans else None,
                labels=_labels(record, parts),
                tokens=[token or "" for token in (record[parts.tokens] or [])] if parts.tokens else [],
                tags=[tag or "O" for tag in (record[parts.tags] or [])] if parts.tags else [],
                rest={name: record[name] for name in parts.rest},
            )

    def leave_out(self, *kept: str, labels: bool = False, spans: bool = True) -> None:
        """Note the columns that the format has no place for; ``labels``, ``spans``: whether it has one for these."""
        left = [name for name in self.parts.rest if name not in kept]
        left += [] if labels else [name for name in (self.parts.label, self.parts.labels) if name]
        left += [] if spans else [name for name in (self.parts.spans, self.parts.tags) if name]
        if left:
            named = ", ".join(f"“{name}”" for name in left[:8]) + (" and others" if len(left) > 8 else "")
            self.notes.append(f"This format has no place for the columns {named}.")


def does_not_fit(what: str, next_step: str) -> InputError:
    """The error for a table that a format cannot hold."""
    return InputError("DOES_NOT_FIT", what, next_step)


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _spans(value: Any) -> list[Span] | None:
    return canonical(value) if isinstance(value, list) else None


def _labels(record: dict[str, Any], parts: Parts) -> list[str] | None:
    if parts.labels:
        found = record[parts.labels]
        return None if found is None else [str(item) for item in found]
    if parts.label:
        return None if record[parts.label] in (None, "") else [str(record[parts.label])]
    return None

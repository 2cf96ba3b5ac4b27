"""What a repair is given and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from workspace.dataset import TaskKind
from workspace.findings import Finding, read_findings
from workspace.judging.types import RowNumbers

CHANGES_SCHEMA = pa.schema(
    [
        pa.field("fix", pa.string()),
        pa.field("kind", pa.string()),  # removed, changed, added
        pa.field("row", pa.int64()),  # in the table before all repairs; -1 where it was added
        pa.field("column", pa.string()),
        pa.field("before", pa.string()),
        pa.field("after", pa.string()),
    ]
)
"""One line a changed cell, a removed row (``before`` holds its text) or an added one (``after``)."""


@dataclass(frozen=True)
class Columns:
    """The columns a repair is about, as the person chose them."""

    text: list[str]
    label: str | None = None
    task: TaskKind | None = None

    @property
    def prose(self) -> list[str]:
        """The columns that hold written text: what is read, and where text is to be written, the answers too."""
        written = [self.label] if self.task is TaskKind.GENERATION and self.label else []
        return [*self.text, *written]


@dataclass(frozen=True)
class FixInput:
    """A table and what is known about it. ``findings`` may not exist.

    ``origin`` has one number a row: where it stood in the table that the findings are about, before earlier repairs of
    the same call removed rows; None where it is that table.
    """

    table: Path
    columns: Columns
    findings: Path | None = None
    args: dict[str, object] = field(default_factory=dict)
    origin: RowNumbers | None = None

    def found(self, code: str) -> dict[int, Finding]:
        """The findings of one problem whose rows are still there, by the row of the present table."""
        if self.findings is None or not self.findings.is_file():
            return {}
        listed = read_findings(self.findings, code)
        if self.origin is None:
            return {finding.row: finding for finding in listed}
        rows = np.array([finding.row for finding in listed], dtype=np.int64)
        places = np.searchsorted(self.origin, rows)
        there = places < len(self.origin)
        there[there] = self.origin[places[there]] == rows[there]
        return {int(place): f for place, f, kept in zip(places, listed, there, strict=True) if kept}


class NoOptions(BaseModel):
    """A repair that cannot be adjusted. The options of others are such models, too."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Edit:
    """What a repair is going to do to one table: remove rows, or change cells, never both.

    ``change`` is given a batch and the row at which it starts, and returns the batch with other values: as many rows,
    the same columns. ``title`` says what was done, given the number of rows or cells. ``args`` are the options with
    everything filled in that the data decided, so that the same can be done to other data. ``secret``: what stood in
    a cell before is written down nowhere.
    """

    title: Callable[[int], str]
    remove: RowNumbers | None = None
    change: Callable[[pa.RecordBatch, int], pa.RecordBatch] | None = None
    args: dict[str, JsonValue] = field(default_factory=dict)
    secret: bool = False


@dataclass(frozen=True)
class Fix:
    """A repair: what people are told about it, and how it is planned for a table.

    ``for_prediction``: it can also be applied to rows that are sent for prediction, one text at a time; then ``text``
    makes the function for it from the options.
    """

    code: str
    title: str
    help: str
    plan: Callable[[FixInput, Any], Edit]
    options: type[BaseModel] = NoOptions
    needs_label: bool = False
    text: Callable[[Any], Callable[[str], str]] | None = None

    @property
    def for_prediction(self) -> bool:
        return self.text is not None


class CellChange(NamedTuple):
    """One changed cell, or a removed row (``column`` is the first text column, ``after`` is None)."""

    row: int
    column: str
    before: str | None
    after: str | None
    kind: Literal["removed", "changed"]


class FixDone(BaseModel):
    """What one repair did."""

    code: str
    title: str = Field(description="in plain words: '412 repeated rows removed'")
    rows_removed: int = 0
    rows_added: int = 0
    cells_changed: int = 0
    args: dict[str, JsonValue] = Field(
        default_factory=dict, description="options with what the data decided, for doing the same to other data"
    )


class CleaningReport(BaseModel):
    """What all repairs did, in their order."""

    rows_before: int
    rows_after: int
    done: list[FixDone]

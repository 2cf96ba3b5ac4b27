"""What a repair is given and what it gives back."""

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
from pydantic import BaseModel, Field

from workspace.dataset import TaskKind

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


@dataclass(frozen=True)
class FixInput:
    """A table and what is known about it. ``findings`` may not exist."""

    table: Path
    columns: Columns
    findings: Path | None = None
    args: dict[str, object] = field(default_factory=dict)


class FixDone(BaseModel):
    """What one repair did."""

    code: str
    title: str = Field(description="in plain words: '412 repeated rows removed'")
    rows_removed: int = 0
    rows_added: int = 0
    cells_changed: int = 0


class CleaningReport(BaseModel):
    """What all repairs did, in their order."""

    rows_before: int
    rows_after: int
    done: list[FixDone]

"""Cards about versions of data: what a repair changed or would change, and how two versions differ."""

from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from tools.cards.base import CardData
from workspace.events import CardKind, Option


class Piece(BaseModel):
    """A part of a text; ``changed``: the other side of the comparison does not have it."""

    text: str
    changed: bool = False


class FixDoneView(BaseModel):
    """What one repair did."""

    code: str
    title: str
    rows_removed: int = 0
    rows_added: int = 0
    cells_changed: int = 0


class RowChangeView(BaseModel):
    """One row or cell before and after. An empty side: the row was not there."""

    kind: Literal["removed", "changed", "added"]
    row: int | None = Field(description="number of the row, from 1, in the table before; None where it was added")
    column: str | None = None
    fix: str = Field(description="which repair it was, in words")
    text: str = Field(default="", description="the row's text, where it is another column that has changed")
    before: list[Piece] = Field(default_factory=list)
    after: list[Piece] = Field(default_factory=list)


class ChangesCard(CardData):
    """What a step did to the data, or would do. Nothing of the version before is changed."""

    kind: ClassVar[CardKind] = "changes"

    dataset_id: str = Field(description="the version that is current now")
    name: str
    version: int
    done: Literal["cleaned", "preview", "undone", "redone"]
    rows_before: int
    rows_after: int
    fixes: list[FixDoneView]
    changes: list[RowChangeView] = Field(default_factory=list, description="at most 10")
    hidden_changes: int = 0
    note: str = Field(default="", description="what was left out, and why")
    url: str | None = Field(default=None, description="all changes row by row as CSV; behind the login where one is")
    file_name: str = ""
    path: str | None = Field(default=None, description="where that file lies; None on S3 and where people log in")
    buttons: list[Option] = Field(default_factory=list)


class ColumnDifference(BaseModel):
    name: str
    before: str | None = Field(description="its type; None: it was not there")
    after: str | None
    cells_changed: int | None = Field(default=None, description="in rows that both have; None where that is unknown")


class LabelMove(BaseModel):
    """Rows that had one answer and have another one now."""

    before: str
    after: str
    rows: int


class LabelCount(BaseModel):
    label: str
    before: int
    after: int


class ComparisonCard(CardData):
    """How two data sets or two versions differ."""

    kind: ClassVar[CardKind] = "comparison"

    before_id: str
    after_id: str
    before: str = Field(description="name and version")
    after: str
    rows_before: int
    rows_after: int
    rows_added: int
    rows_removed: int
    rows_changed: int
    sentence: str = Field(description="how rows were matched")
    steps: list[str] = Field(default_factory=list, description="what led from one version to the other")
    columns: list[ColumnDifference] = Field(default_factory=list, description="those that differ")
    labels: list[LabelCount] = Field(
        default_factory=list, description="answers whose number of rows differs, at most 20"
    )
    moves: list[LabelMove] = Field(default_factory=list, description="most frequent first, at most 10")
    examples: list[RowChangeView] = Field(default_factory=list, description="at most 10")
    buttons: list[Option] = Field(default_factory=list)

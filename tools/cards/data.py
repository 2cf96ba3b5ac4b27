"""Cards about data: the table as it was read, its problems, the list of data sets."""

from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from tools.cards.base import CardData, Cell
from workspace.events import CardKind


class ColumnView(BaseModel):
    name: str
    type: str = Field(description="text, number, integer, boolean, date, list, object or empty")
    role: str = Field(description="what it is used for: text, label, id, date, number, other, …")
    missing: int
    unique: int


class LabelShare(BaseModel):
    """One bar."""

    label: str
    count: int
    share: float


class TableCard(CardData):
    """A data set as it was read."""

    kind: ClassVar[CardKind] = "table"

    dataset_id: str
    name: str
    rows: int
    columns: list[ColumnView] = Field(description="all columns up to 50; hidden_columns counts the rest")
    hidden_columns: int = 0
    preview: list[list[Cell]] = Field(description="at most 10 rows; cells in the order of columns, cut")
    labels: list[LabelShare] = Field(description="most frequent first, at most 20; empty where there is no label")
    hidden_labels: int = Field(default=0, description="labels that are not among the bars")
    labels_sentence: str = Field(default="", description="what to see in the bars")
    task: str | None = Field(description="classification, multilabel, ner, generation; None: nothing fits")
    text: list[str] = Field(default_factory=list, description="the columns that would be read")
    label: str | None = Field(default=None, description="the column that would be learned")
    confidence: float = 0.0
    why: str = Field(description="why these columns and this task")
    read_as: str = Field(default="", description='how the file was read: "CSV, UTF-8, comma", "sheet Export"')


class ProblemView(BaseModel):
    code: str
    severity: Literal["info", "warning", "blocking"]
    count: int
    message: str
    examples: list[str] = Field(default_factory=list)
    fix_code: str | None = None
    fix_label: str | None = None


class ProblemsCard(CardData):
    """What in the data would hurt a training. An empty list is good news and is shown as such."""

    kind: ClassVar[CardKind] = "problems"

    dataset_id: str
    problems: list[ProblemView] = Field(description="most severe first")
    privacy: dict[str, int] = Field(default_factory=dict, description="rows per kind of personal data")


class DatasetRowView(BaseModel):
    dataset_id: str
    name: str
    version: int
    rows: int
    task: str | None
    labels: int
    created_at: str
    current: bool = Field(default=False, description="the one this conversation is about")


class DatasetsCard(CardData):
    kind: ClassVar[CardKind] = "datasets"

    datasets: list[DatasetRowView] = Field(description="newest first, at most 50")
    hidden: int = 0

"""Cards about data: the table as it was read, its problems, the list of data sets."""

from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from tools.cards.base import CardData, Cell
from workspace.dataset import CurvePoint
from workspace.events import CardKind, Option


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
    version: int = Field(default=1, description="how many steps of repairs, labels and the like it went through, and 1")
    tasks: list[tuple[str, str]] = Field(
        default_factory=list, description="tasks that can be chosen, with their names for people"
    )
    button: Option | None = Field(
        default=None, description="takes what was chosen on the card: text (columns), label (a column) and task"
    )


class ProblemView(BaseModel):
    code: str
    severity: Literal["info", "warning", "blocking"]
    count: int
    message: str
    examples: list[str] = Field(default_factory=list)
    fix_code: str | None = None
    fix_label: str | None = None
    button: Option | None = Field(default=None, description="mends just this")


class VerdictView(BaseModel):
    """Whether the data is worth training on."""

    kind: Literal["ready", "fix_first", "not_enough"]
    sentence: str
    metric: str = ""
    curve: list[CurvePoint] = Field(default_factory=list, description="how good a quick model gets with more rows")


class CheckingView(BaseModel):
    """A closer look by a model that is under way."""

    run_id: str
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    message: str = Field(description="what is happening, in plain words")
    fraction: float = Field(ge=0, le=1)
    eta_seconds: float | None = None


class ProblemsCard(CardData):
    """What in the data would hurt a training. An empty list is good news and is shown as such."""

    kind: ClassVar[CardKind] = "problems"

    dataset_id: str
    problems: list[ProblemView] = Field(description="most severe first")
    privacy: dict[str, int] = Field(default_factory=dict, description="rows per kind of personal data")
    verdict: VerdictView | None = None
    checking: CheckingView | None = Field(default=None, description="the same shape is sent anew at each tick")
    buttons: list[Option] = Field(default_factory=list, description="mend all, or show first what that would do")


class DatasetRowView(BaseModel):
    dataset_id: str
    name: str
    version: int
    rows: int
    task: str | None
    labels: int
    created_at: str
    current: bool = Field(default=False, description="the one this conversation is about")
    bytes: int = Field(default=0, description="all versions and the uploaded file; 0 where it is not known")
    steps: list[str] = Field(default_factory=list, description="what was done to it since the upload, oldest first")
    source: str = Field(default="", description="the uploaded file's name, or from whom it came")


class DatasetsCard(CardData):
    kind: ClassVar[CardKind] = "datasets"

    datasets: list[DatasetRowView] = Field(description="newest first, at most 50")
    hidden: int = 0

"""A dataset: an immutable version of a table, its profile and its lineage. Pure types."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator


class TaskKind(StrEnum):
    """What a model learns to do."""

    CLASSIFICATION = "classification"
    MULTILABEL = "multilabel"
    NER = "ner"
    GENERATION = "generation"


class ColumnRole(StrEnum):
    """What a column is for."""

    TEXT = "text"
    LABEL = "label"
    LABELS = "labels"
    TOKENS = "tokens"
    TAGS = "tags"
    SPANS = "spans"
    PROMPT = "prompt"
    RESPONSE = "response"
    ID = "id"
    DATE = "date"
    NUMBER = "number"
    OTHER = "other"


Severity = Literal["info", "warning", "blocking"]


class ColumnProfile(BaseModel):
    """One column: its type, the role guessed for it, and a few short examples."""

    name: str
    type: str = Field(description="text, number, integer, boolean, date, list, object or empty")
    role: ColumnRole
    missing: int = Field(ge=0, description="rows without a value (null or only white space)")
    unique: int = Field(ge=0, description="distinct values")
    examples: list[str] = Field(default_factory=list, description="at most 3, each cut to 200 characters")
    mean_length: float = Field(default=0.0, description="mean number of characters of the values")


class TaskGuess(BaseModel):
    """What the file seems to be for, and why. ``kind`` is None when nothing fits."""

    kind: TaskKind | None
    text: list[str] = Field(default_factory=list, description="the column or columns to read")
    label: str | None = None
    label_columns: list[str] = Field(default_factory=list, description="one yes-or-no column for each label")
    label_separator: str | None = Field(default=None, description="what stands between several labels in a cell")
    confidence: float = Field(ge=0, le=1)
    why: str


class FixOffer(BaseModel):
    """A repair that can be asked for by its code."""

    code: str
    label: str


class DataProblem(BaseModel):
    """Something in the data that would hurt a training, most severe first in a profile."""

    code: str
    severity: Severity
    count: int = Field(ge=0)
    message: str
    examples: list[str] = Field(default_factory=list)
    fix: FixOffer | None = None


class CurvePoint(BaseModel):
    """How good a quick model is after learning from so many rows."""

    rows: int
    score: float = Field(description="mean over repetitions, on rows it has not learnt from")
    low: float
    high: float


class Verdict(BaseModel):
    """Whether the data is worth training on. ``rows_needed``: more rows that would help, with an interval."""

    kind: Literal["ready", "fix_first", "not_enough"]
    sentence: str
    rows_needed: int | None = None
    rows_low: int | None = None
    rows_high: int | None = None
    metric: str = Field(default="accuracy", description="what the curve counts")
    curve: list[CurvePoint] = Field(default_factory=list, description="empty where no model was asked")


class Check(BaseModel):
    """What only a model can find in data: suspicious labels, near copies by meaning, the learning curve.

    The rows concerned are kept beside the table (:mod:`workspace.findings`).
    """

    problems: list[DataProblem] = Field(default_factory=list)
    verdict: Verdict | None = None
    text: list[str] = Field(default_factory=list, description="the columns that were read")
    label: str | None = Field(default=None, description="the column that was learned")
    rows_checked: int = 0
    seconds: float = 0.0


class DatasetProfile(BaseModel):
    """What ``mtw inspect --json`` prints: how the file was read and what is in it."""

    format: str
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    sheets: list[str] = Field(default_factory=list)
    sheet: str | None = None
    rows: int = Field(ge=0)
    columns: list[ColumnProfile]
    task: TaskGuess
    labels: dict[str, int] = Field(default_factory=dict, description="rows per label, most frequent first")
    problems: list[DataProblem] = Field(default_factory=list)
    privacy: dict[str, int] = Field(default_factory=dict, description="rows per kind of personal data")
    verdict: Verdict | None = None

    def column(self, name: str) -> ColumnProfile | None:
        """The column of that name, if there is one."""
        return next((c for c in self.columns if c.name == name), None)


class FixCall(BaseModel):
    """A repair as it was asked for; a list of them is a recipe that next month's file can be given again."""

    code: str
    args: dict[str, JsonValue] = Field(default_factory=dict)


class Step(BaseModel):
    """What made a version from its parent, and how much it changed."""

    kind: Literal["clean", "label", "augment", "redact"]
    title: str = Field(description="what was done, in plain words: '412 repeated rows removed'")
    fixes: list[FixCall] = Field(default_factory=list)
    rows_removed: int = 0
    rows_added: int = 0
    cells_changed: int = 0


class Dataset(BaseModel):
    """An immutable version of a table. A repair makes a new version whose ``parent`` is this one.

    ``undone`` versions stay in storage, so that they can be had back; lists leave them out.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    owner_id: str
    name: str
    version: int = 1
    parent_id: str | None = None
    family_id: str = Field(default="", description="id of the first version, the upload; its own id there")
    step: Step | None = Field(default=None, description="what made it from its parent")
    undone: bool = False
    check: Check | None = Field(default=None, description="what a model found in it, once it was asked")
    conversation_id: str | None = None
    source_name: str = Field(description="file name as uploaded, cleaned of folders")
    source_key: str = Field(description="where the original is kept, byte for byte")
    table_key: str = Field(description="where the table is kept, as Parquet")
    rows: int
    profile: DatasetProfile
    created_at: datetime

    @model_validator(mode="before")
    @classmethod
    def _first_of_its_family(cls, values: Any) -> Any:
        if isinstance(values, dict) and not values.get("family_id"):
            return values | {"family_id": values.get("id")}
        return values

    @property
    def forgotten(self) -> bool:
        """Only its place in the lineage is left; its table is gone for good."""
        return not self.table_key

    @property
    def problems(self) -> list[DataProblem]:
        """All that is known to be wrong, found by counting or by a model, most severe first.

        Within a severity those of the profile keep their order, by how much they would hurt.
        """
        order = {"blocking": 0, "warning": 1, "info": 2}
        found = [*self.profile.problems, *(self.check.problems if self.check else [])]
        return sorted(found, key=lambda problem: order[problem.severity])

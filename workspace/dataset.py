"""A dataset: an immutable version of a table, its profile and its lineage. Pure types."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


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
    privacy: dict[str, int] = Field(default_factory=dict)

    def column(self, name: str) -> ColumnProfile | None:
        """The column of that name, if there is one."""
        return next((c for c in self.columns if c.name == name), None)


class Dataset(BaseModel):
    """An immutable version of a table. A repair makes a new version whose ``parent`` is this one."""

    model_config = ConfigDict(frozen=True)

    id: str
    owner_id: str
    name: str
    version: int = 1
    parent_id: str | None = None
    conversation_id: str | None = None
    source_name: str = Field(description="file name as uploaded, cleaned of folders")
    source_key: str = Field(description="where the original is kept, byte for byte")
    table_key: str = Field(description="where the table is kept, as Parquet")
    rows: int
    profile: DatasetProfile
    created_at: datetime

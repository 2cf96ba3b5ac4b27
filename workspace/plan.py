"""A training plan: everything that decides what a run does, frozen and hashed. Pure types."""

import hashlib
import json
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from workspace.dataset import TaskKind
from workspace.success import MistakeLimit

SettingValue = bool | int | float | str
_LATER = ("label_columns", "label_separator", "split_column", "group_column", "time_column", "limits", "answer_from")


STARTER = "all-MiniLM-L6-v2"
WRITER = "SmolLM2-135M-Instruct"


def usual_base(task: TaskKind) -> str:
    """The base model that comes along: one that reads, or one that writes."""
    return WRITER if task is TaskKind.GENERATION else STARTER


MOST_SECONDS = 7 * 24 * 3600


class TrainingPlan(BaseModel):
    """Frozen; ``hash`` covers every field, so approval of one plan can never start another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset_id: str
    task: TaskKind
    text: Annotated[tuple[str, ...], Field(min_length=1)]
    label: str
    label_columns: tuple[str, ...] = Field(default=(), description="task multilabel: one yes/no column a label")
    label_separator: str | None = Field(default=None, description="task multilabel: between the labels of one cell")
    test_dataset_id: str | None = None
    split_column: str | None = Field(default=None, description="says of each row: train, valid or test")
    group_column: str | None = Field(default=None, description="rows with the same value stay on one side")
    time_column: str | None = Field(default=None, description="the newest rows judge")
    recipe: str = Field(default="auto", description="a recipe's name, or auto")
    base: str = Field(default=STARTER, description="base model: packaged name, hub id or folder")
    budget_seconds: int = Field(default=120, ge=5, le=MOST_SECONDS)
    metric: str = Field(default="macro_f1", description="what the best model is chosen by, on validation rows")
    limits: tuple[MistakeLimit, ...] = Field(
        default=(), description="task classification: how many mistakes of a kind are bearable; sets what is said when"
    )
    answer_from: float | None = Field(
        default=None, gt=0, lt=1, description="task classification: below this probability the model says 'not sure'"
    )
    test_fraction: float = Field(default=0.2, gt=0, lt=0.9)
    valid_fraction: float = Field(default=0.15, gt=0, lt=0.9, description="of the rows that are not test rows")
    seed: int = Field(default=42, ge=0)
    settings: dict[str, SettingValue] = Field(default_factory=dict, description="changes to the recipe's defaults")

    @property
    def answer_columns(self) -> tuple[str, ...]:
        """The columns that hold the answers: the label, or one yes-or-no column for each label."""
        return self.label_columns or (self.label,)

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON, first 16 hex digits.

        Fields that came later count only where they are set, so that older plans keep their hash.
        """
        content = self.model_dump(mode="json")
        content = {name: value for name, value in content.items() if name not in _LATER or value}
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]


class PlanChange(BaseModel):
    """One setting that differs between two plans, for people to read."""

    field: str
    before: str
    after: str


class StoredPlan(BaseModel):
    """A proposal as it is kept. A proposal starts at most one run (``runs.plan_id`` is unique)."""

    model_config = ConfigDict(frozen=True)

    id: str
    owner_id: str
    conversation_id: str | None = None
    parent_id: str | None = None
    plan: TrainingPlan

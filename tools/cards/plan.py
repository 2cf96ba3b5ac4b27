"""Cards about plans and what a training can start from."""

from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from tools.cards.base import CardData, Cell
from workspace.events import CardKind, FormField


class RecipeView(BaseModel):
    name: str
    title: str
    summary: str
    seconds_low: float
    seconds_high: float
    chosen: bool = Field(default=True, description="part of this plan")


class SettingView(BaseModel):
    """One line of the details view."""

    name: str
    label: str
    value: Cell
    default: Cell
    help: str
    effect: str = Field(default="", description="what it does to time and memory")
    range: str = Field(default="", description='"1 to 20", "one of a, b"')
    group: str = Field(default="plan", description="plan, or the recipe's name")
    field: FormField = Field(description="for a form that changes it")


class ChangeView(BaseModel):
    """One difference from the plan before."""

    field: str
    label: str
    before: str
    after: str


class BetterView(BaseModel):
    """Something that had better be otherwise, and the button that makes it so."""

    sentence: str
    label: str
    said: str = Field(description="what the person says by pressing it")


class PlanCard(CardData):
    """What a training would do. Start approves exactly this ``hash``."""

    kind: ClassVar[CardKind] = "plan"

    plan_id: str
    hash: str
    dataset_id: str
    dataset_name: str
    sentences: list[str] = Field(description="the plan in plain words, one sentence each")
    facts: list[tuple[str, str]] = Field(description="name and value, such as ('Rows kept aside as the exam', '354')")
    recipes: list[RecipeView]
    estimated_seconds_low: float
    estimated_seconds_high: float
    memory_mb: int
    warnings: list[str] = Field(default_factory=list)
    better: list[BetterView] = Field(default_factory=list, description="warnings with a way out by one press")
    settings: list[SettingView] = Field(description="the details view")
    changes: list[ChangeView] = Field(default_factory=list, description="against the plan before")
    yaml: str = Field(description="the plan as YAML, for experts")


class BaseModelFacts(BaseModel):
    """What is known of a base model. ``memory_mb`` is what fine-tuning takes, roughly."""

    name: str
    title: str
    summary: str
    good_for: list[str]
    languages: str
    parameters_millions: float
    download_mb: int
    memory_mb: int
    licence: str
    speed: Literal["fast", "medium", "slow"]


class ModelRowView(BaseModelFacts):
    """A base model to start from."""

    available: bool
    where: Literal["packaged", "models folder", "hub", "not here"]
    note: str = ""


class ModelsCard(CardData):
    kind: ClassVar[CardKind] = "models"

    models: list[ModelRowView] = Field(description="usable here first")

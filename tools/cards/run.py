"""Cards about trainings under way and past ones."""

from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from tools.cards.base import CardData
from workspace.events import CardKind


class TriedView(BaseModel):
    recipe: str
    title: str
    score: float | None = Field(description="on validation rows; None while it has none")
    seconds: float | None
    note: str = ""
    best: bool = False


class FailureView(BaseModel):
    code: str
    message: str
    next_step: str


class ProgressCard(CardData):
    """A run's full state now. The same shape is sent anew at each tick."""

    kind: ClassVar[CardKind] = "progress"

    run_id: str
    plan_id: str
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    stage: Literal["data", "train", "evaluate", "save"] | None = Field(description="None until it has started")
    message: str = Field(description="what is happening, in plain words")
    fraction: float = Field(ge=0, le=1)
    eta_seconds: float | None
    elapsed_seconds: float
    budget_seconds: float
    recipe: str | None
    recipe_title: str | None
    best: float | None = Field(description="best score on validation rows so far")
    metric: str = Field(description="what best counts, by its code, such as macro_f1")
    metric_label: str
    metrics: dict[str, float] = Field(default_factory=dict)
    tried: list[TriedView] = Field(default_factory=list)
    curves: dict[str, list[tuple[int, float]]] = Field(
        default_factory=dict, description="'recipe/metric' -> [step, value] in order, thinned to 200 points at most"
    )
    curve_sentence: str = Field(default="", description="what to see in the chart")
    cancel_requested: bool = False
    can_cancel: bool
    model_id: str | None = None
    failure: FailureView | None = None


class RunRowView(BaseModel):
    run_id: str
    name: str
    status: str
    recipe: str
    score: float | None = Field(description="what sums it up on unseen rows (accuracy, F1), where it has ended well")
    headline: str = Field(description="the result or the reason in a few words")
    created_at: str
    seconds: float | None
    model_id: str | None = None
    current: bool = False


class RunsCard(CardData):
    kind: ClassVar[CardKind] = "runs"

    runs: list[RunRowView] = Field(description="newest first, at most 50")
    hidden: int = 0

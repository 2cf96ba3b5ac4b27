"""A run: one training of one plan, and the events that tell its story. Pure types.

Analyses (:mod:`workspace.analysis`) are work of the same kind: same events, same leases, another lane.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, Field, JsonValue

from workspace.model import RunOutcome
from workspace.plan import TrainingPlan

Fact = str | int | float | bool | None


class RunStatus(StrEnum):
    """queued → running → succeeded | failed | cancelled; a lost worker puts it back to queued."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in (RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED)


class Failure(BaseModel):
    """Why a run failed: a stable code, a sentence for people, and facts for the diagnosis."""

    code: str
    message: str
    next_step: str = ""
    facts: dict[str, Fact] = Field(default_factory=dict)


class Queued(BaseModel):
    kind: Literal["queued"] = "queued"
    reason: str = ""


class Started(BaseModel):
    kind: Literal["started"] = "started"
    attempt: int
    worker: str


class Progressed(BaseModel):
    """Full state at each tick, never a delta: whoever reads only the last one knows everything."""

    kind: Literal["progressed"] = "progressed"
    stage: Literal["data", "train", "evaluate", "save"]
    message: str = Field(description="what is happening, in plain words")
    fraction: float = Field(ge=0, le=1)
    eta_seconds: float | None = None
    step: int = 0
    recipe: str | None = None
    best: float | None = Field(default=None, description="best validation score so far")
    metrics: dict[str, float] = Field(default_factory=dict)


class MetricLogged(BaseModel):
    """One point of a curve, such as the training loss at a step."""

    kind: Literal["metric"] = "metric"
    recipe: str
    name: str
    step: int
    value: float


class Succeeded(BaseModel):
    kind: Literal["succeeded"] = "succeeded"
    outcome: RunOutcome


class Analysed(BaseModel):
    """An analysis has ended well. ``result`` is small and holds no text of anybody's rows."""

    kind: Literal["analysed"] = "analysed"
    result: dict[str, JsonValue] = Field(default_factory=dict)


class Failed(BaseModel):
    kind: Literal["failed"] = "failed"
    failure: Failure


class Cancelled(BaseModel):
    kind: Literal["cancelled"] = "cancelled"


RunEvent = Annotated[
    Queued | Started | Progressed | MetricLogged | Succeeded | Analysed | Failed | Cancelled,
    Field(discriminator="kind"),
]


class StoredRunEvent(BaseModel):
    """An event with its place in the run's story (``seq`` counts from 1 without gaps)."""

    run_id: str
    seq: int
    at: datetime
    event: RunEvent


class Work(BaseModel):
    """What a worker does for somebody. The row in the database is the truth; queue messages are only wake-ups."""

    id: str
    owner_id: str
    conversation_id: str | None = None
    status: RunStatus
    attempt: int = 0
    cancel_requested: bool = False
    failure: Failure | None = None
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None


class Run(Work):
    """A training."""

    plan_id: str
    plan: TrainingPlan
    outcome: RunOutcome | None = None

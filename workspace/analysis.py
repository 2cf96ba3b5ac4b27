"""An analysis: what a worker finds out about data without training on it. Pure types.

Whatever needs the starter model over many rows (suspicious labels, the learning curve, groups of texts) is such a
job, never work of the chat process. It has the events, leases and attempts of a training and a lane of its own.
"""

import hashlib
import json

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from workspace.dataset import TaskKind
from workspace.run import Work

ANALYSES_AT_ONCE = 1
"""In the whole installation, beside ``max_parallel_runs`` trainings; each steps back for all else on its computer."""


class AnalysisJob(BaseModel):
    """Frozen; ``hash`` covers every field, so the same question about the same rows is asked once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str = Field(description="which analysis: a name in the worker's register, such as check or augment")
    dataset_id: str
    text: tuple[str, ...] = Field(min_length=1)
    label: str | None = None
    task: TaskKind | None = None
    args: dict[str, JsonValue] = Field(default_factory=dict)

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON, first 32 hex digits."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:32]


class Analysis(Work):
    """One job and how far it is. ``result`` is small data; what is large lies in storage."""

    job: AnalysisJob
    result: dict[str, JsonValue] | None = None

"""The card that explains what went wrong and what to do."""

from typing import ClassVar, Literal

from pydantic import Field

from tools.cards.base import CardData
from tools.cards.plan import ChangeView
from workspace.events import CardKind, Option


class DiagnosisCard(CardData):
    """The likeliest cause. Where ``cause`` is UNKNOWN nothing is claimed."""

    kind: ClassVar[CardKind] = "diagnosis"

    cause: str
    sure: str = Field(description="how sure it is, in a sentence; empty where nothing is claimed")
    confidence: float = Field(ge=0, le=1)
    whose: Literal["data", "settings", "system"] | None
    whose_sentence: str = Field(default="", description="whose matter it is")
    happened: str = Field(default="", description="what a training of the wizard ended with")
    explanation: str
    why: str = ""
    next_steps: list[str]
    facts: list[str] = Field(default_factory=list, description="what the message or the run names: 'column: label'")
    fix: str = Field(default="", description="what the wizard offers to do, in a sentence")
    changes: list[ChangeView] = Field(default_factory=list, description="what that would change in the plan")
    run_id: str | None = None
    buttons: list[Option] = Field(default_factory=list, description="other causes; a press explains that one")

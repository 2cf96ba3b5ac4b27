"""The card about added rows: what was made for rare labels, and what it brings."""

from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from tools.cards.base import CardData
from tools.cards.data import CheckingView
from workspace.events import CardKind, Option


class RareLabelView(BaseModel):
    """One label that gets new rows. Scores are F1 on rows held back, between 0 and 1."""

    label: str
    rows: int = Field(description="rows to learn from")
    added: int
    before: float
    after: float
    low: float = Field(description="of the difference, 90 % interval")
    high: float


class NewRowView(BaseModel):
    """A new row beside the row that it was made from."""

    label: str
    made_from: str
    text: str


class AugmentationCard(CardData):
    """New rows for rare labels. ``checking`` while they are measured; ``verdict`` once they are."""

    kind: ClassVar[CardKind] = "augmentation"

    dataset_id: str
    name: str
    version: int
    state: Literal["measuring", "measured", "added"]
    checking: CheckingView | None = Field(default=None, description="the same shape is sent anew at each tick")
    rows_added: int = 0
    refused: int = Field(default=0, description="new rows left out because the exam has nearly the same")
    verdict: Literal["helps", "unclear", "harms"] | None = None
    sentence: str = ""
    before: float = 0.0
    after: float = 0.0
    low: float = 0.0
    high: float = 0.0
    seeds: int = 0
    labels: list[RareLabelView] = Field(default_factory=list)
    samples: list[NewRowView] = Field(default_factory=list, description="at most 6")
    note: str = ""
    buttons: list[Option] = Field(default_factory=list)

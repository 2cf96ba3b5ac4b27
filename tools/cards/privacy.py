"""The card about personal data: what was found, with the middle hidden, and what to do with each kind."""

from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from tools.cards.base import CardData
from tools.cards.data import CheckingView
from workspace.events import CardKind, Option

Treatment = Literal["keep", "mask", "pseudonym"]


class PersonalKindView(BaseModel):
    """One kind of personal data. ``values`` is known once it was hidden, ``rows`` before."""

    code: str
    label: str = Field(description="in words: 'e-mail addresses'")
    rows: int = 0
    values: int = 0
    examples: list[str] = Field(default_factory=list, description="at most 3, never a whole value")
    treatment: Treatment = "mask"
    instead: str = Field(default="", description="what stands there when masked: [EMAIL]")


class PersonalColumnView(BaseModel):
    """A column that holds personal data; it can be left out as a whole."""

    name: str
    rows: int
    used: bool = Field(description="it is read or learned: without it there is nothing to train")


class PrivacyCard(CardData):
    """Personal data that was found, or that was hidden. No value that was found is ever in it."""

    kind: ClassVar[CardKind] = "privacy"

    dataset_id: str
    name: str
    version: int
    done: bool = Field(description="hidden by now; else only found")
    rows: int
    rows_with: int = Field(description="rows with personal data, or rows that were changed")
    looked_at: int = Field(description="fewer than rows: there may be more")
    kinds: list[PersonalKindView]
    columns: list[PersonalColumnView] = Field(default_factory=list)
    dropped: list[str] = Field(default_factory=list, description="columns that were left out")
    checking: CheckingView | None = Field(default=None, description="while it is hidden; sent anew at each tick")
    note: str = ""
    button: Option | None = Field(default=None, description="carries out what was chosen on the card")
    buttons: list[Option] = Field(default_factory=list)

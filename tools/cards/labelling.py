"""The card on which people label: one text at a time, its categories, and how far they are."""

from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from tools.cards.base import CardData
from workspace.events import CardKind, Option


class LabelClassView(BaseModel):
    key: str
    name: str
    colour: int = Field(description="counts from 0; a page repeats its colours as it likes")
    count: int = Field(description="texts that got it so far")


class TokenView(BaseModel):
    """A word or a sign, as it is marked; ``before`` is what stands between it and the one before."""

    text: str
    before: str = ""


class SpanView(BaseModel):
    """Marked words, by the numbers of the first and the last token, both included."""

    first: int
    last: int
    key: str


class SuggestionView(BaseModel):
    """What a quick model that learned from the answers so far would say. Never taken without a press."""

    labels: list[str] = Field(default_factory=list, description="keys")
    spans: list[SpanView] = Field(default_factory=list)
    share: float | None = Field(default=None, description="how sure it is, between 0 and 1")
    sentence: str


class GivenView(BaseModel):
    """What this person answered before, where they went back to a text."""

    state: Literal["labelled", "skipped", "unsure"]
    labels: list[str] = Field(default_factory=list)
    spans: list[SpanView] = Field(default_factory=list)


class LabelItemView(BaseModel):
    row: int = Field(description="the row of the table, from 0")
    text: str = Field(description="may have several lines")
    cut: bool = Field(default=False, description="the text goes on; the end is not shown")
    tokens: list[TokenView] = Field(default_factory=list, description="for marking words only")
    by: str = Field(description="why this one: start, useful, chance, again")
    why: str
    suggestion: SuggestionView | None = None
    given: GivenView | None = None


class EstimateView(BaseModel):
    sentence: str
    good_enough: bool = False
    score: float | None = None
    low: float | None = None
    high: float | None = None
    rows: int = 0


class LabelView(BaseModel):
    """All that the card shows now; every answer returns it anew."""

    session_id: str
    task: Literal["classification", "multilabel", "ner"]
    target: str = Field(description="the column that gets the answers")
    person: str = Field(description="under whose name answers are kept; empty for the owner")
    classes: list[LabelClassView]
    item: LabelItemView | None = Field(description="None: every text has an answer, or there is no category yet")
    labelled: int = Field(description="texts with an answer by anybody")
    skipped: int = 0
    unsure: int = 0
    known: int = Field(default=0, description="rows that had a label in the file already")
    texts: int = Field(description="texts that can be asked about")
    hidden_texts: int = Field(default=0, description="more texts without a label than are asked about")
    can_go_back: bool = False
    preparing: bool = Field(default=False, description="suggestions and order are being computed; ask again soon")
    estimate: EstimateView
    agreement: str = Field(default="", description="how far people agree; empty while one labels alone")
    people: int = 1
    undecided: int = Field(default=0, description="texts on which people differ, and nobody has decided")


class SaidView(BaseModel):
    """One of the answers to a text on which people differ."""

    answer: int = Field(description="its number, by which it is chosen")
    who: list[str] = Field(description="'You' for the owner")
    sentence: str = Field(description="the answer in words: 'Billing', 'Paris = Place; Ann Lee = Person'")
    labels: list[str] = Field(default_factory=list, description="keys")
    spans: list[SpanView] = Field(default_factory=list)


class DifferenceView(BaseModel):
    """A text on which people differ."""

    row: int
    text: str = Field(description="may have several lines")
    cut: bool = False
    tokens: list[TokenView] = Field(default_factory=list, description="for marked words only")
    said: list[SaidView]


class DecidingView(BaseModel):
    """All that the card of differences shows now; every decision returns it anew."""

    session_id: str
    task: Literal["classification", "multilabel", "ner"]
    classes: list[LabelClassView] = Field(description="a decision may be another one than was given, of these")
    item: DifferenceView | None = Field(description="None: nothing is left to decide")
    undecided: int
    decided: int
    can_undo: bool = False


class DifferencesCard(CardData):
    """Texts on which people differ, one at a time, to be decided by who owns the labelling."""

    kind: ClassVar[CardKind] = "differences"

    session_id: str
    dataset_name: str
    url: str = Field(description="of the labelling; ``url``/differences gives the present state")
    view: DecidingView
    buttons: list[Option] = Field(default_factory=list, description="use the answers, go on labelling")


class LabelCard(CardData):
    """A labelling. A page reads the present state from ``url``; ``view`` is how it was when the card was shown."""

    kind: ClassVar[CardKind] = "labelling"

    session_id: str
    dataset_id: str
    dataset_name: str
    url: str
    view: LabelView
    exports: list[str] = Field(default_factory=list, description="formats that ``url``/export?form= gives")
    button: Option | None = Field(default=None, description="decide where people differ, once they do")
    buttons: list[Option] = Field(default_factory=list, description="use the answers, suggest categories")

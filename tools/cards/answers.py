"""What a model answered to every row of a table."""

from typing import ClassVar

from pydantic import BaseModel, Field

from tools.cards.base import CardData
from tools.cards.data import CheckingView
from workspace.events import CardKind


class SaidCount(BaseModel):
    label: str
    count: int


class AnswersCard(CardData):
    """The answers of a model to a whole file, to take away, or how far it is."""

    kind: ClassVar[CardKind] = "answers"

    dataset_id: str
    dataset_name: str
    model_id: str
    model_name: str
    rows: int
    checking: CheckingView | None = None
    counts: list[SaidCount] = Field(default_factory=list, description="how often each label was said, most first")
    unsure: int = Field(default=0, description="rows where it is not sure enough")
    header: list[str] = Field(default_factory=list)
    preview: list[list[str]] = Field(default_factory=list, description="the first rows, text first, then the answers")
    file_name: str = ""
    url: str = ""
    path: str | None = Field(default=None, description="where the file lies, for the person at this computer")

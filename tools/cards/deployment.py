"""The card about a model that programs can ask."""

from typing import ClassVar

from pydantic import BaseModel, Field

from tools.cards.base import CardData
from workspace.events import CardKind, Option


class DeployedVersionView(BaseModel):
    """One model behind the name."""

    version: int
    model_id: str
    model_name: str
    created_at: str
    live: bool = Field(description="this one answers")
    score: str = Field(default="", description="how good it was on its test rows, in words")
    button: Option | None = None


class KeyView(BaseModel):
    """A key that counts; only its beginning is known."""

    hint: str
    created_at: str
    button: Option | None = None


class UseView(BaseModel):
    """What was asked on one day (UTC)."""

    day: str
    requests: int
    texts: int


class CodeView(BaseModel):
    """How a program asks."""

    title: str
    code: str


class DeploymentCard(CardData):
    """A model that is online: its address, versions, keys and use."""

    kind: ClassVar[CardKind] = "deployment"

    deployment_id: str
    name: str
    url: str
    key: str | None = Field(default=None, description="just made; shown this once and never stored")
    versions: list[DeployedVersionView] = Field(description="newest first, at most 10")
    hidden_versions: int = 0
    keys: list[KeyView] = Field(description="none: nobody can ask it")
    usage: list[UseView] = Field(default_factory=list, description="newest day first, at most 14")
    texts: int = Field(default=0, description="in the last 30 days")
    drift: str = Field(default="", description="what is different about the texts that come in; empty where nothing is")
    limits: str
    snippets: list[CodeView]
    buttons: list[Option] = Field(default_factory=list)

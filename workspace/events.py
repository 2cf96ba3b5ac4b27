"""What happens in a conversation: a closed union of events. Surfaces render these and nothing else. Pure types."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, JsonValue

CardKind = Literal[
    "table",
    "problems",
    "plan",
    "progress",
    "metrics",
    "confusion",
    "mistakes",
    "samples",
    "diagnosis",
    "models",
    "datasets",
    "runs",
    "prediction",
    "answers",
    "concept",
    "download",
    "deployment",
    "labelling",
    "differences",
    "changes",
    "comparison",
    "run_comparison",
    "privacy",
    "augmentation",
]
ROW_TEXTS: dict[CardKind, frozenset[str]] = {
    "table": frozenset({"preview"}),
    "problems": frozenset({"examples"}),
    "changes": frozenset({"text", "before", "after"}),
    "mistakes": frozenset({"text", "words"}),
    "samples": frozenset({"prompt", "reference", "before", "after"}),
    "answers": frozenset({"preview"}),
    "prediction": frozenset({"text", "output", "words"}),
    "concept": frozenset({"yours"}),
    "privacy": frozenset({"examples"}),
    "augmentation": frozenset({"text", "made_from"}),
    "labelling": frozenset({"text", "before"}),
    "differences": frozenset({"text"}),
    **dict.fromkeys(
        ("comparison", "run_comparison", "plan", "progress", "metrics", "confusion", "diagnosis", "models"),
        frozenset[str](),
    ),
    **dict.fromkeys(("datasets", "runs", "download", "deployment"), frozenset[str]()),
}
"""Names of a card's data under which texts of the person's rows stand. Every kind of card is here."""

Stage = Literal["goal", "data", "cleanup", "plan", "train", "check", "use"]
STAGES: tuple[Stage, ...] = ("goal", "data", "cleanup", "plan", "train", "check", "use")


class Card(BaseModel):
    """Something to look at. ``title`` says the finding; ``data`` is what a renderer needs, as plain JSON."""

    kind: CardKind
    title: str
    data: dict[str, JsonValue]
    once: dict[str, JsonValue] = Field(
        default_factory=dict, exclude=True, description="more data, shown when it happens and never stored: a key"
    )

    @property
    def shown(self) -> dict[str, JsonValue]:
        """What renderers show."""
        return {**self.data, **self.once}


class Option(BaseModel):
    """A button. ``style`` only hints at its looks."""

    id: str
    label: str
    style: Literal["primary", "plain", "danger"] = "plain"


class FormField(BaseModel):
    name: str
    label: str
    kind: Literal["text", "number", "choice", "boolean"]
    help: str = ""
    value: JsonValue = None
    options: list[str] = Field(default_factory=list)
    minimum: float | None = None
    maximum: float | None = None


class Approval(BaseModel):
    """The exact call that a yes releases. ``fingerprint`` ties it to the state it was shown for (a plan's hash)."""

    tool: str
    args: dict[str, JsonValue]
    fingerprint: str
    accept: str = Field(description="id of the option that means yes")


SUPPORT = "support"
"""As the ``model`` of :class:`AssistantSaid`: a person who helps wrote it."""


class UserSaid(BaseModel):
    kind: Literal["user_said"] = "user_said"
    text: str


class FileReceived(BaseModel):
    """A file that arrived. It is kept in storage under ``key`` before this event is written."""

    kind: Literal["file_received"] = "file_received"
    name: str
    key: str
    bytes: int


class AssistantSaid(BaseModel):
    kind: Literal["assistant_said"] = "assistant_said"
    text: str = Field(description="Markdown without HTML")
    model: str = Field(default="", description="who said it: the guide, a chat model, or a person who helps")

    @property
    def shown(self) -> str:
        """What its person reads: whether a person or the program speaks is said."""
        return f"**Support:** {self.text}" if self.model == SUPPORT else self.text


class ToolCalled(BaseModel):
    kind: Literal["tool_called"] = "tool_called"
    call_id: str
    tool: str
    args: dict[str, JsonValue]


class ToolReturned(BaseModel):
    """``data`` is what the model sees: small, typed, user text fenced."""

    kind: Literal["tool_returned"] = "tool_returned"
    call_id: str
    tool: str
    ok: bool
    data: JsonValue


class Asked(BaseModel):
    """A question that waits for an answer, for as long as it takes."""

    kind: Literal["asked"] = "asked"
    ask_id: str
    ask: Literal["choice", "confirm", "form", "file", "text"]
    text: str
    options: list[Option] = Field(default_factory=list)
    fields: list[FormField] = Field(default_factory=list)
    approval: Approval | None = None
    call_id: str | None = Field(
        default=None, description="the call whose tool asks this; empty: the chat model asks; None: it is not known"
    )


class Answered(BaseModel):
    """``value`` is an option's id, a text, or the form's values."""

    kind: Literal["answered"] = "answered"
    ask_id: str
    value: JsonValue
    label: str = Field(default="", description="what the person saw on the button they pressed")
    in_passing: bool = Field(default=False, description="a no because the person went on to something else")


class CardShown(BaseModel):
    kind: Literal["card_shown"] = "card_shown"
    card: Card
    call_id: str | None = None


class RunProgressed(BaseModel):
    """Progress of a watched run, full state at each tick. Sent live; only the card that shows the run is stored."""

    kind: Literal["run_progressed"] = "run_progressed"
    run_id: str
    analysis: bool = Field(default=False, description="a closer look at data goes on, and no training")
    fraction: float
    eta_seconds: float | None
    message: str
    metrics: dict[str, float] = Field(default_factory=dict)
    view: dict[str, JsonValue] = Field(default_factory=dict, description="data of the progress card, anew")


class ErrorShown(BaseModel):
    kind: Literal["error_shown"] = "error_shown"
    code: str
    message: str
    next_step: str


class TurnEnded(BaseModel):
    kind: Literal["turn_ended"] = "turn_ended"
    stage: Stage = "goal"


ConversationEvent = Annotated[
    UserSaid
    | FileReceived
    | AssistantSaid
    | ToolCalled
    | ToolReturned
    | Asked
    | Answered
    | CardShown
    | RunProgressed
    | ErrorShown
    | TurnEnded,
    Field(discriminator="kind"),
]


class StoredEvent(BaseModel):
    """An event with its place in the conversation (``seq`` counts from 1 without gaps)."""

    conversation_id: str
    seq: int
    at: datetime
    event: ConversationEvent

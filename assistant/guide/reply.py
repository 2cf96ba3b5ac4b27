"""What the guide answers with."""

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import JsonValue

from workspace.events import Asked, FormField, Option


@dataclass(frozen=True)
class Call:
    """A tool call the guide wants."""

    tool: str
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ask:
    """A question with its buttons; the conversation gives it an id."""

    text: str
    options: tuple[Option, ...] = ()
    kind: Literal["choice", "confirm", "form", "file", "text"] = "choice"
    fields: tuple[FormField, ...] = ()

    def as_json(self) -> dict[str, JsonValue]:
        asked = Asked(ask_id="", ask=self.kind, text=self.text, options=list(self.options), fields=list(self.fields))
        return asked.model_dump(mode="json")


@dataclass(frozen=True)
class Reply:
    """Words, then either tool calls or a question."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    ask: Ask | None = None

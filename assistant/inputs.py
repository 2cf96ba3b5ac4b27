"""What a person can do in a conversation. Surfaces build these; nothing else starts a turn."""

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue


@dataclass(frozen=True)
class Say:
    """Typed text."""

    text: str


@dataclass(frozen=True)
class Upload:
    """A file that lies at ``path`` and was called ``name`` by the person. The caller may delete it after the turn."""

    path: Path
    name: str
    say: str = ""


@dataclass(frozen=True)
class Answer:
    """An answer to an asked question: an option's id, a text, or a form's values."""

    ask_id: str
    value: JsonValue


@dataclass(frozen=True)
class Press:
    """A button that stands on a card instead of under a question: the option's id.

    ``values`` are what was chosen on the card beside it: arguments for the same call.
    """

    option: str
    values: dict[str, JsonValue] = field(default_factory=dict)


UserInput = Say | Upload | Answer | Press

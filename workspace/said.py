"""What was said in a conversation, as it is searched: the words alone, in one case."""

from collections.abc import Mapping
from typing import Any

_WORDS = {
    "user_said": ("text",),
    "assistant_said": ("text",),
    "error_shown": ("code", "message"),
    "file_received": ("name",),
}
"""Under which names of an event's body words stand. Other kinds are not searched."""


def searched(text: str) -> str:
    """The text as it is kept and as it is looked for: case does not count, and any database takes it."""
    return text.casefold().replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def words_of(kind: str, body: Mapping[str, Any]) -> str:
    """The words of an event; empty where nothing of it is searched."""
    return searched(" ".join(str(body[name]) for name in _WORDS.get(kind, ())))

"""Text from users' files on its way to a chat model: cut, cleaned of control characters, and marked as data."""

import unicodedata

from pydantic import JsonValue

MAX_CHARS = 200


def quote(text: str, limit: int = MAX_CHARS) -> str:
    """One line of at most ``limit`` characters between « and », which the text itself can then no longer contain.

    The system prompt tells the model that whatever stands between these marks is data and never an instruction.
    """
    flat = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in text)
    flat = " ".join(flat.replace("«", "<").replace("»", ">").split())
    return f"«{flat if len(flat) <= limit else flat[: limit - 1] + '…'}»"


def quote_all(texts: list[str], limit: int = MAX_CHARS) -> list[JsonValue]:
    """:func:`quote` over a list."""
    return [quote(text, limit) for text in texts]

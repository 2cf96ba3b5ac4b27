"""Text from users' files on its way out: cut, and cleaned of what could mislead a chat model or a reader.

:func:`quote` is for chat models: the text stands between marks that it cannot contain, so that it is seen to be data.
:func:`plain` is for people: the text as it is, without characters that hide or turn round what stands beside it.
"""

import re
import unicodedata
from functools import lru_cache

from pydantic import JsonValue

from workspace.privacy import hide

MAX_CHARS = 200
_VALUE_CHARS = 100
"""Longer than any e-mail address or number: none is cut before it is seen to be one."""

_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the direction of writing: with them a text can be made to read as another one."""
_JOINERS = frozenset("\u200c\u200d")
"""Zero-width (non-)joiners: Persian, Hindi and many emoji are wrong without them, so people get to see them."""


@lru_cache(maxsize=2048)  # each turn quotes the same questions, buttons and names of its conversation again
def quote(text: str, limit: int = MAX_CHARS) -> str:
    """One line of at most ``limit`` characters between « and », which the text itself can then no longer contain.

    The system prompt tells the model that whatever stands between these marks is data and never an instruction.
    Invisible characters are dropped: instructions can be hidden in them that no person would see. Personal data is
    replaced by its kind: a model has no need of it, and a hosted one is somebody else's computer.
    """
    flat = hide(_one_line(text[: 2 * limit + _VALUE_CHARS], keep=frozenset())).replace("«", "<").replace("»", ">")
    return f"«{_cut(flat, limit)}»"


def quote_all(texts: list[str], limit: int = MAX_CHARS) -> list[JsonValue]:
    """:func:`quote` over a list."""
    return [quote(text, limit) for text in texts]


def unquote(text: str) -> str:
    """A name as a chat model gives it back, without the marks that :func:`quote` put around it."""
    text = text.strip()
    return text[1:-1] if len(text) >= 2 and text[0] == "«" and text[-1] == "»" else text


def plain(text: str, limit: int = MAX_CHARS) -> str:
    """One line of at most ``limit`` characters for cards, titles and sentences. Renderers still have to escape it."""
    return _cut(_one_line(text, keep=_JOINERS), limit)


def prose(text: str, limit: int) -> str:
    """As :func:`plain`, with its line ends and spaces as they are: for texts that are shown whole, or in parts."""
    lines = text[: limit + 1].replace("\r\n", "\n").split("\n")
    return _cut("\n".join("".join(_clean(c, _JOINERS) for c in line) for line in lines), limit)


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[-+]?[\d.,]+%?")


def harmless_cell(cell: str) -> str:
    """What a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else cell


def _one_line(text: str, keep: frozenset[str]) -> str:
    return " ".join("".join(_clean(c, keep) for c in text).split())


def _clean(char: str, keep: frozenset[str]) -> str:
    """The character, a space for line ends and controls, nothing for what is invisible."""
    if char.isascii() and char.isprintable():
        return char
    category = unicodedata.category(char)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    if category == "Cs":  # half of a pair, from a broken escape in JSON: it cannot be written as UTF-8
        return "\N{REPLACEMENT CHARACTER}"
    # Variation selectors beyond the sixteen that emoji need can carry hidden text, as format characters can.
    if (category == "Cf" or "\U000e0100" <= char <= "\U000e01ef") and (char not in keep or char in _TURNING):
        return ""
    return char


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"

"""Texts that try to break out of a message, and cards that are full of them."""

import json
from functools import cache
from typing import Any

from hypothesis import strategies as st
from pydantic import ValidationError

from tools import cards
from workspace.events import Card, CardKind

Path = tuple[Any, ...]

ATTACKS = (
    "<!channel> <!here> <!everyone>",
    "<@U012AB3CD> <#C012AB3CD> <!subteam^S012|@all>",
    "<https://evil.example|Sign in again>",
    "https://evil.example/x?a=b&c=<d>",
    "&lt;!channel&gt; &amp;lt;",
    "``` <!channel> ```` ` `",
    "*bold* _it_ ~s~ > quote\n> more\n# head\n- list",
    "$\\frac{1}{0}$ $$ %s {0} \\",
    "账单 ترجيع 🙂 a\u0301\u202egnp.exe",
    "\x00\x07\ud800 \u200b\u2028",
    "   ",
)
hostile_texts = st.one_of(
    st.sampled_from(ATTACKS),
    st.builds(
        lambda part, times: part * times, st.sampled_from([*ATTACKS, "<", "&", "`", "*", "a"]), st.integers(1, 6_000)
    ),
    st.text(max_size=200),
)


def filled_with(card: Card, text: str, times: int = 1) -> Card:
    """The card with ``text`` wherever a text may stand, and each list ``times`` as long. Always a valid card."""
    texts, lists = places(card.kind, json.dumps(card.data))
    data: Any = card.data
    for path in texts:
        data = _with(data, path, text)
    for path in lists if times > 1 else ():
        data = _with(data, path, _at(data, path) * times)
    return card.model_copy(update={"title": text, "data": data})


@cache
def places(kind: CardKind, data: str) -> tuple[list[Path], list[Path]]:
    """Where any text may stand in a card, and any number of things: not in what is one of a few words, nor in ids."""
    card = json.loads(data)
    texts = [path for path in _texts(card, ()) if _valid(kind, _with(card, path, "any words"))]
    lists = [path for path in _lists(card, ()) if _valid(kind, _with(card, path, _at(card, path) * 2))]
    return texts, lists


def _valid(kind: CardKind, data: dict[str, Any]) -> bool:
    try:
        cards.CARDS[kind].of(data)
    except ValidationError:
        return False
    return True


def _texts(part: Any, path: Path) -> list[Path]:
    if isinstance(part, str):
        return [path]
    items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [found for key, value in items if not _is_id(key) for found in _texts(value, (*path, key))]


def _lists(part: Any, path: Path) -> list[Path]:
    if isinstance(part, list):
        # What has a key of its own is there once.
        return [] if part and isinstance(part[0], dict) and "key" in part[0] else [path]
    items = part.items() if isinstance(part, dict) else ()
    return [found for key, value in items for found in _lists(value, (*path, key))]


def _is_id(key: Any) -> bool:
    return isinstance(key, str) and (key in ("id", "key") or key.endswith("_id"))


def _at(part: Any, path: Path) -> Any:
    for key in path:
        part = part[key]
    return part


def _with(part: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    copy = dict(part) if isinstance(part, dict) else list(part)
    copy[path[0]] = _with(part[path[0]], path[1:], value)
    return copy

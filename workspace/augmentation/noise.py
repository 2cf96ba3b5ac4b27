"""Texts changed as people's fingers change them: typing errors, words left out, words exchanged.

After Wei & Zou, "EDA: Easy data augmentation techniques" (2019), and Belinkov & Bisk (2018) for keyboard noise.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_WORD = re.compile(r"\S+")
_FIXED = re.compile(r"\[[A-Z]+\]|https?://\S+|\S*@\S+|\S*\d\S*")
"""What keeps its letters: masks of personal data, links, addresses, anything with digits."""
_TRIES = 4


def _neighbours() -> dict[str, str]:
    """Keys beside each key, on the three rows of letters of a QWERTY keyboard."""
    found: dict[str, str] = {}
    for number, row in enumerate(_ROWS):
        for place, key in enumerate(row):
            beside = row[max(0, place - 1) : place] + row[place + 1 : place + 2]
            for other in (number - 1, number + 1):
                if 1 <= other < len(_ROWS):
                    beside += _ROWS[other][max(0, place - 1) : place + 1]
            found[key] = "".join(c for c in beside if c.isalpha())
    return found


_NEIGHBOURS = _neighbours()


@dataclass(frozen=True)
class Variant:
    """A changed text, and what was done to it."""

    text: str
    method: str


def _typo(words: list[str], pick: random.Random) -> list[str]:
    """One typing error in about every eighth word, at least one in all; first letters are rarely wrong."""
    can = [i for i, word in enumerate(words) if len(word) > 3 and not _FIXED.fullmatch(word)]
    for index in pick.sample(can, min(len(can), max(1, len(words) // 8))):
        words[index] = _mistyped(words[index], pick)
    return words


def _mistyped(word: str, pick: random.Random) -> str:
    at = pick.randrange(1, len(word) - 1)
    kind = pick.choice(("beside", "exchanged", "missing", "twice"))
    beside = _NEIGHBOURS.get(word[at].lower(), "")
    if kind == "beside" and beside:
        key = pick.choice(beside)
        return word[:at] + (key.upper() if word[at].isupper() else key) + word[at + 1 :]
    if kind == "exchanged":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "missing":
        return word[:at] + word[at + 1 :]
    return word[: at + 1] + word[at] + word[at + 1 :]


def _drop(words: list[str], pick: random.Random) -> list[str]:
    """Every tenth word left out, at least one; three always stay."""
    count = min(max(1, len(words) // 10), len(words) - 3)
    gone = set(pick.sample(range(len(words)), max(0, count)))
    return [word for i, word in enumerate(words) if i not in gone]


def _swap(words: list[str], pick: random.Random) -> list[str]:
    """Neighbouring words exchanged, one pair in ten words."""
    for _ in range(max(1, len(words) // 10)):
        if len(words) > 2:
            at = pick.randrange(len(words) - 1)
            words[at], words[at + 1] = words[at + 1], words[at]
    return words


_MAKERS: dict[str, Callable[[list[str], random.Random], list[str]]] = {"typo": _typo, "drop": _drop, "swap": _swap}
METHODS: dict[str, str] = {
    "typo": "typing errors",
    "drop": "words left out",
    "swap": "words exchanged",
}
"""Codes and what people call them."""


def variants(text: str, methods: Sequence[str], count: int, pick: random.Random) -> list[Variant]:
    """At most ``count`` changed forms of a text, all different from it and from each other; the methods take turns."""
    found: dict[str, Variant] = {}
    for number in range(count * _TRIES):
        if len(found) >= count:
            break
        method = methods[number % len(methods)]
        words = _WORD.findall(text)
        changed = " ".join(_MAKERS[method](words, pick))
        if changed.strip() and changed != " ".join(_WORD.findall(text)) and changed not in found:
            found[changed] = Variant(changed, method)
    return list(found.values())

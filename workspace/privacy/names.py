"""Names of persons where people write them: after a greeting, above the end of a mail, behind "my name is" and titles.

These places need no list of names and no model; names anywhere else need the model (:mod:`tagger`). The words are
data: ``names.yaml``.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import yaml

_WORD = r"[A-ZÀ-ÖØ-ÞĀ-Ž](?:\.|[\wÀ-ÿ'’\-]+)"
_NAME = rf"(?-i:{_WORD}(?:[ \t]+(?:(?:de|da|dos|di|van|von|der|den|la|le|bin|al|del|y)[ \t]+){{0,2}}{_WORD}){{0,3}})"
"""One to four words in capitals with what may stand between them."""

_END = r"(?=\s*[.,!]?\s*(?:$|\n|[-–—]{2}|\[|\())"


@cache
def _words() -> dict[str, list[str]]:
    listed: dict[str, list[str]] = yaml.safe_load(files(__package__).joinpath("names.yaml").read_text("utf-8"))
    return listed


def _any_of(kind: str) -> str:
    found = sorted((str(word) for word in _words()[kind]), key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in found)


@cache
def _places() -> tuple[re.Pattern[str], ...]:
    title = rf"(?:(?:{_any_of('titles')})\.?\s+){{0,3}}"
    before_end = r"(?=\s*[,!:;.–-]|\s*\n|\s*$)"
    written = [
        rf"(?:^|[\n.!?]\s*)(?:{_any_of('greetings')})[ \t]+{title}(?P<name>{_NAME}){before_end}",
        rf"(?<!\w)(?:{_any_of('closings')})[ \t]*[,!.]?\s+{title}(?P<name>{_NAME}){_END}",
        rf"(?<!\w)(?:{_any_of('said')})[ \t]*:?[ \t]+{title}(?P<name>{_NAME})",
        rf"(?<!\w)(?-i:{_capitalised('titles')})\.?[ \t]+{title}(?P<name>{_NAME})",
    ]
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in written)


def _capitalised(kind: str) -> str:
    return "|".join(sorted((re.escape(str(word).capitalize()) for word in _words()[kind]), key=len, reverse=True))


@cache
def worth_a_look() -> re.Pattern[str]:
    """One of the words behind which a name may stand, and a capital. Means the same to Arrow's regular expressions."""
    listed = "|".join(_any_of(kind) for kind in ("greetings", "closings", "said", "titles"))
    return re.compile(rf"\b(?i:{listed})[.,:!]?\s+[A-ZÀ-ÖØ-ÞĀ-Ž]")


def find_names(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each name that stands where names stand, and of the same words elsewhere in the text."""
    if not worth_a_look().search(text):
        return
    found: set[str] = set()
    for place in _places():
        for match in place.finditer(text):
            name = _without_nobody(match.group("name"))
            if name:
                found.add(name)
    for name in sorted(found, key=len, reverse=True):
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            yield match.span()


def _without_nobody(name: str) -> str:
    """The words up to one that is nobody's name; nothing where the first one is."""
    nobody = _nobody()
    kept: list[str] = []
    for word in name.split():
        if word.strip(".,'’").casefold() in nobody or (len(word) > 3 and word.isupper()):
            break
        kept.append(word)
    joined = " ".join(kept)
    return joined if sum(char.isalpha() for char in joined) > 1 else ""


@cache
def _nobody() -> frozenset[str]:
    return frozenset(str(word).casefold() for word in _words()["nobody"])

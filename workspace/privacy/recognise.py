"""Finding personal data in one text. Nothing is loaded before a text has something that could be personal data."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from workspace.privacy.addresses import find_addresses
from workspace.privacy.context import said_before, words
from workspace.privacy.kinds import Found
from workspace.privacy.names import find_names
from workspace.privacy.national_ids import find_cards, find_numbers, number_words
from workspace.privacy.phones import PHONE_SAID, find_phones
from workspace.privacy.presidio import email_recogniser, recognisers
from workspace.privacy.tagger import find_tagged

_NUMBERS = re.compile(r"(?<!\S)\S*\d(?:\S|[ \u00a0](?=[\d()+\-/A-Z]))*")
"""Words with digits, and what is written after them in groups."""

_AROUND = 64
_SURE = 0.5
"""Presidio's own scores: from 0.5 a pattern is taken alone; a weaker one needs a word that says what it is."""

_ASKS_FOR_A_WORD = frozenset(
    "NhsRecognizer AuTfnRecognizer AuMedicareRecognizer DeIdCardRecognizer DePassportRecognizer "
    "DeHealthInsuranceRecognizer PlPeselRecognizer UsItinRecognizer".split()
)
"""Their check digit lets one in ten of all numbers of that length through."""

_NOBODYS_IP = re.compile(r"0\.|100::|::|127\.")
"""This network, nowhere, this computer (RFC 6890)."""

_STAND_IN = re.compile(r"\[[A-Z]{2,10}\]|\b(?:Person|Address) [A-Z]{4}\b")
"""What stands where something was hidden (:mod:`kinds`, :mod:`pseudonyms`); to the model it looks like a name."""

_ORDER = ("email", "iban", "card", "national_id", "phone", "ip", "address", "name")


def find_personal(text: str, hint: str = "", *, deep: bool = False) -> list[Found]:
    """Personal data in a text, from left to right, without overlaps.

    Args:
        hint: what the text is called, such as its column's name; "passport" makes nine bare digits a passport number.
        deep: also what only the model sees (:mod:`tagger`): names and addresses anywhere, at 10 ms a text.
    """
    found: list[tuple[int, int, str, bool]] = []
    if "@" in text:
        found += [(start, end, "email", True) for start, end in _emails(text)]
    for start, window in _windows(text):
        found += [(start + a, start + b, kind, sure) for a, b, kind, sure in _in_window(window, hint)]
    seen = _without_stand_ins(text, find_tagged(text)) if deep else []
    for kind, written in (("address", find_addresses(text)), ("name", find_names(text))):
        found += [(a, b, kind, False) for a, b in _united([*written, *((a, b) for a, b, k in seen if k == kind)])]
    return _without_overlaps(found)


def said_by(name: str) -> bool:
    """Whether a name (of a column) is one of the words that make bare digits a phone or an identity number."""
    contexts = [tuple(one.context or ()) for kind, one in recognisers() if kind == "national_id"]
    patterns = [PHONE_SAID, *number_words(), *map(words, contexts)]
    return any(pattern.search(name) for pattern in patterns)


def _emails(text: str) -> Iterator[tuple[int, int]]:
    for pattern in email_recogniser().patterns:
        for match in _compiled(pattern.regex).finditer(text):
            if _suffix(match.group().rpartition("@")[2]):
                yield match.span()


@cache
def _compiled(regex: str) -> re.Pattern[str]:
    return re.compile(regex, re.IGNORECASE)


@cache
def _suffixes() -> Any:
    import tldextract

    # The list in the package: without this it would be asked for over the network.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def _suffix(domain: str) -> bool:
    return bool(_suffixes()(domain).suffix)


def _windows(text: str) -> Iterator[tuple[int, str]]:
    """Parts of a text with enough digits, each with some words before it: all else need not be looked at."""
    begin, end = -1, -1
    for match in _NUMBERS.finditer(text):
        written = match.group()
        if not _enough(written):
            continue
        if begin >= 0 and match.start() - end <= _AROUND:
            end = match.end()
            continue
        if begin >= 0:
            yield _cut(text, begin, end)
        begin, end = match.span()
    if begin >= 0:
        yield _cut(text, begin, end)


def _enough(written: str) -> bool:
    """Six digits, or four with capital letters (an Indian tax number), or the dots and colons of a network address."""
    digits = sum(c.isdigit() for c in written)
    capitals = digits >= 4 and sum(c.isupper() for c in written) >= 2
    return digits >= 6 or capitals or written.count(".") >= 3 or written.count(":") >= 2


def _cut(text: str, begin: int, end: int) -> tuple[int, str]:
    start = max(0, begin - _AROUND)
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    return start, text[start : end + 12]


def _in_window(text: str, hint: str) -> Iterator[tuple[int, int, str, bool]]:
    """Start, end, kind, and whether a word says so (then it goes before what only looks like something)."""
    for kind, recogniser in recognisers():
        for result in recogniser.analyze(text, []):
            written = text[result.start : result.end]
            said = said_before(words(tuple(recogniser.context or ())), text, result.start, hint)
            bare = kind == "national_id" and not re.search(r"[^\d\s]", written)
            asks = bare or type(recogniser).__name__ in _ASKS_FOR_A_WORD
            if kind == "ip" and _NOBODYS_IP.match(written):
                continue
            if said or (result.score >= _SURE and not asks):
                yield result.start, result.end, kind, said
    for start, end, said in find_numbers(text, hint):
        yield start, end, "national_id", said
    for start, end, said in find_cards(text, hint):
        yield start, end, "card", said
    for start, end, said in find_phones(text, hint):
        yield start, end, "phone", said


def _without_stand_ins(text: str, seen: Iterator[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    stand_ins = [match.span() for match in _STAND_IN.finditer(text)]
    return [one for one in seen if all(one[1] <= a or one[0] >= b for a, b in stand_ins)]


def _united(places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Places that overlap as one: the words and the model each see a part of an address that the other leaves out."""
    start, end = -1, -1
    for a, b in sorted(places):
        if a < end:
            end = max(end, b)
            continue
        if end >= 0:
            yield start, end
        start, end = a, b
    if end >= 0:
        yield start, end


def _without_overlaps(found: list[tuple[int, int, str, bool]]) -> list[Found]:
    """What a word speaks for goes first, then by kind, then the longer one."""
    found.sort(key=lambda one: (not one[3], _ORDER.index(one[2]), one[0] - one[1]))
    kept: list[Found] = []
    for start, end, kind, _ in found:
        if all(end <= other.start or start >= other.end for other in kept):
            kept.append(Found(start, end, kind))
    return sorted(kept)

"""Postal addresses by how they are written: pyap2 for the United States, Canada and Great Britain, streets elsewhere.

A street needs a street word (data: ``addresses.yaml``) *and* a house number; postcode and town are taken along, before
or after it. Streets without such words are left to the model (:mod:`tagger`).
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

_ENGLISH = re.compile(
    r"\b\d{1,6}[A-Za-z]?,?\s+(?:[A-Za-z][\w.'\-]*\s+){1,4}?"
    r"(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|way|court|ct|place|pl|square|terrace|close|"
    r"parkway|pkwy|highway|hwy|circle|cir|trail|crescent|cres|mews|gardens|row|walk|plaza|loop|ridge|view|[a-z]+s?)\b",
    re.IGNORECASE,
)
_POSTCODES: dict[Literal["US", "CA", "GB"], re.Pattern[str]] = {
    "US": re.compile(r"\b[A-Z]{2}\.?,?\s+\d{5}(?:-\d{4})?\b"),
    "CA": re.compile(r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d\b"),
    "GB": re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"),
}
"""pyap takes milliseconds a text; a postcode of the country has to be there before it is asked."""

_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀ-Ž]"
_OF = r"(?:am|an|der|im|in|a\.d\.|d\.|de|la|di|del|do|da|nad|sur|sul)"
_PLACE = rf"{_CAPITAL}[\w\-'’]+(?:[ \t](?:{_OF}[ \t])?{_CAPITAL}[\w'’\-]+){{0,2}}"
_POSTCODE = r"(?:[A-Z]{1,2}-)?\d{2}(?:-\d{3}|\d[ ]?\d{2}|\d{2}[ ]?[A-Z]{2}|\d{2,3}(?:-\d{3,4})?)"
_TOWN = (
    rf"(?:\s*[,;–\-]?\s+(?:{_POSTCODE},?\s+{_PLACE}(?:\s\([A-Z]{{2}}\))?"
    rf"|{_PLACE}(?:\s\([A-Z]{{2}}\))?\s*[,\-–]?\s*{_POSTCODE}(?!\d))(?:[,\s]+\([A-Z]{{2}}\))?)?"
)
_NUMBER = r"(?:n[.º°]*\s?)?\d{1,4}(?:\s?[a-zA-Z]\b|[/\-]\d{1,4}[a-zA-Z]?)?\b"


@cache
def _streets() -> tuple[re.Pattern[str], ...]:
    listed: dict[str, list[str]] = yaml.safe_load(files(__package__).joinpath("addresses.yaml").read_text("utf-8"))
    a = {kind: _alternatives(words) for kind, words in listed.items()}
    unit = rf"(?:\s*,?\s*(?:{a['units']})\s*[\w.º°]{{1,5}}\b|\s*,?\s*\d{{1,2}}[.º°]\s?(?:OG|Stock|[A-Z])\b)?"
    name = rf"{_CAPITAL}[\w.'’\-]{{0,40}}"
    after = rf"\s*,?\s+{_NUMBER}{unit}{_TOWN}"
    return (
        re.compile(
            rf"\b{name}(?:\s{name}){{0,2}}?(?:{a['name_ends']})(?<=\w\w\w\w){after}"
            rf"|\b{name}(?:[ \t]{name}){{0,2}}?[\s\-](?:{a['words_last']}){after}"
        ),
        re.compile(
            rf"(?<!\w)(?:{a['words_first']})\s+(?:(?:{a['links']})\s*)?(?:\d{{1,2}}\s)?{_CAPITAL}[\w'’.\-]*"
            rf"(?:\s+[\w'’.\-]+){{0,4}}?{after}"
        ),
        re.compile(
            rf"\b\d{{1,4}}(?:\s?(?:bis|ter|[A-D]))?,?\s+(?i:{a['words_after_number']})\s+(?:(?:{a['links']})\s*)?"
            rf"[\w'’.\-]+(?:\s+{_CAPITAL}[\w'’.\-]+){{0,3}}{unit}{_TOWN}"
        ),
    )


def _alternatives(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))


def find_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of what is written like a street with its number. Without overlaps."""
    if not any(char.isdigit() for char in text):
        return
    taken: list[tuple[int, int]] = []
    for start, end in _candidates(text):
        while start < end and text[start].isspace():
            start += 1
        if all(end <= a or start >= b for a, b in taken):
            taken.append((start, end))
            yield start, end


def _candidates(text: str) -> Iterator[tuple[int, int]]:
    for pattern in _streets():
        for match in pattern.finditer(text):
            yield match.span()
    if not _ENGLISH.search(text):
        return
    for country, postcode in _POSTCODES.items():
        if postcode.search(text):
            import pyap

            for address in pyap.parse(text, country=country):
                yield address.match_start, address.match_end

"""Postal addresses: pyap2 for the United States, Canada and Great Britain, street patterns for the continent of Europe.

No library finds addresses of other countries in running text without a model or a gazetteer; these patterns ask for a
street word *and* a house number, and take the postcode and the town along.
"""

import re
from collections.abc import Iterator
from typing import Literal

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

_TOWN = (
    r"(?:\s*,?\s+(?:[A-Z]{1,2}-)?\d{4,5}(?:\s?[A-Z]{2}\b)?,?\s+[A-ZÀ-Þ][\w\-']+"
    r"(?:\s(?:am|an|der|im|a\.|de|la|di|[A-ZÀ-Þ][\w'\-]*)(?:\s[A-ZÀ-Þ][\w'\-]+)?)?(?:\s\([A-Z]{2}\))?)?"
)
_NUMBER_LAST = re.compile(
    r"\b[A-ZÀ-Þ][\w.\-]*(?:\s[A-ZÀ-Þ][\w.\-]*){0,2}?"
    r"(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|damm|ufer|chaussee|straat|laan|plein|gracht|kade|steeg|dijk|singel|pad|baan|ring|vej|gade|gatan|"
    r"vägen|veien|gata|[\s\-](?:Stra(?:ß|ss)e|Str\.|Weg|Platz|Allee|Gasse|Damm|Ufer|Ring))"
    r"\s+\d{1,4}(?:\s?[a-zA-Z]\b|/\d{1,3})?\b" + _TOWN
)
_KIND_FIRST = re.compile(
    r"\b(?:Calle|C/|Avenida|Avda\.?|Plaza|Paseo|Carrer|Ronda|Via|Viale|Piazza|Corso|Vicolo|Largo|Borgo|Contrada|Strada|Rua|Travessa|Praça)\s+"
    r"(?:(?:de|del|de\s+la|da|do|dos|das|di|della)\s+)?[A-ZÀ-Þ][\w'.\-]*(?:\s+[\wÀ-ÿ'.\-]+){0,3}?\s*,?\s*(?:n[.º°]*\s?)?"
    r"\d{1,4}\b" + _TOWN
)
_NUMBER_FIRST = re.compile(
    r"\b\d{1,4}(?:\s?(?:bis|ter))?,?\s+(?:rue|avenue|boulevard|bd|place|chemin|allée|impasse|quai|route|cours)\s+"
    r"(?:(?:de|du|des|de\s+la|d'|de\s+l')\s*)?[\wÀ-ÿ'.\-]+(?:\s+[A-ZÀ-Þ][\wÀ-ÿ'.\-]+){0,3}" + _TOWN
)


def find_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of what is written like a street with its number. Without overlaps."""
    taken: list[tuple[int, int]] = []
    for start, end in _candidates(text):
        while start < end and text[start].isspace():
            start += 1
        if all(end <= a or start >= b for a, b in taken):
            taken.append((start, end))
            yield start, end


def _candidates(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (_NUMBER_LAST, _KIND_FIRST, _NUMBER_FIRST):
        for match in pattern.finditer(text):
            yield match.span()
    if not _ENGLISH.search(text):
        return
    for country, postcode in _POSTCODES.items():
        if postcode.search(text):
            import pyap

            for address in pyap.parse(text, country=country):
                yield address.match_start, address.match_end

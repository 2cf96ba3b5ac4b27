"""Words that stand before a value and say what it is: "IBAN:", "call me on", a column called "passport"."""

import re
from collections.abc import Iterable
from functools import lru_cache

_BEFORE = 60
"""Characters looked at before a value; about the five words that Presidio looks at."""


@lru_cache(maxsize=256)
def words(listed: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the words or phrases, as whole words, whatever their case. Takes a tuple."""
    found = "|".join(re.escape(word.strip()) for word in sorted(set(listed), key=len, reverse=True) if word.strip())
    return re.compile(rf"(?<!\w)(?:{found})(?!\w)" if found else r"(?!)", re.IGNORECASE)


def said_before(pattern: re.Pattern[str], text: str, start: int, hint: str) -> bool:
    """Whether one of the words stands shortly before ``start``, or in ``hint`` (a column's name)."""
    return pattern.search(text, max(0, start - _BEFORE), start) is not None or pattern.search(hint) is not None

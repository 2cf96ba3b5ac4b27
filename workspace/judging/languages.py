"""In which languages texts are written, by lingua's small models; short texts are not judged."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

_KNOWN = (
    "ENGLISH GERMAN FRENCH SPANISH ITALIAN PORTUGUESE DUTCH POLISH CZECH DANISH SWEDISH BOKMAL FINNISH HUNGARIAN "
    "ROMANIAN TURKISH GREEK RUSSIAN UKRAINIAN ARABIC HEBREW HINDI CHINESE JAPANESE KOREAN VIETNAMESE INDONESIAN THAI "
    "PERSIAN BENGALI"
)
_NAMES = {"BOKMAL": "Norwegian"}
_LEAST_LETTERS = 40
_LOOKED_AT = 400
_SHARE = 0.05
_LEAST = 8


@cache
def _detector() -> Any:
    from lingua import Language, LanguageDetectorBuilder

    languages = [getattr(Language, name) for name in _KNOWN.split()]
    builder = LanguageDetectorBuilder.from_languages(*languages)
    return builder.with_low_accuracy_mode().with_minimum_relative_distance(0.25).build()


def language_of(text: str) -> str | None:
    """The language's English name, such as ``German``; None where the text is short or it is not clear."""
    if sum(c.isalpha() for c in text[:400]) < _LEAST_LETTERS:
        return None
    found = _detector().detect_language_of(text[:400])
    return None if found is None else _NAMES.get(found.name, found.name.capitalize())


def languages_of(texts: Sequence[str | None], looked_at: int = _LOOKED_AT) -> Counter[str]:
    """Texts per language among at most ``looked_at`` of them, spread evenly."""
    long = [text for text in texts if text and len(text) >= _LEAST_LETTERS]
    chosen = [long[i] for i in np.linspace(0, len(long) - 1, min(len(long), looked_at)).astype(int)] if long else []
    return Counter(found for text in chosen if (found := language_of(text)) is not None)


def mixed(counts: Counter[str]) -> list[tuple[str, float]]:
    """Languages with their shares, most frequent first, where a second one is more than a stray text; else empty."""
    total = counts.total()
    often = [(name, n / total) for name, n in counts.most_common() if n >= max(_LEAST, _SHARE * total)]
    return often if len(often) > 1 else []

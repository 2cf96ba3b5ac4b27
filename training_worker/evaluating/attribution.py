"""Which words pushed a model to its answer: each left out in turn, and how much less sure the answer then is.

Leave-one-out is what the model really does with the text, for any kind of model (Robnik-Sikonja and Kononenko 2008);
for a sum of word weights it gives just that word's share. Only the mistakes that are shown are asked about, all in one
batch. What words do together is not seen: where a text says a thing twice, leaving one out changes little.
"""

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from workspace.model import WordWeight

MOST_PARTS = 40
"""Longer texts are left out by stretches of several words, so that a mistake costs at most so many predictions."""
MOST_ASKED = 10
SHOWN = 8
LEAST = 0.05
"""Of log odds: what changes less is not told."""
_WORD = re.compile(r"\w+(?:['’\-]\w+)*")
_SMALL = 1e-6

Probabilities = Callable[[Sequence[str]], NDArray[np.float64]]


def words_that_mattered(
    probabilities: Probabilities, texts: Sequence[str], columns: Sequence[int]
) -> list[list[WordWeight]]:
    """For each text the words that spoke most for the answer in its column of ``probabilities``, or against it.

    The first ``MOST_ASKED`` texts are looked at; for the others the list is empty.
    """
    parts = [_parts(text) for text in texts[:MOST_ASKED]]
    asked: list[str] = []
    for text, places in zip(texts, parts, strict=False):
        asked.append(text)
        asked += [f"{text[:start]} {text[end:]}" for start, end in places]
    if not asked:
        return [[] for _ in texts]
    found = probabilities(asked)
    told: list[list[WordWeight]] = []
    at = 0
    for text, places, column in zip(texts, parts, columns, strict=False):
        odds = _log_odds(found[at : at + 1 + len(places), column])
        at += 1 + len(places)
        told.append(_strongest(text, places, (odds[0] - odds[1:]).tolist()))
    return told + [[] for _ in range(len(texts) - len(told))]


def _parts(text: str) -> list[tuple[int, int]]:
    """Where the words stand, several in a row together where there are many; nothing where there is but one."""
    words = [(found.start(), found.end()) for found in _WORD.finditer(text)]
    size = -(-len(words) // MOST_PARTS)
    if len(words) < 2:
        return []
    return [(words[i][0], words[min(i + size, len(words)) - 1][1]) for i in range(0, len(words), size)]


def _log_odds(p: NDArray[np.float64]) -> NDArray[np.float64]:
    kept = np.clip(p, _SMALL, 1 - _SMALL)
    return np.asarray(np.log(kept / (1 - kept)))


def _strongest(text: str, places: Sequence[tuple[int, int]], weights: Sequence[float]) -> list[WordWeight]:
    ranked = sorted(zip(places, weights, strict=True), key=lambda pair: -abs(pair[1]))[:SHOWN]
    return [
        WordWeight(word=text[start:end], start=start, end=end, weight=round(weight, 4))
        for (start, end), weight in sorted(ranked)
        if abs(weight) >= LEAST
    ]

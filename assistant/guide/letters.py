"""Nearness of a text to known phrases by the letters they share: it stands typing errors, and any language.

Runs of three to five letters within a word, and whole words, each weighted by its rarity among the phrases (TF-IDF),
compared by cosine; after fastText's subwords (Bojanowski and others, 2017), without learning.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 60


class Letters:
    """Groups of phrases, by their letters."""

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        self.names = list(groups)
        self._of = np.array([i for i, name in enumerate(self.names) for _ in groups[name]])
        counted = [_pieces(phrase) for name in self.names for phrase in groups[name]]
        seen = Counter(piece for pieces in counted for piece in pieces)
        self._total = len(counted)
        self._weight = {piece: math.log((1 + self._total) / (1 + times)) + 1 for piece, times in seen.items()}
        places: dict[str, list[tuple[int, float]]] = {}
        for place, pieces in enumerate(counted):
            length = self._length(pieces)
            for piece, times in pieces.items():
                places.setdefault(piece, []).append((place, times * self._weight[piece] / length))
        self._places = {
            piece: (np.array([p for p, _ in found]), np.array([w for _, w in found], dtype=np.float32))
            for piece, found in places.items()
        }

    def near(self, text: str) -> NDArray[np.float32]:
        """Shape [groups], from 0 to 1: the cosine to each group's nearest phrase."""
        pieces = _pieces(text)
        cosines = np.zeros(self._total, dtype=np.float32)
        length = self._length(pieces)
        for piece, times in pieces.items():
            if piece in self._places:
                where, weights = self._places[piece]
                cosines[where] += np.float32(times * self._weight[piece] / length) * weights
        nearest = np.zeros(len(self.names), dtype=np.float32)
        np.maximum.at(nearest, self._of, cosines)
        return nearest

    def _length(self, pieces: Mapping[str, int]) -> float:
        """A piece that no phrase has weighs as much as the rarest one."""
        rarest = math.log(1 + self._total) + 1
        return math.sqrt(sum((n * self._weight.get(piece, rarest)) ** 2 for piece, n in pieces.items())) or 1.0


def _pieces(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for word in _WORD.findall(text.casefold())[:_MOST_WORDS]:
        marked = f"<{word}>"
        found[marked] += 1
        for size in (3, 4, 5):
            found.update(marked[at : at + size] for at in range(len(marked) - size + 1))
    return found

"""Rows that say nearly the same in other words: near copies that comparing letters does not find."""

import re
from collections.abc import Callable, Sequence

import numpy as np

from training_worker.data import same_text_key
from training_worker.embedding import Vectors
from training_worker.split import Indices

ALIKE = 0.97
"""Cosine from which two texts are taken to say the same."""
SHARED_WORDS = 0.8
"""From this share of common words on, comparing words finds the pair; it is told as a near copy there."""
BLOCK = 1024
_WORD = re.compile(r"\w+")


def same_in_meaning(texts: Sequence[str], vectors: Vectors, check: Callable[[], None]) -> tuple[Indices, Indices]:
    """Positions of rows that say what an earlier row says, and that earlier row of each."""
    later: list[int] = []
    earlier: list[int] = []
    words = [frozenset(_WORD.findall(same_text_key(text))) for text in texts]
    for start in range(0, len(texts), BLOCK):
        check()
        block = vectors[start : start + BLOCK]
        alike = block @ vectors[: start + len(block)].T
        rows, others = np.nonzero(alike >= ALIKE)
        seen = set()
        for row, other in zip((rows + start).tolist(), others.tolist(), strict=True):
            if other < row and row not in seen and not _told_otherwise(words[row], words[other]):
                seen.add(row)
                later.append(row)
                earlier.append(other)
    return np.array(later, dtype=np.int64), np.array(earlier, dtype=np.int64)


def _told_otherwise(one: frozenset[str], other: frozenset[str]) -> bool:
    together = len(one | other)
    return not together or len(one & other) / together >= SHARED_WORDS

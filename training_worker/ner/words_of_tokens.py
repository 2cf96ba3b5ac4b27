"""From what a tagger says of tokens to what it says of words. Imports no torch."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from training_worker.ner.pieces import Piece


def scores_of_words(
    pieces: Sequence[Piece],
    sizes: Sequence[int],
    tags: int,
    read: Iterable[tuple[NDArray[np.int64], NDArray[np.float64]]],
) -> list[NDArray[np.float64]]:
    """Logits of words, words by tags for each text: those of its first token; outside where it has none.

    ``sizes``: how many words each text has. ``read`` gives batches: numbers of pieces and logits of their tokens.
    """
    found = [np.full((size, tags), -30.0) for size in sizes]
    for scores in found:
        scores[:, 0] = 0.0
    for rows, logits in read:
        for number, values in zip(rows, logits, strict=True):
            for word, token in pieces[number].first_tokens().items():
                found[pieces[number].row][word] = values[token]
    return found


def log_softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-probabilities over the last axis."""
    return np.asarray(logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True))

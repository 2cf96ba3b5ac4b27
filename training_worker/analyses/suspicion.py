"""Labels that are probably wrong, by confident learning (Northcutt, Jiang & Chuang, JAIR 70, 2021; package cleanlab).

A row speaks against its label when a model that has not learned from it is surer of another label than it is, on
average, of rows that carry that other label. How many rows of a label do so says how many are wrong; that many are
then taken, those first in which the model prefers another label most ("prune by noise rate"). Thresholds and numbers
are of each label's own, so a hard label does not look wrong altogether.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training_worker.split import Indices

ENOUGH_ROWS = 5
"""Labels with fewer rows are neither doubted nor suggested: a model cannot have learned them."""


@dataclass(frozen=True)
class Suspicion:
    """``rows`` are positions, most suspicious first; ``suggested`` the classes they should probably have.

    ``scores`` (0 to 1) are how much surer the model is of the suggestion than of the label.
    """

    rows: Indices
    suggested: Indices
    scores: NDArray[np.float64]


def suspicious_labels(probabilities: NDArray[np.float64], classes: Indices) -> Suspicion:
    """Args: probabilities: out of sample, rows by classes; classes: the label that each row carries."""
    size, every = probabilities.shape[1], np.arange(len(classes))
    counts = np.bincount(classes, minlength=size)
    own = probabilities[every, classes]
    sums = np.bincount(classes, weights=own, minlength=size)
    thresholds = np.where(counts >= ENOUGH_ROWS, sums / np.maximum(counts, 1), np.inf)
    confident = np.where(probabilities >= thresholds, probabilities, -1.0)
    speaks = confident.max(axis=1) > 0
    against = speaks & (confident.argmax(axis=1) != classes)
    share = np.bincount(classes[against], minlength=size) / np.maximum(np.bincount(classes[speaks], minlength=size), 1)
    wrong = np.round(share * counts).astype(np.int64)

    others = np.where(counts >= ENOUGH_ROWS, probabilities, -1.0)
    others[every, classes] = -1.0
    suggested, surer = others.argmax(axis=1), others.max(axis=1) - own
    order = np.argsort(-surer, kind="stable")
    order = order[(surer[order] > 0) & (counts[classes[order]] >= ENOUGH_ROWS)]
    rank = np.zeros(len(order), dtype=np.int64)
    for label in np.unique(classes[order]):
        members = classes[order] == label
        rank[members] = np.arange(np.count_nonzero(members))
    rows = order[rank < wrong[classes[order]]]
    return Suspicion(rows, suggested[rows], surer[rows])

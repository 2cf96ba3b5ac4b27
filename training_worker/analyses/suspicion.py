"""Labels that are probably wrong, by confident learning (Northcutt, Jiang & Chuang, JAIR 70, 2021; package cleanlab).

A row is suspicious when a model that has not learned from it is surer of another label than it is, on average, of
rows that carry that label. The thresholds are of each label's own, so a hard label does not look wrong altogether.
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
    size = probabilities.shape[1]
    counts = np.bincount(classes, minlength=size)
    own = probabilities[np.arange(len(classes)), classes]
    sums = np.bincount(classes, weights=own, minlength=size)
    thresholds = np.where(counts >= ENOUGH_ROWS, sums / np.maximum(counts, 1), np.inf)
    confident = np.where(probabilities >= thresholds, probabilities, -1.0)
    suggested = confident.argmax(axis=1)
    surer = confident.max(axis=1) - own
    wrong = (confident.max(axis=1) > 0) & (suggested != classes) & (counts[classes] >= ENOUGH_ROWS) & (surer > 0)
    rows = np.flatnonzero(wrong)
    rows = rows[np.argsort(-surer[rows], kind="stable")]
    return Suspicion(rows, suggested[rows], surer[rows])

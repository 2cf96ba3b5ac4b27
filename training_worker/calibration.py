"""Scores of a classifier as probabilities that can be believed."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

DEFAULT_SCALE = 3.0


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows of scores as rows of probabilities."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def fit_scale(scores: NDArray[np.float64], true: NDArray[np.int64]) -> float:
    """The factor on the scores under which their softmax explains the true classes best.

    Temperature scaling (Guo et al. 2017) with 1/temperature as the factor; it never changes which label wins.
    ``scores`` must be of rows that were not learned from. Without rows a middling factor is given.
    """
    if not len(scores):
        return DEFAULT_SCALE
    rows = np.arange(len(scores))

    def loss(log_scale: float) -> float:
        probabilities = softmax(scores * np.exp(log_scale))
        return float(-np.log(np.maximum(probabilities[rows, true], 1e-12)).mean())

    found = minimize_scalar(loss, bounds=(np.log(0.05), np.log(100.0)), method="bounded")
    return float(np.exp(found.x))

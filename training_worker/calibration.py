"""Scores of a classifier as probabilities that can be believed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

DEFAULT_SCALE = 3.0
LEAST = 1e-30
PRIOR_ROWS = 5.0
"""How strongly the weights of a blend are held at equal shares, in rows."""
MOST_WEIGHT = 5.0


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows of scores as rows of probabilities."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def log_probabilities(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Their logarithms, finite also where one is zero."""
    return np.asarray(np.log(np.maximum(probabilities, LEAST)))


def fit_weights(members: Sequence[NDArray[np.float64]], true: NDArray[np.int64]) -> NDArray[np.float64]:
    """One weight a model, so that the softmax of the weighted sum of their scores explains the true classes best.

    Logarithmic opinion pool (Genest and Zidek 1986) with weights fitted as in stacking (Wolpert 1992): they say how
    much each model is worth and how sure their sum may be, in one convex problem. ``members`` are scores (rows by
    labels, best log-probabilities) of rows that were not learned from; a model that adds nothing gets the weight 0.
    """
    equal = np.full(len(members), 1.0 / len(members))
    if not len(true):
        return equal
    stack = np.stack(members)
    rows = np.arange(len(true))

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        probabilities = softmax(np.tensordot(weights, stack, axes=1))
        right = np.maximum(probabilities[rows, true], LEAST)
        slope = np.einsum("rk,mrk->m", probabilities, stack) - stack[:, rows, true].sum(axis=1)
        drift = weights - equal
        value = float(-np.log(right).sum() + PRIOR_ROWS / 2 * (drift**2).sum())
        return value / len(true), (slope + PRIOR_ROWS * drift) / len(true)

    found = minimize(loss, equal, jac=True, method="L-BFGS-B", bounds=[(0.0, MOST_WEIGHT)] * len(members))
    return np.asarray(found.x)


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

"""A softmax classifier on vectors of many parts, most of which differ for reasons the labels have no part in.

The vectors are whitened first: what varies much among texts of the same label counts less, what hardly varies counts
more (the within-class covariance of linear discriminant analysis, shrunk towards a sphere as by Friedman 1989). On
whitened vectors a logistic regression converges in a few dozen steps, and its penalty treats all directions alike.
Measured on layered vectors of the starter model, accuracy in cross-validation against a plain logistic regression on
the last layer: banking77 94.1 against 92.9, TREC 90.8 against 86.4.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.optimize import minimize
from scipy.sparse import csr_array

from training_worker.embedding import Vectors

MOST_STEPS = 100
TOLERANCE = 1e-3
BLOCK = 8192
NO_SPREAD = 1e-12
NEVER = -30.0
"""Bias of a label that has no row to learn from."""
Weights = NDArray[np.float64]


@dataclass(frozen=True)
class Option:
    """One setting that is tried: how round the whitening takes labels to be, the inverse strength of the penalty, and
    whether rare labels count more."""

    shrinkage: float
    C: float
    balanced: bool = False

    @property
    def words(self) -> str:
        return f"shrinkage={self.shrinkage:g}, C={self.C:g}" + (", rare labels count more" if self.balanced else "")


@dataclass(frozen=True)
class Within:
    """How vectors of the same label vary: ``covariance`` around their label's mean, ``mean`` of all."""

    mean: Vectors
    covariance: Vectors
    spread: float
    """Variance in a direction, the mean over all."""


def variation(vectors: Vectors, classes: NDArray[np.int64], dimensions: int) -> Within:
    """``dimensions`` that the vectors had before they were compacted."""
    number = np.unique(classes, return_inverse=True)[1]
    members = csr_array((np.ones(len(number), np.float32), (number, np.arange(len(number)))))
    centres = (members @ vectors) / np.bincount(number)[:, None].astype(np.float32)
    covariance = np.zeros((vectors.shape[1],) * 2, dtype=np.float32)
    for start in range(0, len(vectors), BLOCK):
        within = vectors[start : start + BLOCK] - centres[number[start : start + BLOCK]]
        covariance += within.T @ within / np.float32(len(vectors))
    return Within(vectors.mean(axis=0), covariance, float(np.trace(covariance)) / dimensions)


def compact(vectors: Vectors) -> tuple[Vectors, Vectors]:
    """The same vectors with as many dimensions as there are rows, if that is less, and their basis.

    ``compacted @ basis`` are the vectors, so distances and products stay, and a classifier on the compacted ones is one
    on the vectors: ``weights @ basis``.
    """
    if len(vectors) >= vectors.shape[1]:
        return vectors, np.eye(vectors.shape[1], dtype=np.float32)
    basis, coordinates = np.linalg.qr(vectors.T)
    return np.ascontiguousarray(coordinates.T), np.ascontiguousarray(basis.T)


def fit(
    vectors: Vectors, classes: NDArray[np.int64], within: Within, labels: int, option: Option
) -> tuple[Weights, Weights]:
    """Weights (labels by dimensions) and bias of a softmax classifier over all labels.

    Best called with one thread for matrix products and with several fits side by side: threads that share a product
    wait for each other, and under load take four times the processor time of one.
    """
    spread, shrinkage = within.spread, option.shrinkage
    if spread < NO_SPREAD:  # each label has one text: nothing is known about what varies within one
        spread, shrinkage = 1.0, 1.0
    covariance = within.covariance * np.float32(1 - shrinkage)
    covariance[np.diag_indices_from(covariance)] += np.float32(shrinkage * spread)
    lower = np.linalg.cholesky(covariance)
    white = solve_triangular(lower, (vectors - within.mean).T, lower=True, check_finite=False).T
    size = float(np.sqrt((white**2).sum(axis=1).mean())) or 1.0
    white = np.ascontiguousarray(white / size, dtype=np.float32)
    weights, bias = _fit_white(white, classes, labels, option)
    plain = solve_triangular(lower, weights.T, lower=True, trans="T", check_finite=False).T / size
    weights = np.asarray(plain, np.float64)
    return weights, bias - weights @ within.mean.astype(np.float64)


def _fit_white(white: Vectors, classes: NDArray[np.int64], labels: int, option: Option) -> tuple[Weights, Weights]:
    """Weights (labels by dimensions) and bias of a softmax classifier for whitened vectors.

    The loss and its penalty are those of scikit-learn's ``LogisticRegression``. That one multiplies in double precision
    and copies all vectors for it in each step: four times the time for the same answers.
    """
    present, number = np.unique(classes, return_inverse=True)
    rows, size = white.shape
    every = np.arange(rows)
    weight = np.full(rows, 1 / rows, np.float32)
    if option.balanced:
        weight = (1 / (len(present) * np.bincount(number)[number])).astype(np.float32)

    def loss(flat: Weights) -> tuple[float, Weights]:
        table = flat.reshape(len(present), size + 1)
        scores = white @ table[:, :size].T.astype(np.float32) + table[:, size].astype(np.float32)
        scores -= scores.max(axis=1, keepdims=True)
        own = scores[every, number]
        np.exp(scores, out=scores)
        total = scores.sum(axis=1, keepdims=True)
        value = float(weight @ (np.log(total[:, 0]) - own))
        scores /= total
        scores[every, number] -= 1
        scores *= weight[:, None]
        slope = np.hstack([scores.T @ white, scores.sum(axis=0)[:, None]]).astype(np.float64)
        slope[:, :size] += table[:, :size] / (option.C * rows)
        return value + float((table[:, :size] ** 2).sum()) / (2 * option.C * rows), slope.ravel()

    start = np.zeros(len(present) * (size + 1))
    steps = {"maxiter": MOST_STEPS, "gtol": TOLERANCE}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=steps).x.reshape(len(present), size + 1)
    weights, bias = np.zeros((labels, size)), np.full(labels, NEVER)
    weights[present], bias[present] = found[:, :size], found[:, size]
    return weights, bias

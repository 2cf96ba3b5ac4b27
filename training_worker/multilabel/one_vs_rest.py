"""One yes-or-no classifier for each label, and their scores as probabilities that can be believed."""

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import LabelBinarizer

from training_worker.interruptible import run_interruptible
from training_worker.reporter import Reporter

Scores = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_STEPS = 300
PRIOR = 20.0
"""How strongly the calibration of a label is held at that of all labels, in rows."""
_FARTHEST = 6.0
"""How many times, as a logarithm, a slope may differ from that of all labels."""
NEVER = -12.0
"""Score of a label that has no row to learn from."""


class Classifier(Protocol):
    """A scikit-learn classifier with a weight for each feature."""

    coef_: Scores
    intercept_: Scores

    def fit(self, features: Any, target: Flags) -> Any: ...


def fit_labels(
    report: Reporter,
    make: Callable[[], Classifier],
    features: Any,
    targets: Flags,
    tell: Callable[[float], None],
) -> tuple[NDArray[np.float32], Scores]:
    """Weights (labels by features) and bias of one classifier for each label against its absence.

    ``tell`` is told the share that is done, and a stop is heard between and during fits. A label that no row has, or
    that every row has, gets no weights: it is never given, or always.
    """
    weights = np.zeros((targets.shape[1], features.shape[1]), dtype=np.float32)
    bias = np.full(targets.shape[1], NEVER)
    for label in range(targets.shape[1]):
        tell(label / targets.shape[1])
        target = targets[:, label]
        if target.all():
            bias[label] = -NEVER
        elif target.any():
            classifier = make()
            run_interruptible(report, partial(_fit_quietly, classifier, features, target))
            weights[label], bias[label] = classifier.coef_[0], classifier.intercept_[0]
    return weights, bias


def _fit_quietly(classifier: Classifier, features: Any, target: Flags) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier.fit(features, target)


def as_one_vs_rest(weights: NDArray[np.floating[Any]], bias: Scores, labels: Sequence[str]) -> OneVsRestClassifier:
    """A fitted ``OneVsRestClassifier`` whose ``predict_proba`` is the sigmoid of ``features @ weights.T + bias``.

    Its ``classes_`` are the labels; ``predict`` gives rows by labels, with a threshold of one half.
    """
    model = OneVsRestClassifier(LogisticRegression())
    model.estimators_ = []
    for row, offset in zip(weights, bias, strict=True):
        part = LogisticRegression()
        part.classes_ = np.array([0, 1])
        part.coef_, part.intercept_ = row.astype(np.float32)[None], np.array([offset], dtype=np.float64)
        part.n_features_in_, part.n_iter_ = weights.shape[1], np.array([1], dtype=np.int32)
        model.estimators_.append(part)
    model.label_binarizer_ = LabelBinarizer().fit(np.eye(len(labels), dtype=int))
    model.label_binarizer_.classes_ = model.classes_ = np.array(labels)
    model.n_features_in_ = weights.shape[1]
    return model


def fit_calibration(scores: Scores, targets: Flags) -> tuple[Scores, Scores]:
    """Slope and offset for each label under which ``sigmoid(slope * score + offset)`` explains the answers best.

    Platt scaling (Platt 1999), each label's held at that of all labels together, as one with few rows cannot tell its
    own. Slopes are positive: the order of the scores stays. ``scores`` (rows by labels) must be of rows that were not
    learned from.
    """
    labels = scores.shape[1]
    if not len(scores) or not targets.any():
        return np.ones(labels), np.zeros(labels)
    slope, offset = _platt(scores.reshape(-1, 1), targets.reshape(-1, 1), (0.0, 0.0), 1e-6)
    return _platt(scores, targets, (float(np.log(slope[0])), float(offset[0])), PRIOR)


def _platt(scores: Scores, targets: Flags, prior: tuple[float, float], strength: float) -> tuple[Scores, Scores]:
    """``prior``: logarithm of the slope, and offset; ``strength`` is the weight of squared distances from it."""
    labels = scores.shape[1]
    yes = targets.astype(float)

    def loss(flat: Scores) -> tuple[float, Scores]:
        log_slope, offset = flat[:labels], flat[labels:]
        slope = np.exp(log_slope)
        odds = scores * slope + offset
        off = expit(odds) - yes
        drift = log_slope - prior[0], offset - prior[1]
        value = float((np.logaddexp(0, odds) - yes * odds).sum())
        value += strength / 2 * float((drift[0] ** 2).sum() + (drift[1] ** 2).sum())
        gradient = [(off * scores).sum(axis=0) * slope + strength * drift[0], off.sum(axis=0) + strength * drift[1]]
        return value, np.concatenate(gradient)

    start = np.repeat(prior, labels)
    bounds = [(prior[0] - _FARTHEST, prior[0] + _FARTHEST)] * labels + [(None, None)] * labels
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": MOST_STEPS})
    return np.exp(found.x[:labels]), found.x[labels:]

"""What it costs to answer only when sure: rows left unanswered against mistakes avoided."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from training_worker.calibration import log_probabilities, softmax
from workspace.model import ReliabilityBin, Sureness, ThresholdPrice

STEPS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
PRICED = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
BINS = 10
MOST_RANKED = 5_000_000
"""Rows times labels: half a second."""


def sureness_table(
    right: NDArray[np.bool_], confidence: NDArray[np.float64], asked: float | None = None
) -> list[Sureness]:
    """For each threshold on the confidence, and the one ``asked`` for, the share of rows answered and the share of the
    answers that is right.

    Thresholds that leave no row unanswered more than the one before, or answer none, are left out.
    """
    found: list[Sureness] = []
    for threshold in sorted({*STEPS, *([asked] if asked else [])}):
        sure = confidence >= threshold
        share = round(float(sure.mean()), 6)
        telling = not sure.all() and sure.any() and not (found and share == found[-1].answered)
        if not telling and not (threshold == asked and sure.any()):
            continue
        found.append(
            Sureness(
                threshold=threshold,
                answered=share,
                accuracy=round(float(right[sure].mean()), 6),
                wrong_let_pass=int((sure & ~right).sum()),
                right_held_back=int((~sure & right).sum()),
            )
        )
    return found


def ranking_metrics(true: NDArray[np.int64], probabilities: NDArray[np.float64]) -> dict[str, float]:
    """``roc_auc`` and ``pr_auc``: of two labels for the rarer one, of more the mean over labels, each against the rest.

    ``pr_auc`` is the average precision, which says more than ROC where a label is rare (Davis and Goadrich 2006).
    Nothing where fewer than two known labels stand in the test rows, or where there are too many to be worth the time.
    """
    size = probabilities.shape[1]
    counts = np.bincount(true, minlength=size)[:size]
    wanted = [int(counts.argmin())] if size == 2 else np.flatnonzero(counts).tolist()
    if np.count_nonzero(counts) < 2 or len(true) * len(wanted) > MOST_RANKED:
        return {}
    return {
        "roc_auc": float(np.mean([roc_auc_score(true == label, probabilities[:, label]) for label in wanted])),
        "pr_auc": float(np.mean([average_precision_score(true == label, probabilities[:, label]) for label in wanted])),
    }


def reliability(right: NDArray[np.bool_], confidence: NDArray[np.float64]) -> list[ReliabilityBin]:
    """How often it is right where it says it is so sure, in ten equal bins; empty ones are left out."""
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    found = []
    for number in np.unique(place).tolist():
        rows = place == number
        found.append(
            ReliabilityBin(
                low=round(number / BINS, 2),
                high=round((number + 1) / BINS, 2),
                rows=int(rows.sum()),
                confidence=round(float(confidence[rows].mean()), 6),
                right=round(float(right[rows].mean()), 6),
            )
        )
    return found


def prices(true: NDArray[np.int64], probabilities: NDArray[np.float64], labels: Sequence[str]) -> list[ThresholdPrice]:
    """Of two labels, what each threshold for the rarer one costs: those missed against false alarms."""
    counts = np.bincount(true, minlength=2)
    if probabilities.shape[1] != 2 or len(counts) != 2 or not counts.all():
        return []
    wanted = int(counts.argmin())
    have, found = true == wanted, []
    for threshold in PRICED:
        said = probabilities[:, wanted] >= threshold
        found.append(
            ThresholdPrice(
                label=labels[wanted],
                threshold=threshold,
                missed=int((have & ~said).sum()),
                false_alarms=int((said & ~have).sum()),
                found=int((said & have).sum()),
            )
        )
    return found


def unscaled(probabilities: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """What temperature scaling by ``factor`` (:func:`training_worker.calibration.fit_scale`) began with."""
    return softmax(log_probabilities(probabilities) / factor)


def sharpening_of(candidate: Any) -> float:
    """By how much a candidate's scores were multiplied to be believable probabilities; of several models together, the
    sum of their weights."""
    weights = getattr(candidate, "weights", None)
    if weights is None:
        return float(getattr(candidate, "scale", 1.0))
    return float(sum(weights.values() if isinstance(weights, dict) else weights))

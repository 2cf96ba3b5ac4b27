"""What it costs to answer only when sure: rows left unanswered against mistakes avoided."""

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from workspace.model import Sureness

STEPS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


def sureness_table(right: NDArray[np.bool_], confidence: NDArray[np.float64]) -> list[Sureness]:
    """For each threshold on the confidence, the share of rows answered and the share of the answers that is right.

    Thresholds that leave no row unanswered more than the one before, or answer none, are left out.
    """
    found: list[Sureness] = []
    for threshold in STEPS:
        sure = confidence >= threshold
        if sure.all() or not sure.any() or (found and sure.mean() == found[-1].answered):
            continue
        found.append(
            Sureness(
                threshold=threshold,
                answered=round(float(sure.mean()), 6),
                accuracy=round(float(right[sure].mean()), 6),
                wrong_let_pass=int((sure & ~right).sum()),
                right_held_back=int((~sure & right).sum()),
            )
        )
    return found


def ranking_metrics(true: NDArray[np.int64], probabilities: NDArray[np.float64]) -> dict[str, float]:
    """``roc_auc`` and ``pr_auc`` of a model of two labels, the rarer one being what is looked for; else nothing.

    ``pr_auc`` is the average precision, which says more than ROC where that label is rare (Davis and Goadrich 2006).
    """
    counts = np.bincount(true, minlength=2)
    if probabilities.shape[1] != 2 or len(counts) != 2 or not counts.all():
        return {}
    wanted = int(counts.argmin())
    return {
        "roc_auc": float(roc_auc_score(true == wanted, probabilities[:, wanted])),
        "pr_auc": float(average_precision_score(true == wanted, probabilities[:, wanted])),
    }

"""Linear classifiers for many rows: averaged stochastic gradient descent that reads the counts a slice at a time.

liblinear copies all counts into a form of its own, 16 bytes each. Here nothing is copied but a slice of some thousand
rows, in single precision, and after a few passes the mean of all states on the way is as good as liblinear's answer
(Polyak and Juditsky 1992; Bottou 2010).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import SGDClassifier

from training_worker.interruptible import run_interruptible
from training_worker.length_batches import processors
from training_worker.reporter import Reporter

SLICE_ROWS = 20_000
PASSES = 10
RATE = 0.1
"""Of the steps; with the mean of all states a constant one did best: as good as liblinear after five passes through
35,000 texts, where those that fall with the steps had not come near."""
LABELS_AT_ONCE = 16
"""Labels that learn from a slice together: the weights of each are held several times."""
Weights = tuple[NDArray[np.float32], NDArray[np.float64]]


def fit_by_descent(
    report: Reporter,
    matrix: csr_matrix,
    rows: NDArray[np.int64],
    labels: NDArray[np.int64],
    has_label: Callable[[int, NDArray[np.int64]], NDArray[np.bool_]],
    C: float,
    row_weight: NDArray[np.float64] | None,
    seed: int,
    tell: Callable[[float], None],
) -> Weights:
    """Weights (labels by words) and bias of a classifier for each of the ``labels`` against all else.

    It makes small what ``LinearSVC(C=C)`` makes small. ``rows`` of the matrix are learned from; ``has_label(label,
    rows)`` says which of them have a label, some with and some without; ``row_weight`` counts them differently.
    """
    weights = np.zeros((len(labels), matrix.shape[1]), dtype=np.float32)
    bias = np.zeros(len(labels))
    with ThreadPoolExecutor(processors(), thread_name_prefix="descent") as pool:
        for first in range(0, len(labels), LABELS_AT_ONCE):
            some = labels[first : first + LABELS_AT_ONCE]
            models = [_classifier(C, len(rows), seed) for _ in some]
            for number in range(PASSES):
                order = np.random.default_rng([seed, number]).permutation(len(rows))
                for start in range(0, len(order), SLICE_ROWS):
                    done = (number + start / len(order)) / PASSES
                    tell((first + done * len(some)) / len(labels))
                    at = order[start : start + SLICE_ROWS]
                    here, weight = rows[at], None if row_weight is None else row_weight[at]
                    part = matrix[here]
                    calls = [
                        partial(model.partial_fit, part, has_label(label, here), [False, True], weight)
                        for model, label in zip(models, some, strict=True)
                    ]
                    run_interruptible(report, lambda calls=calls: [job.result() for job in map(pool.submit, calls)])  # type: ignore[misc]
            for place, model in enumerate(models, start=first):
                weights[place], bias[place] = model.coef_[0], model.intercept_[0]
    return weights, bias


def _classifier(C: float, rows: int, seed: int) -> SGDClassifier:
    return SGDClassifier(
        loss="squared_hinge",
        alpha=1 / (C * rows),
        learning_rate="constant",
        eta0=RATE,
        average=True,
        random_state=seed,
    )

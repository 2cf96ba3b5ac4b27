"""The recipe ``linear`` where a text can have several labels: one support vector machine for each.

Read top to bottom as ``recipes/linear.py``: count words, try a few settings on validation rows, calibrate each label's
scores there, refit on all rows. Rare labels do not count more by themselves: each label has its own threshold, chosen
on validation rows, which does the same and was measured to do it better. The result is a plain scikit-learn
``Pipeline`` that ends in a ``OneVsRestClassifier``.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.svm import LinearSVC

from training_worker.averaged_descent import fit_by_descent
from training_worker.interruptible import run_interruptible
from training_worker.job import Job, Probabilities, write_array
from training_worker.multilabel.choice import Judged, judge, targets_of, threshold_facts
from training_worker.multilabel.one_vs_rest import NEVER, as_one_vs_rest, fit_labels
from training_worker.word_counts import freeze, many, top_words, vectorise

CS = (0.1, 0.3, 1.0)
"""From cautious to close; the next one is tried while they get better."""
COUNTING = 0.2  # share of the time that counting words takes, for the progress
_BALANCED = "balanced"


@dataclass
class LinearCandidate:
    rows: NDArray[np.int64]
    answers: Probabilities
    note: str
    C: float
    judged: Judged
    features: FeatureUnion
    matrix: csr_matrix
    base: str | None = None

    def save(self, job: Job, folder: Path) -> dict[str, Any]:
        """Refits on all learning rows with the chosen setting and writes ``model.skops``."""
        labels, targets, judged = job.split.labels, targets_of(job), self.judged

        def tell(done: float) -> None:
            at = (fits(job) - 1 + done) / fits(job)
            job.tell(COUNTING + (1 - COUNTING) * at, f"Learning once more from all {len(targets):,} texts")

        weights, bias = fit(job, self.matrix, np.arange(len(targets)), self.C, tell)
        classifier = as_one_vs_rest(weights * judged.slope[:, None], bias * judged.slope + judged.offset, labels)
        pipeline = Pipeline([("features", freeze(self.features)), ("classifier", classifier)])
        run_interruptible(job.report, lambda: skops.io.dump(pipeline, folder / "model.skops", compression=8))
        words = top_words(self.features, weights, labels)
        return {"format": "sklearn", "top_words": words, **threshold_facts(job, self.rows, judged.answers)}


class LinearTrainer:
    def estimate(self, job: Job) -> float:
        """From the amount of text; constants measured on 43,410 short texts with 28 labels on one core."""
        return self._seconds(job, fits(job))

    def least_seconds(self, job: Job) -> float:
        return self._seconds(job, len(job.split.folds) + 1)

    def _seconds(self, job: Job, fits: int) -> float:
        characters = float(sum(map(len, job.split.learn.texts)))
        return 0.3 + 4e-6 * characters + 2e-7 * characters * len(job.split.labels) * fits

    def train(self, job: Job) -> LinearCandidate:
        job.tell(0.0, f"Counting words in {len(job.split.learn):,} texts")
        features, matrix = run_interruptible(job.report, lambda: vectorise(job, len(job.split.labels)))
        rows, _ = job.split.judged
        C, judged = search(job, matrix, rows)
        return LinearCandidate(rows, judged.answers, f"C={C:g}", C, judged, features, matrix)


TRAINER = LinearTrainer()


def cs_to_try(job: Job) -> tuple[float, ...]:
    """The C that was set, or a few; one where there are no rows to choose by."""
    if job.number("C") > 0:
        return (job.number("C"),)
    return CS if job.split.folds else CS[:1]


def fits(job: Job) -> int:
    """How many times the classifiers are fitted: as a rule two C on each fold, and once on all rows."""
    return min(len(cs_to_try(job)), 2) * len(job.split.folds) + 1


def search(job: Job, matrix: csr_matrix, rows: NDArray[np.int64]) -> tuple[float, Judged]:
    """The C with the best score on the validation rows, and what its scores there say."""
    found: list[tuple[float, Judged]] = []
    for number, C in enumerate(cs_to_try(job)):
        started = time.monotonic()
        judged = judge(job, rows, scores_on_folds(job, matrix, C, number))
        job.log(f"valid_{job.plan.metric}", number + 1, judged.score)
        found.append((C, judged))
        worse = judged.score < max(found, key=_score)[1].score
        if worse or job.seconds_left < 3 * (time.monotonic() - started):
            break
    return max(found, key=_score)


def _score(tried: tuple[float, Judged]) -> float:
    return tried[1].score


def scores_on_folds(job: Job, matrix: csr_matrix, C: float, done_before: int) -> NDArray[np.float64]:
    """Scores of every fold's validation rows by classifiers that learned from its training rows only.

    ``done_before`` values of C were judged already. The scores are kept in ``work``, so that an interrupted run does
    not fit them again.
    """
    kept = job.work / f"C{C:g}-several.npy"
    if kept.exists():
        return np.asarray(np.load(kept))
    folds = job.split.folds
    found = [np.zeros((0, len(job.split.labels)))]
    for number, (train, valid) in enumerate(folds):

        def tell(done: float, number: int = number) -> None:
            at = min((done_before * len(folds) + number + done) / fits(job), 1.0)
            job.tell(COUNTING + (1 - COUNTING) * at, f"Learning which words speak for which label (C={C:g})")

        weights, bias = fit(job, matrix, train, C, tell)
        found.append(np.asarray(matrix[valid] @ weights.T + bias))
    scores = np.concatenate(found)
    write_array(kept, scores)
    job.report.checkpointed()
    return scores


def fit(
    job: Job, matrix: csr_matrix, rows: NDArray[np.int64], C: float, tell: Callable[[float], None]
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Weights (labels by words) and bias of a support vector machine for each label, learned from these rows."""
    targets = targets_of(job)
    weight = _BALANCED if job.choice("class_weight") == _BALANCED else None
    if weight is None and many(job.split.learn.texts):
        return _fit_to_many(job, matrix, rows, C, tell)

    def make() -> LinearSVC:
        return LinearSVC(C=C, class_weight=weight, dual="auto", random_state=job.plan.seed)

    matrix, targets = (matrix, targets) if len(rows) == len(targets) else (matrix[rows], targets[rows])
    return fit_labels(job.report, make, matrix, targets, tell)


def _fit_to_many(
    job: Job, matrix: csr_matrix, rows: NDArray[np.int64], C: float, tell: Callable[[float], None]
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """The same where liblinear would need too much memory."""
    targets = targets_of(job)
    having = targets[rows].sum(axis=0)
    mixed = np.flatnonzero((having > 0) & (having < len(rows)))
    weights = np.zeros((targets.shape[1], matrix.shape[1]), dtype=np.float32)
    bias = np.where(having > 0, -NEVER, NEVER)

    def has_label(label: int, some: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.asarray(targets[some, label])

    weights[mixed], bias[mixed] = fit_by_descent(
        job.report, matrix, rows, mixed, has_label, C, None, job.plan.seed, tell
    )
    return weights, bias

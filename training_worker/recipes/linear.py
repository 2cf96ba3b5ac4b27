"""TF-IDF of words and pieces of words, and a linear support vector machine whose scores become probabilities.

Read top to bottom: count words, try a few settings on validation rows, refit on all rows, save with skops.
The classifiers are fitted a few labels at a time (one against the rest, as ``LinearSVC`` does inside), so that progress
can be told between them. The result is stored as a plain scikit-learn ``Pipeline`` that
ends in a ``LogisticRegression`` carrying the fitted weights, so ``predict_proba`` works without our code.
"""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.svm import LinearSVC

from training_worker.averaged_descent import fit_by_descent
from training_worker.by_task import ByTask
from training_worker.calibration import fit_scale, softmax
from training_worker.evaluation import choosing_score
from training_worker.interruptible import run_interruptible
from training_worker.job import Job, Probabilities, write_array
from training_worker.multilabel import linear as multilabel
from training_worker.word_counts import freeze, many, top_words, vectorise
from workspace.dataset import TaskKind

CS = (1.0, 0.3, 3.0)
"""The first, then a more cautious one, and a closer one where more caution did not help."""
UNEVEN = 10.0
"""How many times more rows the commonest label must have than the rarest for weights to be tried."""
LABELS_AT_ONCE = 16
"""Labels that are fitted in one call: the counts are copied for each call, which takes as long as fitting a label."""
TOLERANCE = 0.01
"""Of the dual solver; the usual 1e-4 takes twice the time and answers alike."""
FIT_SECONDS = 4e-8
"""A fit of one label, for each letter of the texts."""
REST = -1
NEVER = -5.0  # score of a label that a fold could not learn; others are rarely below -2
COUNTING = 0.2  # share of the time that counting words takes, for the progress


@dataclass(frozen=True)
class Option:
    """One setting of the classifier that is tried."""

    C: float
    balanced: bool

    @property
    def words(self) -> str:
        return f"C={self.C:g}" + (", rare labels count more" if self.balanced else "")


@dataclass
class LinearCandidate:
    rows: NDArray[np.int64]
    answers: Probabilities
    note: str
    option: Option
    scale: float
    features: FeatureUnion
    matrix: csr_matrix
    base: str | None = None

    def save(self, job: Job, folder: Path) -> dict[str, Any]:
        """Refits on all learning rows with the chosen setting and writes ``model.skops``."""
        labels, everything = job.split.labels, np.arange(len(job.split.learn))

        def tell(done: float) -> None:
            at = (fits(job) - 1 + done) / fits(job)
            job.tell(COUNTING + (1 - COUNTING) * at, f"Learning once more from all {len(everything):,} texts")

        weights, bias = fit(job, self.matrix, everything, len(labels), self.option, tell)
        classifier = as_logistic_regression(weights * self.scale, bias * self.scale, labels)
        pipeline = Pipeline([("features", freeze(self.features)), ("classifier", classifier)])
        run_interruptible(job.report, lambda: skops.io.dump(pipeline, folder / "model.skops", compression=8))
        return {"format": "sklearn", "top_words": top_words(self.features, weights, labels)}


class LinearTrainer:
    def estimate(self, job: Job) -> float:
        """From the amount of text; constants measured on banking77 (10,003 rows, 77 labels) on two cores."""
        characters = float(sum(map(len, job.split.learn.texts)))
        labels = 1 if len(job.split.labels) == 2 else len(job.split.labels)
        return 0.3 + 2.5e-6 * characters + FIT_SECONDS * characters * labels * fits(job)

    def least_seconds(self, job: Job) -> float:
        return self.estimate(job)

    def train(self, job: Job) -> LinearCandidate:
        classes, size = job.split.classes, len(job.split.labels)
        job.tell(0.0, f"Counting words in {len(classes):,} texts")
        # Vocabulary and document frequencies come from all learning rows (no labels, no test rows are used), so
        # that the texts are counted once and not once per fold.
        features, matrix = run_interruptible(job.report, lambda: vectorise(job, size))
        rows, known = job.split.judged
        option, scores = search(job, matrix, rows)
        scale = fit_scale(scores[known], classes[rows[known]])
        return LinearCandidate(rows, softmax(scores * scale), option.words, option, scale, features, matrix)


TRAINER = ByTask({TaskKind.CLASSIFICATION: LinearTrainer(), TaskKind.MULTILABEL: multilabel.TRAINER})


def cs_to_try(job: Job) -> tuple[float, ...]:
    """The C that was set, or a few; one where there are no rows to choose by."""
    if job.number("C") > 0:
        return (job.number("C"),)
    return CS if job.split.folds else CS[:1]


def weighting_to_try(job: Job) -> tuple[bool, ...]:
    """Whether rare labels count more: as set, or both where labels are uneven and there are rows to choose by."""
    if job.choice("class_weight") != "auto":
        return (job.choice("class_weight") == "balanced",)
    counts = np.bincount(job.split.classes)
    uneven = counts.max() > UNEVEN * counts[counts > 0].min()
    return (False, True) if uneven and job.split.folds else (False,)


def fits(job: Job) -> int:
    """How many times the classifier is fitted: each option on each fold, and once on all rows."""
    options = len(cs_to_try(job)) + len(weighting_to_try(job)) - 1
    return options * len(job.split.folds) + 1


def search(job: Job, matrix: csr_matrix, rows: NDArray[np.int64]) -> tuple[Option, NDArray[np.float64]]:
    """The option with the best score on the validation rows, and its scores there: C first, then weights."""
    weightings = weighting_to_try(job)
    waiting = [Option(c, weightings[0]) for c in cs_to_try(job)]
    found: list[tuple[float, Option, NDArray[np.float64]]] = []
    while waiting:
        started = time.monotonic()
        option = waiting.pop(0)
        scores = judge(job, matrix, option, len(found))
        score = choosing_score(job.plan.metric, job.split.classes[rows], scores) if len(rows) else 0.0
        job.log(f"valid_{job.plan.metric}", len(found) + 1, score)
        found.append((score, option, scores))
        best = max(found, key=lambda result: result[0])
        if best[1] == option and CS[0] > option.C:  # more caution helped: no need to try less
            waiting = []
        if not waiting and len(weightings) == 2 and not any(o.balanced for _, o, _ in found):
            waiting = [Option(best[1].C, True)]
        if job.seconds_left < 3 * (time.monotonic() - started):
            break
    return best[1], best[2]


def judge(job: Job, matrix: csr_matrix, option: Option, done_before: int) -> NDArray[np.float64]:
    """Scores of every fold's validation rows by a model that learned from its training rows only.

    ``done_before`` options were judged already. The scores are kept in ``work``, so that an interrupted run does not
    fit them again.
    """
    kept = job.work / f"C{option.C:g}-{'balanced' if option.balanced else 'plain'}.npy"
    if kept.exists():
        return np.asarray(np.load(kept))
    size, folds = len(job.split.labels), job.split.folds
    found = [np.zeros((0, size))]
    for number, (train, valid) in enumerate(folds):

        def tell(done: float, number: int = number) -> None:
            at = (done_before * len(folds) + number + done) / fits(job)
            job.tell(COUNTING + (1 - COUNTING) * at, f"Learning which words speak for which label ({option.words})")

        weights, bias = fit(job, matrix, train, size, option, tell)
        found.append(decision(matrix[valid], weights, bias))
    scores = np.concatenate(found)
    write_array(kept, scores)
    job.report.checkpointed()
    return scores


def fit(
    job: Job,
    matrix: csr_matrix,
    rows: NDArray[np.int64],
    size: int,
    option: Option,
    tell: Callable[[float], None],
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Weights (labels by words; one row for two labels) and bias of one-against-rest support vector machines that
    learn from these rows."""
    classes = job.split.classes[rows]
    targets = np.array([1]) if size == 2 else np.arange(size)
    weights = np.zeros((len(targets), matrix.shape[1]), dtype=np.float32)
    bias = np.full(len(targets), NEVER)  # a label may be missing in a fold: then it never wins
    counts = np.bincount(classes, minlength=size)
    row_weight = (len(classes) / (np.count_nonzero(counts) * counts[classes])) if option.balanced else None
    present = np.intersect1d(targets, classes)
    if many(job.split.learn.texts):

        def has_label(label: int, some: NDArray[np.int64]) -> NDArray[np.bool_]:
            return np.asarray(job.split.classes[some] == label)

        seed = job.plan.seed
        found = fit_by_descent(job.report, matrix, rows, present, has_label, option.C, row_weight, seed, tell)
        weights[np.searchsorted(targets, present)], bias[np.searchsorted(targets, present)] = found
        return weights, bias
    matrix = matrix if len(rows) == matrix.shape[0] else matrix[rows]
    for start in range(0, len(present), LABELS_AT_ONCE):
        tell(start / len(present))
        some = present[start : start + LABELS_AT_ONCE]
        svm = LinearSVC(C=option.C, dual="auto", tol=TOLERANCE, random_state=job.plan.seed)
        answers = np.where(np.isin(classes, some), classes, REST)
        run_interruptible(job.report, partial(_fit_quietly, svm, matrix, answers, row_weight))
        learned, off = svm.coef_, svm.intercept_
        if len(svm.classes_) == 2:  # one row that says "second class"
            learned, off = np.vstack([-learned, learned]), np.concatenate([-off, off])
        place = np.searchsorted(targets, svm.classes_[svm.classes_ != REST])
        weights[place], bias[place] = learned[svm.classes_ != REST], off[svm.classes_ != REST]
    return weights, bias


def _fit_quietly(
    svm: LinearSVC, matrix: csr_matrix, answers: NDArray[np.int64], sample_weight: NDArray[np.float64] | None
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        svm.fit(matrix, answers, sample_weight=sample_weight)


def decision(matrix: csr_matrix, weights: NDArray[np.float32], bias: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores whose softmax is what ``LogisticRegression.predict_proba`` gives; rows by labels."""
    scores = np.asarray(matrix @ weights.T + bias)
    return np.hstack([-scores / 2, scores / 2]) if scores.shape[1] == 1 else scores


def as_logistic_regression(
    weights: NDArray[np.floating[Any]], bias: NDArray[np.float64], labels: list[str]
) -> LogisticRegression:
    """A fitted ``LogisticRegression`` with these weights."""
    model = LogisticRegression()
    model.classes_ = np.array(labels)
    model.coef_ = weights.astype(np.float32)
    model.intercept_ = bias.astype(np.float64)
    model.n_features_in_ = weights.shape[1]
    model.n_iter_ = np.array([1], dtype=np.int32)
    return model

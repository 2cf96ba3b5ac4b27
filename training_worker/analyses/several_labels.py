"""The closer look where a text may have several labels: one yes or no for each label, judged like any other label.

A label is doubted as in :mod:`training_worker.analyses.suspicion`, by itself: rows that have it and rows that have it
not are two classes with thresholds of their own (confident learning one against the rest, as in cleanlab's
``multilabel_classification``; Thyagarajan et al., "Identifying incorrect annotations in multi-label classification
data", 2022). A row's labels without the doubted ones and with the missed ones are what it should probably have.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from training_worker.analyses.learning_curve import FRACTIONS, LEAST_ROWS, Curve
from training_worker.analyses.quick_model import FOLDS, Check, Scores, Views, solve_ridge
from training_worker.analyses.rows import stratified_order
from training_worker.analyses.suspicion import suspicious_labels
from training_worker.split import Indices

Marks = NDArray[np.bool_]
"""Rows by labels: which of them each row has."""
_MOST_CELLS = 200_000
_THRESHOLDS = np.arange(0.1, 0.91, 0.05)


@dataclass(frozen=True)
class Doubt:
    """``rows`` are positions, most doubtful first; ``better`` (rows by labels) what each should probably have."""

    rows: Indices
    better: Marks
    scores: Scores


def rarest(targets: Sequence[Sequence[str]]) -> list[str]:
    """The rarest label of each row: what rows are divided by, so that every part has some of each."""
    counts: dict[str, int] = {}
    for labels in targets:
        for label in labels:
            counts[label] = counts.get(label, 0) + 1
    return [min(labels, key=lambda label: (counts[label], label)) for labels in targets]


def marks_of(targets: Sequence[Sequence[str]]) -> tuple[Marks, list[str]]:
    """Rows by labels, and the labels."""
    names = sorted({label for labels in targets for label in labels})
    number = {name: i for i, name in enumerate(names)}
    marks = np.zeros((len(targets), len(names)), dtype=bool)
    for row, labels in enumerate(targets):
        marks[row, [number[label] for label in labels]] = True
    return marks, names


def out_of_sample_several(views: Views, marks: Marks, folds: Indices, check: Check) -> Scores:
    """Probabilities of each row's labels by a model that has seen no row of its fold."""
    scores = np.zeros(marks.shape)
    with threadpool_limits(1):
        sums = []
        for fold in range(FOLDS):
            check()
            sums.append(_sums(views, marks, np.flatnonzero(folds == fold)))
        gram, answers = sum(s[0] for s in sums), sum(s[1] for s in sums)
        for fold in range(FOLDS):
            check()
            held_out = np.flatnonzero(folds == fold)
            if len(held_out):
                scores[held_out] = views.dense[held_out] @ solve_ridge(gram - sums[fold][0], answers - sums[fold][1])
        return _calibrated(scores, marks)


def doubted(probabilities: Scores, marks: Marks) -> Doubt:
    """Rows with a label that they should probably not have, or without one that they should; never all of a row's."""
    better, surer = marks.copy(), np.zeros(len(marks))
    for number in range(marks.shape[1]):
        chance = probabilities[:, number]
        found = suspicious_labels(np.stack([1 - chance, chance], axis=1), marks[:, number].astype(np.int64))
        better[found.rows, number] = found.suggested == 1
        surer[found.rows] = np.maximum(surer[found.rows], found.scores)
    rows = np.flatnonzero((better != marks).any(axis=1) & better.any(axis=1))
    rows = rows[np.argsort(-surer[rows], kind="stable")]
    return Doubt(rows, better[rows], surer[rows])


def measure_several(
    views: Views,
    marks: Marks,
    strata: Indices,
    folds: Indices,
    tell: Callable[[float], None],
) -> Curve:
    """Micro-F1 of the quick model on growing parts of each fold's training rows."""
    train_rows = min(int(np.count_nonzero(folds != fold)) for fold in range(FOLDS))
    sizes = sorted({max(LEAST_ROWS, round(train_rows * fraction)) for fraction in FRACTIONS})
    scores = np.zeros((FOLDS, len(sizes)))
    features = views.dense.shape[1]
    for fold in range(FOLDS):
        tell(fold / FOLDS)
        train, held_out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        order = train[stratified_order(strata[train], seed=fold)]
        gram, answers, done = np.zeros((features, features)), np.zeros((features, marks.shape[1])), 0
        with threadpool_limits(1):
            for i, size in enumerate(sizes):
                more, right = _sums(views, marks, order[done:size])
                gram, answers, done = gram + more, answers + right, size
                weights = solve_ridge(gram, answers)
                # Where yes begins is found on what was learned from, as the scores grow with the rows.
                learned = views.dense[order[:size]] @ weights
                at = max(_THRESHOLDS, key=lambda at: micro_f1(learned >= at, marks[order[:size]]))
                scores[fold, i] = micro_f1(views.dense[held_out] @ weights >= at, marks[held_out])
    return Curve(sizes, scores, len(marks))


def micro_f1(said: Marks, true: Marks) -> float:
    """F1 over all labels of all rows together."""
    both = int(said.sum()) + int(true.sum())
    return 2 * int((said & true).sum()) / both if both else 0.0


def _calibrated(scores: Scores, marks: Marks) -> Scores:
    """Scores as probabilities: one logistic curve for all labels (Platt 1999)."""
    rng = np.random.default_rng(0)
    cells = rng.choice(scores.size, min(scores.size, _MOST_CELLS), replace=False)
    curve = LogisticRegression(C=1e6).fit(scores.ravel()[cells, None], marks.ravel()[cells])
    return np.asarray(1 / (1 + np.exp(-(scores * curve.coef_[0, 0] + curve.intercept_[0]))))


def _sums(views: Views, marks: Marks, rows: Indices) -> tuple[Scores, Scores]:
    part = views.dense[rows]
    return (part.T @ part).astype(np.float64), (part.T @ marks[rows].astype(np.float32)).astype(np.float64)

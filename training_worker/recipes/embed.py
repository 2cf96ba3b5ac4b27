"""A frozen base model turns texts into vectors; a logistic regression learns on them.

Read top to bottom: vectors of all learning rows (kept in ``work`` every few seconds), the choice of C on validation
rows, a refit on all rows, and the export of encoder and head together as one sequence classifier.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from training_worker.by_task import ByTask
from training_worker.calibration import fit_scale, softmax
from training_worker.embedding import Encoder, Vectors, load_encoder
from training_worker.evaluation import choosing_score
from training_worker.interruptible import run_interruptible
from training_worker.job import Job, Probabilities
from training_worker.multilabel import embed as multilabel
from training_worker.reading_texts import read_texts, reading_seconds
from training_worker.sequence_export import save_head_on_encoder
from training_worker.starter import resolve_base
from workspace.dataset import TaskKind

CS = (10.0, 1.0, 100.0)
UNEVEN = 3.0
HEAD_SECONDS = 1e-8  # of a fit, for a row, a dimension and a label
READING = 0.9  # share of the time that the reading of the texts takes, for the progress


@dataclass(frozen=True)
class Option:
    """One setting of the classifier that is tried."""

    C: float
    balanced: bool


@dataclass
class EmbedCandidate:
    rows: NDArray[np.int64]
    answers: Probabilities
    note: str
    base: str | None
    option: Option
    scale: float
    encoder: Encoder
    vectors: Vectors

    def save(self, job: Job, folder: Path) -> dict[str, Any]:
        """Refits the head on all learning rows and writes encoder and head."""
        job.tell(READING, f"Learning once more from all {len(self.vectors):,} texts")
        weights, bias = fit_head(job, self.vectors, job.split.classes, self.option)
        encoder, max_tokens = self.encoder, job.whole("max_tokens")
        labels = job.split.labels
        job.tell(0.95, "Putting the model together")
        return run_interruptible(
            job.report,
            lambda: save_head_on_encoder(encoder, weights * self.scale, bias * self.scale, labels, max_tokens, folder),
        )


class EmbedTrainer:
    def estimate(self, job: Job) -> float:
        """Times a few batches of these very texts on this machine."""
        encoder = load_encoder(resolve_base(job.plan.base), job.choice("pooling"))
        rows, labels, folds = len(job.split.learn), len(job.split.labels), len(job.split.folds)
        heads = HEAD_SECONDS * rows * encoder.size * labels * (len(CS) * folds + 1)
        return 1.0 + reading_seconds(job, encoder) + heads

    def least_seconds(self, job: Job) -> float:
        return self.estimate(job)

    def train(self, job: Job) -> EmbedCandidate:
        job.tell(0.0, "Opening the base model")
        base = resolve_base(job.plan.base)
        encoder = run_interruptible(job.report, lambda: load_encoder(base, job.choice("pooling")))
        classes = job.split.classes
        vectors = read_texts(job, encoder, lambda done, message: job.tell(READING * done, message))
        rows, known = job.split.judged
        option, scores = search(job, vectors, rows)
        scale = fit_scale(scores[known], classes[rows[known]]) if known.any() else 1.0
        note = f"C={option.C:g}" + (", rare labels count more" if option.balanced else "")
        return EmbedCandidate(rows, softmax(scores * scale), note, base.name, option, scale, encoder, vectors)


TRAINER = ByTask({TaskKind.CLASSIFICATION: EmbedTrainer(), TaskKind.MULTILABEL: multilabel.TRAINER})


def search(job: Job, vectors: Vectors, rows: NDArray[np.int64]) -> tuple[Option, NDArray[np.float64]]:
    """The option with the best score on the validation rows, and its scores there: C first, then weights."""
    counts = np.bincount(job.split.classes)
    uneven = bool(counts.max() > UNEVEN * counts[counts > 0].min())
    weighting = job.choice("class_weight")
    cs = (job.number("C"),) if job.number("C") > 0 else CS
    waiting = [Option(c, weighting == "balanced") for c in (cs if len(rows) else cs[:1])]
    try_weights = weighting == "auto" and uneven and len(rows) > 0
    found: list[tuple[float, Option, NDArray[np.float64]]] = []
    while waiting:
        option = waiting.pop(0)
        scores = judge(job, vectors, option)
        score = choosing_score(job.plan.metric, job.split.classes[rows], scores) if len(rows) else 0.0
        found.append((score, option, scores))
        job.log(f"valid_{job.plan.metric}", len(found), score)
        best = max(found, key=lambda result: result[0])
        if not waiting and try_weights:
            waiting, try_weights = [Option(best[1].C, True)], False
    return best[1], best[2]


def judge(job: Job, vectors: Vectors, option: Option) -> NDArray[np.float64]:
    """Scores of every fold's validation rows by a head that learned from its training rows only."""
    classes, size = job.split.classes, len(job.split.labels)
    found = [np.zeros((0, size))]
    for train, valid in job.split.folds:
        job.tell(READING, "Learning on what the base model understood")
        weights, bias = fit_head(job, vectors[train], classes[train], option)
        found.append(vectors[valid] @ weights.T + bias)
    return np.concatenate(found)


def fit_head(
    job: Job, vectors: Vectors, classes: NDArray[np.int64], option: Option
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights (labels by dimensions) and bias of a softmax classifier over all labels of the job."""
    head = LogisticRegression(C=option.C, max_iter=500, class_weight="balanced" if option.balanced else None)
    with threadpool_limits(1):  # products this small are five times faster on one processor
        run_interruptible(job.report, lambda: head.fit(vectors, classes))
    size = len(job.split.labels)
    weights, bias = np.zeros((size, vectors.shape[1])), np.full(size, -30.0)
    found, offset = np.asarray(head.coef_, np.float64), np.asarray(head.intercept_, np.float64)
    if len(head.classes_) == 2:  # one row that says "second class": the same as a softmax over half of it
        found, offset = np.vstack([-found / 2, found / 2]), np.concatenate([-offset / 2, offset / 2])
    # A label that is missing in a fold keeps a bias so low that it never wins.
    weights[head.classes_], bias[head.classes_] = found, offset
    return weights, bias

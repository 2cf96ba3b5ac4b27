"""The recipe ``embed`` where a text can have several labels: a logistic regression for each, on frozen vectors.

Read top to bottom as ``recipes/embed.py``: vectors of all learning rows, the choice of C on validation rows, each
label's scores calibrated there, a refit on all rows, and the export of encoder and heads as one sequence classifier.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from training_worker.embedding import Encoder, Vectors, load_encoder
from training_worker.interruptible import run_interruptible
from training_worker.job import Job, Probabilities
from training_worker.multilabel.choice import Judged, judge, targets_of, threshold_facts
from training_worker.multilabel.one_vs_rest import fit_labels
from training_worker.reading_texts import read_texts, reading_seconds
from training_worker.sequence_export import save_head_on_encoder
from training_worker.starter import resolve_base

CS = (3.0, 30.0)
READING = 0.8  # share of the time that the reading of the texts takes, for the progress
HEAD_SECONDS = 7e-6  # of one label's fit, for a row
_BALANCED = "balanced"


@dataclass
class EmbedCandidate:
    rows: NDArray[np.int64]
    answers: Probabilities
    note: str
    base: str | None
    C: float
    judged: Judged
    encoder: Encoder
    vectors: Vectors

    def save(self, job: Job, folder: Path) -> dict[str, Any]:
        """Refits the heads on all learning rows and writes encoder and heads."""
        message = f"Learning once more from all {len(self.vectors):,} texts"
        weights, bias = fit_heads(
            job, self.vectors, targets_of(job), self.C, lambda done: job.tell(READING + 0.15 * done, message)
        )
        judged, labels, most = self.judged, job.split.labels, job.whole("max_tokens")
        weights, bias = weights * judged.slope[:, None], bias * judged.slope + judged.offset
        job.tell(0.95, "Putting the model together")
        facts = run_interruptible(
            job.report,
            lambda: save_head_on_encoder(self.encoder, weights, bias, labels, most, folder, several=True),
        )
        return {**facts, **threshold_facts(job, self.rows, self.answers)}


class EmbedTrainer:
    def estimate(self, job: Job) -> float:
        """Times a few batches of these very texts on this machine."""
        fits = len(cs_to_try(job)) * len(job.split.folds) + 1
        heads = HEAD_SECONDS * len(job.split.learn) * len(job.split.labels) * fits
        return 1.0 + reading_seconds(job, load_encoder(resolve_base(job.plan.base), job.choice("pooling"))) + heads

    def least_seconds(self, job: Job) -> float:
        return self.estimate(job)

    def train(self, job: Job) -> EmbedCandidate:
        job.tell(0.0, "Opening the base model")
        base = resolve_base(job.plan.base)
        encoder = run_interruptible(job.report, lambda: load_encoder(base, job.choice("pooling")))
        vectors = read_texts(job, encoder, lambda done, message: job.tell(READING * done, message))
        rows, _ = job.split.judged
        C, judged = search(job, vectors, rows)
        return EmbedCandidate(rows, judged.answers, f"C={C:g}", base.name, C, judged, encoder, vectors)


TRAINER = EmbedTrainer()


def cs_to_try(job: Job) -> tuple[float, ...]:
    """The C that was set, or a few; one where there are no rows to choose by."""
    if job.number("C") > 0:
        return (job.number("C"),)
    return CS if job.split.folds else CS[:1]


def search(job: Job, vectors: Vectors, rows: NDArray[np.int64]) -> tuple[float, Judged]:
    """The C with the best score on the validation rows, and what its scores there say."""
    targets = targets_of(job)
    found: list[tuple[float, Judged]] = []
    for number, C in enumerate(cs_to_try(job)):
        scores = [np.zeros((0, targets.shape[1]))]
        for train, valid in job.split.folds:
            weights, bias = fit_heads(job, vectors[train], targets[train], C, lambda done: _tell(job))
            scores.append(np.asarray(vectors[valid] @ weights.T + bias))
        judged = judge(job, rows, np.concatenate(scores))
        job.log(f"valid_{job.plan.metric}", number + 1, judged.score)
        found.append((C, judged))
    return max(found, key=lambda result: result[1].score)


def _tell(job: Job) -> None:
    job.tell(READING, "Learning on what the base model understood")


def fit_heads(
    job: Job, vectors: Vectors, targets: NDArray[np.bool_], C: float, tell: Callable[[float], None]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights (labels by dimensions) and bias of a logistic regression for each label."""
    weight = _BALANCED if job.choice("class_weight") == _BALANCED else None
    with threadpool_limits(1):  # products this small are five times faster on one processor
        weights, bias = fit_labels(
            job.report, lambda: LogisticRegression(C=C, max_iter=500, class_weight=weight), vectors, targets, tell
        )
    return weights.astype(np.float64), bias

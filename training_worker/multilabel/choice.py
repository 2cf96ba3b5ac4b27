"""What every recipe does with the scores of validation rows: calibrate them, weigh them, choose thresholds."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from training_worker.job import Job
from training_worker.kinds import kind_of
from training_worker.multilabel import thresholds
from training_worker.multilabel.evaluation import flags_of
from training_worker.multilabel.one_vs_rest import fit_calibration

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """Scores on validation rows as probabilities: those of ``slope * score + offset``; and what they are worth."""

    slope: Scores
    offset: Scores
    answers: Scores
    score: float


def targets_of(job: Job) -> NDArray[np.bool_]:
    """Which labels each learning row has: rows by labels."""
    return flags_of(job.split.learn.targets, job.split.labels)


def judge(job: Job, rows: NDArray[np.int64], scores: Scores) -> Judged:
    """Calibrates the scores of validation rows (rows by labels); without rows they are taken as they are."""
    slope, offset = fit_calibration(scores, targets_of(job)[rows])
    answers = np.asarray(expit(scores * slope + offset))
    score = kind_of(job.plan.task).score(job.plan, job.split, rows, answers) if len(rows) else 0.0
    return Judged(slope, offset, answers, score)


def threshold_facts(job: Job, rows: NDArray[np.int64], answers: Scores) -> dict[str, Any]:
    """For ``mtw.json``: from which probability on each label is given, chosen on the validation rows."""
    chosen = thresholds.choose(answers, targets_of(job)[rows], job.plan.metric)
    return {"thresholds": {name: round(float(t), 6) for name, t in zip(job.split.labels, chosen, strict=True)}}

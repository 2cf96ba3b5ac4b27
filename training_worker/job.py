"""What a recipe is given, and what it gives back. Every trainer module in ``recipes`` has one ``TRAINER``."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from training_worker.reporter import Reporter
from training_worker.split import Split
from training_worker.vector_cache import VectorCache
from workspace.plan import SettingValue, TrainingPlan
from workspace.run import MetricLogged, Progressed

Probabilities = NDArray[np.float64]
Answers = NDArray[Any]
"""Of several rows, as one array. classification, multilabel: probabilities, rows by labels. ner: spans, each a row of
[position of its row, start, end, number of its label]. generation: rows by [sum of the losses, number] of tokens."""


@dataclass
class Job:
    """One recipe's part of a run.

    ``work`` survives a ``kill -9``; ``deadline`` (``time.monotonic`` seconds) is when it should be done;
    ``on_progress(fraction, message)`` tells how far this recipe is (0 to 1); ``curve_suffix`` is added to the names of
    curves, where a recipe is tried several times.
    """

    plan: TrainingPlan
    split: Split
    settings: dict[str, SettingValue]
    work: Path
    report: Reporter
    deadline: float
    recipe: str
    on_progress: Callable[[float, str], None]
    facts: dict[str, float] = field(default_factory=dict)
    vectors: VectorCache = field(default_factory=VectorCache)
    curve_suffix: str = ""

    def number(self, name: str) -> float:
        """A numeric setting."""
        return float(self.settings[name])

    def whole(self, name: str) -> int:
        """A setting that is a whole number."""
        return int(self.settings[name])

    def choice(self, name: str) -> str:
        """A setting that is one of several names."""
        return str(self.settings[name])

    @property
    def seconds_left(self) -> float:
        """Seconds of the budget that are left; may be negative."""
        return self.deadline - time.monotonic()

    def tell(self, fraction: float, message: str) -> None:
        """Reports how far this recipe is, and stops here when that was asked for."""
        self.report.check()
        self.on_progress(fraction, message)

    def log(self, name: str, step: int, value: float) -> None:
        """One point of a curve."""
        self.report.metric(MetricLogged(recipe=self.recipe, name=name + self.curve_suffix, step=step, value=value))


class Candidate(Protocol):
    """A recipe after learning on the training rows of the folds.

    ``rows`` are positions in ``split.learn`` that it was judged on without having learned from them,
    ``answers`` are what it says there, ``note`` says what was chosen, for people.
    """

    rows: NDArray[np.int64]
    answers: Answers
    note: str
    base: str | None

    def save(self, job: Job, folder: Path) -> dict[str, Any]:
        """Writes the final model into ``folder`` (refitted on all learning rows where that is cheap).

        Returns facts for the model card and ``mtw.json``.
        """


class Trainer(Protocol):
    """A way to train; the YAML of the same name says what can be set."""

    def estimate(self, job: Job) -> float:
        """Seconds that ``train`` and ``save`` will take on this machine, as well as is known now."""

    def least_seconds(self, job: Job) -> float:
        """Seconds below which it cannot do with these rows. The estimate, but for recipes that can stop early."""

    def train(self, job: Job) -> Candidate:
        """Learns on the folds' training rows, choosing its own details on the folds' validation rows."""


class Pace:
    """Turns the work of a whole run into one fraction that only grows, and an honest time left."""

    def __init__(self, report: Reporter, budget_seconds: float) -> None:
        self.report = report
        self.started = time.monotonic()
        self.expected_total = budget_seconds
        self.best: float | None = None
        self.metrics: dict[str, float] = {}
        self._fraction = 0.0
        self._step = 0

    @property
    def elapsed(self) -> float:
        """Seconds since the run began in this process."""
        return time.monotonic() - self.started

    def tell(self, stage: Any, message: str, seconds_left: float, recipe: str | None = None) -> None:
        """``seconds_left`` is the present estimate of all that is still to do."""
        self.report.check()
        left = max(seconds_left, 0.0)
        fraction = self.elapsed / (self.elapsed + left) if self.elapsed + left > 0 else 0.0
        self._fraction = min(max(self._fraction, fraction), 0.999)
        self._step += 1
        self.report.progress(
            Progressed(
                stage=stage,
                message=message,
                fraction=self._fraction,
                eta_seconds=round(left, 1),
                step=self._step,
                recipe=recipe,
                best=self.best,
                metrics=dict(self.metrics),
            )
        )


def write_json(path: Path, content: Any) -> None:
    """Replaces the file in one step, so that a killed process leaves the old or the new one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def write_array(path: Path, array: NDArray[Any]) -> None:
    """Like ``write_json`` for a numpy array (``.npy`` without pickle)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        np.save(file, array, allow_pickle=False)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read_json(path: Path) -> Any:
    """The content, or None where there is no such file."""
    return json.loads(path.read_text("utf-8")) if path.exists() else None

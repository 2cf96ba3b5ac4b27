"""What a task has to bring along, and what every saved model can do."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from training_worker.data import LabelledRows
from training_worker.job import Answers
from training_worker.split import Split
from workspace.dataset import TaskKind
from workspace.model import Evaluation, Prediction
from workspace.plan import TrainingPlan

OnProgress = Callable[[float], None]
"""Is told the share that is done (0 to 1), several times a second; may raise to stop."""


class Predictor(Protocol):
    """A saved model, loaded once and used often. Not for several threads at a time."""

    meta: dict[str, Any]
    task: TaskKind
    labels: list[str]

    def predict(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> list[Prediction]:
        """One prediction for each text, in order. A text is cleaned as those were that the model learned from."""

    def stream(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """Like ``predict`` for any number of texts, a few hundred in memory at a time."""


class Kind(Protocol):
    """One task. The object is ``KIND`` in the module that has the task's name."""

    def read(self, plan: TrainingPlan, table: Path) -> LabelledRows:
        """The rows of the columns that the plan names; what cannot be used is left out and counted.

        Raises:
            InputError: ``MISSING_COLUMN``.
        """

    def check(self, rows: LabelledRows) -> None:
        """Raises InputError where nothing can be learned from the rows (``EMPTY_DATASET``, ``ONE_CLASS``, ...)."""

    def labels(self, learn: LabelledRows) -> list[str]:
        """What a model that learned from the rows can answer, in order; empty for generation."""

    def score(self, plan: TrainingPlan, split: Split, rows: NDArray[np.int64], answers: Answers) -> float:
        """What models are chosen by, the higher the better; ``answers`` are to ``rows`` of ``split.learn``."""

    def select(self, answers: Answers, positions: NDArray[np.int64]) -> Answers:
        """The answers of some of the rows, by position."""

    def evaluate(
        self,
        predictor: Predictor,
        rows: LabelledRows,
        learn: LabelledRows | None,
        seed: int,
        on_progress: OnProgress | None = None,
    ) -> Evaluation:
        """How good a saved model is on rows it has never seen. ``learn`` are those it learned from, for baselines."""

    def predictor(self, folder: Path, meta: dict[str, Any]) -> Predictor:
        """Opens a model folder; ``meta`` is its ``mtw.json``. Raises InputError (``MODEL_UNSAFE``, ...)."""

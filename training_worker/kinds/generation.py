"""Writing: an answer for each prompt, learned from examples."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from training_worker.data import LabelledRows, read_rows
from training_worker.generation.evaluation import evaluate_generation
from training_worker.generation.predictor import GenerationPredictor, open_predictor
from training_worker.job import Answers
from training_worker.kinds.base import OnProgress, Predictor
from training_worker.split import Split
from workspace.errors import InputError
from workspace.model import Evaluation
from workspace.plan import TrainingPlan

LEAST_ROWS = 4


class Generation:
    """See :class:`training_worker.kinds.base.Kind`."""

    def read(self, plan: TrainingPlan, table: Path) -> LabelledRows:
        """Prompts (several columns: one below the other) as texts, the answers as ``targets``."""
        rows = read_rows(table, plan.text, plan.label)
        return replace(rows, labels=[""] * len(rows), targets=rows.labels)

    def check(self, rows: LabelledRows) -> None:
        if not len(rows):
            raise InputError(
                "EMPTY_DATASET",
                "No row has both a prompt and an answer.",
                "Choose other columns, or fill in the answers of some rows.",
            )
        if len(rows) < LEAST_ROWS:
            raise InputError(
                "TOO_FEW_ROWS",
                f"There are only {len(rows)} prompts with an answer; at least {LEAST_ROWS} are needed.",
                "Add rows, better some hundred.",
            )

    def labels(self, learn: LabelledRows) -> list[str]:
        return []

    def score(self, plan: TrainingPlan, split: Split, rows: NDArray[np.int64], answers: Answers) -> float:
        """The (geometric) mean of the probabilities that it gives the tokens of the answers."""
        return token_probability(answers)

    def select(self, answers: Answers, positions: NDArray[np.int64]) -> Answers:
        return answers[positions]

    def evaluate(
        self,
        predictor: Predictor,
        rows: LabelledRows,
        learn: LabelledRows | None,
        seed: int,
        on_progress: OnProgress | None = None,
    ) -> Evaluation:
        return evaluate_generation(cast(GenerationPredictor, predictor), rows, learn, seed, on_progress)

    def predictor(self, folder: Path, meta: dict[str, Any]) -> Predictor:
        return open_predictor(folder, meta)


def token_probability(losses: Answers) -> float:
    """From sums of losses and numbers of tokens (rows by 2): 1 / perplexity."""
    return math.exp(-float(losses[:, 0].sum()) / max(float(losses[:, 1].sum()), 1.0))


KIND = Generation()

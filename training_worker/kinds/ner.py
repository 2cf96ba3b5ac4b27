"""Names in text: people, places, products or whatever was marked."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training_worker.data import LabelledRows
from training_worker.job import Answers
from training_worker.kinds.base import OnProgress, Predictor
from training_worker.ner.evaluation import evaluate_ner
from training_worker.ner.predictor import open_predictor
from training_worker.ner.rows import check_ner_rows, labels_in, read_ner_rows
from training_worker.ner.scoring import entity_f1
from training_worker.ner.tags import Span
from training_worker.split import Split
from workspace.model import Evaluation
from workspace.plan import TrainingPlan


class Ner:
    """See :class:`training_worker.kinds.base.Kind`."""

    def read(self, plan: TrainingPlan, table: Path) -> LabelledRows:
        return read_ner_rows(table, plan.text[0], plan.label)

    def check(self, rows: LabelledRows) -> None:
        check_ner_rows(rows)

    def labels(self, learn: LabelledRows) -> list[str]:
        return labels_in(learn)

    def score(self, plan: TrainingPlan, split: Split, rows: NDArray[np.int64], answers: Answers) -> float:
        """Strict F1 over all names."""
        found: list[list[Span]] = [[] for _ in rows]
        for row, start, end, label in answers.tolist():
            found[row].append(Span(start, end, split.labels[label]))
        return entity_f1([split.learn.targets[row] for row in rows], found)

    def select(self, answers: Answers, positions: NDArray[np.int64]) -> Answers:
        place = {int(old): new for new, old in enumerate(positions)}
        kept = [[place[row], *rest] for row, *rest in answers.tolist() if row in place]
        return np.array(kept, np.int64).reshape(-1, 4)

    def evaluate(
        self,
        predictor: Predictor,
        rows: LabelledRows,
        learn: LabelledRows | None,
        seed: int,
        on_progress: OnProgress | None = None,
    ) -> Evaluation:
        return evaluate_ner(predictor, rows, learn, seed, on_progress)

    def predictor(self, folder: Path, meta: dict[str, Any]) -> Predictor:
        return open_predictor(folder, meta)


KIND = Ner()

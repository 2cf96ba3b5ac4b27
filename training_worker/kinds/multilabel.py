"""Any number of labels for each text, none included."""

from collections import Counter
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from training_worker.data import LabelledRows
from training_worker.evaluating.plain_model import plain_flags
from training_worker.job import Answers
from training_worker.kinds.base import OnProgress, Predictor
from training_worker.label_predictor import scorer_of
from training_worker.multilabel import thresholds
from training_worker.multilabel.evaluation import evaluate, flags_of, metrics_of
from training_worker.multilabel.predictor import MultilabelPredictor
from training_worker.multilabel.rows import read_rows
from training_worker.split import MAX_LABELS, Split
from workspace.errors import InputError
from workspace.model import Evaluation
from workspace.plan import TrainingPlan


class Multilabel:
    """See :class:`training_worker.kinds.base.Kind`."""

    def read(self, plan: TrainingPlan, table: Path) -> LabelledRows:
        return read_rows(plan, table)

    def check(self, rows: LabelledRows) -> None:
        if not len(rows):
            raise InputError(
                "EMPTY_DATASET",
                "No row has both a text and labels.",
                "Choose other columns, or fill in the labels of some rows.",
            )
        names = self.labels(rows)
        if len(names) < 2:
            raise InputError(
                "ONE_CLASS",
                "The rows have only one label between them." if names else "No row has any label.",
                "Add rows with other labels; for a single yes or no, choose the task classification.",
            )
        if len(names) > MAX_LABELS:
            raise InputError(
                "TOO_MANY_LABELS",
                f"The rows have {len(names):,} different labels; at most {MAX_LABELS:,} can be learned.",
                "Is this the right column? If so, merge rare labels into one such as Other.",
            )

    def labels(self, learn: LabelledRows) -> list[str]:
        return sorted({label for labels in learn.targets for label in labels})

    def score(self, plan: TrainingPlan, split: Split, rows: NDArray[np.int64], answers: Answers) -> float:
        targets = flags_of([split.learn.targets[i] for i in rows], split.labels)
        # By the row's own number, not its place among the others: a recipe is compared on whatever rows it has.
        halves = np.random.default_rng(plan.seed).permutation(len(split.learn))[rows] % 2 == 0

        def measure(true: NDArray[np.bool_], given: NDArray[np.bool_]) -> float:
            found = metrics_of(true, given)
            return found.get(plan.metric, found["macro_f1"])

        return thresholds.score_fairly(answers, targets, plan.metric, measure, halves)

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
        model = cast(MultilabelPredictor, predictor)
        common = Counter(learn.targets).most_common(1)[0][0] if learn else None
        plain = plain_flags(learn.texts, flags_of(learn.targets, model.labels), rows.texts, seed) if learn else None
        probabilities = model.probabilities(rows.texts, on_progress)
        return evaluate(
            rows.texts,
            rows.targets,
            probabilities,
            model.labels,
            model.thresholds,
            commonest=common,
            plain=plain,
            seed=seed,
            columns=rows.columns,
            ask=model.probabilities,
        )

    def predictor(self, folder: Path, meta: dict[str, Any]) -> Predictor:
        return MultilabelPredictor(meta, scorer_of(folder, meta))


KIND = Multilabel()

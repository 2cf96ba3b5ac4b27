"""One label for each text."""

from collections import Counter
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from training_worker.data import LabelledRows, read_rows
from training_worker.evaluating.more_rows import learning_curve
from training_worker.evaluating.plain_model import plain_answers
from training_worker.evaluation import choosing_score, evaluate
from training_worker.favouring import favoured, favours_of
from training_worker.job import Answers
from training_worker.kinds.base import OnProgress, Predictor
from training_worker.label_predictor import LabelPredictor, scorer_of
from training_worker.split import Split, check_labels, labels_of
from workspace.model import Evaluation
from workspace.plan import TrainingPlan


class Classification:
    """See :class:`training_worker.kinds.base.Kind`."""

    def read(self, plan: TrainingPlan, table: Path) -> LabelledRows:
        return read_rows(table, plan.text, plan.label)

    def check(self, rows: LabelledRows) -> None:
        check_labels(rows)

    def labels(self, learn: LabelledRows) -> list[str]:
        return labels_of(learn)

    def score(self, plan: TrainingPlan, split: Split, rows: NDArray[np.int64], answers: Answers) -> float:
        classes = split.classes[rows]
        favours = favours_of(plan.limits, split.labels, classes, answers)
        return choosing_score(plan.metric, classes, favoured(answers, split.labels, favours))

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
        model = cast(LabelPredictor, predictor)
        probabilities = model.probabilities(rows.texts, on_progress)
        common = Counter(learn.labels).most_common(1)[0][0] if learn else None
        plain = plain_answers(learn.texts, learn.labels, rows.texts, seed) if learn else None
        found = evaluate(
            rows.texts,
            rows.labels,
            probabilities,
            predictor.labels,
            most_frequent=common,
            seed=seed,
            plain=plain,
            columns=rows.columns,
            ask=model.probabilities,
            answer_from=predictor.meta.get("plan", {}).get("answer_from"),
            sharpening=predictor.meta.get("sharpening"),
        )
        if learn is None:
            return found
        written = [i for i in range(len(learn)) if not (learn.sources and learn.sources[i])]
        rows_learned = learn.take(written)
        curve = learning_curve(rows_learned.texts, rows_learned.labels, rows.texts, rows.labels, seed)
        return found.model_copy(update={"curve": curve})

    def predictor(self, folder: Path, meta: dict[str, Any]) -> Predictor:
        return LabelPredictor(meta, scorer_of(folder, meta))


KIND = Classification()

"""A saved model that gives each text those labels whose probability reaches their threshold."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from training_worker.kinds.base import OnProgress
from training_worker.label_predictor import LabelPredictor, Scorer
from workspace.model import Prediction


class MultilabelPredictor(LabelPredictor):
    """See :class:`training_worker.kinds.base.Predictor`. ``thresholds`` are in the order of ``labels``.

    Its probabilities are one for each label by itself; a row does not sum to 1.
    """

    def __init__(self, meta: dict[str, Any], scorer: Scorer) -> None:
        super().__init__(meta, scorer)
        self.thresholds = np.array([meta["thresholds"][label] for label in self.labels])

    def predict(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> list[Prediction]:
        """One prediction for each text, in order; ``label`` is the likeliest, ``labels`` are those that are given."""
        found = []
        for text, row in zip(texts, self.probabilities(texts, on_progress), strict=True):
            scores = {label: round(float(p), 6) for label, p in zip(self.labels, row, strict=True)}
            best = int(row.argmax())
            given = [i for i in np.argsort(-row, kind="stable") if row[i] >= self.thresholds[i]]
            found.append(
                Prediction(
                    text=text,
                    label=self.labels[best],
                    score=round(float(row[best]), 6),
                    scores=scores,
                    labels=[self.labels[i] for i in given],
                )
            )
        return found

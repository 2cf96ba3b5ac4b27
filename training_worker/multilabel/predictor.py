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
        probabilities = self.probabilities(texts, on_progress)
        orders = np.argsort(-probabilities, axis=1, kind="stable")
        given = probabilities >= self.thresholds
        return [
            Prediction(
                text=text,
                label=self.labels[order[0]],
                score=row[order[0]],
                scores=dict(zip(self.labels, row, strict=True)),
                labels=[self.labels[i] for i in order if reached[i]],
            )
            for text, row, order, reached in zip(texts, probabilities.round(6).tolist(), orders, given, strict=True)
        ]

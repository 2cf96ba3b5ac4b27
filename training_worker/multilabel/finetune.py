"""The recipe ``finetune`` where a text can have several labels: the base model learns end to end, each label by itself.

Read top to bottom as ``recipes/finetune.py``: begin at the embed recipe's solution, learn in ``training_worker.
tuning_loop`` with the binary cross-entropy of all labels, calibrate the best state's scores on the validation rows.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from training_worker.embedding import Encoder, autocast, load_encoder
from training_worker.interruptible import run_interruptible
from training_worker.job import Job, Probabilities
from training_worker.multilabel import embed
from training_worker.multilabel.choice import Judged, judge, targets_of, threshold_facts
from training_worker.reading_texts import read_texts
from training_worker.starter import resolve_base
from training_worker.text_classifier import NativeClassifier, StarterClassifier, TextClassifier, last_linear
from training_worker.text_tuning import PROBE, TextTuning, TuningTime, with_own_head

MOST_WEIGHT = 20.0
_NONE = np.zeros(0, np.int64)


@dataclass
class FinetuneCandidate:
    rows: NDArray[np.int64]
    answers: Probabilities
    note: str
    base: str | None
    classifier: TextClassifier
    judged: Judged

    def save(self, job: Job, folder: Path) -> dict[str, Any]:
        """Writes the best state. It is not trained again on all rows: that would take as long again."""
        job.tell(0.99, "Putting the model together")
        labels, most = job.split.labels, job.whole("max_tokens")
        head = last_linear(self.classifier.module, len(labels))
        slope, offset = (torch.tensor(v, dtype=head.weight.dtype) for v in (self.judged.slope, self.judged.offset))
        with torch.no_grad():  # the calibration goes into the weights
            head.weight.mul_(slope[:, None].to(head.weight.device))
            head.bias.mul_(slope.to(head.bias.device)).add_(offset.to(head.bias.device))
        facts = run_interruptible(job.report, lambda: self.classifier.save(folder, 1.0, labels, most, several=True))
        return {**facts, **threshold_facts(job, self.rows, self.answers)}


class FinetuneTrainer(TuningTime):
    def train(self, job: Job) -> FinetuneCandidate:
        begun = time.monotonic()
        job.tell(0.0, "Opening the base model")
        base = resolve_base(job.plan.base)
        encoder = run_interruptible(job.report, lambda: load_encoder(base, job.choice("pooling")))
        train_rows, valid_rows = job.split.folds[0] if job.split.folds else (np.arange(len(job.split.learn)), _NONE)
        classifier = begin(job, encoder, train_rows)
        tokens = encoder.tokenize(job.split.learn.texts, job.whole("max_tokens"))
        learning = Learning(job, encoder, classifier, tokens, train_rows, valid_rows, begun)
        judged = judge(job, valid_rows, learning.run())
        return FinetuneCandidate(valid_rows, judged.answers, learning.note, base.name, classifier, judged)


TRAINER = FinetuneTrainer()


def begin(job: Job, encoder: Encoder, train_rows: NDArray[np.int64]) -> TextClassifier:
    """The model before the first step: with the heads of the embed recipe where the base is a BERT."""
    if with_own_head(job, encoder):
        return NativeClassifier(encoder, len(job.split.labels), job.plan.seed)
    vectors = read_texts(job, encoder, lambda done, message: job.tell(PROBE * done, message))
    message = "Finding a good start"
    weights, bias = embed.fit_heads(
        job, vectors[train_rows], targets_of(job)[train_rows], embed.CS[0], lambda done: job.tell(PROBE, message)
    )
    return StarterClassifier(encoder, weights, np.maximum(bias, -10.0))


class Learning(TextTuning):
    """Each label by itself: binary cross-entropy."""

    def __init__(
        self,
        job: Job,
        encoder: Encoder,
        classifier: TextClassifier,
        tokens: list[list[int]],
        train_rows: NDArray[np.int64],
        valid_rows: NDArray[np.int64],
        begun: float,
    ) -> None:
        self.flags = targets_of(job)
        self.targets = torch.tensor(self.flags, dtype=torch.float32)
        super().__init__(job, encoder, classifier, tokens, train_rows, valid_rows, begun)
        self.positive_weight = self._positive_weight()

    def weight(self, rows: NDArray[np.int64]) -> float:
        return float(len(rows))

    def losses(self, rows: NDArray[np.int64], inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        smoothing = self.job.number("label_smoothing")
        target = self.targets[rows].to(inputs["input_ids"].device) * (1 - smoothing) + smoothing / 2
        with autocast():
            logits = self.classifier.logits(inputs)
        return nn.functional.binary_cross_entropy_with_logits(
            logits.float(), target, pos_weight=self.positive_weight.to(target.device), reduction="sum"
        )

    def judge(self) -> tuple[float, float] | None:
        if not len(self.valid_rows):
            return None
        scores = self.logits(self.valid_rows)
        losses = np.logaddexp(0, scores) - self.flags[self.valid_rows] * scores
        return judge(self.job, self.valid_rows, scores).score, float(losses.sum(axis=1).mean())

    def _positive_weight(self) -> torch.Tensor:
        """How much more it counts to miss a label than to give it wrongly: as set, by its share of the rows."""
        yes = self.flags[self.train_rows].sum(axis=0)
        if self.job.choice("class_weight") == "none":
            return torch.ones(len(yes))
        no = len(self.train_rows) - yes
        return torch.tensor(np.clip(no / np.maximum(yes, 1), 1.0, MOST_WEIGHT), dtype=torch.float32)

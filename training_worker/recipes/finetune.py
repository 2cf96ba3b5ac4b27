"""The base model learns end to end, from the embed recipe's solution on; ``training_worker.tuning_loop`` is how."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from training_worker.by_task import ByTask
from training_worker.calibration import fit_scale, softmax
from training_worker.embedding import Encoder, autocast, load_encoder
from training_worker.evaluation import choosing_score
from training_worker.interruptible import run_interruptible
from training_worker.job import Job, Probabilities
from training_worker.multilabel import finetune as multilabel
from training_worker.reading_texts import read_texts
from training_worker.recipes import embed
from training_worker.starter import resolve_base
from training_worker.text_classifier import NativeClassifier, StarterClassifier, TextClassifier
from training_worker.text_tuning import PROBE, TextTuning, TuningTime, with_own_head
from workspace.dataset import TaskKind


@dataclass
class FinetuneCandidate:
    rows: NDArray[np.int64]
    answers: Probabilities
    note: str
    base: str | None
    classifier: TextClassifier
    scale: float

    def save(self, job: Job, folder: Path) -> dict[str, Any]:
        """Writes the best state. It is not trained again on all rows: that would take as long again."""
        job.tell(0.99, "Putting the model together")
        labels, most = job.split.labels, job.whole("max_tokens")
        return run_interruptible(job.report, lambda: self.classifier.save(folder, self.scale, labels, most))


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
        scores = learning.run()
        classes = job.split.classes[valid_rows]
        known = np.isin(classes, job.split.classes[train_rows])
        scale = fit_scale(scores[known], classes[known]) if known.any() else 1.0
        return FinetuneCandidate(valid_rows, softmax(scores * scale), learning.note, base.name, classifier, scale)


TRAINER = ByTask({TaskKind.CLASSIFICATION: FinetuneTrainer(), TaskKind.MULTILABEL: multilabel.TRAINER})
_NONE = np.zeros(0, np.int64)


def begin(job: Job, encoder: Encoder, train_rows: NDArray[np.int64]) -> TextClassifier:
    """The model before the first step: with the head of the embed recipe where the base is a BERT."""
    if with_own_head(job, encoder):
        return NativeClassifier(encoder, len(job.split.labels), job.plan.seed)
    vectors = read_texts(job, encoder, lambda done, message: job.tell(PROBE * done, message))
    job.tell(PROBE, "Finding a good start")
    classes = job.split.classes[train_rows]
    weights, bias = embed.fit_head(job, vectors[train_rows], classes, embed.Option(embed.CS[0], False))
    return StarterClassifier(encoder, weights, np.maximum(bias, -10.0))


class Learning(TextTuning):
    """One label of all: cross-entropy."""

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
        self.classes = torch.tensor(job.split.classes)
        super().__init__(job, encoder, classifier, tokens, train_rows, valid_rows, begun)
        self.class_weight = self._class_weight()

    def weight(self, rows: NDArray[np.int64]) -> float:
        return float(self.class_weight[self.classes[rows]].sum())

    def losses(self, rows: NDArray[np.int64], inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        target = self.classes[rows].to(inputs["input_ids"].device)
        with autocast():
            logits = self.classifier.logits(inputs)
        weight, smoothing = self.class_weight.to(target.device), self.job.number("label_smoothing")
        return nn.functional.cross_entropy(logits.float(), target, weight, reduction="sum", label_smoothing=smoothing)

    def judge(self) -> tuple[float, float] | None:
        true = self.job.split.classes[self.valid_rows]
        if not len(true):
            return None
        scores = self.logits(self.valid_rows)
        right = softmax(scores)[np.arange(len(true)), true]
        return choosing_score(self.metric, true, scores), float(-np.log(np.maximum(right, 1e-12)).mean())

    def _class_weight(self) -> torch.Tensor:
        size = len(self.job.split.labels)
        counts = np.bincount(self.job.split.classes[self.train_rows], minlength=size)
        if self.job.choice("class_weight") == "none":
            return torch.ones(size)
        return torch.tensor(counts.sum() / (np.count_nonzero(counts) * np.maximum(counts, 1)), dtype=torch.float32)

"""Fine-tuning of a text classifier, whether a text has one label or several: time, start and scores are the same."""

import numpy as np
import torch
from numpy.typing import NDArray

from training_worker.embedding import Encoder, autocast, batches, load_encoder, pad
from training_worker.job import Job
from training_worker.reading_texts import measured_pace
from training_worker.starter import resolve_base
from training_worker.text_classifier import TextClassifier
from training_worker.thrift import read_side_by_side
from training_worker.tuning_loop import END_SECONDS, TuningLoop

LEAST_EPOCHS = 2  # with fewer it hardly ever beats the embed recipe, so auto does not begin
TRAIN_COST = 3.2  # a training step against reading the same tokens
PROBE = 0.15  # share of the time for the start, for the progress
_READERS = {"blend_estimate", "embed_estimate"}


class TuningTime:
    """How long fine-tuning takes; the part of a trainer that does not depend on the labels."""

    def estimate(self, job: Job) -> float:
        """Two passes over the training rows, from the measured pace of reading these texts here."""
        reading = reading_seconds(job)
        epochs = min(LEAST_EPOCHS, job.whole("epochs"))
        known = 0.0 if _READERS & set(job.facts) else reading  # another recipe has read all texts already
        return known + job.whole("trials") * (END_SECONDS + epochs * (TRAIN_COST + 0.2) * reading)

    def least_seconds(self, job: Job) -> float:
        """One reading for the start and half a pass; what is left of the budget decides how many passes follow."""
        return END_SECONDS + (1 + TRAIN_COST / 2) * reading_seconds(job)


def reading_seconds(job: Job) -> float:
    """Seconds to read every learning row once, without learning."""
    encoder = load_encoder(resolve_base(job.plan.base), job.choice("pooling"))
    tokens = encoder.tokenize(job.split.learn.texts, job.whole("max_tokens"))
    return sum(map(len, tokens)) / measured_pace(job, encoder, tokens)


def with_own_head(job: Job, encoder: Encoder) -> bool:
    """Whether the head is the one of the model's kind, which begins at random, and not one fitted beforehand.

    A fitted one needs a BERT, whose layers are known here. Where nothing is set, it needs the mean of the tokens, too.
    """
    if job.choice("head") == "own" or encoder.model.config.model_type != "bert":
        return True
    return encoder.pooling != "mean" and job.choice("pooling") == "auto"


class TextTuning(TuningLoop):
    """Texts and their labels. ``run`` gives the validation scores (logits, rows by labels) of the best state."""

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
        self.metric, self.classifier, self.valid_rows = job.plan.metric, classifier, valid_rows
        super().__init__(job, classifier, encoder.tokenizer, tokens, train_rows, begun, PROBE)

    def run(self) -> NDArray[np.float64]:
        self.learn()
        return self.logits(self.valid_rows)

    def logits(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """What the present state says of these rows."""
        found = np.zeros((len(rows), len(self.job.split.labels)))
        tokens = [self.tokens[i] for i in rows]

        def read(part: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
            with torch.inference_mode(), autocast():
                logits = self.classifier.logits(pad(self.tokenizer, [tokens[i] for i in part]))
            return part, logits.float().cpu().double().numpy()

        for part, values in read_side_by_side(read, batches(tokens), self.job.report.check):
            found[part] = values
        return found

"""The base model learns end to end, in its own loop (five to eight times faster here than a general trainer).

Read top to bottom: begin at the embed recipe's solution; batches of texts of about equal length, shuffled; AdamW with
warm-up and linear decay; judged on validation rows, the best state kept; the whole state written every few seconds.
No dropout and frozen word embeddings: measured to cost nothing in short trainings and to save a third of the time.
Nothing is random but the order of the batches, which follows from seed and epoch: an interrupted training ends with
the same bits as an uninterrupted one.
"""

import math
import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from training_worker.calibration import fit_scale, softmax
from training_worker.embedding import Encoder, autocast, batches, load_encoder, pad
from training_worker.evaluation import choosing_score
from training_worker.interruptible import run_interruptible
from training_worker.job import Job, Probabilities, read_json, write_json
from training_worker.lanes import Lanes
from training_worker.reading_texts import measured_pace, read_texts
from training_worker.recipes import embed
from training_worker.starter import resolve_base
from training_worker.text_classifier import NativeClassifier, StarterClassifier, TextClassifier
from training_worker.training_state import load_state, save_state
from workspace.errors import TrainingFailed

LEAST_EPOCHS = 2  # with fewer it hardly ever beats the embed recipe, so auto does not begin
TRAIN_COST = 3.2  # a training step against reading the same tokens
PROBE = 0.15  # share of the time for the start, for the progress
PIECE_TOKENS = 1024
BUCKET_BATCHES = 20
LOG_STEPS = 10
END_SECONDS = 3.0  # kept free for loading the best state and exporting


@dataclass
class Position:
    """Where the training stands; written with every checkpoint."""

    total_steps: int
    epoch: int = 0
    batch: int = 0
    step: int = 0
    best_score: float = -1.0
    best_loss: float = float("inf")
    best_step: int = 0
    without_gain: int = 0
    spent: float = 0.0
    ended: bool = False


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


class FinetuneTrainer:
    def estimate(self, job: Job) -> float:
        """Two passes over the training rows, from the measured pace of reading these texts here."""
        reading = reading_seconds(job)
        epochs = min(LEAST_EPOCHS, job.whole("epochs"))
        known = 0.0 if "embed_estimate" in job.facts else reading  # embed has read all texts already
        return known + END_SECONDS + epochs * (TRAIN_COST + 0.2) * reading

    def least_seconds(self, job: Job) -> float:
        """One reading for the start and half a pass; what is left of the budget decides how many passes follow."""
        return END_SECONDS + (1 + TRAIN_COST / 2) * reading_seconds(job)

    def train(self, job: Job) -> FinetuneCandidate:
        begun = time.monotonic()
        job.tell(0.0, "Opening the base model")
        base = resolve_base(job.plan.base)
        encoder = run_interruptible(job.report, lambda: load_encoder(base))
        train_rows, valid_rows = job.split.folds[0] if job.split.folds else (np.arange(len(job.split.learn)), _NONE)
        classifier = begin(job, encoder, train_rows)
        tokens = encoder.tokenize(job.split.learn.texts, job.whole("max_tokens"))
        learning = Learning(job, encoder, classifier, tokens, train_rows, valid_rows, begun)
        scores = learning.run()
        classes = job.split.classes[valid_rows]
        known = np.isin(classes, job.split.classes[train_rows])
        scale = fit_scale(scores[known], classes[known]) if known.any() else 1.0
        return FinetuneCandidate(valid_rows, softmax(scores * scale), learning.note, base.name, classifier, scale)


TRAINER = FinetuneTrainer()
_NONE = np.zeros(0, np.int64)


def checkpoint_due(seconds: float, every: int) -> bool:
    """Whether the state shall be written, so many seconds after it was written last."""
    return seconds > every


def reading_seconds(job: Job) -> float:
    """Seconds to read every learning row once, without learning."""
    encoder = load_encoder(resolve_base(job.plan.base))
    tokens = encoder.tokenize(job.split.learn.texts, job.whole("max_tokens"))
    return sum(map(len, tokens)) / measured_pace(job, encoder, tokens)


def begin(job: Job, encoder: Encoder, train_rows: NDArray[np.int64]) -> TextClassifier:
    """The model before the first step: with the head of the embed recipe where the base is a BERT."""
    if encoder.model.config.model_type != "bert" or encoder.pooling != "mean":
        return NativeClassifier(encoder, len(job.split.labels), job.plan.seed)
    vectors = read_texts(job, encoder, lambda done, message: job.tell(PROBE * done, message))
    job.tell(PROBE, "Finding a good start")
    classes = job.split.classes[train_rows]
    weights, bias = embed.fit_head(job, vectors[train_rows], classes, embed.Option(embed.CS[0], False))
    return StarterClassifier(encoder, weights, np.maximum(bias, -10.0))


class Learning:
    """The loop. ``run`` gives the validation scores (logits) of the best state, which is loaded at the end."""

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
        self.job, self.classifier, self.tokens = job, classifier, tokens
        self.tokenizer, self.train_rows, self.valid_rows = encoder.tokenizer, train_rows, valid_rows
        self.classes = torch.tensor(job.split.classes)
        self.begun = begun
        self._judging_seconds = 0.0
        self.note = ""
        for module in classifier.module.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        if job.settings["freeze_word_embeddings"]:
            for name, parameter in classifier.module.named_parameters():
                if "word_embeddings" in name or "embed_tokens" in name:
                    parameter.requires_grad_(False)
        self.parameters = [p for p in classifier.module.parameters() if p.requires_grad]
        self.class_weight = self._class_weight()
        self.optimizer = self._optimizer()
        self.steps_per_epoch = len(self._batches(0))
        self.position = Position(self.job.whole("epochs") * self.steps_per_epoch)

    def run(self) -> NDArray[np.float64]:
        """Learns until the last step, the budget's end, or until the validation score no longer rises."""
        if not self._resume():
            self.position.total_steps = self._affordable_steps()
            self._judge()
        saved = time.monotonic()
        with Lanes[tuple[float, list[torch.Tensor]]](self.job.report.check) as lanes:
            while not self.position.ended:
                loss = self._step(lanes, self._batches(self.position.epoch)[self.position.batch])
                self._advance(loss)
                if checkpoint_due(time.monotonic() - saved, self.job.whole("checkpoint_seconds")):
                    self._checkpoint()
                    saved = time.monotonic()
        if self.position.step:
            self._checkpoint()
        load_state(self.job.work / "best.pt", self.classifier.module)
        self.note = (
            f"best after {self.position.best_step} of {self.position.step} steps"
            if self.position.best_step
            else "no better than before the first step"
        )
        return self._logits(self.valid_rows)

    def _step(self, lanes: "Lanes[tuple[float, list[torch.Tensor]]]", rows: NDArray[np.int64]) -> float:
        """One batch, in pieces side by side; their gradients are added in order, so the sum is always the same."""
        weight = float(self.class_weight[self.classes[rows]].sum())
        pieces = list(batches([self.tokens[i] for i in rows], self._piece_tokens(rows, lanes.count)))
        for parameter in self.parameters:
            parameter.grad = None
        total = 0.0
        for loss, gradients in lanes.run(partial(self._gradients, rows[piece], weight) for piece in pieces):
            total += loss
            for parameter, gradient in zip(self.parameters, gradients, strict=True):
                parameter.grad = gradient if parameter.grad is None else parameter.grad.add_(gradient)
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        for group, rate in zip(self.optimizer.param_groups, self._rates(), strict=True):
            group["lr"] = rate
        self.optimizer.step()
        return total

    def _piece_tokens(self, rows: NDArray[np.int64], lanes: int) -> int:
        """Pieces that fill all lanes evenly, and are small enough for memory and for a quick cancel."""
        tokens = sum(len(self.tokens[i]) for i in rows)
        rounds = -(-tokens // (PIECE_TOKENS * lanes))
        return max(-(-tokens * 11 // (10 * rounds * lanes)), max(len(self.tokens[i]) for i in rows))

    def _gradients(self, rows: NDArray[np.int64], weight: float) -> tuple[float, list[torch.Tensor]]:
        inputs = pad(self.tokenizer, [self.tokens[i] for i in rows])
        target = self.classes[rows].to(inputs["input_ids"].device)
        with autocast():
            logits = self.classifier.logits(inputs)
        losses = nn.functional.cross_entropy(
            logits.float(), target, self.class_weight.to(target.device), reduction="sum"
        )
        loss = losses / weight
        found = torch.autograd.grad(loss, self.parameters, allow_unused=True)
        gradients = [
            torch.zeros_like(p) if g is None else g.contiguous() for p, g in zip(self.parameters, found, strict=True)
        ]
        return float(loss.detach()), gradients

    def _advance(self, loss: float) -> None:
        if not math.isfinite(loss):
            raise TrainingFailed(
                "LR_TOO_HIGH",
                "The learning steps were so large that the training broke down (the loss is no number any more).",
                f"Lower learning_rate, now {self.job.number('learning_rate'):g}, to a tenth and start again.",
            )
        at = self.position
        at.step += 1
        at.batch += 1
        if at.step % LOG_STEPS == 1 % LOG_STEPS:
            self.job.log("train_loss", at.step, loss)
        fraction = PROBE + (0.98 - PROBE) * at.step / at.total_steps
        epoch = at.step / self.steps_per_epoch
        self.job.tell(fraction, f"Fine-tuning, pass {int(epoch) + 1}, step {at.step:,} of {at.total_steps:,}")
        late = self.job.seconds_left < END_SECONDS + self._judging_seconds
        if at.batch == self.steps_per_epoch or at.step >= at.total_steps or late:
            if at.batch == self.steps_per_epoch:
                at.epoch, at.batch = at.epoch + 1, 0
            self._judge()
            at.ended = late or at.step >= at.total_steps or at.without_gain >= self.job.whole("patience")

    def _judge(self) -> None:
        """Scores the present state on the validation rows and keeps it where it is the best so far."""
        began = time.monotonic()
        at = self.position
        scores = self._logits(self.valid_rows)
        # Without rows to judge on the last state is kept.
        true = self.job.split.classes[self.valid_rows]
        score = choosing_score(self.job.plan.metric, true, scores) if len(true) else at.best_score + 1
        right = softmax(scores)[np.arange(len(true)), true]
        loss = float(-np.log(np.maximum(right, 1e-12)).mean()) if len(true) else 0.0
        self.job.log(f"valid_{self.job.plan.metric}", at.step, score)
        self.job.log("valid_loss", at.step, loss)
        at.without_gain += 1
        # Equal scores are common at first, when one label is always answered: then the loss tells the progress.
        if (score, -loss) > (at.best_score, -at.best_loss):
            at.best_score, at.best_loss, at.best_step, at.without_gain = score, loss, at.step, 0
            save_state(self.job.work / "best.pt", self.classifier.module)
        self._judging_seconds = time.monotonic() - began

    def _logits(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        found = np.zeros((len(rows), len(self.job.split.labels)))
        tokens = [self.tokens[i] for i in rows]

        def read(part: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
            with torch.inference_mode(), autocast():
                logits = self.classifier.logits(pad(self.tokenizer, [tokens[i] for i in part]))
            return part, logits.float().cpu().double().numpy()

        with Lanes[tuple[NDArray[np.int64], NDArray[np.float64]]](self.job.report.check) as lanes:
            for part, values in lanes.run(partial(read, part) for part in batches(tokens)):
                found[part] = values
        return found

    def _batches(self, epoch: int) -> list[NDArray[np.int64]]:
        """The epoch's batches: random texts, sorted by length within a bucket of a few batches, shuffled again."""
        size = self.job.whole("batch_size")
        rng = np.random.default_rng([self.job.plan.seed, epoch])
        order = self.train_rows[rng.permutation(len(self.train_rows))]
        found = []
        for start in range(0, len(order), size * BUCKET_BATCHES):
            bucket = order[start : start + size * BUCKET_BATCHES]
            bucket = bucket[np.argsort([len(self.tokens[i]) for i in bucket], kind="stable")]
            found += [bucket[i : i + size] for i in range(0, len(bucket), size)]
        return [found[i] for i in rng.permutation(len(found))]

    def _rates(self) -> list[float]:
        """Learning rates of body and head at this step: up in a line, then down in a line."""
        done, total = self.position.step, self.position.total_steps
        warm = max(1, int(total * self.job.number("warmup")))
        factor = (done + 1) / warm if done < warm else max(0.0, (total - done) / max(1, total - warm))
        return [self.job.number("learning_rate") * factor, self.job.number("head_learning_rate") * factor]

    def _optimizer(self) -> torch.optim.AdamW:
        groups: list[dict[str, Any]] = [
            {"params": [p for p in part() if p.requires_grad]} for part in (self.classifier.body, self.classifier.head)
        ]
        return torch.optim.AdamW(groups, lr=0.0, weight_decay=self.job.number("weight_decay"), fused=True)

    def _class_weight(self) -> torch.Tensor:
        size = len(self.job.split.labels)
        counts = np.bincount(self.job.split.classes[self.train_rows], minlength=size)
        if self.job.choice("class_weight") == "none":
            return torch.ones(size)
        return torch.tensor(counts.sum() / (np.count_nonzero(counts) * np.maximum(counts, 1)), dtype=torch.float32)

    def _affordable_steps(self) -> int:
        """As many steps as were asked for, or as fit into the budget: the learning rate must reach zero in time."""
        asked = self.position.total_steps
        first: list[NDArray[np.int64]] = self._batches(0)[:2]
        with Lanes[tuple[float, list[torch.Tensor]]](self.job.report.check) as lanes:
            for batch in first:  # the first one warms up; nothing is learned yet, the rates are zero
                began = time.monotonic()
                pieces = batches([self.tokens[i] for i in batch], self._piece_tokens(batch, lanes.count))
                list(lanes.run(partial(self._gradients, batch[piece], 1.0) for piece in pieces))
                seconds = time.monotonic() - began
        mean = sum(len(self.tokens[i]) for i in self.train_rows) / self.steps_per_epoch
        per_step = seconds * 1.1 * mean / sum(len(self.tokens[i]) for i in first[-1])
        return int(np.clip((self.job.seconds_left - END_SECONDS) * 0.9 / max(per_step, 1e-6), 1, asked))

    def _checkpoint(self) -> None:
        self.position.spent += time.monotonic() - self.begun
        self.begun = time.monotonic()
        save_state(self.job.work / f"state-{self.position.step}.pt", self.classifier.module, self.optimizer)
        write_json(self.job.work / "position.json", asdict(self.position))
        for old in self.job.work.glob("state-*.pt"):
            if old.name != f"state-{self.position.step}.pt":
                old.unlink()
        self.job.report.checkpointed()

    def _resume(self) -> bool:
        """Goes back to the last checkpoint; False where there is none."""
        kept = read_json(self.job.work / "position.json")
        if kept is None:
            return False
        self.position = Position(**kept)
        self.job.deadline -= self.position.spent
        load_state(self.job.work / f"state-{self.position.step}.pt", self.classifier.module, self.optimizer)
        return True

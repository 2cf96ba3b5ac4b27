"""The loop that trains a model end to end (five to eight times faster here than a general trainer).

Batches of items of about equal length, shuffled; AdamW with warm-up and decay; judged on validation rows, the best
state kept; the whole state written every few seconds. Unless set otherwise, no dropout and frozen word embeddings:
measured to cost nothing in short trainings and to save a third of the time. Nothing is random but the order of the
batches and what is dropped, which follow from seed, epoch and step: an interrupted training ends with the same bits as
an uninterrupted one.
"""

import math
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from training_worker import together
from training_worker.attention import KERNELS, LONG_TEXT, attend_by, quicker_kernel
from training_worker.dropout import dropping, set_dropout
from training_worker.embedding import batches, pad
from training_worker.failures import memory_ran_out
from training_worker.job import Job, read_json, write_json
from training_worker.lanes import Lanes
from training_worker.thrift import Thrift, free_memory
from training_worker.training_state import load_state, save_state
from workspace.errors import TrainingFailed

PIECE_TOKENS = 1024
BUCKET_BATCHES = 20
LOG_STEPS = 10
SCHEDULES: dict[str, Callable[[float], float]] = {
    "linear": lambda left: left,
    "cosine": lambda left: 0.5 * (1 - math.cos(math.pi * left)),  # Loshchilov and Hutter 2017
    "constant": lambda left: 1.0 if left else 0.0,
}
"""What is left of the learning rate, by the share of the steps after the warm-up that is still to come."""
Result = TypeVar("Result")
Piece = tuple[float, list[torch.Tensor]]
"""Loss and gradients of a piece of a batch."""
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
    judged_step: int = 0
    without_gain: int = 0
    spent: float = 0.0
    attention: str = KERNELS[0]
    ended: bool = False


class Learner(Protocol):
    """A model that can be trained; ``body`` and ``head`` learn at different rates."""

    @property
    def module(self) -> nn.Module: ...

    def body(self) -> list[nn.Parameter]: ...

    def head(self) -> list[nn.Parameter]: ...


def checkpoint_due(seconds: float, every: int) -> bool:
    """Whether the state shall be written, so many seconds after it was written last."""
    return seconds > every


class TuningLoop(ABC):
    """``learn`` trains and loads the best state at the end; the task says what a batch loses and what a state is worth.

    Items are what is learned from, by number: texts, or windows of them. ``tokens`` holds those of each item,
    ``train_items`` are learned from.
    """

    metric: str
    """What validation rows are judged by, as the curve is named."""
    piece_tokens = PIECE_TOKENS
    """Tokens of the pieces in which a batch is computed: memory grows with it."""
    least_between = 1
    """Steps between two judgements at least: with few rows a pass is a step or two."""

    def __init__(
        self,
        job: Job,
        learner: Learner,
        tokenizer: Any,
        tokens: list[list[int]],
        train_items: NDArray[np.int64],
        begun: float,
        start_share: float = 0.0,
    ) -> None:
        """``begun``: when the recipe began (``time.monotonic``); ``start_share``: of the progress, what was done."""
        self.job, self.learner, self.tokenizer, self.tokens = job, learner, tokenizer, tokens
        self.train_rows, self.begun, self.start_share = train_items, begun, start_share
        self._judging_seconds = 0.0
        self.note = ""
        self.thrift = Thrift.of(job.work.parent)
        set_dropout(learner.module, float(job.settings.get("dropout", 0)))
        if job.settings.get("freeze_word_embeddings"):
            for name, parameter in learner.module.named_parameters():
                if "word_embeddings" in name or "embed_tokens" in name:
                    parameter.requires_grad_(False)
        if frozen := int(job.settings.get("frozen_layers", 0)):
            freeze_layers(learner.module, frozen)
        self.parameters = [p for p in learner.module.parameters() if p.requires_grad]
        self.optimizer = self._optimizer()
        self.steps_per_epoch = len(self._batches(0))
        self.position = Position(self.job.whole("epochs") * self.steps_per_epoch)

    @abstractmethod
    def weight(self, rows: NDArray[np.int64]) -> float:
        """What the sum of these items' losses is divided by."""

    @abstractmethod
    def losses(self, rows: NDArray[np.int64], inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        """The sum of these items' losses."""

    @abstractmethod
    def judge(self) -> tuple[float, float] | None:
        """Score (higher is better) and loss of the present state on validation rows; None where there are none."""

    def learn(self) -> None:
        """Learns until the last step, the budget's end, or until the validation score no longer rises."""
        with together.helpers(self.job):
            resumed = together.agree(self._resume())
            if not resumed:
                self.position.total_steps = self._thriftily(self._affordable_steps)
            self._begin_alike()
            if not resumed:
                self._judge()
            self._saved, processes = time.monotonic(), together.size()
            self._thriftily(self._steps)
        if self.position.step:
            self._checkpoint()
        load_state(self.job.work / "best.pt", self.learner.module)
        self.note = (
            f"best after {self.position.best_step} of {self.position.step} steps"
            if self.position.best_step
            else "no better than before the first step"
        ) + (f", by {processes} processes" if processes > 1 else "")

    def _begin_alike(self) -> None:
        """Where several processes train together, they begin where the first one is."""
        state = (asdict(self.position), self.optimizer.state_dict() if self.position.step else None)
        position, optimizer = together.agree(state)
        self.position = Position(**position)
        if together.rank():
            attend_by(self.learner.module, self.position.attention)
        if together.rank() and optimizer:
            self.optimizer.load_state_dict(optimizer)
        together.begin_alike(self.parameters)

    def _thriftily(self, work: Callable[[Lanes[Piece]], Result]) -> Result:
        """Does the work; where memory runs out, goes on with smaller pieces, from the step that did not fit."""
        while True:
            try:
                with Lanes[Piece](self.job.report.check, self.thrift.lanes) as lanes:
                    return work(lanes)
            except Exception as exc:
                if not memory_ran_out(exc) or self._smallest_pieces():
                    raise
            # Outside of the handler: the exception holds what the failed attempt had computed.
            for parameter in self.parameters:
                parameter.grad = None
            self.thrift.halve()
            self.job.tell(self._fraction(), "Memory ran short: going on with smaller pieces")
            free_memory()

    def _smallest_pieces(self) -> bool:
        longest = max(len(self.tokens[i]) for i in self.train_rows)
        return self.thrift.lanes == 1 and self.piece_tokens >> self.thrift.halvings < longest

    def _steps(self, lanes: Lanes[Piece]) -> None:
        while not self.position.ended:
            self._advance(self._step(lanes, self._batches(self.position.epoch)[self.position.batch]))
            if checkpoint_due(time.monotonic() - self._saved, self.job.whole("checkpoint_seconds")):
                self._checkpoint()
                self._saved = time.monotonic()

    def _step(self, lanes: Lanes[Piece], rows: NDArray[np.int64]) -> float:
        """One batch; all that train together make the same step."""
        total = self._add_gradients(lanes, rows)
        total = together.add_up([p.grad for p in self.parameters if p.grad is not None], total)
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        for group, rate in zip(self.optimizer.param_groups, self._rates(), strict=True):
            group["lr"] = rate
        self.optimizer.step()
        return total

    def _add_gradients(self, lanes: Lanes[Piece], rows: NDArray[np.int64]) -> float:
        """Loss and gradients of this process' share of the batch, in pieces side by side; their gradients are added
        in order, so the sum is always the same."""
        weight = self.weight(rows)
        mine = rows[together.rank() :: together.size()]
        for parameter in self.parameters:
            parameter.grad = None if len(mine) else torch.zeros_like(parameter)
        if not len(mine):
            return 0.0
        total = 0.0
        pieces = batches([self.tokens[i] for i in mine], self._piece_tokens(mine, lanes.count))
        for loss, gradients in lanes.run(partial(self._gradients, mine[piece], weight) for piece in pieces):
            total += loss
            for parameter, gradient in zip(self.parameters, gradients, strict=True):
                parameter.grad = gradient if parameter.grad is None else parameter.grad.add_(gradient)
        return total

    def _piece_tokens(self, rows: NDArray[np.int64], lanes: int) -> int:
        """Pieces that fill all lanes evenly, and are small enough for memory and for a quick cancel."""
        tokens = sum(len(self.tokens[i]) for i in rows)
        rounds = -(-tokens // (max(1, self.piece_tokens >> self.thrift.halvings) * lanes))
        return max(-(-tokens * 11 // (10 * rounds * lanes)), max(len(self.tokens[i]) for i in rows))

    def _gradients(self, rows: NDArray[np.int64], weight: float) -> tuple[float, list[torch.Tensor]]:
        inputs = pad(self.tokenizer, [self.tokens[i] for i in rows])
        with dropping(self.job.plan.seed, self.position.step, int(rows[0])):
            loss = self.losses(rows, inputs) / weight
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
        at.step, at.batch = at.step + 1, at.batch + 1
        if at.step % LOG_STEPS == 1 % LOG_STEPS:
            self.job.log("train_loss", at.step, loss)
        epoch = at.step / self.steps_per_epoch
        self.job.tell(self._fraction(), f"Fine-tuning, pass {int(epoch) + 1}, step {at.step:,} of {at.total_steps:,}")
        late = together.agree(self.job.seconds_left < END_SECONDS + self._judging_seconds)
        if at.batch == self.steps_per_epoch:
            at.epoch, at.batch = at.epoch + 1, 0
        if at.step >= at.total_steps or late or (not at.batch and at.step - at.judged_step >= self.least_between):
            self._judge()
            at.ended = late or at.step >= at.total_steps or at.without_gain >= self.job.whole("patience")

    def _fraction(self) -> float:
        """How far this recipe is."""
        return self.start_share + (0.98 - self.start_share) * self.position.step / self.position.total_steps

    def _judge(self) -> None:
        """Scores the present state on the validation rows and keeps it where it is the best so far."""
        began = time.monotonic()
        at = self.position
        at.judged_step = at.step
        # Without rows to judge on the last state is kept.
        judged = together.agree(None if together.rank() else self.judge())
        score, loss = judged or (at.best_score + 1, 0.0)
        if judged:
            self.job.log(f"valid_{self.metric}", at.step, score)
            self.job.log("valid_loss", at.step, loss)
        at.without_gain += 1
        # Equal scores are common at first, when one label is always answered: then the loss tells the progress.
        if (score, -loss) > (at.best_score, -at.best_loss):
            at.best_score, at.best_loss, at.best_step, at.without_gain = score, loss, at.step, 0
            if not together.rank():
                save_state(self.job.work / "best.pt", self.learner.module)
        self._judging_seconds = time.monotonic() - began

    def _batches(self, epoch: int) -> list[NDArray[np.int64]]:
        """The epoch's batches: random texts, sorted by length within a bucket of a few batches, shuffled again."""
        size = self.batch
        rng = np.random.default_rng([self.job.plan.seed, epoch])
        order = self.train_rows[rng.permutation(len(self.train_rows))]
        found = []
        for start in range(0, len(order), size * BUCKET_BATCHES):
            bucket = order[start : start + size * BUCKET_BATCHES]
            bucket = bucket[np.argsort([len(self.tokens[i]) for i in bucket], kind="stable")]
            found += [bucket[i : i + size] for i in range(0, len(bucket), size)]
        return [found[i] for i in rng.permutation(len(found))]

    @property
    def batch(self) -> int:
        """Items of one step. They are computed in pieces anyway, so collecting batches is one larger batch."""
        return self.job.whole("batch_size") * int(self.job.settings.get("accumulation", 1))

    def _rates(self) -> list[float]:
        """Learning rates of body and head at this step: up in a line, then as ``schedule`` says."""
        done, total = self.position.step, self.position.total_steps
        warm = max(1, int(total * self.job.number("warmup")))
        left = max(0.0, (total - done) / max(1, total - warm))
        factor = (done + 1) / warm if done < warm else SCHEDULES[self.job.choice("schedule")](left)
        rates = [self.job.number(name) for name in ("learning_rate", "head_learning_rate") if name in self.job.settings]
        return [rate * factor for rate in rates]

    def _optimizer(self) -> torch.optim.AdamW:
        groups: list[dict[str, Any]] = [
            {"params": trained}
            for part in (self.learner.body, self.learner.head)
            if (trained := [p for p in part() if p.requires_grad])
        ]
        optimizer = torch.optim.AdamW(groups, lr=0.0, weight_decay=self.job.number("weight_decay"), fused=True)
        # Its memory is taken before the first step: what does not fit is known at once, and no step stays half done.
        for parameter in self.parameters:
            parameter.grad = torch.zeros_like(parameter)
        optimizer.step()
        for state in optimizer.state.values():
            state["step"].zero_()
        return optimizer

    def _affordable_steps(self, lanes: Lanes[Piece]) -> int:
        """As many steps as were asked for, or as fit into the budget: the learning rate must reach zero in time."""
        asked = self.position.total_steps
        first, batch = (self._batches(0) * 2)[:2]
        mean = sum(len(self.tokens[i]) for i in self.train_rows) / self.steps_per_epoch

        def seconds_of_step() -> float:
            began = time.monotonic()
            self._add_gradients(lanes, batch)
            return time.monotonic() - began

        if mean * self.steps_per_epoch < LONG_TEXT * len(self.train_rows):
            self._add_gradients(lanes, first)  # warms up; no step is made
            seconds = seconds_of_step()
        else:
            self.position.attention, seconds = quicker_kernel(self.learner.module, seconds_of_step)
        per_step = seconds * 1.1 * mean / sum(len(self.tokens[i]) for i in batch)
        steps = int(np.clip((self.job.seconds_left - END_SECONDS) * 0.9 / max(per_step, 1e-6), 1, asked))
        # From now on it is known how long all of it takes, and which share of that is over.
        spent = time.monotonic() - self.begun
        self.job.facts[f"{self.job.recipe}_seconds"] = whole = spent + steps * per_step + END_SECONDS / 2
        self.start_share = spent / whole
        return steps

    def _checkpoint(self) -> None:
        if together.rank():
            return
        self.position.spent += time.monotonic() - self.begun
        self.begun = time.monotonic()
        save_state(self.job.work / f"state-{self.position.step}.pt", self.learner.module, self.optimizer)
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
        attend_by(self.learner.module, self.position.attention)
        self.job.deadline -= self.position.spent
        load_state(self.job.work / f"state-{self.position.step}.pt", self.learner.module, self.optimizer)
        return True


def freeze_layers(module: nn.Module, count: int) -> None:
    """Keeps the embeddings and the first ``count`` layers of an encoder as they are."""
    for name, parameter in module.named_parameters():
        layer = _LAYER.search(name)
        if (layer and int(layer[1]) < count) or "embeddings." in name:
            parameter.requires_grad_(False)


_LAYER = re.compile(r"\.(?:layer|layers|h|block)\.(\d+)\.")

"""A causal model learns to answer as the examples do: LoRA on all its linear layers, loss on the answers alone."""

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from training_worker import together
from training_worker.embedding import batches, device
from training_worker.generation.causal import Causal, Losses, load_causal, sums_of_losses
from training_worker.generation.chat import Encoded
from training_worker.generation.evaluation import LEAST_ROWS, NEW_TOKENS, WRITING, answered_rows, budget_tokens, within
from training_worker.generation.low_rank import Adapter, LowRank, adapt, adapter_of
from training_worker.generation.predictor import ADAPTER
from training_worker.generation.storing import save_merged
from training_worker.interruptible import run_interruptible
from training_worker.job import Job, read_json, write_array, write_json
from training_worker.kinds.generation import token_probability
from training_worker.lanes import Lanes
from training_worker.starter import resolve_base
from training_worker.tuning_loop import END_SECONDS, Piece, TuningLoop

VALID_TOKENS_PER_SECOND = 8  # of the budget: what one judgement on validation rows may read
PIECE_TOKENS = 512  # two megabytes are kept for each token of a piece until the way back
TRAIN_COST = 2.4  # a learned token against one that is read
OPENING_SECONDS = 6.0
WARMING_ROWS = 4  # read before the pace is taken: the first products take several times as long
ROWS_PER_SECOND = 1000  # made into tokens, far more than can be learned from in the same time
MOST_NEW = 512
UP_FASTER = 4.0
"""B, which begins at zero, learns at so many times the rate of A (LoRA+, Hayou et al. 2024)."""
LEAST_TIMED = 4
"""From so many steps on, at each power of two, the number of steps is set by the pace so far."""
START = 0.1  # share of the progress until the first step
BEFORE, BEST = "before.json", "best_answers.npy"


@dataclass
class LoraCandidate:
    """``answers``: for each validation row the sum of its token losses, and the number of its answer's tokens."""

    rows: NDArray[np.int64]
    answers: Losses
    note: str
    base: str | None
    causal: Causal
    adapter: Adapter
    facts: dict[str, Any]

    def save(self, job: Job, folder: Path) -> dict[str, Any]:
        """Writes the whole model, as plain transformers loads it, and beside it the adapter alone, as peft does."""
        job.tell(0.99, "Putting the model together")
        base = self.causal.base
        run_interruptible(job.report, lambda: save_merged(self.causal, self.adapter, self.facts, folder))
        self.adapter.save(folder / ADAPTER, base.hub_id or base.name)
        return {"format": "causal", "base_licence": base.licence, "base_hub_id": base.hub_id, **self.facts}


class LoraTrainer:
    def estimate(self, job: Job) -> float:
        """It stops when the budget ends, so never more than what is left."""
        return min(self.least_seconds(job) + 0.8 * len(job.split.learn), job.seconds_left)

    def least_seconds(self, job: Job) -> float:
        return OPENING_SECONDS + END_SECONDS + len(job.split.learn) / ROWS_PER_SECOND

    def train(self, job: Job) -> LoraCandidate:
        begun = time.monotonic()
        job.tell(0.0, "Opening the base model")
        causal = run_interruptible(job.report, lambda: load_causal(resolve_base(job.plan.base)))
        most = min(job.whole("max_tokens"), causal.most_tokens)
        learn = job.split.learn
        encoded = run_interruptible(job.report, lambda: causal.form.encode(learn.texts, learn.targets, most))
        train_rows, valid_rows = sides(job, encoded)
        before = judged_before(job, causal, encoded, valid_rows if len(valid_rows) else train_rows[:LEAST_ROWS])
        keep_time_for_judging(job, encoded, len(train_rows), before.pace)
        layers = adapt(
            causal.model,
            job.whole("rank"),
            job.number("alpha"),
            job.choice("targets") == "attention",
            job.plan.seed,
        )
        learning = Learning(job, causal, layers, encoded, train_rows, valid_rows, begun)
        losses = learning.run(before)
        lengths = encoded.answer_lengths[train_rows]
        facts = {
            "max_tokens": most,
            "max_new_tokens": int(min(MOST_NEW, np.quantile(lengths, 0.95) * 1.2 + 8)),
            "cut_prompts": encoded.cut_prompts,
            "cut_answers": encoded.cut_answers,
        }
        adapter = adapter_of(layers, job.whole("rank"), job.number("alpha"))
        note = "; ".join([learning.note, *learning.left_notes(), *cut_notes(encoded, most)])
        return LoraCandidate(valid_rows, losses, note, causal.base.name, causal, adapter, facts)


TRAINER = LoraTrainer()


def sides(job: Job, encoded: Encoded) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows to learn from, and as many validation rows as can be read often; the others of these are left alone."""
    everything = np.arange(len(job.split.learn))
    train, valid = job.split.folds[0] if job.split.folds else (everything, everything[:0])
    order = np.random.default_rng(job.plan.seed).permutation(valid)
    most = job.plan.budget_seconds * VALID_TOKENS_PER_SECOND * (1 if device().type == "cpu" else 50)
    count = within([len(encoded.tokens[i]) for i in order], most) if len(order) else 0
    return train, np.sort(order[:count])


@dataclass(frozen=True)
class Before:
    """How well the base model foresees some answers (see ``sums_of_losses``), and how many tokens a second it reads."""

    losses: Losses
    pace: float


def judged_before(job: Job, causal: Causal, encoded: Encoded, rows: NDArray[np.int64]) -> Before:
    """The first judgement, before anything is learned; another attempt at this run takes it over."""
    kept = read_json(job.work / BEFORE)
    if kept:
        return Before(np.array(kept["losses"]), kept["pace"])
    tokens = [encoded.tokens[i] for i in rows]
    done, total = 0, sum(map(len, tokens))

    def tick(more: int) -> None:
        nonlocal done
        done += more
        job.tell(START * done / total, "Judging the base model")

    short = rows[np.argsort([len(t) for t in tokens])[:WARMING_ROWS]]
    sums_of_losses(causal, [encoded.tokens[i] for i in short], encoded.starts[short], lambda done: job.report.check())
    begun = time.monotonic()
    losses = sums_of_losses(causal, tokens, encoded.starts[rows], tick)
    found = Before(losses, total / max(time.monotonic() - begun, 1e-3))
    if not together.rank():
        write_json(job.work / BEFORE, {"losses": losses.tolist(), "pace": found.pace})
    return found


def keep_time_for_judging(job: Job, encoded: Encoded, rows: int, pace: float) -> None:
    """Moves the deadline so that the judgement at the end fits in; ``pace``: tokens that are read in a second."""
    mean = float(np.mean([len(t) for t in encoded.tokens]))
    budget, test = job.plan.budget_seconds, len(job.split.test)
    read = min(budget_tokens(budget), mean * test)
    written = answered_rows(test, budget) * min(NEW_TOKENS, float(np.mean(encoded.answer_lengths)))
    seconds = 2 * (read + WRITING * written) / pace + OPENING_SECONDS / 2
    job.deadline -= seconds
    # The tournament takes the time for judging from this pace and the length of the test texts.
    job.facts["tokens_per_second"] = sum(map(len, job.split.test.texts)) / 3.5 * 1.2 / max(seconds, 0.1)
    asked = job.whole("epochs") * mean * rows * TRAIN_COST / pace
    job.facts[f"{job.recipe}_seconds"] = max(min(asked, job.seconds_left), 1.0)


def cut_notes(encoded: Encoded, most: int) -> list[str]:
    """What did not fit into the most tokens that are read, in words."""
    notes = []
    if encoded.cut_prompts:
        notes.append(f"{encoded.cut_prompts:,} prompts were too long for {most} word pieces and lost their beginning")
    if encoded.cut_answers:
        notes.append(f"{encoded.cut_answers:,} answers were too long and lost their end")
    return notes


class _Learner:
    """The low-rank additions of all layers: the matrices A, and as the head, which learns faster, B."""

    def __init__(self, model: nn.Module, layers: dict[str, LowRank]) -> None:
        self.module = model
        self._layers = list(layers.values())

    def body(self) -> list[nn.Parameter]:
        return [layer.down for layer in self._layers]

    def head(self) -> list[nn.Parameter]:
        return [layer.up for layer in self._layers]


class Learning(TuningLoop):
    """Rows with an answer each. ``run`` gives the validation rows' losses by the best state."""

    metric = "token_probability"
    piece_tokens = PIECE_TOKENS

    def __init__(
        self,
        job: Job,
        causal: Causal,
        layers: dict[str, LowRank],
        encoded: Encoded,
        train_rows: NDArray[np.int64],
        valid_rows: NDArray[np.int64],
        begun: float,
    ) -> None:
        self.causal, self.starts, self.valid_rows = causal, encoded.starts, valid_rows
        self.answer_lengths = encoded.answer_lengths
        self._learned, self._learning_seconds = 0, 0.0
        learner = _Learner(causal.model, layers)
        super().__init__(job, learner, causal.tokenizer, encoded.tokens, train_rows, begun, START)
        self.position.attention = causal.model.config._attn_implementation  # the fused one, where the model has it

    def run(self, before: Before) -> Losses:
        """Learns; ``before`` is the first judgement, of the base model."""
        self._judged, self._pace = before.losses, before.pace
        self.learn()
        kept = self.job.work / BEST
        return np.load(kept) if kept.exists() else self._judged[:0]

    def left_notes(self) -> list[str]:
        """How many rows were learned from, in words, where the time was too short for all."""
        seen = self.position.step * self.batch
        total = len(self.train_rows)
        return (
            [f"the time was enough for {seen:,} of {total:,} rows"] if seen < total and not self.position.epoch else []
        )

    def weight(self, rows: NDArray[np.int64]) -> float:
        return float(self.answer_lengths[rows].sum())

    def losses(self, rows: NDArray[np.int64], inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        lengths = [len(self.tokens[i]) for i in rows]
        return self.causal.losses(inputs, self.starts[rows].tolist(), lengths).sum()

    def _affordable_steps(self, lanes: Lanes[Piece]) -> int:
        """As the loop does, but timed with one piece for each lane: whole steps would cost a good part of the time."""
        batch = self._batches(0)[0]
        most = self.piece_tokens >> self.thrift.halvings
        pieces = list(batches([self.tokens[i] for i in batch], most))[: lanes.count]
        began = time.monotonic()
        list(lanes.run(partial(self._gradients, batch[piece], 1.0) for piece in pieces))
        seconds = time.monotonic() - began
        timed = sum(len(self.tokens[i]) for piece in pieces for i in batch[piece])
        return self._steps_in_time(seconds / timed)

    def _steps_in_time(self, seconds_per_token: float) -> int:
        """Steps that fit into what is left, one at least; never more than were asked for."""
        per_step = seconds_per_token * sum(len(self.tokens[i]) for i in self.train_rows) / self.steps_per_epoch
        left = self.job.seconds_left - END_SECONDS - self._valid_tokens / self._pace
        return max(1, int(min(left * 0.95 / max(per_step, 1e-6), self.job.whole("epochs") * self.steps_per_epoch)))

    def _step(self, lanes: Lanes[Piece], rows: NDArray[np.int64]) -> float:
        """Now and then it is reckoned anew how many steps fit in: the first pieces tell it badly."""
        began = time.monotonic()
        total = super()._step(lanes, rows)
        self._learned += sum(len(self.tokens[i]) for i in rows)
        self._learning_seconds += time.monotonic() - began
        done = self.position.step + 1
        if done >= LEAST_TIMED and not done & (done - 1):
            steps = done + self._steps_in_time(self._learning_seconds / self._learned)
            most = self.job.whole("epochs") * self.steps_per_epoch
            self.position.total_steps = together.agree(min(steps, most))
        return total

    def _rates(self) -> list[float]:
        return [rate * faster for rate in super()._rates() for faster in (1.0, UP_FASTER)]

    def _fraction(self) -> float:
        """The judgement at the end counts as the steps that take as long."""
        batch = sum(len(self.tokens[i]) for i in self.train_rows) / self.steps_per_epoch
        steps = self.position.total_steps + self._valid_tokens / (batch * TRAIN_COST)
        return self.start_share + (0.98 - self.start_share) * self.position.step / steps

    @property
    def _valid_tokens(self) -> int:
        return sum(len(self.tokens[i]) for i in self.valid_rows)

    def judge(self) -> tuple[float, float] | None:
        if not len(self.valid_rows):
            return None
        if self.position.step:
            tokens = [self.tokens[i] for i in self.valid_rows]
            starts = self.starts[self.valid_rows]
            self._judged = sums_of_losses(self.causal, tokens, starts, lambda done: self.job.report.check())
        losses = self._judged
        return token_probability(losses), float(losses[:, 0].sum() / losses[:, 1].sum())

    def _judge(self) -> None:
        super()._judge()
        self._judging_seconds = max(self._judging_seconds, self._valid_tokens / self._pace)
        if len(self.valid_rows) and self.position.best_step == self.position.step and not together.rank():
            write_array(self.job.work / BEST, self._judged)

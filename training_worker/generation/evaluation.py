"""How good written answers are: foreseen (loss, perplexity) and compared with those wished for (chrF, ROUGE-L).

Everything is measured twice on the same rows, with the model as it is and as it was before it learned: the baseline.
"""

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq
from sacrebleu.metrics.chrf import CHRF

from training_worker.data import LabelledRows
from training_worker.embedding import device
from training_worker.generation.causal import Losses
from training_worker.generation.predictor import GenerationPredictor
from training_worker.kinds.base import OnProgress
from workspace.exams import exam_of
from workspace.model import Evaluation, Sample

TOKENS_PER_BUDGET_SECOND = 30
"""Tokens of test rows that are read for each second of a training's budget, on a processor; a GPU reads 50 times that.
By count, not by the clock: the same rows are judged whatever else the computer does."""
LEAST_ROWS = 8
ROWS_WRITTEN = 32
SECONDS_PER_WRITTEN_ROW = 30
WRITING = 6.0
"""What a written token takes against one that is read."""
NEW_TOKENS = 64
CHARACTERS_PER_TOKEN = 4
SHOWN_CHARS = 2000
BOOTSTRAP_SAMPLES = 1000
_WORD = re.compile(r"\w+")


def evaluate_generation(
    predictor: GenerationPredictor,
    rows: LabelledRows,
    learn: LabelledRows | None,
    seed: int,
    on_progress: OnProgress | None = None,
) -> Evaluation:
    """Losses on the rows' answers, and answers to some of them, before and after training.

    In a training (``learn`` is given) as many rows are judged as fit beside its budget. ``chrf`` and ``rouge_l`` are
    means over the rows that were answered. The baseline is the base model before training.
    """
    budget = int(predictor.meta["plan"]["budget_seconds"]) if learn is not None else None
    rows = rows.take(judged_rows(predictor, rows, budget, seed).tolist())
    answered = rows.take(range(answered_rows(len(rows), budget)))
    most_new = min(NEW_TOKENS, predictor.max_new_tokens)
    read = _Reader(predictor, rows, answered, most_new, on_progress)
    after_losses, after = read()
    with predictor.before_training():
        before_losses, before = read()
    draws = np.random.default_rng(seed)
    tokens = predictor.causal.form.ids(answered.targets)
    # An answer that is cut where the model may write no more is compared with the same piece of the one wished for.
    decode = predictor.causal.tokenizer.decode
    wished = [
        answer if len(ids) <= most_new else str(decode(ids[:most_new], skip_special_tokens=True)).strip()
        for answer, ids in zip(answered.targets, tokens, strict=True)
    ]
    metrics, intervals = _measure(after_losses, after, wished, draws)
    baseline, _ = _measure(before_losses, before, wished, draws)
    cells = zip(answered.texts, answered.targets, before, after, strict=True)
    return Evaluation(
        rows=len(rows),
        metrics=metrics,
        intervals=intervals,
        baseline=baseline,
        samples=[
            Sample(prompt=p[:SHOWN_CHARS], reference=r[:SHOWN_CHARS], before=b[:SHOWN_CHARS], after=a[:SHOWN_CHARS])
            for p, r, b, a in cells
        ],
        exam=exam_of(rows.texts, rows.targets, [False] * len(rows), "loss", after_losses.tolist()),
    )


def judged_rows(
    predictor: GenerationPredictor, rows: LabelledRows, budget_seconds: int | None, seed: int
) -> NDArray[np.int64]:
    """Which rows are judged, in the order of a draw: all without a budget, else as many as it allows."""
    order = np.random.default_rng(seed).permutation(len(rows))
    if budget_seconds is None:
        return order
    some = order[: max(LEAST_ROWS, budget_tokens(budget_seconds) // 8)]  # a row has hardly fewer than 8 tokens
    encoded = predictor.causal.form.encode(
        [rows.texts[i] for i in some], [rows.targets[i] for i in some], predictor.max_tokens
    )
    return some[: within([len(t) for t in encoded.tokens], budget_tokens(budget_seconds))]


def budget_tokens(budget_seconds: int) -> int:
    """Tokens of test rows that are judged beside a training of so many seconds."""
    return budget_seconds * TOKENS_PER_BUDGET_SECOND * (1 if device().type == "cpu" else 50)


def answered_rows(rows: int, budget_seconds: int | None) -> int:
    """To how many of the judged rows an answer is written."""
    most = ROWS_WRITTEN
    if budget_seconds is not None and device().type == "cpu":
        most = min(most, max(LEAST_ROWS, budget_seconds // SECONDS_PER_WRITTEN_ROW))
    return min(rows, most)


def within(lengths: Sequence[int], most: int) -> int:
    """How many rows from the first on have at most ``most`` tokens together; a few in any case."""
    fitting = int(np.searchsorted(np.cumsum(lengths), most, side="right"))
    return min(len(lengths), max(fitting, LEAST_ROWS))


class _Reader:
    """Losses of all rows and answers to some, by the model as it is at the moment. Made to be called twice."""

    def __init__(
        self,
        predictor: GenerationPredictor,
        rows: LabelledRows,
        answered: LabelledRows,
        most_new: int,
        on_progress: OnProgress | None,
    ) -> None:
        self._predictor, self._rows, self._answered = predictor, rows, answered
        self._most_new, self._on_progress = most_new, on_progress
        self._reading = sum(map(len, rows.texts + rows.targets)) / CHARACTERS_PER_TOKEN
        self._total = 2 * (self._reading + WRITING * most_new * len(answered))
        self._done = 0.0

    def __call__(self) -> tuple[Losses, list[str]]:
        losses = self._predictor.losses(
            self._rows.texts, self._rows.targets, lambda share: self._tick(share * self._reading)
        )
        answers = self._predictor.write(
            self._answered.texts, self._most_new, lambda rows: self._tick(rows * WRITING * self._most_new)
        )
        return losses, answers

    def _tick(self, tokens: float) -> None:
        """So much more is done, counted in tokens that are read."""
        self._done += tokens
        if self._on_progress:
            self._on_progress(min(1.0, self._done / max(self._total, 1.0)))


def _measure(
    losses: Losses, answers: Sequence[str], wished: Sequence[str], draws: np.random.Generator
) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """The figures, and their 95 % percentile intervals over rows drawn anew."""
    drawn = draws.integers(0, len(losses), (BOOTSTRAP_SAMPLES, len(losses)))
    sums = losses[drawn].sum(axis=1)
    loss = float(losses[:, 0].sum() / losses[:, 1].sum())
    low, high = np.quantile(sums[:, 0] / sums[:, 1], [0.025, 0.975]).tolist()
    metrics = {"loss": loss, "perplexity": math.exp(loss), "token_probability": math.exp(-loss)}
    intervals = {
        "loss": (low, high),
        "perplexity": (math.exp(low), math.exp(high)),
        "token_probability": (math.exp(-high), math.exp(-low)),
    }
    chrf = CHRF()
    pairs = list(zip(answers, wished, strict=True))
    of_rows = {
        "chrf": np.array([chrf.sentence_score(answer, [wish]).score for answer, wish in pairs]),
        "rouge_l": np.array([rouge_l(answer, wish) for answer, wish in pairs]),
    }
    for name, values in of_rows.items():
        means = values[draws.integers(0, len(values), (BOOTSTRAP_SAMPLES, len(values)))].mean(axis=1)
        metrics[name] = float(values.mean())
        intervals[name] = tuple(np.quantile(means, [0.025, 0.975]).tolist())
    rounded = {name: (round(a, 6), round(b, 6)) for name, (a, b) in intervals.items()}
    return {name: round(value, 6) for name, value in metrics.items()}, rounded


def rouge_l(answer: str, reference: str) -> float:
    """F1 of the longest common subsequence of words (Lin 2004), lower case, punctuation left out, no stemming."""
    found, wished = _WORD.findall(answer.lower()), _WORD.findall(reference.lower())
    common = LCSseq.similarity(found, wished)
    return 2.0 * common / (len(found) + len(wished)) if common else 0.0

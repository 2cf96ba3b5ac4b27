"""Answers of a causal model: always the likeliest next token, several prompts at a time, no endless repeating."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from transformers import StoppingCriteria, StoppingCriteriaList

from training_worker.embedding import device
from training_worker.generation.causal import Causal
from training_worker.lanes import Lanes

BATCH_ROWS = 16
LOOP_TIMES = 3
LOOP_TOKENS = 24
"""A piece of so many tokens or fewer that comes three times in a row, and is not one token alone, is a loop."""
ONE_TOKEN_TIMES = 12


def write(causal: Causal, prompts: Sequence[list[int]], most_new: int, tick: Callable[[float], None]) -> list[str]:
    """The answer to each prompt (tokens as :meth:`ChatForm.prompts` gives them), at most ``most_new`` tokens long.

    A batch for each processor, side by side: a step is many short products, which two threads would spend waiting for
    each other. ``tick`` gets the prompts done since the last call, some of them in part; it may raise to stop.
    """
    found = [""] * len(prompts)
    order = sorted(range(len(prompts)), key=lambda i: -len(prompts[i]))
    stopping = threading.Event()
    done: dict[int, float] = {}
    told = 0.0

    def tell() -> None:
        nonlocal told
        now = sum(list(done.values()))
        tick(max(now - told, 0.0))
        told = max(now, told)

    with Lanes[tuple[list[int], list[str]]](tell) as lanes:
        size = max(1, min(BATCH_ROWS, -(-len(order) // lanes.count)))
        parts = [order[start : start + size] for start in range(0, len(order), size)]
        try:
            calls = (
                partial(_write, causal, prompts, part, most_new, _Guard(stopping, partial(done.__setitem__, number)))
                for number, part in enumerate(parts)
            )
            for number, (rows, answers) in enumerate(lanes.run(calls)):
                for row, answer in zip(rows, answers, strict=True):
                    found[row] = answer
                done[number] = len(rows)
                tell()
        except BaseException:
            stopping.set()
            raise
    return found


def _write(
    causal: Causal, prompts: Sequence[list[int]], rows: list[int], most_new: int, guard: "_Guard"
) -> tuple[list[int], list[str]]:
    longest = max(len(prompts[i]) for i in rows)
    guard.start, guard.most = longest, most_new
    pad = int(causal.tokenizer.pad_token_id)
    ids = torch.tensor([[pad] * (longest - len(prompts[i])) + prompts[i] for i in rows], device=device())
    mask = torch.tensor([[0] * (longest - len(prompts[i])) + [1] * len(prompts[i]) for i in rows], device=device())
    with torch.inference_mode():
        written = causal.model.generate(
            input_ids=ids,
            attention_mask=mask,
            do_sample=False,
            temperature=None,
            top_p=None,
            top_k=None,
            max_new_tokens=most_new,
            eos_token_id=end_tokens(causal),
            pad_token_id=pad,
            stopping_criteria=StoppingCriteriaList([guard]),
        )
    ends = set(end_tokens(causal))
    answers = []
    for row in written[:, longest:].tolist():
        end = next((at for at, token in enumerate(row) if token in ends), len(row))
        answers.append(without_loop(row[:end]))
    texts: list[str] = causal.tokenizer.batch_decode(answers, skip_special_tokens=True)
    return rows, [text.strip() for text in texts]


def end_tokens(causal: Causal) -> list[int]:
    """Tokens at which an answer ends: those of the model, and the end mark of its chat template."""
    own = causal.model.generation_config.eos_token_id
    ends = own if isinstance(own, list) else [own]
    mark = causal.form.tail[:1]
    return list(dict.fromkeys(token for token in (*ends, causal.tokenizer.eos_token_id, *mark) if token is not None))


def looping(tokens: Sequence[int]) -> int:
    """How long the piece is that the tokens end with several times in a row; 0 where they do not."""
    for size in range(1, LOOP_TOKENS + 1):
        times = LOOP_TIMES if size > 1 else ONE_TOKEN_TIMES
        if len(tokens) < size * times:
            continue
        end = list(tokens[-size:])
        if size > 1 and len(set(end)) == 1:
            continue
        if all(list(tokens[len(tokens) - size * k : len(tokens) - size * (k - 1)]) == end for k in range(2, times + 1)):
            return size
    return 0


def without_loop(tokens: list[int]) -> list[int]:
    """The tokens with the piece that is repeated at their end left there once."""
    size = looping(tokens)
    if not size:
        return tokens
    end = tokens[-size:]
    kept = tokens
    while kept[-2 * size : -size] == end:
        kept = kept[:-size]
    return kept


class _Guard(StoppingCriteria):
    """Ends the answers that have begun to repeat themselves, and all of them when nobody waits for them any more.

    ``written`` is told, after each token, how many answers' worth of tokens there are. The answers begin at ``start``
    and have at most ``most`` tokens.
    """

    def __init__(self, stopping: threading.Event, written: Callable[[float], None]) -> None:
        self._stopping, self._written = stopping, written
        self.start, self.most = 0, 1

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        new = input_ids[:, self.start :]
        self._written(new.shape[0] * new.shape[1] / self.most)
        rows = new[:, -max(LOOP_TOKENS * LOOP_TIMES, ONE_TOKEN_TIMES) :].tolist()
        ended = [self._stopping.is_set() or bool(looping(row)) for row in rows]
        return torch.tensor(ended, device=input_ids.device)

"""Answers of a causal model: always the likeliest next token, several prompts at a time, no endless repeating."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from transformers import StoppingCriteria, StoppingCriteriaList

from training_worker.embedding import device
from training_worker.generation.causal import Causal

BATCH_ROWS = 16
LOOP_TIMES = 3
LOOP_TOKENS = 24
"""A piece of so many tokens or fewer that comes three times in a row, and is not one token alone, is a loop."""
ONE_TOKEN_TIMES = 12


def write(causal: Causal, prompts: Sequence[list[int]], most_new: int, tick: Callable[[int], None]) -> list[str]:
    """The answer to each prompt (tokens as :meth:`ChatForm.prompts` gives them), at most ``most_new`` tokens long.

    ``tick`` gets the prompts done since the last call, at times 0, with every token; it may raise to stop.
    """
    found = [""] * len(prompts)
    order = sorted(range(len(prompts)), key=lambda i: -len(prompts[i]))
    for start in range(0, len(order), BATCH_ROWS):
        rows = order[start : start + BATCH_ROWS]
        for row, answer in zip(rows, _write(causal, [prompts[i] for i in rows], most_new, tick), strict=True):
            found[row] = answer
        tick(len(rows))
    return found


def _write(causal: Causal, prompts: list[list[int]], most_new: int, tick: Callable[[int], None]) -> list[str]:
    longest = max(map(len, prompts))
    pad = int(causal.tokenizer.pad_token_id)
    ids = torch.tensor([[pad] * (longest - len(p)) + p for p in prompts], device=device())
    mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts], device=device())
    guard = _Guard(longest, tick)
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
    return [text.strip() for text in texts]


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
    """Ends the answers that have begun to repeat themselves; asks with every token whether to go on."""

    def __init__(self, start: int, tick: Callable[[int], None]) -> None:
        self._start, self._tick = start, tick

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        self._tick(0)
        tail = max(LOOP_TOKENS * LOOP_TIMES, ONE_TOKEN_TIMES)
        rows = input_ids[:, self._start :][:, -tail:].tolist()
        return torch.tensor([bool(looping(row)) for row in rows], device=input_ids.device)

"""A prompt and its answer as tokens, in the form that the model's chat template gives them.

The template is rendered once, around two marks, and cut there; texts are put between the pieces as tokens. So a
template costs no time per row, nothing in a text can pass for one of the template's control tokens, and a prompt that
is too long is cut inside, never the template around it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jinja2 import TemplateError
from numpy.typing import NDArray

PLAIN = (
    "{% for message in messages %}{{ '### ' + message['role'].capitalize() + ':\n' + message['content'] + '\n\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '### Assistant:\n' }}{% endif %}"
)
"""The form for models that have none of their own; it is saved with the model."""
LEAST_PROMPT = 0.25
"""Of the most tokens: what of a prompt is kept, from its end, before the answer is cut as well."""
CHARACTERS = 20
"""A text is cut before it is tokenised where it has more characters than this for each token that can be read."""
_PROMPT, _ANSWER = "PROMPT7461", "ANSWER7461"


@dataclass(frozen=True)
class Encoded:
    """Rows as tokens. ``starts``: where each row's answer begins; it goes on to the row's end."""

    tokens: list[list[int]]
    starts: NDArray[np.int64]
    cut_prompts: int
    cut_answers: int

    @property
    def answer_lengths(self) -> NDArray[np.int64]:
        """Tokens of each answer, its end mark included."""
        return np.array([len(t) for t in self.tokens], np.int64) - self.starts


@dataclass(frozen=True)
class ChatForm:
    """Tokens before a prompt, between prompt and answer, and after the answer (its end mark)."""

    tokenizer: Any
    head: list[int]
    middle: list[int]
    tail: list[int]

    def encode(self, prompts: Sequence[str], answers: Sequence[str], most: int) -> Encoded:
        """Rows of at most ``most`` tokens. A prompt is cut at its beginning; an answer, at its end, only where a
        quarter of the room is left for the prompt; then it has no end mark, as it does not end there."""
        tokens: list[list[int]] = []
        starts: list[int] = []
        cut_prompts = cut_answers = 0
        frame = len(self.head) + len(self.middle) + len(self.tail)
        room = max(most - frame, 2)
        asked = self.ids([p[-most * CHARACTERS :] for p in prompts])
        given = self.ids([a[: most * CHARACTERS] for a in answers])
        for prompt, answer in zip(asked, given, strict=True):
            kept = max(room - len(answer), min(int(LEAST_PROMPT * room), room - 1))
            cut_prompts += len(prompt) > kept
            prompt = prompt[max(0, len(prompt) - kept) :]
            whole = [*answer, *self.tail]
            if len(prompt) + len(answer) > room:
                cut_answers += 1
                whole = answer[: room - len(prompt)]
            begin = [*self.head, *prompt, *self.middle]
            tokens.append(begin + whole)
            starts.append(len(begin))
        return Encoded(tokens, np.array(starts, np.int64), cut_prompts, cut_answers)

    def prompts(self, texts: Sequence[str], most: int) -> list[list[int]]:
        """What a model is given to go on from: texts of at most ``most`` tokens, cut at their beginning."""
        room = max(most - len(self.head) - len(self.middle), 1)
        asked = self.ids([text[-most * CHARACTERS :] for text in texts])
        return [[*self.head, *prompt[max(0, len(prompt) - room) :], *self.middle] for prompt in asked]

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Tokens of texts; what looks like a control token in them is read as ordinary characters."""
        if not texts:
            return []
        found: list[list[int]] = self.tokenizer(list(texts), add_special_tokens=False, split_special_tokens=True)[
            "input_ids"
        ]
        return found


def chat_form(tokenizer: Any) -> ChatForm:
    """The tokenizer's own form; one without gets the plain form as its chat template."""
    if not tokenizer.chat_template:
        tokenizer.chat_template = PLAIN
    try:
        head, middle, tail = _pieces(tokenizer)
    except (TemplateError, ValueError):  # a template that knows no plain question and answer
        tokenizer.chat_template = PLAIN
        head, middle, tail = _pieces(tokenizer)
    begin = [] if tokenizer.bos_token is None or tokenizer.chat_template != PLAIN else [tokenizer.bos_token_id]
    end = _control(tokenizer, tail) or [tokenizer.eos_token_id]
    return ChatForm(tokenizer, begin + _control(tokenizer, head), _control(tokenizer, middle), end)


def _pieces(tokenizer: Any) -> tuple[str, str, str]:
    user = {"role": "user", "content": _PROMPT}
    asked = tokenizer.apply_chat_template([user], tokenize=False, add_generation_prompt=True)
    whole = tokenizer.apply_chat_template([user, {"role": "assistant", "content": _ANSWER}], tokenize=False)
    head, middle = asked.split(_PROMPT)
    tail = whole.split(_ANSWER)[1].rstrip()
    return head, middle, tail


def _control(tokenizer: Any, text: str) -> list[int]:
    found: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"] if text else []
    return found

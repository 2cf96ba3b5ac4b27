"""Causal language models: loading them, and how well they foresee answers, counted on the answers' tokens only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from training_worker.embedding import batches, device, in_bfloat16, pad
from training_worker.generation.chat import ChatForm, chat_form
from training_worker.starter import Base, loading
from training_worker.thrift import read_side_by_side
from workspace.errors import InputError

BATCH_TOKENS = 512
HEAD_ROWS = 128
MOST_TOKENS = 8192
Losses = NDArray[np.float64]


@dataclass(frozen=True)
class Causal:
    """A loaded causal model. ``body`` gives the last hidden states, ``head`` (tokens by features) turns them into
    logits; ``body`` is None where the model does more than that."""

    base: Base
    tokenizer: Any
    model: Any
    form: ChatForm
    most_tokens: int
    body: Any

    def losses(self, inputs: dict[str, torch.Tensor], starts: Sequence[int], lengths: Sequence[int]) -> torch.Tensor:
        """Cross-entropy of each answer token (natural logarithm), row after row, as one vector.

        ``inputs`` are padded on the right: what comes later changes nothing before it, so no mask is needed and the
        quick causal attention is used.
        """
        ids = inputs["input_ids"]
        places = [row * ids.shape[1] + at for row, _ in enumerate(lengths) for at in range(starts[row], lengths[row])]
        at = torch.tensor(places, device=ids.device)
        targets = ids.flatten()[at]
        if self.body is None:
            logits = self.model(input_ids=ids, use_cache=False).logits
            return nn.functional.cross_entropy(logits.flatten(0, 1)[at - 1].float(), targets, reduction="none")
        hidden = self.body(input_ids=ids, use_cache=False).last_hidden_state.flatten(0, 1)[at - 1]
        head = self.model.get_output_embeddings().weight
        found: torch.Tensor = _HeadLoss.apply(hidden, head, targets)  # type: ignore[no-untyped-call]
        return found


class _HeadLoss(torch.autograd.Function):
    """Cross-entropy of a frozen output layer, a few rows at a time: the logits, 50,000 and more a token, are never
    all there, and the gradient of the hidden states is made on the way (as in Wijmans et al. 2024)."""

    @staticmethod
    def forward(ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        losses = torch.empty(len(hidden), dtype=torch.float32, device=hidden.device)
        gradient = torch.empty_like(hidden) if ctx.needs_input_grad[0] else None
        for start in range(0, len(hidden), HEAD_ROWS):
            here = slice(start, start + HEAD_ROWS)
            logits = (hidden[here] @ weight.t()).float()
            right = targets[here].unsqueeze(1)
            total = torch.logsumexp(logits, dim=1, keepdim=True)
            losses[here] = (total - logits.gather(1, right)).squeeze(1)
            if gradient is not None:
                shares = logits.sub_(total).exp_()
                shares.scatter_add_(1, right, torch.full_like(total, -1.0))
                gradient[here] = shares.to(weight.dtype) @ weight
        ctx.save_for_backward(gradient)
        return losses

    @staticmethod
    def backward(ctx: Any, *outputs: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        (gradient,) = ctx.saved_tensors
        return gradient * outputs[0].unsqueeze(1).to(gradient.dtype), None, None


def load_causal(base: Base) -> Causal:
    """Loads tokenizer and weights (safetensors only, no code from the model's authors).

    Raises:
        InputError, Unavailable: the model cannot be loaded (see ``starter.loading``); ``WRONG_TASK_HEAD``: it cannot
            write.
    """
    with loading(base):
        config: Any = AutoConfig.from_pretrained(base.source)
    writes = [a for a in config.architectures or [] if "CausalLM" in a or "LMHead" in a]
    if not writes or config.is_encoder_decoder:
        raise InputError(
            "WRONG_TASK_HEAD",
            f"The model {base.name} cannot write texts.",
            "Use SmolLM2-135M-Instruct, which is always here, or another causal model such as Llama, Qwen or GPT-2.",
        )
    with loading(base):
        tokenizer = AutoTokenizer.from_pretrained(base.source)
        model = AutoModelForCausalLM.from_pretrained(
            base.source, use_safetensors=True, dtype=torch.bfloat16 if in_bfloat16() else torch.float32
        )
    model.train(False).requires_grad_(False).to(device())
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    most = min(int(getattr(config, "max_position_embeddings", 0) or 2048), MOST_TOKENS)
    return Causal(base, tokenizer, model, chat_form(tokenizer), most, _body(model))


def _body(model: Any) -> Any:
    """The model without its output layer, where that layer is a plain product: tried out, not assumed."""
    head, body = model.get_output_embeddings(), model.base_model
    plain = isinstance(head, nn.Linear) and getattr(head, "bias", None) is None
    if not plain or body is model:
        return None
    ids = torch.tensor([[1, 2, 3, 4]], device=head.weight.device)
    with torch.inference_mode():
        expected = model(input_ids=ids, use_cache=False).logits.float()
        found = (body(input_ids=ids, use_cache=False).last_hidden_state @ head.weight.t()).float()
    return body if torch.allclose(expected, found, rtol=1e-2, atol=1e-2) else None


def sums_of_losses(
    causal: Causal,
    tokens: Sequence[list[int]],
    starts: NDArray[np.int64],
    tick: Callable[[int], None],
) -> Losses:
    """For each row the sum of its answer's token losses and the number of these tokens (rows by 2).

    ``tick`` gets the tokens read since the last call, at times 0, several times a second; it may raise to stop.
    """
    found = np.zeros((len(tokens), 2))

    def read(rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], Losses]:
        here = [tokens[i] for i in rows]
        lengths = [len(t) for t in here]
        answers = np.array(lengths) - starts[rows]
        with torch.inference_mode():
            losses = causal.losses(pad(causal.tokenizer, here), starts[rows].tolist(), lengths)
        values = losses.float().cpu().double().numpy()
        ends = np.cumsum(answers)
        sums = np.array([values[end - size : end].sum() for end, size in zip(ends, answers, strict=True)])
        return rows, np.column_stack([sums, answers])

    for rows, values in read_side_by_side(read, batches(tokens, BATCH_TOKENS), lambda: tick(0)):
        found[rows] = values
        tick(sum(len(tokens[i]) for i in rows))
    return found

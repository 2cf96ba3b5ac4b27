"""Texts as vectors by a transformer encoder, and what every recipe with a base model needs to run fast.

On a CPU nearly all time is matrix products, so: no padding to speak of (batches of about equal length), bfloat16
where the processor has instructions for it, and eager attention, which beats the fused one on short texts.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import logging as transformers_logging

from training_worker.length_batches import batches as batches
from training_worker.starter import Base, loading, pooling_of
from training_worker.thrift import read_side_by_side
from workspace.errors import InputError, Unavailable
from workspace.machine import processor_has_bfloat16
from workspace.plan import STARTER, SettingValue

transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]

Vectors = NDArray[np.float32]
_CPU = torch.device("cpu")


@dataclass
class _Computing:
    """What the plan of the present run asks for."""

    device: str = "auto"
    precision: str = "auto"


_computing = _Computing()


def compute_as(settings: Mapping[str, SettingValue]) -> None:
    """Where this process computes from now on, and with which numbers: what a plan's settings say, else the best here.

    To be called before the base model is opened.

    Raises:
        Unavailable: ``GPU_UNAVAILABLE`` where a GPU is asked for and there is none.
    """
    _computing.device, _computing.precision = (str(settings.get(name, "auto")) for name in ("device", "precision"))
    if _computing.device == "gpu" and not torch.cuda.is_available():
        raise Unavailable(
            "GPU_UNAVAILABLE",
            "The plan asks for a GPU, and the worker that trains has none that can be used.",
            "Set device to auto, then it trains on the CPU, or start a worker on a computer with a GPU.",
        )


def device() -> torch.device:
    """The GPU of this process where there is one (``LOCAL_RANK`` where several train together), else the CPU."""
    if _computing.device == "cpu" or not torch.cuda.is_available():
        return _CPU
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))


def fast_bfloat16() -> bool:
    """Whether bfloat16 is faster than float32 here: with AVX512-BF16, AMX or a GPU that has it.

    Without these instructions torch emulates it, nearly ten times slower than float32.
    """
    if device().type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return processor_has_bfloat16()


def autocast() -> AbstractContextManager[Any]:
    """bfloat16 for matrix products where that is asked for, or is faster and nothing was asked; else nothing."""
    return torch.autocast(device().type, dtype=torch.bfloat16) if in_bfloat16() else nullcontext()


def in_bfloat16() -> bool:
    """Whether the present run calculates with 16 bits: as it asks for, or where that is faster and nothing is asked."""
    return fast_bfloat16() if _computing.precision == "auto" else _computing.precision == "bfloat16"


@dataclass(frozen=True)
class Encoder:
    """A loaded base model without a head.

    ``depths`` are the layers that a vector is made of, the last one first. With none but the last, a vector is the mean
    over its tokens (or the first token), centred and of length 1. With more, such parts stand side by side: the last
    layer's as before, the means of the other layers, then the largest value over the tokens for each of all layers.
    Lower layers know the form of a text (is it a question, what is asked for), which the last one has forgotten.
    """

    base: Base
    tokenizer: Any
    model: Any
    pooling: str
    most_tokens: int
    depths: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """How many numbers a vector has."""
        return int(self.model.config.hidden_size) * max(1, 2 * len(self.depths))

    def layered(self) -> "Encoder":
        """The same with layers at a third and two thirds of the depth, too."""
        last = int(self.model.config.num_hidden_layers)
        return replace(self, depths=tuple(sorted({last, 2 * last // 3, last // 3} - {0}, reverse=True)))

    def tokenize(self, texts: Sequence[str], max_tokens: int) -> list[list[int]]:
        """Token numbers of each text, cut to ``max_tokens``, not padded."""
        return tokenize(self.tokenizer, texts, min(max_tokens, self.most_tokens))

    def embed(
        self,
        tokens: list[list[int]],
        on_batch: Callable[[NDArray[np.int64], Vectors], None],
        check: Callable[[], None] | None = None,
    ) -> None:
        """Calls ``on_batch(rows, vectors)`` for each batch, long texts first (so the first pace is the worst).

        ``check`` is called ten times a second.
        """
        for rows, vectors in read_side_by_side(partial(self._read, tokens), batches(tokens), check):
            on_batch(rows, vectors)

    def _read(self, tokens: list[list[int]], rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], Vectors]:
        with torch.inference_mode(), autocast():
            return rows, self._vectors([tokens[i] for i in rows])

    def _vectors(self, tokens: list[list[int]]) -> Vectors:
        inputs = pad(self.tokenizer, tokens)
        found = self.model(**inputs, output_hidden_states=bool(self.depths))
        layers = [found.hidden_states[depth].float() for depth in self.depths]
        vectors = pooled(found.last_hidden_state.float(), layers, inputs["attention_mask"], self.pooling)
        return np.asarray(vectors.cpu().numpy())


def pooled(
    last: torch.Tensor, layers: Sequence[torch.Tensor], attention_mask: torch.Tensor, pooling: str
) -> torch.Tensor:
    """One vector a text (see :class:`Encoder`) from the last layer's tokens and those of the ``layers`` in depth."""
    mask = attention_mask.unsqueeze(-1)
    parts = [last[:, 0] if pooling == "cls" else (last * mask).sum(1) / mask.sum(1)]
    parts += [(layer * mask).sum(1) / mask.sum(1) for layer in layers[1:]]
    parts += [layer.masked_fill(mask == 0, -torch.inf).amax(1) for layer in layers]
    centred = [part - part.mean(dim=1, keepdim=True) for part in parts]
    return torch.cat([torch.nn.functional.normalize(part) for part in centred], dim=1)


def load_encoder(base: Base, pooling: str | None = None) -> Encoder:
    """Loads tokenizer and weights (safetensors only, no code from the model's authors), once for each device.

    ``pooling`` is ``mean`` or ``cls``; without it (or ``auto``), what the model's folder says.

    Raises:
        InputError, Unavailable: the model cannot be loaded; see ``starter.loading``.
    """
    return _loaded(base, pooling_of(base) if pooling in (None, "auto") else str(pooling), device())


@cache
def _loaded(base: Base, pooling: str, where: torch.device) -> Encoder:
    with loading(base):
        tokenizer = AutoTokenizer.from_pretrained(base.source)
        model = AutoModel.from_pretrained(base.source, use_safetensors=True, attn_implementation="eager")
    if not tokenizer.is_fast or model.config.is_encoder_decoder:
        raise InputError(
            "WRONG_TASK_HEAD",
            f"The model {base.name} cannot be used to sort texts.",
            "Use an encoder such as all-MiniLM-L6-v2, a BERT or a RoBERTa.",
        )
    if len(tokenizer) <= len(tokenizer.all_special_ids):  # what transformers makes of a folder without one
        raise InputError(
            "TOKENIZER_DEPENDENCY",
            f"The model {base.name} came without its tokenizer, so it knows no words.",
            f"Copy tokenizer.json into its folder, or use {STARTER}, which is always here.",
        )
    model.eval().requires_grad_(False).to(where)
    return Encoder(base, tokenizer, model, pooling, min(_positions(model), 8192))


def _positions(model: Any) -> int:
    """Tokens that the model has places for: where one place stands for padding, counting begins after it."""
    places = int(getattr(model.config, "max_position_embeddings", 0) or 512)
    table = getattr(getattr(model, "embeddings", None), "position_embeddings", None)
    padding = getattr(table, "padding_idx", None)
    return places if padding is None else places - padding - 1


def tokenize(tokenizer: Any, texts: Sequence[str], max_tokens: int) -> list[list[int]]:
    """Token numbers of each text. A text is cut before tokenizing where it is far too long anyway."""
    cut = [text[: max_tokens * 20] for text in texts]
    found: list[list[int]] = tokenizer(cut, truncation=True, max_length=max_tokens)["input_ids"] if cut else []
    return found


def pad(tokenizer: Any, tokens: list[list[int]]) -> dict[str, torch.Tensor]:
    """A batch as tensors on the device: ``input_ids`` and ``attention_mask``, rows by tokens."""
    longest = max(map(len, tokens))
    ids = torch.full((len(tokens), longest), tokenizer.pad_token_id or 0)
    mask = torch.zeros((len(tokens), longest), dtype=torch.long)
    for row, numbers in enumerate(tokens):
        ids[row, : len(numbers)] = torch.tensor(numbers)
        mask[row, : len(numbers)] = 1
    return {"input_ids": ids.to(device()), "attention_mask": mask.to(device())}


def vectors_of(encoder: Encoder, texts: Sequence[str], max_tokens: int, tick: Callable[[int], None]) -> Vectors:
    """Vectors of a few texts, in their order. ``tick`` gets the rows done, at times 0."""
    found: Vectors = np.zeros((len(texts), encoder.size), dtype=np.float32)

    def on_batch(rows: NDArray[np.int64], vectors: Vectors) -> None:
        found[rows] = vectors
        tick(len(rows))

    encoder.embed(encoder.tokenize(texts, max_tokens), on_batch, check=lambda: tick(0))
    return found


class SequenceClassifier:
    """A saved ``AutoModelForSequenceClassification`` as a function from texts to logits (rows by labels)."""

    def __init__(self, folder: Path, max_tokens: int) -> None:
        self.max_tokens = max_tokens
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModelForSequenceClassification.from_pretrained(
            folder, use_safetensors=True, attn_implementation="eager"
        )
        self.model.eval().to(device())

    def __call__(self, texts: Sequence[str], tick: Callable[[int], None]) -> NDArray[np.float64]:
        tokens = tokenize(self.tokenizer, texts, self.max_tokens)
        found = np.zeros((len(texts), self.model.config.num_labels))
        wanted = list(batches(tokens))
        if len(wanted) == 1:  # one or a few texts: no threads to start
            found[wanted[0]] = self._logits(tokens, wanted[0])[1]
            tick(len(texts))
            return found
        for rows, values in read_side_by_side(partial(self._logits, tokens), wanted, lambda: tick(0)):
            found[rows] = values
            tick(len(rows))
        return found

    def _logits(
        self, tokens: list[list[int]], rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        with torch.inference_mode(), autocast():
            logits = self.model(**pad(self.tokenizer, [tokens[i] for i in rows])).logits
        return rows, logits.float().cpu().double().numpy()

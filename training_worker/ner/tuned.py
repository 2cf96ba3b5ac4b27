"""Encoders that tag tokens: made from a base model, saved for plain transformers, and read word by word."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import AutoModelForTokenClassification, AutoTokenizer

from training_worker.embedding import Encoder, autocast, batches, device, pad
from training_worker.ner.pieces import Piece, pieces_of
from training_worker.ner.tags import Place, TagSet
from training_worker.ner.words_of_tokens import log_softmax as log_softmax
from training_worker.ner.words_of_tokens import scores_of_words
from training_worker.sequence_export import save_tokenizer
from training_worker.starter import loading
from training_worker.thrift import read_side_by_side


class TokenTagger:
    """An encoder with a linear head over each token. ``module`` maps a padded batch to logits."""

    def __init__(self, encoder: Encoder, tags: TagSet, seed: int) -> None:
        self.encoder, self.tags = encoder, tags
        torch.manual_seed(seed)  # the head begins at random
        with loading(encoder.base):
            self.module: Any = AutoModelForTokenClassification.from_pretrained(
                encoder.base.source,
                num_labels=len(tags.names),
                id2label=dict(enumerate(tags.names)),
                label2id={name: number for number, name in enumerate(tags.names)},
                use_safetensors=True,
                attn_implementation="eager",
                dtype=torch.float32,
            ).to(device())
        self._body = {id(p) for p in self.module.base_model.parameters()}

    def body(self) -> list[nn.Parameter]:
        return [p for p in self.module.parameters() if id(p) in self._body]

    def head(self) -> list[nn.Parameter]:
        return [p for p in self.module.parameters() if id(p) not in self._body]

    def linear(self) -> nn.Linear:
        """The last product, from a token's vector to its logits."""
        found = [
            m for m in self.module.modules() if isinstance(m, nn.Linear) and m.out_features == len(self.tags.names)
        ]
        return found[-1]

    def save(self, folder: Path, scale: float, max_tokens: int) -> dict[str, Any]:
        """Writes weights and tokenizer; gives the facts for ``mtw.json``. The head's weights carry ``scale``."""
        linear = self.linear()
        with torch.no_grad():
            linear.weight.mul_(scale)
            if linear.bias is not None:
                linear.bias.mul_(scale)
        self.module.save_pretrained(folder)
        save_tokenizer(self.encoder.tokenizer, folder, max_tokens)
        base = self.encoder.base
        return {
            "format": "token_classification",
            "max_tokens": max_tokens,
            "base_licence": base.licence,
            "base_hub_id": base.hub_id,
        }


def read_words(
    module: Any, tokenizer: Any, pieces: Sequence[Piece], sizes: Sequence[int], tags: int, check: Callable[[], None]
) -> list[NDArray[np.float64]]:
    """See :func:`scores_of_words`. ``check`` is called ten times a second."""
    tokens = [piece.tokens for piece in pieces]

    def read(rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        with torch.inference_mode(), autocast():
            logits = module(**pad(tokenizer, [tokens[i] for i in rows])).logits
        return rows, logits.float().cpu().double().numpy()

    return scores_of_words(pieces, sizes, tags, read_side_by_side(read, batches(tokens), check))


class TunedTagger:
    """A saved token classifier. See :class:`training_worker.ner.predictor.Tagger`."""

    def __init__(self, folder: Path, max_tokens: int) -> None:
        self._max_tokens = max_tokens
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._module = AutoModelForTokenClassification.from_pretrained(
            folder, use_safetensors=True, attn_implementation="eager"
        )
        self._module.eval().to(device())

    def __call__(
        self, texts: Sequence[str], places: Sequence[Sequence[Place]], tick: Callable[[int], None]
    ) -> list[NDArray[np.float64]]:
        pieces = pieces_of(self._tokenizer, texts, places, self._max_tokens)
        sizes = [len(where) for where in places]
        tags = int(self._module.config.num_labels)
        found = read_words(self._module, self._tokenizer, pieces, sizes, tags, lambda: tick(0))
        tick(len(texts))
        return [log_softmax(scores) for scores in found]


def open_tuned(folder: Path, max_tokens: int) -> TunedTagger:
    """The token classifier in ``folder``."""
    return TunedTagger(folder, max_tokens)

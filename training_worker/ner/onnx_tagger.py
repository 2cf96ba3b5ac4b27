"""A tagger of tokens that was exported as ONNX, read word by word without torch."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training_worker.ner.pieces import pieces_of
from training_worker.ner.tags import Place
from training_worker.ner.words_of_tokens import log_softmax, scores_of_words
from training_worker.onnx_model import OnnxModel


class OnnxTagger:
    """See :class:`training_worker.ner.predictor.Tagger`."""

    def __init__(self, folder: Path, max_tokens: int, pad: int, tags: int) -> None:
        from transformers import PreTrainedTokenizerFast

        self._model = OnnxModel(folder, pad)
        tokenizer: Any = PreTrainedTokenizerFast
        self._tokenizer = tokenizer(tokenizer_file=str(folder / "tokenizer.json"))
        self._max_tokens = max_tokens
        self._tags = tags

    def __call__(
        self, texts: Sequence[str], places: Sequence[Sequence[Place]], tick: Callable[[int], None]
    ) -> list[NDArray[np.float64]]:
        pieces = pieces_of(self._tokenizer, texts, places, self._max_tokens)
        read = self._model.read([piece.tokens for piece in pieces])
        found = scores_of_words(pieces, [len(where) for where in places], self._tags, read)
        tick(len(texts))
        return [log_softmax(scores) for scores in found]

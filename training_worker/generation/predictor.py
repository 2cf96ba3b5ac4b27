"""A saved model that writes: prompts in, answers out, and the same model as it was before it learned."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from training_worker.generation.causal import Causal, Losses, load_causal, sums_of_losses
from training_worker.generation.low_rank import Adapter, load_adapter
from training_worker.generation.writing import BATCH_ROWS, write
from training_worker.kinds.base import OnProgress
from training_worker.starter import Base
from workspace.cleaning import clean_text
from workspace.dataset import FixCall, TaskKind
from workspace.model import Prediction

ADAPTER = "adapter"


class GenerationPredictor:
    """See :class:`training_worker.kinds.base.Predictor`."""

    def __init__(self, meta: dict[str, Any], causal: Causal, adapter: Adapter) -> None:
        self.meta = meta
        self.task = TaskKind.GENERATION
        self.labels: list[str] = []
        self.causal = causal
        self.max_tokens = int(meta["max_tokens"])
        self.max_new_tokens = int(meta["max_new_tokens"])
        self._adapter = adapter
        self._clean = clean_text([FixCall.model_validate(fix) for fix in meta.get("cleaning", [])])

    def predict(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> list[Prediction]:
        """The answer to each text, in order; the same text always gets the same answer."""
        done = 0.0

        def tick(rows: float) -> None:
            nonlocal done
            done += rows
            if on_progress:
                on_progress(min(1.0, done / max(len(texts), 1)))

        answers = self.write(texts, self.max_new_tokens, tick)
        return [Prediction(text=text, output=answer) for text, answer in zip(texts, answers, strict=True)]

    def stream(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """Like ``predict`` for any number of texts, a few in memory at a time."""
        rest = iter(texts)
        while batch := list(islice(rest, BATCH_ROWS)):
            yield from self.predict(batch)

    def write(self, texts: Sequence[str], most_new: int, tick: Callable[[float], None]) -> list[str]:
        """Answers of at most ``most_new`` tokens. See :func:`training_worker.generation.writing.write`."""
        room = max(self.causal.most_tokens - most_new, 16)
        prompts = self.causal.form.prompts([self._clean(text) for text in texts], min(self.max_tokens, room))
        return write(self.causal, prompts, most_new, tick)

    def losses(self, texts: Sequence[str], answers: Sequence[str], tick: Callable[[float], None]) -> Losses:
        """Rows by 2: the sum of the losses of the answer's tokens, and how many these are.

        ``tick`` gets the share of all tokens that was read since the last call; it may raise to stop.
        """
        encoded = self.causal.form.encode([self._clean(text) for text in texts], answers, self.max_tokens)
        total = sum(map(len, encoded.tokens))
        return sums_of_losses(self.causal, encoded.tokens, encoded.starts, lambda tokens: tick(tokens / total))

    @contextmanager
    def before_training(self) -> Iterator[None]:
        """Inside, the model is the base that it was made from: what it has learned is taken out and put back."""
        # With 16 bits, adding again what was taken out does not give the same weights.
        weights = self._adapter.weights_in(self.causal.model)
        learned = {path: weight.detach().clone() for path, weight in weights.items()}
        self._adapter.add_to(self.causal.model, -1.0)
        try:
            yield
        finally:
            with torch.no_grad():
                for path, weight in learned.items():
                    weights[path].copy_(weight)


def open_predictor(folder: Path, meta: dict[str, Any]) -> GenerationPredictor:
    """Opens a model folder. Raises InputError (``WEIGHTS_CORRUPT``)."""
    causal = load_causal(Base(folder.name, str(folder)))
    return GenerationPredictor(meta, causal, load_adapter(folder / ADAPTER))

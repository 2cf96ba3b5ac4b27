"""Models that give labels with probabilities: one label for each text, or several."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from training_worker.calibration import log_probabilities, softmax
from training_worker.favouring import favoured
from training_worker.kinds.base import OnProgress
from workspace.cleaning import clean_text
from workspace.dataset import FixCall, TaskKind
from workspace.errors import InputError
from workspace.model import Prediction

BATCH_ROWS = 2048
"""Texts that are sorted by length together: with more of them there is hardly any padding."""
# Everything a saved pipeline is made of. skops loads these without being told, as its authors trust them; a file
# that needs any other type was not written by us and is refused.
TRUSTED_TYPES: list[str] = []


def _nothing(rows: int) -> None:
    """No one wants to know how far it is."""


class Scorer(Protocol):
    """Texts to probabilities. ``tick(rows)`` is called with the rows done, often, at times with 0."""

    def __call__(self, texts: Sequence[str], tick: Callable[[int], None] = _nothing) -> NDArray[np.float64]: ...


class LabelPredictor:
    """A saved model that gives each text one label. See :class:`training_worker.kinds.base.Predictor`."""

    def __init__(self, meta: dict[str, Any], scorer: Scorer) -> None:
        self.meta = meta
        self.task = TaskKind(meta["task"])
        self.labels: list[str] = meta["labels"]
        self._scorer = scorer
        self._answer_from: float | None = meta.get("plan", {}).get("answer_from")
        self._favours: dict[str, float] = meta.get("favours", {})
        self._clean = clean_text([FixCall.model_validate(fix) for fix in meta.get("cleaning", [])])

    def probabilities(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> NDArray[np.float64]:
        """Rows by ``labels``; each row sums to 1. ``on_progress`` gets the fraction done, several times a second.

        A text is cleaned as those were that the model learned from.
        """
        found = np.zeros((len(texts), len(self.labels)))
        done = 0

        def tick(rows: int) -> None:
            nonlocal done
            done += rows
            if on_progress:
                on_progress(min(1.0, done / len(texts)))

        for start in range(0, len(texts), BATCH_ROWS):
            cleaned = [self._clean(text) for text in texts[start : start + BATCH_ROWS]]
            found[start : start + BATCH_ROWS] = self._scorer(cleaned, tick)
        return favoured(found, self.labels, self._favours)

    def predict(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> list[Prediction]:
        """One prediction for each text, in order."""
        probabilities = self.probabilities(texts, on_progress)
        answers = zip(texts, probabilities.round(6).tolist(), probabilities.argmax(axis=1).tolist(), strict=True)
        return [
            Prediction(
                text=text,
                label=self.labels[best],
                score=row[best],
                scores=dict(zip(self.labels, row, strict=True)),
                answer_from=self._answer_from,
            )
            for text, row, best in answers
        ]

    def stream(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """Like ``predict`` for any number of texts, a few hundred in memory at a time."""
        rest = iter(texts)
        while batch := list(islice(rest, BATCH_ROWS)):
            yield from self.predict(batch)


def scorer_of(folder: Path, meta: dict[str, Any]) -> Scorer:
    """Opens the files of a model folder. Raises InputError (``MODEL_UNSAFE``)."""
    if meta["format"] == "sklearn":
        return _sklearn_scorer(folder)
    if meta["format"] == "encoder":
        return _encoder_scorer(folder, meta)
    if meta["format"] == "ensemble":
        return _ensemble_scorer(folder, meta)
    probabilities = expit if meta["task"] == TaskKind.MULTILABEL else softmax
    if meta["format"] == "onnx":
        from training_worker.onnx_model import OnnxClassifier

        network = OnnxClassifier(folder, int(meta["max_tokens"]), int(meta["pad"]), len(meta["labels"]))
        return lambda texts, tick=_nothing: probabilities(network(texts, tick))
    from training_worker.embedding import SequenceClassifier

    classifier = SequenceClassifier(folder, int(meta["max_tokens"]))
    return lambda texts, tick=_nothing: probabilities(classifier(texts, tick))


def _sklearn_scorer(folder: Path) -> Scorer:
    pipeline = load_skops(folder / "model.skops")

    def score(texts: Sequence[str], tick: Callable[[int], None] = _nothing) -> NDArray[np.float64]:
        found = np.asarray(pipeline.predict_proba(list(texts)), dtype=np.float64)
        tick(len(texts))
        return found

    return score


def _encoder_scorer(folder: Path, meta: dict[str, Any]) -> Scorer:
    """An encoder in its own folder beside a scikit-learn head."""
    from training_worker.embedding import load_encoder, vectors_of
    from training_worker.starter import Base

    head = load_skops(folder / "head.skops")
    encoder = load_encoder(Base(folder.name, str(folder / "encoder")), meta["pooling"])
    encoder = replace(encoder, depths=tuple(meta.get("layers", ())))

    def score(texts: Sequence[str], tick: Callable[[int], None] = _nothing) -> NDArray[np.float64]:
        vectors = vectors_of(encoder, texts, int(meta["max_tokens"]), tick)
        return np.asarray(head.predict_proba(vectors), dtype=np.float64)

    return score


def _ensemble_scorer(folder: Path, meta: dict[str, Any]) -> Scorer:
    """Several models of the same labels, each in a folder of its own: their log-probabilities are added, weighted."""
    members = [(m["weight"], scorer_of(folder / m["folder"], {**meta, **m})) for m in meta["members"]]

    def score(texts: Sequence[str], tick: Callable[[int], None] = _nothing) -> NDArray[np.float64]:
        # Words are counted by one processor, and the last one, a network, leaves that one's gaps: both at a time.
        *quick, (weight, slow) = members
        with ThreadPoolExecutor(1, thread_name_prefix="member") as beside:
            others = [(share, beside.submit(scorer, texts)) for share, scorer in quick]
            total = weight * log_probabilities(slow(texts, tick))
        for share, future in others:
            total += share * log_probabilities(future.result())
        return softmax(total)

    return score


def load_skops(file: Path) -> Any:
    """What is in the file, if it is nothing but data of known types. Raises InputError (``MODEL_UNSAFE``)."""
    import skops.io

    unknown = set(skops.io.get_untrusted_types(file=file)) - set(TRUSTED_TYPES)
    if unknown:
        raise InputError(
            "MODEL_UNSAFE",
            f"The model file needs code that is not known to be safe ({', '.join(sorted(unknown))}).",
            "Use only models that were trained with this program, unchanged.",
        )
    return skops.io.load(file, trusted=TRUSTED_TYPES)

"""A saved model at work: texts in, labels with probabilities out."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from training_worker.calibration import softmax
from workspace.cleaning import clean_text
from workspace.dataset import FixCall, TaskKind
from workspace.errors import InputError
from workspace.model import Prediction

META = "mtw.json"
BATCH_ROWS = 512
# Everything a saved pipeline is made of. skops loads these without being told, as its authors trust them; a file
# that needs any other type was not written by us and is refused.
TRUSTED_TYPES: list[str] = []


def _nothing(rows: int) -> None:
    """No one wants to know how far it is."""


class _Scorer(Protocol):
    """Texts to probabilities. ``tick(rows)`` is called with the rows done, often, at times with 0."""

    def __call__(self, texts: Sequence[str], tick: Callable[[int], None] = _nothing) -> NDArray[np.float64]: ...


class Predictor:
    """Loaded once, used often. Not for several threads at a time."""

    def __init__(self, meta: dict[str, Any], scorer: _Scorer) -> None:
        self.meta = meta
        self.task = TaskKind(meta["task"])
        self.labels: list[str] = meta["labels"]
        self._scorer = scorer
        self._clean = clean_text([FixCall.model_validate(fix) for fix in meta.get("cleaning", [])])

    def probabilities(
        self, texts: Sequence[str], on_progress: Callable[[float], None] | None = None
    ) -> NDArray[np.float64]:
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
        return found

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction for each text, in order."""
        found = []
        for text, row in zip(texts, self.probabilities(texts), strict=True):
            scores = {label: round(float(p), 6) for label, p in zip(self.labels, row, strict=True)}
            best = int(row.argmax())
            found.append(
                Prediction(text=text, label=self.labels[best], score=round(float(row[best]), 6), scores=scores)
            )
        return found

    def stream(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """Like ``predict`` for any number of texts, a few hundred in memory at a time."""
        rest = iter(texts)
        while batch := list(islice(rest, BATCH_ROWS)):
            yield from self.predict(batch)


def load_predictor(folder: Path) -> Predictor:
    """Loads a model folder.

    Raises:
        InputError: ``NOT_A_MODEL`` when the folder holds none, ``MODEL_INCOMPLETE`` when files are missing or cut
            short, ``MODEL_UNSAFE`` when it would need code of unknown origin.
    """
    meta = read_meta(folder)
    for name, size in meta.get("files", {}).items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size["bytes"]:
            raise InputError(
                "MODEL_INCOMPLETE",
                f"The model folder {folder.name} is damaged: {name} is missing or cut short.",
                "Copy or export the model again.",
            )
    return Predictor(meta, _scorer(folder, meta))


def read_meta(folder: Path) -> dict[str, Any]:
    """What ``mtw.json`` says about the model in ``folder``.

    Raises:
        InputError: ``NOT_A_MODEL``.
    """
    try:
        meta: dict[str, Any] = json.loads((folder / META).read_text("utf-8"))
        _ = meta["task"], meta["labels"], meta["format"]
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise InputError(
            "NOT_A_MODEL",
            f"{folder} is not a model made by this program (it has no readable {META}).",
            "Give a model's id, or the folder that a training wrote with --out.",
        ) from exc
    return meta


def _scorer(folder: Path, meta: dict[str, Any]) -> _Scorer:
    if meta["format"] == "sklearn":
        return _sklearn_scorer(folder)
    if meta["format"] == "encoder":
        return _encoder_scorer(folder, meta)
    from training_worker.embedding import SequenceClassifier

    classifier = SequenceClassifier(folder, int(meta["max_tokens"]))
    return lambda texts, tick=_nothing: softmax(classifier(texts, tick))


def _sklearn_scorer(folder: Path) -> _Scorer:
    pipeline = _load_skops(folder / "model.skops")

    def score(texts: Sequence[str], tick: Callable[[int], None] = _nothing) -> NDArray[np.float64]:
        found = np.asarray(pipeline.predict_proba(list(texts)), dtype=np.float64)
        tick(len(texts))
        return found

    return score


def _encoder_scorer(folder: Path, meta: dict[str, Any]) -> _Scorer:
    """An encoder in its own folder beside a scikit-learn head."""
    from training_worker.embedding import load_encoder, vectors_of
    from training_worker.starter import Base

    head = _load_skops(folder / "head.skops")
    encoder = load_encoder(Base(folder.name, str(folder / "encoder")), meta["pooling"])

    def score(texts: Sequence[str], tick: Callable[[int], None] = _nothing) -> NDArray[np.float64]:
        vectors = vectors_of(encoder, texts, int(meta["max_tokens"]), tick)
        return np.asarray(head.predict_proba(vectors), dtype=np.float64)

    return score


def _load_skops(file: Path) -> Any:
    import skops.io

    unknown = set(skops.io.get_untrusted_types(file=file)) - set(TRUSTED_TYPES)
    if unknown:
        raise InputError(
            "MODEL_UNSAFE",
            f"The model file needs code that is not known to be safe ({', '.join(sorted(unknown))}).",
            "Use only models that were trained with this program, unchanged.",
        )
    return skops.io.load(file, trusted=TRUSTED_TYPES)

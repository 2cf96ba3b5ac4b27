"""A saved model that finds names: one tagger, or a weighted mean of two."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel

from training_worker.kinds.base import OnProgress
from training_worker.ner.tags import Place, Span, TagSet
from workspace.cleaning import clean_text
from workspace.dataset import FixCall, TaskKind
from workspace.labelling_words import words_of
from workspace.model import Entity, Prediction

BATCH_ROWS = 512
CRF_FILE = "model.crfsuite"
LogProbabilities = NDArray[np.float64]


class Tagger(Protocol):
    """Words of texts to log-probabilities of tags, words by tags for each text. ``tick`` gets the texts done."""

    def __call__(
        self, texts: Sequence[str], places: Sequence[Sequence[Place]], tick: Callable[[int], None]
    ) -> list[LogProbabilities]: ...


class Together:
    """Two taggers, the second with this weight (0 to 1): a geometric mean of their probabilities."""

    def __init__(self, first: Tagger, second: Tagger, weight: float) -> None:
        self._first, self._second, self._weight = first, second, weight

    def __call__(
        self, texts: Sequence[str], places: Sequence[Sequence[Place]], tick: Callable[[int], None]
    ) -> list[LogProbabilities]:
        one = self._first(texts, places, lambda done: tick(0))
        return mixed(one, self._second(texts, places, tick), self._weight)


def mixed(
    first: Sequence[LogProbabilities], second: Sequence[LogProbabilities], weight: float
) -> list[LogProbabilities]:
    """The weighted mean of two taggers' logs, each word's probabilities summing to 1 again."""
    found = []
    for a, b in zip(first, second, strict=True):
        scores = (1 - weight) * a + weight * b
        found.append(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))
    return found


class NerPredictor:
    """See :class:`training_worker.kinds.base.Predictor`."""

    def __init__(self, meta: dict[str, Any], tagger: Tagger) -> None:
        self.meta = meta
        self.task = TaskKind(meta["task"])
        self.labels: list[str] = meta["labels"]
        self._tags = TagSet(self.labels)
        self._tagger = tagger
        self._clean = clean_text([FixCall.model_validate(fix) for fix in meta.get("cleaning", [])])

    def predict(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> list[Prediction]:
        """The names in each text, in order. ``score`` of a name: the least probability among the tags of its words."""
        found: list[Prediction] = []
        done = 0

        def tick(rows: int) -> None:
            nonlocal done
            done += rows
            if on_progress:
                on_progress(min(1.0, done / len(texts)))

        for start in range(0, len(texts), BATCH_ROWS):
            batch = list(texts[start : start + BATCH_ROWS])
            cleaned = [self._clean(text) for text in batch]
            places = [words_of(text) for text in cleaned]
            for text, read, where, scores in zip(
                batch, cleaned, places, self._tagger(cleaned, places, tick), strict=True
            ):
                found.append(Prediction(text=text, entities=self._entities(text, read, where, scores)))
        return found

    def stream(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """Like ``predict`` for any number of texts, a few hundred in memory at a time."""
        rest = iter(texts)
        while batch := list(islice(rest, BATCH_ROWS)):
            yield from self.predict(batch)

    def _entities(
        self, text: str, read: str, places: Sequence[Place], log_probabilities: LogProbabilities
    ) -> list[Entity]:
        found = []
        for span, score in names_of(self._tags, places, log_probabilities):
            start, end = (span.start, span.end) if read == text else _place_before(read, text, span)
            if start < end:
                found.append(Entity(start=start, end=end, label=span.label, text=text[start:end], score=score))
        return found


def names_of(tags: TagSet, places: Sequence[Place], log_probabilities: LogProbabilities) -> list[tuple[Span, float]]:
    """The names in the likeliest tags, each with its score."""
    path = tags.best(log_probabilities)
    found = []
    for first, last, label in tags.names_in(path):
        words = np.arange(first, last)
        score = float(np.exp(log_probabilities[words, path[words]].min()))
        span = Span(places[first][0], places[last - 1][1], tags.labels[label])
        found.append((span, round(min(score, 1.0), 6)))
    return found


def _place_before(read: str, text: str, span: Span) -> Place:
    """Where a place of a cleaned text stands in the text as it was."""
    kept: dict[int, int] = {}
    for step in Indel.opcodes(read, text):
        if step.tag == "equal":
            kept |= dict(zip(range(step.src_start, step.src_end), range(step.dest_start, step.dest_end), strict=True))
    inside = [kept[i] for i in range(span.start, span.end) if i in kept]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def open_predictor(folder: Path, meta: dict[str, Any]) -> NerPredictor:
    """The model in ``folder``: a CRF, a fine-tuned tagger, or both. Raises InputError (``MODEL_INCOMPLETE``)."""
    from training_worker.ner.crf import CrfTagger

    tags = TagSet(meta["labels"])
    if meta["format"] == "crfsuite":
        return NerPredictor(meta, CrfTagger(folder / CRF_FILE, tags))
    if meta["format"] == "onnx":
        from training_worker.ner.onnx_tagger import OnnxTagger

        tuned: Tagger = OnnxTagger(folder, int(meta["max_tokens"]), int(meta["pad"]), len(tags.names))
    else:
        from training_worker.ner.tuned import open_tuned

        tuned = open_tuned(folder, int(meta["max_tokens"]))
    weight = float(meta.get("crf_weight", 0.0))
    if weight:
        tuned = Together(tuned, CrfTagger(folder / CRF_FILE, tags), weight)
    return NerPredictor(meta, tuned)

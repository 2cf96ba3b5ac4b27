"""A quick model of marked words: what the answers so far would mark in other texts, and where it wavers.

A logistic regression over each word and its neighbours, as word, ending, shape and what was marked before (the features
of Nadeau and Sekine's survey, 2007). It learns in a second from a few dozen texts, which no transformer does.
"""

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from workspace.intervals import wilson
from workspace.labelling import LabelSpan
from workspace.labelling_words import words_of

MOST_WORDS = 300
"""Of each text; what comes after is not learned from."""
LEAST_ANSWERS = 3
_BUCKETS = 1 << 16
_OUTSIDE = 0


@dataclass(frozen=True)
class Marked:
    """A text with its words and what is marked in it, or nothing known about that."""

    text: str
    words: list[tuple[int, int]]
    spans: list[LabelSpan]

    @classmethod
    def of(cls, text: str, spans: Sequence[LabelSpan] = ()) -> "Marked":
        return cls(text, words_of(text)[:MOST_WORDS], list(spans))


@dataclass(frozen=True)
class Reading:
    """What the model says of one text. ``doubt``: how much it wavers, 0 to 1."""

    spans: list[LabelSpan]
    doubt: float


class SpanModel:
    """Learned from marked texts; ``keys`` are the labels."""

    def __init__(self, texts: Sequence[Marked], keys: Sequence[str]) -> None:
        self._keys = list(keys)
        self._hasher = FeatureHasher(_BUCKETS, input_type="string", alternate_sign=False)
        self._seen = _dictionary(texts)
        tags = np.array([tag for text in texts for tag in _tags(text, self._keys)], dtype=np.int64)
        self._head: OneVsRestClassifier | None = None
        if len(np.unique(tags)) > 1:
            with warnings.catch_warnings(), threadpool_limits(1):
                warnings.simplefilter("ignore", ConvergenceWarning)
                # A text's own words must not be known from itself: else the dictionary would explain everything.
                features = [f for text in texts for f in self._features(text, without=text)]
                # Most features are zero: liblinear takes a hundredth of the time that lbfgs does.
                one = LogisticRegression(C=3.0, solver="liblinear")
                self._head = OneVsRestClassifier(one).fit(self._hasher.transform(features), tags)

    def read(self, texts: Sequence[Marked]) -> list[Reading]:
        """What it would mark. Words of one label that touch are one place."""
        if self._head is None:
            return [Reading([], 0.0) for _ in texts]
        sizes = [len(text.words) for text in texts]
        features = [f for text in texts for f in self._features(text)]
        if not features:
            return [Reading([], 0.0) for _ in texts]
        chances = self._head.predict_proba(self._hasher.transform(features))
        ends = np.cumsum(sizes)
        return [self._reading(t, chances[end - size : end]) for t, size, end in zip(texts, sizes, ends, strict=True)]

    def _reading(self, text: Marked, chances: NDArray[np.float64]) -> Reading:
        assert self._head is not None
        if not len(chances):
            return Reading([], 0.0)
        tags = self._head.classes_[chances.argmax(axis=1)]
        ranked = np.sort(chances, axis=1)
        doubts = np.sort(1.0 - (ranked[:, -1] - ranked[:, -2]))[::-1][:5]
        spans: list[LabelSpan] = []
        before = _OUTSIDE
        for (start, end), tag in zip(text.words, tags, strict=True):
            if tag != _OUTSIDE and tag == before:
                spans[-1] = LabelSpan(start=spans[-1].start, end=end, label=spans[-1].label)
            elif tag != _OUTSIDE:
                spans.append(LabelSpan(start=start, end=end, label=self._keys[tag - 1]))
            before = tag
        return Reading(spans, float(doubts.mean()))

    def _features(self, text: Marked, without: Marked | None = None) -> list[list[str]]:
        words = [text.text[start:end] for start, end in text.words]
        own = Counter(w.casefold() for w, t in zip(words, _tags(text, self._keys), strict=True) if t) if without else {}
        known = [self._known(word, own) for word in words]
        found = []
        for i, word in enumerate(words):
            low = word.casefold()
            features = [f"w={low}", f"s={low[-3:]}", f"p={low[:3]}", f"x={_shape(word)}", f"k={known[i]}", "b"]
            for step in (-2, -1, 1, 2):
                near = i + step
                inside = 0 <= near < len(words)
                features.append(f"{step}w={words[near].casefold() if inside else ''}")
                features.append(f"{step}x={_shape(words[near]) if inside else ''}")
                if abs(step) == 1:
                    features.append(f"{step}k={known[near] if inside else ''}")
            found.append(features)
        return found

    def _known(self, word: str, own: Counter[str] | dict[str, int]) -> str:
        """What this word was mostly marked as in other answers."""
        low = word.casefold()
        counts = self._seen.get(low)
        if not counts or sum(counts.values()) <= own.get(low, 0):
            return ""
        return counts.most_common(1)[0][0]


def judge_spans(texts: Sequence[Marked], judged: Sequence[bool], keys: Sequence[str], folds: int = 4) -> list[float]:
    """F1 of places and labels over the judged texts, by models that have not learnt from them: [f1, low, high, texts].

    The interval is Wilson's with the number of marked places, which is what the share is about.
    """
    right = said = true = 0
    for number in range(folds):
        ask = [i for i in range(len(texts)) if i % folds == number and judged[i]]
        if not ask:
            continue
        model = SpanModel([t for i, t in enumerate(texts) if i % folds != number], keys)
        for i, reading in zip(ask, model.read([texts[i] for i in ask]), strict=True):
            one = {(s.start, s.end, s.label) for s in reading.spans}
            other = {(s.start, s.end, s.label) for s in texts[i].spans}
            right, said, true = right + len(one & other), said + len(one), true + len(other)
    f1 = 2 * right / (said + true) if said + true else 0.0
    low, high = wilson(f1 * max(true, 1), max(true, 1))
    return [f1, low, high, float(sum(judged))]


def _dictionary(texts: Sequence[Marked]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for text in texts:
        for start, end in text.words:
            label = next((s.label for s in text.spans if s.start < end and s.end > start), None)
            if label is not None:
                found.setdefault(text.text[start:end].casefold(), Counter())[label] += 1
    return found


def _tags(text: Marked, keys: Sequence[str]) -> list[int]:
    place = {key: number for number, key in enumerate(keys, start=1)}
    found = []
    for start, end in text.words:
        label = next((s.label for s in text.spans if s.start < end and s.end > start), None)
        found.append(place.get(label, _OUTSIDE) if label else _OUTSIDE)
    return found


def _shape(word: str) -> str:
    """``Xx`` for capitalised, ``X`` for capitals, ``d`` for digits, with runs shortened."""
    signs = "".join("X" if c.isupper() else "d" if c.isdigit() else "x" if c.isalpha() else c for c in word[:20])
    return "".join(c for i, c in enumerate(signs) if i == 0 or c != signs[i - 1])

"""The plain model that a good one must beat: a linear classifier that decides on each word alone."""

from collections.abc import Iterator, Sequence

import numpy as np
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import SGDClassifier

from training_worker.data import LabelledRows
from training_worker.ner.crf import features_of
from training_worker.ner.tags import Span, TagSet, read_tags
from workspace.labelling_words import words_of

MOST_CHARS = 500_000
"""Of the texts that it learns from, some 100,000 words; of more it takes every second, third, ... row."""
AT_ONCE = 1000
"""Texts asked at once, so that the features of all never stand in memory together."""


def plain_names(learn: LabelledRows, judged: Sequence[str], seed: int) -> list[list[Span]] | None:
    """The names that ``SGDClassifier``, all defaults, marks by what a CRF sees of each word and its neighbours.

    None where the rows have no names, or nothing but names.
    """
    step = -(-sum(map(len, learn.texts)) // MOST_CHARS)
    texts, targets = learn.texts[:: step or 1], learn.targets[:: step or 1]
    tags = TagSet(sorted({span.label for spans in targets for span in spans}))
    places = [words_of(text) for text in texts]
    answers = np.array([tag for pair in zip(places, targets, strict=True) for tag in tags.encode(*pair)])
    if len(np.unique(answers)) < 2:
        return None
    hasher = FeatureHasher(input_type="string", alternate_sign=False)
    model = SGDClassifier(random_state=seed)
    model.fit(hasher.transform(_features(texts)), answers)
    found: list[list[Span]] = []
    for first in range(0, len(judged), AT_ONCE):
        part = judged[first : first + AT_ONCE]
        where = [words_of(text) for text in part]
        said = iter(model.predict(hasher.transform(_features(part)))) if any(where) else iter(())
        found += [read_tags([tags.names[next(said)] for _ in words], words, prefixed=True) for words in where]
    return found


def _features(texts: Sequence[str]) -> Iterator[list[str]]:
    for text in texts:
        yield from features_of(text, words_of(text))

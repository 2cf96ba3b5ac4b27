"""The plain model that a good one must beat: words counted, a linear classifier, everything as scikit-learn has it."""

import warnings
from collections.abc import Sequence

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

MOST_ROWS = 20_000
"""Rows that it learns from at most; of more it takes every second, third, ... one."""


def plain_answers(texts: Sequence[str], labels: Sequence[str], judged: Sequence[str], seed: int) -> list[str] | None:
    """The labels that ``LinearSVC`` on ``TfidfVectorizer``, all defaults, gives the judged texts; None where the texts
    have no words or one label is left."""
    step = -(-len(texts) // MOST_ROWS)
    texts, labels = texts[::step], labels[::step]
    if len(set(labels)) < 2:
        return None
    words = TfidfVectorizer()
    try:
        matrix = words.fit_transform(texts)
    except ValueError:  # no words in any text
        return None
    model = LinearSVC(random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(matrix, np.array(labels))
    return [str(label) for label in model.predict(words.transform(judged))]

"""The plain models that a good one must beat: words counted, a linear classifier, everything as scikit-learn has it."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import LinearSVC

MOST_ROWS = 20_000
"""Rows that it learns from at most; of more it takes every second, third, ... one."""
MOST_ANSWERS = 500_000
"""Several labels a text: rows times labels that it learns from at most, as each label is a classifier."""


def plain_answers(texts: Sequence[str], labels: Sequence[str], judged: Sequence[str], seed: int) -> list[str] | None:
    """The labels that ``LinearSVC`` on ``TfidfVectorizer``, all defaults, gives the judged texts; None where the texts
    have no words or one label is left."""
    step = -(-len(texts) // MOST_ROWS)
    answers = np.array(labels[::step])
    if len(set(answers)) < 2:
        return None
    found = _predicted(LinearSVC(random_state=seed), texts[::step], answers, judged)
    return None if found is None else [str(label) for label in found]


def plain_flags(
    texts: Sequence[str], flags: NDArray[np.bool_], judged: Sequence[str], seed: int
) -> NDArray[np.bool_] | None:
    """The same for several labels a text, one classifier a label; both ``flags`` are rows by labels."""
    step = -(-len(texts) // max(1, min(MOST_ROWS, MOST_ANSWERS // flags.shape[1])))
    model = OneVsRestClassifier(LinearSVC(random_state=seed))
    found = _predicted(model, texts[::step], flags[::step].astype(int), judged)
    return None if found is None else found.astype(bool)


def _predicted(model: Any, texts: Sequence[str], answers: NDArray[Any], judged: Sequence[str]) -> NDArray[Any] | None:
    words = TfidfVectorizer()
    try:
        matrix = words.fit_transform(texts)
    except ValueError:  # no words in any text
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # not converged; a label that no text, or every text, has
        model.fit(matrix, answers)
    return np.asarray(model.predict(words.transform(judged)))

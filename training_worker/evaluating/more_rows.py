"""What more rows would bring: a quick model on growing parts of the learning rows, continued by a power law.

Naive Bayes on weighted words (Rennie et al. 2003) costs milliseconds a fit and comes within a few points of a linear
classifier: 86 against 89 of 100 on banking77. It is not the model that was
trained; how its error falls with the rows tells how much there is left to learn from more of them.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB

from training_worker.analyses.learning_curve import FRACTIONS, Curve, forecast
from training_worker.analyses.quick_model import FOLDS
from workspace.dataset import CurvePoint
from workspace.model import LearningCurve

MOST_ROWS = 10_000
SMOOTHING = 0.05
LEAST_ROWS = 50
LEAST_JUDGED = 20
TIMES = (1.0, 1.5, 2.0)
"""Of the rows there are: how many are looked ahead to. Further on a curve of few points says nothing."""


def learning_curve(
    texts: Sequence[str], labels: Sequence[str], judged: Sequence[str], expected: Sequence[str], seed: int
) -> LearningCurve | None:
    """None where there are too few rows, no words, or one label alone.

    Args:
        texts: the learning rows with their ``labels``; of many, some are drawn.
        judged: the exam with the ``expected`` labels. Nothing is chosen by it.
    """
    if len(texts) < LEAST_ROWS or len(judged) < LEAST_JUDGED or len(set(labels)) < 2:
        return None
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(texts))[:MOST_ROWS]
    exam = rng.permutation(len(judged))[:MOST_ROWS]
    words = TfidfVectorizer(sublinear_tf=True, dtype=np.float32)
    try:
        matrix = words.fit_transform([texts[i] for i in order])
    except ValueError:  # no words in any text
        return None
    known = np.array([labels[i] for i in order], dtype=object)
    seen, right = words.transform([judged[i] for i in exam]), np.array([expected[i] for i in exam], dtype=object)
    sizes = sorted({max(2, round(len(order) * fraction)) for fraction in FRACTIONS})
    scores = np.zeros((FOLDS, len(sizes)))
    for repeat in range(FOLDS):
        drawn = rng.permutation(len(order))
        for at, size in enumerate(sizes):
            some = drawn[:size]
            if len(set(known[some])) < 2:
                scores[repeat, at] = float(np.mean(right == known[some[0]]))
                continue
            model = MultinomialNB(alpha=SMOOTHING).fit(matrix[some], known[some].astype(str))
            scores[repeat, at] = float(np.mean(model.predict(seen) == right.astype(str)))
    curve = Curve(sizes, scores, len(exam))
    ahead = [round(len(texts) * times) for times in TIMES]
    found = forecast(curve, ahead, seed)
    expected_points = [
        CurvePoint(rows=rows, score=f.score, low=f.low, high=f.high) for rows, f in zip(ahead, found, strict=True)
    ]
    return LearningCurve(points=curve.points, expected=expected_points)

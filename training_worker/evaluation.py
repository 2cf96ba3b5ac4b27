"""How good predictions are, with intervals, against the simplest alternative. Names as in scikit-learn.

Everything is computed from the confusion matrix, which makes the bootstrap one multinomial draw.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from training_worker.evaluating.attribution import Probabilities, words_that_mattered
from training_worker.evaluating.slices import slices_of
from training_worker.evaluating.sureness import prices, ranking_metrics, reliability, sureness_table, unscaled
from workspace.exams import exam_of
from workspace.model import ClassScore, Evaluation, Mistake

BOOTSTRAP_SAMPLES = 1000
INTERVAL_METRICS = ("accuracy", "macro_f1", "precision", "recall")
MISTAKES = 25
TEXT_CHARS = 500
ECE_BINS = 15

Counts = NDArray[np.float64]


@dataclass(frozen=True)
class _Tallies:
    """Per class (last axis): hits, how often predicted, how often true."""

    hits: Counts
    predicted: Counts
    true: Counts


def evaluate(
    texts: Sequence[str],
    expected: Sequence[str],
    probabilities: NDArray[np.float64],
    labels: Sequence[str],
    *,
    most_frequent: str | None = None,
    seed: int = 0,
    plain: Sequence[str] | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
    ask: Probabilities | None = None,
    answer_from: float | None = None,
    sharpening: float | None = None,
) -> Evaluation:
    """Scores of ``probabilities`` (rows by ``labels``) against the ``expected`` labels.

    Labels that only stand in ``expected`` count as mistakes: the model cannot know them. ``most_frequent`` is the
    most frequent label of the training rows, for the baseline; without it, that of ``expected``. ``plain`` are the
    answers of a plain model (:mod:`training_worker.evaluating.plain_model`), for the other baseline. ``columns`` are
    what stands beside the texts, to judge parts by. ``ask`` gives the probabilities of other texts: with it, mistakes
    tell which words mattered. ``answer_from`` is the confidence that the plan asks for, ``sharpening`` the factor that
    made the probabilities believable: with it the calibration error before is told as well.
    """
    names = [*labels, *sorted(set(expected) - set(labels))]
    number = {name: i for i, name in enumerate(names)}
    true = np.array([number[name] for name in expected], dtype=np.int64)
    predicted = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    confusion = confusion_matrix(true, predicted, len(names))
    metrics = metrics_of(confusion)
    right = true == predicted
    metrics["ece"] = calibration_error(right, confidence)
    if sharpening:
        metrics["ece_before"] = calibration_error(right, unscaled(probabilities, sharpening).max(axis=1))
    metrics |= ranking_metrics(true, probabilities)
    beside = {} if plain is None else metrics_of(confusion_matrix(true, _numbers(plain, names), len(names)))
    common = most_frequent if most_frequent in number else Counter(expected).most_common(1)[0][0]
    guess = confusion_matrix(true, np.full_like(true, number[str(common)]), len(names))
    return Evaluation(
        rows=len(true),
        metrics={k: round(v, 6) for k, v in metrics.items()},
        intervals=bootstrap_intervals(confusion, seed),
        baseline={k: round(v, 6) for k, v in metrics_of(guess).items()},
        per_class=_per_class(confusion, names),
        labels=names,
        confusion=confusion.astype(int).tolist(),
        mistakes=_mistakes(texts, expected, predicted, names, confidence, ask),
        linear_baseline={k: round(v, 6) for k, v in beside.items()},
        sureness=sureness_table(right, confidence, answer_from),
        prices=prices(true, probabilities, labels),
        reliability=reliability(right, confidence),
        slices=slices_of(right, texts, columns),
        exam=exam_of(texts, expected, right.tolist()),
    )


def _numbers(answers: Sequence[str], names: Sequence[str]) -> NDArray[np.int64]:
    number = {name: i for i, name in enumerate(names)}
    return np.array([number[answer] for answer in answers], dtype=np.int64)


def confusion_matrix(true: NDArray[np.int64], predicted: NDArray[np.int64], size: int) -> Counts:
    """Rows are true classes, columns predicted ones."""
    flat = np.bincount(true * size + predicted, minlength=size * size)
    return flat.reshape(size, size).astype(np.float64)


def metrics_of(confusion: Counts) -> dict[str, float]:
    """accuracy, balanced_accuracy, precision, recall, macro_f1, micro_f1, weighted_f1, as scikit-learn has them.

    ``precision`` and ``recall`` are macro means. Classes neither true nor predicted do not count.
    """
    tallies = _Tallies(np.diag(confusion), confusion.sum(axis=0), confusion.sum(axis=1))
    return {name: float(value) for name, value in _from_tallies(tallies).items()}


def _from_tallies(tallies: _Tallies) -> dict[str, Counts]:
    hits, predicted, true = tallies.hits, tallies.predicted, tallies.true
    total = true.sum(axis=-1)
    precision = hits / np.maximum(predicted, 1)
    recall = hits / np.maximum(true, 1)
    f1 = 2 * hits / np.maximum(predicted + true, 1)
    seen = (predicted + true) > 0
    present = true > 0

    def mean(values: Counts, where: NDArray[np.bool_]) -> Counts:
        return np.asarray((values * where).sum(axis=-1) / np.maximum(where.sum(axis=-1), 1))

    accuracy = np.asarray(hits.sum(axis=-1) / total)
    return {
        "accuracy": accuracy,
        "balanced_accuracy": mean(recall, present),
        "precision": mean(precision, seen),
        "recall": mean(recall, seen),
        "macro_f1": mean(f1, seen),
        "micro_f1": accuracy,
        "weighted_f1": np.asarray((f1 * true).sum(axis=-1) / total),
    }


def bootstrap_intervals(confusion: Counts, seed: int) -> dict[str, tuple[float, float]]:
    """95 % percentile intervals. Drawing rows anew is a multinomial draw over the cells of the matrix."""
    size = len(confusion)
    cells = np.flatnonzero(confusion)
    counts = confusion.ravel()[cells]
    total = int(counts.sum())
    draws = np.random.default_rng(seed).multinomial(total, counts / total, size=BOOTSTRAP_SAMPLES).astype(np.float32)
    true_of, predicted_of = np.divmod(cells, size)

    def per_class(class_of: NDArray[np.int64], weight: NDArray[np.bool_]) -> Counts:
        """Sums the drawn cells into their classes: samples by classes."""
        sums = csr_array((weight.astype(np.float32), (class_of, np.arange(len(cells)))), shape=(size, len(cells)))
        return np.asarray((sums @ draws.T).T, dtype=np.float64)

    every = np.ones(len(cells), dtype=bool)
    right = true_of == predicted_of
    tallies = _Tallies(per_class(true_of, right), per_class(predicted_of, every), per_class(true_of, every))
    values = _from_tallies(tallies)
    intervals = {}
    for name in INTERVAL_METRICS:
        low, high = np.quantile(values[name], [0.025, 0.975])
        intervals[name] = (round(float(low), 6), round(float(high), 6))
    return intervals


def calibration_error(right: NDArray[np.bool_], confidence: NDArray[np.float64]) -> float:
    """Expected calibration error: how far confidence is from being right, in 15 equal bins (Guo et al. 2017)."""
    bins = np.minimum((confidence * ECE_BINS).astype(int), ECE_BINS - 1)
    count = np.bincount(bins, minlength=ECE_BINS)
    gap = np.bincount(bins, weights=confidence - right, minlength=ECE_BINS)
    return float(np.abs(gap).sum() / max(count.sum(), 1))


def choosing_score(metric: str, true: NDArray[np.int64], probabilities: NDArray[np.float64]) -> float:
    """The score that models are chosen by: ``metric`` of the most likely labels on validation rows."""
    size = probabilities.shape[1]
    metrics = metrics_of(confusion_matrix(true, probabilities.argmax(axis=1), size))
    return metrics.get(metric, metrics["macro_f1"])


def _per_class(confusion: Counts, names: Sequence[str]) -> list[ClassScore]:
    hits, predicted, true = np.diag(confusion), confusion.sum(axis=0), confusion.sum(axis=1)
    return [
        ClassScore(
            label=name,
            precision=round(float(hits[i] / max(predicted[i], 1)), 6),
            recall=round(float(hits[i] / max(true[i], 1)), 6),
            f1=round(float(2 * hits[i] / max(predicted[i] + true[i], 1)), 6),
            support=int(true[i]),
        )
        for i, name in enumerate(names)
    ]


def _mistakes(
    texts: Sequence[str],
    expected: Sequence[str],
    predicted: NDArray[np.int64],
    names: Sequence[str],
    confidence: NDArray[np.float64],
    ask: Probabilities | None,
) -> list[Mistake]:
    """The surest ones first, with the words that spoke for what was said."""
    wrong = [i for i in range(len(texts)) if expected[i] != names[predicted[i]]]
    wrong = sorted(wrong, key=lambda i: -confidence[i])[:MISTAKES]
    # A long text is asked about as it is shown; what is cut cannot be pointed at.
    shown = [texts[i][:TEXT_CHARS] for i in wrong]
    said = [int(predicted[i]) for i in wrong]
    words = words_that_mattered(ask, shown, said) if ask else [[] for _ in wrong]
    return [
        Mistake(
            text=text,
            expected=expected[i],
            predicted=names[column],
            score=round(float(confidence[i]), 6),
            words=told,
            words_for=names[column] if told else "",
        )
        for i, text, column, told in zip(wrong, shown, said, words, strict=True)
    ]

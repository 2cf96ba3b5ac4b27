"""How well found names fit the right ones: strict, by type and partial, as SemEval 2013 task 9 counts them.

strict: place and label are right. type: label is right and the places overlap. partial: the place is right whatever
the label; half a point where it only overlaps. Precision, recall and F1 are over all names (micro).
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from training_worker.ner.tags import Span

COUNTS = ("strict", "type", "partial", "predicted", "true")
Counts = NDArray[np.float64]
"""Sums over names, by ``COUNTS`` on the last axis."""


def count(true: Sequence[Span], predicted: Sequence[Span]) -> Counts:
    """What one row adds to each of ``COUNTS``."""
    strict = len(set(true) & set(predicted))
    by_type = partial = 0.0
    for span, other in matches(true, predicted):
        by_type += other.label == span.label
        partial += 1.0 if (other.start, other.end) == (span.start, span.end) else 0.5
    return np.array([strict, by_type, partial, len(predicted), len(true)], dtype=np.float64)


def matches(true: Sequence[Span], predicted: Sequence[Span]) -> list[tuple[Span, Span]]:
    """Pairs of a right and a found name: the same ones first, then the same places, then those that overlap.

    Each name is in one pair at most; earlier ones of the text are paired first.
    """
    left, right = sorted(true), sorted(predicted)
    found: list[tuple[Span, Span]] = []
    for fits in (_same, _same_place, _overlap):
        for other in list(right):
            span = next((s for s in left if fits(s, other)), None)
            if span is not None:
                found.append((span, other))
                left.remove(span)
                right.remove(other)
    return found


def _same(a: Span, b: Span) -> bool:
    return a == b


def _same_place(a: Span, b: Span) -> bool:
    return (a.start, a.end) == (b.start, b.end)


def _overlap(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end


def count_rows(true: Iterable[Sequence[Span]], predicted: Iterable[Sequence[Span]]) -> Counts:
    """Rows by ``COUNTS``."""
    found = [count(a, b) for a, b in zip(true, predicted, strict=True)]
    return np.array(found).reshape(-1, len(COUNTS))


def metrics_of(counts: Counts) -> dict[str, NDArray[np.float64]]:
    """entity_f1, entity_precision, entity_recall (strict), partial_f1, type_f1 of sums by ``COUNTS`` (last axis)."""
    strict, by_type, partial, predicted, true = np.moveaxis(counts, -1, 0)
    return {
        "entity_f1": _ratio(2 * strict, predicted + true),
        "entity_precision": _ratio(strict, predicted),
        "entity_recall": _ratio(strict, true),
        "partial_f1": _ratio(2 * partial, predicted + true),
        "type_f1": _ratio(2 * by_type, predicted + true),
    }


def entity_f1(true: Iterable[Sequence[Span]], predicted: Iterable[Sequence[Span]]) -> float:
    """Strict F1 over all names."""
    return float(metrics_of(count_rows(true, predicted).sum(axis=0))["entity_f1"])


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.divide(part, whole, out=np.zeros_like(np.asarray(part, np.float64)), where=whole > 0))

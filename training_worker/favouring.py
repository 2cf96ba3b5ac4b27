"""When a label is said: limits on mistakes as factors on the probabilities.

A label whose probability is multiplied by a factor above 1 wins more often: fewer texts that have it are missed, and
more are called so wrongly. Choosing such factors is choosing the prices of mistakes (Elkan 2001, "The foundations of
cost-sensitive learning"). They are chosen on rows that were not learned from.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from workspace.success import MistakeLimit

MOST = 50.0
"""A mistake is at most so many times as bad as another one. Beyond that a single odd row would decide everything."""
_ABOVE = 1.0 + 1e-9
_ROUNDS = 2

Probabilities = NDArray[np.float64]


def favoured(probabilities: Probabilities, labels: Sequence[str], favours: Mapping[str, float]) -> Probabilities:
    """Rows of probabilities with some labels multiplied by a factor; each row sums to 1 again."""
    if not favours:
        return probabilities
    weighted = probabilities * np.array([favours.get(label, 1.0) for label in labels])
    return np.asarray(weighted / weighted.sum(axis=1, keepdims=True))


def favours_of(
    limits: Sequence[MistakeLimit], labels: Sequence[str], true: NDArray[np.int64], probabilities: Probabilities
) -> dict[str, float]:
    """The factors nearest to 1 that keep each limit, as far as these rows can tell; ``true`` are numbers of labels.

    One more mistake than was counted is reckoned with, so that the share expected on new texts keeps the limit, not
    only the one seen here (conformal risk control, Angelopoulos et al. 2022). Where a limit on false alarms would break
    one on missed texts of the same label, the missed ones come first.
    """
    favours: dict[str, float] = {}
    number = {label: place for place, label in enumerate(labels)}
    # False alarms first: a factor that a limit on missed texts needs has the last word.
    ordered = sorted((limit for limit in limits if limit.label in number), key=lambda limit: limit.kind)
    for _ in range(_ROUNDS):
        for limit in ordered:
            others = {name: factor for name, factor in favours.items() if name != limit.label}
            needed = _needed(number[limit.label], favoured(probabilities, labels, others))
            has = true == number[limit.label]
            least = _least_for_missed(needed[has], limit.at_most) if limit.kind == "missed" else 0.0
            most = MOST if limit.kind == "missed" else _most_for_alarms(needed, has, limit.at_most)
            factor = min(max(favours.get(limit.label, 1.0), least), max(most, least))
            favours[limit.label] = float(np.clip(factor, 1 / MOST, MOST))
    return {label: round(factor, 6) for label, factor in favours.items() if abs(factor - 1.0) > 1e-6}


def favouring_notes(favours: Mapping[str, float]) -> list[str]:
    """What was done, for people."""
    return [
        f"To keep to what you want, “{label}” is said {'sooner' if factor > 1 else 'later'}: its probability counts "
        f"{factor:.3g} times."
        for label, factor in favours.items()
    ]


def _needed(label: int, probabilities: Probabilities) -> NDArray[np.float64]:
    """For each row, the factor from which on it gets the label."""
    others = np.delete(probabilities, label, axis=1).max(axis=1)
    return np.asarray(others / np.maximum(probabilities[:, label], 1e-12) * _ABOVE)


def _least_for_missed(needed: NDArray[np.float64], at_most: float) -> float:
    """The smallest factor that misses few enough of the rows with the label."""
    if not len(needed):
        return 0.0
    allowed = max(int(np.floor(at_most * (len(needed) + 1) + 1e-9)) - 1, 0)
    return float(np.sort(needed)[::-1][allowed]) if allowed < len(needed) else 0.0


def _most_for_alarms(needed: NDArray[np.float64], has: NDArray[np.bool_], at_most: float) -> float:
    """The largest factor with which few enough of the rows that get the label do not have it."""
    order = np.argsort(needed, kind="stable")
    said = np.arange(1, len(order) + 1)
    wrong = np.cumsum(~has[order])
    fits = np.flatnonzero((wrong + 1) / (said + 1) <= at_most)
    return float(needed[order][fits[-1]]) if len(fits) else 1 / MOST

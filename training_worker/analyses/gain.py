"""What added rows are worth: the same model with them and without, on rows that neither has learned from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from training_worker.analyses.quick_model import FOLDS, OutOfSample, Views, folds_of, growing, out_of_sample
from training_worker.data import same_text_key
from training_worker.split import Indices

BOOTSTRAPS = 400
INTERVAL = (0.05, 0.95)
"""90 %: a gain is only told where chance alone would show it in one case of twenty."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Gain:
    """Mean F1 of the labels that got new rows, without and with them, and the difference with its interval."""

    before: float
    after: float
    low: float
    high: float
    accuracy_before: float
    accuracy_after: float
    seeds: int
    rows: int
    labels: list[dict[str, JsonValue]]

    @property
    def gain(self) -> float:
        return self.after - self.before

    def as_data(self) -> dict[str, JsonValue]:
        rounded = {name: round(getattr(self, name), 4) for name in ("before", "after", "gain", "low", "high")}
        return {
            **rounded,
            "accuracy_before": round(self.accuracy_before, 4),
            "accuracy_after": round(self.accuracy_after, 4),
            "seeds": self.seeds,
            "rows_judged": self.rows,
            "labels": list(self.labels),
        }


def measured_gain(
    texts: Sequence[str],
    vectors: NDArray[np.float32],
    classes: Indices,
    sources: Indices,
    names: Sequence[str],
    rare: Sequence[str],
    seeds: int,
    tell: Callable[[float], None],
) -> Gain:
    """Cross-validation with several seeds; the new rows help only where their source is learned from.

    Args:
        texts: the written rows, then the new ones; ``vectors`` in the same order.
        classes: of the written rows.
        sources: for each new row the written row it was made from.
    """
    written = len(classes)
    size = len(names)
    views = Views.of(texts, vectors)
    own = Views(views.dense[:written], views.words[:written] if views.words is not None else None)
    everything = np.concatenate([classes, classes[sources]])
    keys = [same_text_key(text) for text in texts]
    predicted = np.zeros((2, seeds, written), dtype=np.int64)
    for seed in range(seeds):
        folds = folds_of(texts[:written], classes, seed)
        model = out_of_sample(own, classes, size, folds, lambda: None)
        for fold in range(FOLDS):
            tell((seed + fold / FOLDS) / seeds)
            held_out, train = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
            if not len(held_out) or not len(train):
                continue
            judged = {keys[i] for i in held_out}
            here = [i for i, s in enumerate(sources) if folds[s] != fold and keys[written + i] not in judged]
            new = np.array(here, dtype=np.int64)
            for way, more in enumerate((sources[new], written + new)):
                predicted[way, seed, held_out] = _learned(views, everything, size, train, more, held_out, model)
    numbers = [list(names).index(label) for label in rare]
    return _summary(predicted, classes, names, numbers)


def _learned(
    views: Views,
    classes: Indices,
    size: int,
    train: Indices,
    more: Indices,
    held_out: Indices,
    model: OutOfSample,
) -> Indices:
    order = np.concatenate([train, more]).astype(np.int64)
    return growing(views, classes, size, order, held_out, [len(order)], model)[0]


def _summary(predicted: Indices, classes: Indices, names: Sequence[str], rare: list[int]) -> Gain:
    whole = np.arange(len(classes))
    scores = _f1(predicted, classes, rare, whole)
    rng = np.random.default_rng(0)
    draws = np.stack([_f1(predicted, classes, rare, _drawn(classes, rng)) for _ in range(BOOTSTRAPS)])
    spread = draws[:, 1] - draws[:, 0]
    low, high = np.quantile(spread.mean(axis=1), INTERVAL)
    lows, highs = np.quantile(spread, INTERVAL, axis=0)
    labels: list[dict[str, JsonValue]] = [
        {
            "label": names[number],
            "rows": int((classes == number).sum()),
            "before": round(float(scores[0, i]), 4),
            "after": round(float(scores[1, i]), 4),
            "low": round(float(lows[i]), 4),
            "high": round(float(highs[i]), 4),
        }
        for i, number in enumerate(rare)
    ]
    right = (predicted == classes).mean(axis=(1, 2))
    before, after = scores.mean(axis=1)
    return Gain(
        before=float(before),
        after=float(after),
        low=float(low),
        high=float(high),
        accuracy_before=float(right[0]),
        accuracy_after=float(right[1]),
        seeds=predicted.shape[1],
        rows=len(classes),
        labels=labels,
    )


def _drawn(classes: Indices, rng: np.random.Generator) -> Indices:
    """Rows drawn with replacement, each class as often as it is there, so that no rare one is missing."""
    return np.concatenate(
        [rng.choice(members, len(members)) for c in np.unique(classes) for members in [np.flatnonzero(classes == c)]]
    )


def _f1(predicted: Indices, classes: Indices, rare: list[int], rows: Indices) -> Floats:
    """F1 of each of the labels, mean over seeds: ways by labels."""
    said, true = predicted[:, :, rows], classes[rows]
    found = np.zeros((predicted.shape[0], len(rare)))
    for i, number in enumerate(rare):
        hit = ((said == number) & (true == number)).sum(axis=2)
        both = (said == number).sum(axis=2) + (true == number).sum()
        found[:, i] = (2 * hit / np.maximum(both, 1)).mean(axis=1)
    return found

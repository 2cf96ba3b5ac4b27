"""How good a model gets with more rows: measured on growing parts of the data, continued by a power law.

The error falls as ``a + b·n^-c`` (Hestness et al. 2017; Viering & Loog, "The shape of learning curves", 2023). Few
points cannot tell ``a`` from ``c``, so the forecast is a mean over all ``c`` on a grid, each weighted by how well it
fits, and its interval also holds what the folds differ by (bootstrap over folds).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training_worker.analyses.quick_model import FOLDS, OutOfSample, Views, growing
from training_worker.analyses.rows import stratified_order
from training_worker.split import Indices
from workspace.dataset import CurvePoint

FRACTIONS = (0.1, 0.15, 0.22, 0.33, 0.5, 0.7, 1.0)
LEAST_ROWS = 10
EXPONENTS = np.arange(0.05, 1.3, 0.05)
BOOTSTRAPS = 200
INTERVAL = (0.1, 0.9)
"""80 %: as wide as one wants for a decision about more work."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """``sizes`` of what was learned from; ``accuracy``: folds by sizes; ``rows``: how many each fold was judged on."""

    sizes: list[int]
    accuracy: Floats
    rows: int

    @property
    def points(self) -> list[CurvePoint]:
        """Mean over the folds, with a 95 % interval for the number of rows judged."""
        found = []
        for size, scores in zip(self.sizes, self.accuracy.T, strict=True):
            mean = float(scores.mean())
            half = 1.96 * _noise(np.array([mean]), self.rows)[0]
            low, high = max(0.0, mean - half), min(1.0, mean + half)
            found.append(CurvePoint(rows=size, score=round(mean, 4), low=round(low, 4), high=round(high, 4)))
        return found


@dataclass(frozen=True)
class Forecast:
    """Accuracy to be expected, with an 80 % interval."""

    score: float
    low: float
    high: float


def measure(
    views: Views,
    classes: Indices,
    size: int,
    folds: Indices,
    model: OutOfSample,
    tell: Callable[[float], None],
) -> Curve:
    """Fits the quick model on growing, stratified parts of each fold's training rows."""
    train_rows = min(int(np.count_nonzero(folds != fold)) for fold in range(FOLDS))
    sizes = sorted({max(LEAST_ROWS, round(train_rows * fraction)) for fraction in FRACTIONS})
    scores = np.zeros((FOLDS, len(sizes)))
    for fold in range(FOLDS):
        tell(fold / FOLDS)
        train, held_out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        order = train[stratified_order(classes[train], seed=fold)]
        predicted = growing(views, classes, size, order, held_out, sizes, model)
        scores[fold] = [float((found == classes[held_out]).mean()) for found in predicted]
    return Curve(sizes, scores, len(classes))


def forecast(curve: Curve, rows: Sequence[float], seed: int = 0) -> list[Forecast]:
    """What the curve comes to with that many rows to learn from."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, FOLDS, size=(BOOTSTRAPS, FOLDS))
    means = np.vstack([curve.accuracy.mean(axis=0), curve.accuracy[drawn].mean(axis=1)])
    noise = _noise(means[0], curve.rows)
    # Each bootstrap draws one exponent, as probable as it fits; the spread of these draws is the interval.
    at = np.array(rows, dtype=np.float64)
    errors, weights = _continued(np.array(curve.sizes, dtype=np.float64), 1 - means, noise, at)
    expected = 1 - (errors[:, 0] * weights[:, 0, None]).sum(axis=0)
    picks = np.array([rng.choice(len(EXPONENTS), p=weights[:, b]) for b in range(1, BOOTSTRAPS + 1)])
    drawn_scores = 1 - errors[picks, np.arange(1, BOOTSTRAPS + 1)]
    drawn_scores += rng.normal(scale=noise[-1], size=(BOOTSTRAPS, 1))
    low, high = np.quantile(drawn_scores, INTERVAL, axis=0)
    return [
        Forecast(*(round(float(np.clip(v, 0, 1)), 4) for v in (score, min(lo, score), max(hi, score))))
        for score, lo, hi in zip(expected, low, high, strict=True)
    ]


def _continued(sizes: Floats, errors: Floats, noise: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Forecast errors (exponents by samples by ``at``) and the weight of each exponent in each sample.

    For a given exponent the law is linear in ``a`` and ``b``: weighted least squares with ``a, b >= 0``.
    """
    weight = 1 / noise**2
    found = np.zeros((len(EXPONENTS), len(errors), len(at)))
    misfit = np.zeros((len(EXPONENTS), len(errors)))
    for row, exponent in enumerate(EXPONENTS):
        x, mean_weight = sizes**-exponent, weight / weight.sum()
        x0, e0 = (mean_weight * x).sum(), (errors * mean_weight).sum(axis=1)
        slope = ((errors - e0[:, None]) * (x - x0) * mean_weight).sum(axis=1) / (mean_weight * (x - x0) ** 2).sum()
        slope = np.maximum(slope, 0.0)
        floor = e0 - slope * x0
        # Below zero the floor is zero, and the slope is the best through the origin.
        through = (errors * x * mean_weight).sum(axis=1) / (mean_weight * x**2).sum()
        slope, floor = np.where(floor < 0, through, slope), np.maximum(floor, 0.0)
        misfit[row] = (((errors - floor[:, None] - slope[:, None] * x) / noise) ** 2).sum(axis=1)
        found[row] = floor[:, None] + slope[:, None] * at**-exponent
    likelihood = np.exp(-0.5 * (misfit - misfit.min(axis=0)))
    return found, likelihood / likelihood.sum(axis=0)


def _noise(accuracy: Floats, rows: int) -> Floats:
    """Standard error of an accuracy judged on so many rows; never quite zero."""
    smoothed = (accuracy * rows + 1) / (rows + 2)
    return np.asarray(np.sqrt(smoothed * (1 - smoothed) / rows))

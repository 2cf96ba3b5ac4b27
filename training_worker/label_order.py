"""Which texts a person should label next, and what can be said of the answers so far. Arrays in, arrays out.

In the beginning typical texts of different groups (TypiClust, Hacohen et al. 2022): uncertainty means nothing yet.
Then those between whose two likeliest categories a quick model wavers most (margin sampling, Scheffer et al. 2001),
more so where one of the two is rare, and among these the ones that are least alike (k-centre greedy, Sener and
Savarese 2018). Every fifth is drawn by chance: only on such texts can one tell fairly how good the model is. Measured
in benchmarks/labelling.
"""

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]
Reason = Literal["start", "useful", "chance"]

CHANCE_EVERY = 5
ENOUGH_CHANCE = 60
"""When so many texts that were drawn by chance have an answer, only every tenth is."""
FEWEST = 10
TYPICAL_EACH = 3
"""Typical texts come first until there are so many answers in all, and so many for each category met."""
CANDIDATES = 10
"""The most uncertain ones, this many times as are wanted, among which those least alike are taken."""
STRENGTH = 10.0
"""The inverse of the regularisation, as in the recipe ``embed``."""
_NEIGHBOURS = 20


@dataclass(frozen=True)
class Pick:
    """A row of the vectors, and why it is next."""

    row: int
    by: Reason


def order(
    vectors: Vectors,
    known: NDArray[np.bool_],
    chances: Floats,
    counts: Rows,
    count: int,
    rng: np.random.Generator,
    drawn: int = 0,
) -> list[Pick]:
    """The next ``count`` rows, best first.

    Args:
        vectors: of length 1, rows by dimensions.
        known: rows that have an answer.
        chances: rows by categories, as :func:`chances_of` gives them; no columns where nothing is learned yet.
        counts: answers so far of each category.
        drawn: answers so far to texts that were drawn by chance.
    """
    answered = int(known.sum())
    free = np.flatnonzero(~known)
    targets = int((counts > 0).sum())
    every = CHANCE_EVERY if drawn < ENOUGH_CHANCE else 2 * CHANCE_EVERY
    by_chance = [int(row) for row in rng.permutation(free)[: -(-count // every)]]
    best_count = min(count, len(free))
    starting = answered < max(FEWEST, TYPICAL_EACH * targets) or chances.shape[1] < 2
    if starting:
        best = _typical(vectors, known, best_count, rng)
    else:
        best = _useful(vectors, free, usefulness(chances[free], counts), best_count)
    reason: Reason = "start" if starting else "useful"
    picks: list[Pick] = []
    taken: set[int] = set()
    best_left = [row for row in best if row not in by_chance]
    while len(picks) < min(count, len(free)) and (best_left or by_chance):
        chance_due = (answered + len(picks)) % every == every - 1
        if by_chance and (chance_due or not best_left):
            row, by = by_chance.pop(0), "chance"
        else:
            row, by = best_left.pop(0), reason
        if row not in taken:
            taken.add(row)
            picks.append(Pick(row, "chance" if by == "chance" else reason))
    return picks


def _typical(vectors: Vectors, known: NDArray[np.bool_], count: int, rng: np.random.Generator) -> list[int]:
    """The most typical row of each group that has no answer yet, large groups first."""
    answered = np.flatnonzero(known)
    groups = min(len(answered) + count, len(vectors))
    labels = group(vectors, groups, int(rng.integers(1 << 31)))
    sizes = np.bincount(labels, minlength=groups)
    have = np.zeros(groups, dtype=bool)
    have[labels[answered]] = True
    found: list[int] = []
    for number in np.argsort(-sizes, kind="stable"):
        rows = np.flatnonzero((labels == number) & ~known)
        if not have[number] and len(rows):
            found.append(int(rows[np.argmax(typicality(vectors[rows]))]))
    left = np.setdiff1d(np.flatnonzero(~known), found)
    return (found + [int(row) for row in rng.permutation(left)])[:count]


def group(vectors: Vectors, groups: int, seed: int) -> NDArray[np.int64]:
    """The number of each row's group (k-means)."""
    kind = MiniBatchKMeans if groups > 60 else KMeans
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)  # many rows may be the same text but for a word
        found = kind(groups, random_state=seed, n_init=1, max_iter=30).fit(vectors).labels_
    return np.asarray(found, dtype=np.int64)


def typicality(vectors: Vectors) -> NDArray[np.float32]:
    """The mean likeness of each row to its nearest neighbours, at most 2,000 rows compared."""
    others = vectors[:2_000]
    likeness = vectors @ others.T
    nearest = min(_NEIGHBOURS, likeness.shape[1])
    return np.asarray(np.partition(likeness, -nearest, axis=1)[:, -nearest:].mean(axis=1), dtype=np.float32)


def _useful(vectors: Vectors, free: Rows, useful: Floats, count: int) -> list[int]:
    """The most useful rows, of which those least alike come first."""
    ranked = free[np.argsort(-useful, kind="stable")]
    candidates = ranked[: CANDIDATES * min(count, CHANCE_EVERY)]
    first = [int(row) for row in candidates[spread(vectors[candidates], min(count, len(candidates)))]]
    known = set(first)
    return (first + [int(row) for row in ranked if int(row) not in known])[:count]


def usefulness(chances: Floats, counts: Rows) -> Floats:
    """How much an answer would tell: uncertainty, up to twice as much where a likely category has few answers."""
    likely = np.argsort(-chances, axis=1)[:, :2]
    few = counts[likely].min(axis=1) if len(counts) == chances.shape[1] else np.zeros(len(chances))
    rarity = 1.0 / np.sqrt(1.0 + few)
    return uncertainty(chances) * (1.0 + rarity / max(float(rarity.max(initial=0.0)), 1e-9))


def uncertainty(chances: Floats) -> Floats:
    """1 where the two likeliest categories are equally likely, 0 where one is certain."""
    ranked = np.sort(chances, axis=1)
    return np.asarray(1.0 - (ranked[:, -1] - ranked[:, -2]), dtype=np.float64)


def spread(vectors: Vectors, count: int) -> list[int]:
    """Rows that are least alike: the first, then each time the one farthest from all taken."""
    found = [0] if count else []
    distance = 1.0 - vectors @ vectors[0] if count else np.zeros(0)
    while len(found) < count:
        farthest = int(np.argmax(distance))
        found.append(farthest)
        distance = np.minimum(distance, 1.0 - vectors @ vectors[farthest])
        distance[found] = -1.0
    return found


def chances_of(train: Vectors, classes: Rows, size: int, wanted: Vectors, weights: Floats | None = None) -> Floats:
    """How likely each category is for each wanted row: shape rows by ``size``; no columns with fewer than two known."""
    if len(np.unique(classes)) < 2:
        return np.zeros((len(wanted), 0))
    head = _fit(train, classes, weights)
    found = np.zeros((len(wanted), size))
    found[:, head.classes_] = head.predict_proba(wanted)
    return found


def chances_of_several(train: Vectors, marks: NDArray[np.bool_], wanted: Vectors) -> Floats:
    """As :func:`chances_of` where a text may have several categories: one yes or no for each (rows by categories)."""
    found = np.zeros((len(wanted), marks.shape[1]))
    for number in range(marks.shape[1]):
        if 0 < marks[:, number].sum() < len(marks):
            found[:, number] = _fit(train, marks[:, number].astype(np.int64)).predict_proba(wanted)[:, 1]
        else:
            found[:, number] = float(marks[:1, number].sum())
    return found


def doubt_of_several(chances: Floats) -> Floats:
    """The likeliest and the least likely answer about the most doubtful category, as two columns."""
    if not chances.shape[1]:
        return np.zeros((len(chances), 0))
    near = chances[np.arange(len(chances)), np.abs(chances - 0.5).argmin(axis=1)]
    return np.stack([near, 1.0 - near], axis=1)


def _fit(train: Vectors, classes: Rows, weights: Floats | None = None) -> LogisticRegression:
    with warnings.catch_warnings(), threadpool_limits(1):  # so small that one processor is faster
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", UserWarning)  # many categories with one answer each are no regression
        return LogisticRegression(C=STRENGTH, max_iter=100).fit(train, classes, sample_weight=weights)


def judge(
    vectors: Vectors, classes: Rows, judged: NDArray[np.bool_], rng: np.random.Generator, folds: int = 5
) -> NDArray[np.bool_]:
    """Whether each judged row is answered rightly by a model that learned from the others (cross-validation).

    Args:
        vectors, classes: the rows with an answer, in the order in which the answers came.
        judged: which of them were drawn by chance.
    """
    fold = rng.permutation(np.arange(len(classes)) % folds)
    right = np.zeros(len(classes), dtype=bool)
    for number in range(folds):
        learn, ask = fold != number, (fold == number) & judged
        if not ask.any():
            continue
        if len(np.unique(classes[learn])) < 2:
            right[ask] = classes[ask] == classes[learn][0]
        else:
            right[ask] = _fit(vectors[learn], classes[learn]).predict(vectors[ask]) == classes[ask]
    return np.asarray(right[judged])

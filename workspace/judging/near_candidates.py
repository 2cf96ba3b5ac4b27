"""Pairs of texts that may be almost the same, found without comparing each with each.

Short texts meet where they have the same words but for one or two (deletion neighbourhoods, as SymSpell makes them of
letters); longer ones where MinHash with locality-sensitive hashing (Broder 1997; Indyk, Motwani 1998) lets their sets
of words meet. Both only among texts with the same answer.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from workspace.hashing import Hashes, combine, mix
from workspace.judging.types import RowNumbers

SHORT = 12
"""Words of a text that meets others by its neighbourhood."""

_LONG = 10
_TWO = 7
"""Words from which on two may differ."""

_SLOT = 16
_BANDS, _BAND = 12, 4
_random = np.random.default_rng(19_970_611)
_FACTORS = _random.integers(1, 2**63, size=_BANDS * _BAND, dtype=np.uint64) | np.uint64(1)


@dataclass(frozen=True)
class Texts:
    """Rows as words: ``words[starts[i]:starts[i + 1]]`` are codes of row i's words."""

    rows: RowNumbers
    raw: Hashes
    keys: Hashes
    answers: Hashes
    words: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    vocabulary: list[str]


def candidates(given: Texts, heads: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """Pairs of places that may be near, each once, the earlier place first, in rising order."""
    sizes = (given.starts[1:] - given.starts[:-1])[heads]
    of_word = mix(np.arange(1, len(given.vocabulary) + 1, dtype=np.uint64))
    signatures: list[Hashes] = []
    places: list[npt.NDArray[np.int64]] = []
    for size in range(3, SHORT + 1):
        rows = heads[sizes == size]
        if len(rows):
            made = _neighbourhood(of_word[given.words[given.starts[rows][:, None] + np.arange(size)]])
            signatures.append(combine(made, given.answers[rows][:, None]).ravel())
            places.append(np.repeat(rows, made.shape[1]))
    for rows in np.array_split(heads[sizes > _LONG], max(1, int(sizes.sum()) // 500_000)):
        if len(rows):
            made = _bands(given, rows, of_word)
            signatures.append(combine(made, given.answers[rows][:, None]).ravel())
            places.append(np.repeat(rows, _BANDS))
    return _meeting(signatures, places)


def _neighbourhood(words: Hashes) -> Hashes:
    """Sums of the words' hashes: all of them, all but one, all but two. Shape (rows, sums)."""
    whole = words.sum(axis=1, dtype=np.uint64)[:, None]
    less = [whole, whole - words]
    size = words.shape[1]
    if size >= _TWO:
        first, second = np.array(list(combinations(range(size), 2))).T
        less.append(whole - words[:, first] - words[:, second])
    return np.concatenate(less, axis=1)


def _bands(given: Texts, rows: npt.NDArray[np.int64], of_word: Hashes) -> Hashes:
    """MinHash of each row's words, four values to a band. Shape (rows, bands)."""
    sizes = (given.starts[1:] - given.starts[:-1])[rows]
    begins = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    within = np.arange(int(sizes.sum())) - np.repeat(begins, sizes)
    words = of_word[given.words[np.repeat(given.starts[rows], sizes) + within]]
    bands = np.empty((len(rows), _BANDS), dtype=np.uint64)
    for band in range(_BANDS):
        value = np.full(len(rows), band, dtype=np.uint64)
        for factor in _FACTORS[band * _BAND : (band + 1) * _BAND]:
            value = combine(value, np.minimum.reduceat((words * factor) >> np.uint64(16), begins))
        bands[:, band] = value
    return bands


def _meeting(signatures: list[Hashes], places: list[npt.NDArray[np.int64]]) -> list[tuple[int, int]]:
    if not signatures:
        return []
    values, where = np.concatenate(signatures), np.concatenate(places)
    order = np.argsort(values, kind="stable")
    values, where = values[order], where[order]
    pairs: list[npt.NDArray[np.int64]] = []
    # Where more texts than this agree but for a word, that word is a slot to be filled, and means something.
    starts = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
    sizes = np.diff(np.append(starts, len(values)))
    run = np.repeat(sizes, sizes) <= _SLOT
    values, where = values[run], where[run]
    for gap in range(1, _SLOT):
        if gap >= len(values):
            break
        meet = (values[gap:] == values[:-gap]) & (where[gap:] != where[:-gap])
        if not (values[gap:] == values[:-gap]).any():
            break
        one, other = where[:-gap][meet], where[gap:][meet]
        pairs.append(np.stack([np.minimum(one, other), np.maximum(one, other)], axis=1))
    if not pairs:
        return []
    unique = np.unique(np.concatenate(pairs), axis=0)
    return [(int(a), int(b)) for a, b in unique]

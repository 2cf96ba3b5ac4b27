"""Texts that are almost the same: a typing error, other capitals or punctuation, "Re:", a word more or less.

Rows with the same answer are compared only, since small differences between answers are what a model has to learn.
Two steps, as in record linkage: candidates that share much, then a comparison word by word.

* Short texts are candidates where they have the same words but for one or two (deletion neighbourhoods, as SymSpell
  makes them of letters); longer ones where MinHash with locality-sensitive hashing (Broder 1997; Indyk, Motwani 1998)
  lets their sets of words meet.
* A pair is taken where the words that differ weigh little against those that are shared; a word weighs as much as it
  is rare (idf), and hardly anything where it is a rare misspelling of the other text's word.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz.distance import OSA, LCSseq

from workspace.dataset import DataProblem, FixOffer
from workspace.hashing import Hashes, combine, hash_strings, mix
from workspace.judging.columns import flat, spread, values_at
from workspace.judging.sample import WHOLE, joined_texts
from workspace.judging.types import RowNumbers

_NO_ROWS = np.zeros(0, dtype=np.int64)
_SHOWN = 70
_SHORT, _LONG = 12, 10
_TWO = 7
_SLOT = 16
_BANDS, _BAND = 12, 4
_COST = 0.22
_SWAPS = 5
_TYPO = 0.3
_ANSWERED = r"^\s*(?:(?:re|aw|antw|sv|vs|fw|fwd|wg|tr|rv|ref)\s*:\s*)+"
_WIDE = r"([\x{0E00}-\x{0EFF}\x{1000}-\x{109F}\x{1780}-\x{17FF}\x{3040}-\x{30FF}\x{3400}-\x{9FFF}])"
_random = np.random.default_rng(19_970_611)
_FACTORS = _random.integers(1, 2**63, size=_BANDS * _BAND, dtype=np.uint64) | np.uint64(1)


@dataclass(frozen=True)
class NearDuplicates:
    """``rows`` repeat ``like`` (an earlier row, element by element) almost; ``looked_at`` rows were compared."""

    rows: RowNumbers
    like: RowNumbers
    looked_at: int


@dataclass(frozen=True)
class _Texts:
    """Rows as words: ``words[starts[i]:starts[i + 1]]`` are codes of row i's words."""

    rows: RowNumbers
    raw: Hashes
    keys: Hashes
    answers: Hashes
    words: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    vocabulary: list[str]


def find_near_duplicates(table: Path, text: list[str], label: str | None, most: int | None = None) -> NearDuplicates:
    """Rows that repeat an earlier one almost. What repeats it exactly is not among them.

    Args:
        most: compare only about so many rows.
    """
    given = _read(table, text, label, most)
    total = len(given.rows)
    found: dict[int, int] = {}
    alive = np.ones(total, dtype=bool)
    while pairs := _round(given, alive):
        found |= pairs
        if most is not None:
            break
        # A word's weight depends on the rows: without those found there may be more. A repair leaves none.
        alive[list(pairs)] = False
    places = np.array(sorted(found), dtype=np.int64)
    like = np.array([found[place] for place in places.tolist()], dtype=np.int64)
    return NearDuplicates(given.rows[places], given.rows[like], total)


def _read(table: Path, text: list[str], label: str | None, most: int | None) -> _Texts:
    parts: list[tuple[RowNumbers, Hashes, Hashes, pa.Array]] = []
    for rows, batch in spread(table, [*text, *([label] if label else [])], most):
        joined = pc.fill_null(joined_texts(batch, text), "")
        answers = hash_strings(flat(batch.column(label))) if label else np.zeros(len(rows), dtype=np.uint64)
        parts.append((rows, hash_strings(joined), answers, plain_words(joined)))
    parts = parts or [(_NO_ROWS, np.zeros(0, np.uint64), np.zeros(0, np.uint64), pa.array([], pa.string()))]
    numbers, raws, labels, plain = zip(*parts, strict=True)
    texts = pa.concat_arrays(plain)
    filled = pc.not_equal(pc.binary_length(texts), 0)
    keep = filled.to_numpy(zero_copy_only=False)
    texts = texts.filter(filled)
    split = pc.split_pattern(texts, " ")
    words = split.flatten().dictionary_encode()
    return _Texts(
        np.concatenate(numbers)[keep],
        np.concatenate(raws)[keep],
        hash_strings(pc.replace_substring(texts, " ", "")),
        np.concatenate(labels)[keep],
        words.indices.to_numpy().astype(np.int64),
        split.offsets.to_numpy().astype(np.int64) - split.offsets[0].as_py(),
        words.dictionary.to_pylist(),
    )


def plain_words(texts: pa.Array) -> pa.Array:
    """Texts in small letters, without punctuation, one blank between words; where no blanks are written, each sign."""
    texts = pc.utf8_lower(pc.utf8_normalize(texts, "NFKC"))
    texts = pc.replace_substring_regex(texts, _ANSWERED, "")
    texts = pc.replace_substring_regex(texts, "['’`´]", "")
    texts = pc.replace_substring_regex(texts, r"[^\pL\pN\pM]+", " ")
    if pc.any(pc.match_substring_regex(texts, _WIDE)).as_py():
        texts = pc.replace_substring_regex(pc.replace_substring_regex(texts, _WIDE, r" \1 "), " +", " ")
    return pc.utf8_trim_whitespace(texts)


def _round(given: _Texts, alive: npt.NDArray[np.bool_]) -> dict[int, int]:
    """Place of a near copy to the place of the first text like it."""
    places = np.flatnonzero(alive)
    groups = combine(given.keys[places], given.answers[places])
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    leaders = places[first[inverse]]
    same = given.raw[places] != given.raw[leaders]
    found = dict(zip(places[same].tolist(), leaders[same].tolist(), strict=True))
    heads = np.sort(places[first])
    copies: dict[int, list[int]] = {}
    for place, leader in zip(places.tolist(), leaders.tolist(), strict=True):
        copies.setdefault(leader, []).append(place)
    weigh = _Weights(given, heads)
    gone: set[int] = set()
    for one, other in _candidates(given, heads):
        if one not in gone and other not in gone and weigh.near(one, other):
            gone.add(other)
            found |= dict.fromkeys(copies[other], one)
    return found


class _Weights:
    """Compares texts word by word."""

    def __init__(self, given: _Texts, heads: npt.NDArray[np.int64]) -> None:
        self._given = given
        sizes = np.diff(given.starts)
        mask = np.zeros(len(sizes), dtype=bool)
        mask[heads] = True
        row = np.repeat(np.arange(len(sizes)), sizes)
        used = mask[row]
        pairs = np.unique(row[used] * np.int64(len(given.vocabulary) + 1) + given.words[used])
        rows = np.bincount(pairs % (len(given.vocabulary) + 1), minlength=len(given.vocabulary))
        self._weight: list[float] = np.log1p(max(1, len(heads)) / np.maximum(1, rows)).tolist()
        self._rows: list[int] = rows.tolist()
        self._starts: list[int] = given.starts.tolist()
        self._lists: dict[int, list[int]] = {}

    def near(self, one: int, other: int) -> bool:
        """Whether two texts have the same words in the same order but for misspelt ones and little else."""
        first, second = self._words(one), self._words(other)
        short = min(len(first), len(second)) <= _SHORT
        # Most candidates differ too much, which sets tell fastest.
        if len(set(first) ^ set(second)) > _SWAPS + (0 if short else len(first) // 4):
            return False
        a, b = Counter(first), Counter(second)
        less, more = a - b, b - a
        if short and abs(less.total() - more.total()) > 1:
            return False
        twins = self._twins(less, more)
        changed = less.total() + more.total() - 2 * len(twins)
        if changed > 1 and short:
            return False
        moved = (a & b).total() + len(twins) - LCSseq.similarity([twins.get(word, word) for word in first], second)
        if moved > len(first) // 20:
            return False
        errors = sum(min(self._weight[word], self._weight[twin]) for word, twin in twins.items())
        shared = sum(self._weight[word] * count for word, count in (a & b).items()) + (1 - _TYPO) * errors
        differing = (less - Counter(twins.keys())) + (more - Counter(twins.values()))
        cost = _TYPO * errors + sum(self._weight[word] * count for word, count in differing.items())
        return bool(cost <= _COST * (cost + shared))

    def _words(self, place: int) -> list[int]:
        known = self._lists.get(place)
        if known is None:
            known = self._lists[place] = self._given.words[self._starts[place] : self._starts[place + 1]].tolist()
        return known

    def _twins(self, less: Iterable[int], more: Iterable[int]) -> dict[int, int]:
        """Words of the one text that are misspelt in the other."""
        return {
            word: twin
            for word in less
            if (twin := next((m for m in more if self._misspelt(word, m)), None)) is not None
        }

    def _misspelt(self, one: int, other: int) -> bool:
        """Whether one of two words is rare and hardly differs from the other, frequent one."""
        x, y = self._rows[one], self._rows[other]
        rare, often = (x, y) if x < y else (y, x)
        if rare > 1 and rare * 20 > often:
            return False
        a, b = self._given.vocabulary[one], self._given.vocabulary[other]
        longer = max(len(a), len(b))
        most = 1 if longer < 8 else 2
        if abs(len(a) - len(b)) > most or longer < 3 or not (a + b).isalpha():
            return False
        return OSA.distance(a, b, score_cutoff=most) <= most


def _candidates(given: _Texts, heads: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Pairs of places that may be near, each once, the earlier place first, in rising order."""
    sizes = (given.starts[1:] - given.starts[:-1])[heads]
    of_word = mix(np.arange(1, len(given.vocabulary) + 1, dtype=np.uint64))
    signatures: list[Hashes] = []
    places: list[npt.NDArray[np.int64]] = []
    for size in range(3, _SHORT + 1):
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
    return iter(_meeting(signatures, places))


def _neighbourhood(words: Hashes) -> Hashes:
    """Sums of the words' hashes: all of them, all but one, all but two. Shape (rows, sums)."""
    whole = words.sum(axis=1, dtype=np.uint64)[:, None]
    less = [whole, whole - words]
    size = words.shape[1]
    if size >= _TWO:
        first, second = np.array(list(combinations(range(size), 2))).T
        less.append(whole - words[:, first] - words[:, second])
    return np.concatenate(less, axis=1)


def _bands(given: _Texts, rows: npt.NDArray[np.int64], of_word: Hashes) -> Hashes:
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


def find_problem(found: NearDuplicates, table: Path, text: list[str], total: int) -> DataProblem | None:
    """What to tell about them. In a sample of a long table only a few of the pairs meet."""
    count = len(found.rows)
    if not count:
        return None
    pairs = list(zip(found.rows[:3].tolist(), found.like[:3].tolist(), strict=True))
    shown = [" ≈ ".join(f"“{text[:_SHOWN]}”" for text in values_at(table, text, pair)) for pair in pairs]
    nearly = "1 row nearly repeats" if count == 1 else f"{count:,} rows nearly repeat"
    more = (
        ""
        if total <= WHOLE
        else (f" (I compared {found.looked_at:,} of {total:,} rows with each other; in all of them there are more.)")
    )
    return DataProblem(
        code="NEAR_DUPLICATES",
        severity="warning" if count >= 0.01 * found.looked_at else "info",
        count=count,
        message=f"{nearly} another one with the same answer: only a typing error, capitals, punctuation or a word "
        f"differs. Kept, the score would look better than it is.{more}",
        examples=shown,
        fix=FixOffer(code="drop_near_duplicates", label="Keep one of each"),
    )

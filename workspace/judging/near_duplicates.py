"""Texts that are almost the same: a typing error, other capitals or punctuation, "Re:", a word more or less.

Rows with the same answer are compared only, since small differences between answers are what a model has to learn.
Two steps, as in record linkage: candidates that share much
(:mod:`workspace.judging.near_candidates`), then a comparison word by word. A pair is taken where
the words that differ weigh little against those that are shared; a word weighs as much as it is rare (idf), and hardly
anything where it is a rare misspelling of the other text's word.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz.distance import OSA, LCSseq

from workspace.dataset import DataProblem, FixOffer
from workspace.hashing import Hashes, combine, hash_strings
from workspace.judging.columns import batches, flat
from workspace.judging.near_candidates import SHORT, Texts, candidates
from workspace.judging.sample import Sample, joined_texts
from workspace.judging.types import RowNumbers

_NO_ROWS = np.zeros(0, dtype=np.int64)
_SHOWN = 70
_COST = 0.22
"""What differs may weigh so much of the whole."""

_SWAPS = 5
_TYPO = 0.3
"""A misspelling weighs so much of its word."""

_ANSWERED = r"^\s*(?:(?:re|aw|antw|sv|vs|fw|fwd|wg|tr|rv|ref)\s*:\s*)+"
_WIDE = r"([\x{0E00}-\x{0EFF}\x{1000}-\x{109F}\x{1780}-\x{17FF}\x{3040}-\x{30FF}\x{3400}-\x{9FFF}])"


@dataclass(frozen=True)
class NearDuplicates:
    """``rows`` repeat ``like`` (an earlier row, element by element) almost; ``looked_at`` rows were compared."""

    rows: RowNumbers
    like: RowNumbers
    looked_at: int


def find_near_duplicates(table: Path, text: list[str], label: str | None) -> NearDuplicates:
    """Rows that repeat an earlier one almost. What repeats it exactly is not among them."""
    names = [*text, *([label] if label else [])]
    parts = ((np.arange(at, at + batch.num_rows), batch) for at, batch in batches(table, names))
    return _among(_read(parts, text, label), once=False)


def near_duplicates_in(sample: Sample, text: list[str], label: str | None) -> NearDuplicates:
    """The same among the rows of a sample; ``rows`` and ``like`` are places in it."""
    batch = sample.batch([*text, *([label] if label else [])])
    return _among(_read([(np.arange(batch.num_rows), batch)], text, label), once=not sample.complete)


def near_duplicates_of(texts: Sequence[str], answers: Sequence[str]) -> NearDuplicates:
    """The same among texts in memory; looked for once, so that of a long chain some may be left."""
    batch = pa.record_batch({"text": pa.array(texts, pa.string()), "answer": pa.array(answers, pa.string())})
    return _among(_read([(np.arange(len(texts)), batch)], ["text"], "answer"), once=True)


def _among(given: Texts, *, once: bool) -> NearDuplicates:
    total = len(given.rows)
    found: dict[int, int] = {}
    alive = np.ones(total, dtype=bool)
    while pairs := _round(given, alive):
        found |= pairs
        if once:
            break
        # A word's weight depends on the rows: without those found there may be more. A repair leaves none.
        alive[list(pairs)] = False
    places = np.array(sorted(found), dtype=np.int64)
    like = np.array([found[place] for place in places.tolist()], dtype=np.int64)
    return NearDuplicates(given.rows[places], given.rows[like], total)


def _read(given: Iterable[tuple[RowNumbers, pa.RecordBatch]], text: list[str], label: str | None) -> Texts:
    parts: list[tuple[RowNumbers, Hashes, Hashes, pa.Array]] = []
    for rows, batch in given:
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
    return Texts(
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


def _round(given: Texts, alive: npt.NDArray[np.bool_]) -> dict[int, int]:
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
    for one, other in candidates(given, heads):
        if one not in gone and other not in gone and weigh.near(one, other):
            gone.add(other)
            found |= dict.fromkeys(copies[other], one)
    return found


class _Weights:
    """Compares texts word by word."""

    def __init__(self, given: Texts, heads: npt.NDArray[np.int64]) -> None:
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
        short = min(len(first), len(second)) <= SHORT
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


def find_problem(sample: Sample, text: list[str], label: str | None) -> DataProblem | None:
    """What to tell about them. In a sample of a long table only a few of the pairs meet."""
    found = near_duplicates_in(sample, text, label)
    count = len(found.rows)
    if not count:
        return None
    pairs = list(zip(found.rows[:3].tolist(), found.like[:3].tolist(), strict=True))
    shown = [" ≈ ".join(f"“{text[:_SHOWN]}”" for text in sample.values_at(text, pair)) for pair in pairs]
    nearly = "1 row nearly repeats" if count == 1 else f"{count:,} rows nearly repeat"
    more = (
        ""
        if sample.complete
        else f" (I compared {found.looked_at:,} of {sample.total:,} rows with each other; in all there are more.)"
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

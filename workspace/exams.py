"""Two models in the same exam: is one really better, or could it be chance? Row by row, in a few bytes."""

import base64
import hashlib
import math
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workspace.model import Exam, Measure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CHANCE = 0.05
DRAWS = 2000


@dataclass(frozen=True)
class Comparison:
    """``only_first`` and ``only_second`` count the rows that one model got right and the other one wrong.

    ``difference`` (second minus first, in what ``measure`` names) lies between ``low`` and ``high`` with 95 %. ``p`` is
    the probability of a difference at least so large between two models that are equally good: the exact test of
    McNemar (1947) for ``accuracy``, under which each such row is a toss of a coin; else a paired bootstrap over rows
    (Efron 1979; Berg-Kirkpatrick et al. 2012).
    """

    rows: int
    only_first: int
    only_second: int
    p: float
    measure: Measure = "accuracy"
    difference: float = 0.0
    low: float = 0.0
    high: float = 0.0

    @property
    def real(self) -> bool:
        return self.p < CHANCE

    @property
    def second_better(self) -> bool:
        return self.difference < 0 if self.measure == "loss" else self.difference > 0

    def told(self, first: str = "the first", second: str = "the second", real: bool | None = None) -> str:
        """What it means, for people; ``real`` where it was decided together with other comparisons."""
        if not self.difference and not self.only_first + self.only_second:
            return f"Both are right and wrong on the same {self.rows:,} texts."
        counts = ""
        if self.measure != "loss":
            counts = f": {self.only_first:,} texts only {first} gets right, {self.only_second:,} only {second}"
        if not (self.real if real is None else real):
            return f"The difference could be chance{counts} (of {self.rows:,})."
        return f"A real difference, {second if self.second_better else first} is better{counts} (of {self.rows:,})."

    @property
    def sentence(self) -> str:
        return self.told()


def exam_of(
    texts: Sequence[str],
    expected: Sequence[str],
    right: Sequence[bool],
    measure: Measure = "accuracy",
    parts: Sequence[Sequence[float]] = (),
) -> Exam:
    """What to keep of an exam: which rows it had (as one hash, in any order), one bit a row, and what adds up.

    Args:
        measure: what the models are compared by.
        parts: for each row what it adds to ``f1`` (hits, given, true) or to ``loss`` (sum of losses, tokens).
    """
    rows = sorted(
        (hashlib.blake2b(f"{text}\0{label}".encode("utf-8", "surrogatepass"), digest_size=16).digest(), bool(hit), at)
        for at, (text, label, hit) in enumerate(zip(texts, expected, right, strict=True))
    )
    key = hashlib.sha256(b"".join(digest for digest, _, _ in rows)).hexdigest()[:32]
    bits = bytearray(-(-len(rows) // 8))
    for place, (_, hit, _) in enumerate(rows):
        bits[place // 8] |= hit << place % 8
    flat = array("f", (value for _, _, at in rows for value in parts[at])) if parts else array("f")
    return Exam(
        key=key,
        rows=len(rows),
        right=base64.b64encode(bytes(bits)).decode(),
        measure=measure,
        parts=base64.b64encode(zlib.compress(flat.tobytes(), 9)).decode() if parts else "",
    )


def compare_exams(first: Exam | None, second: Exam | None) -> Comparison | None:
    """The paired comparison; None where the two were not judged on the same rows by the same measure."""
    if first is None or second is None:
        return None
    if (first.key, first.rows, first.measure) != (second.key, second.rows, second.measure):
        return None
    a, b = (int.from_bytes(base64.b64decode(exam.right), "little") for exam in (first, second))
    only_first, only_second = (a & ~b).bit_count(), (b & ~a).bit_count()
    if first.parts and second.parts:
        p, difference, low, high = _by_bootstrap(first, second)
    else:
        p = mcnemar(only_first, only_second)
        difference, low, high = _paired_shares(only_first, only_second, first.rows)
    return Comparison(first.rows, only_first, only_second, p, first.measure, difference, low, high)


def _paired_shares(only_first: int, only_second: int, rows: int) -> tuple[float, float, float]:
    """The difference of two shares on the same rows, with its 95 % interval (Agresti and Min 2005)."""
    difference = (only_second - only_first) / max(rows, 1)
    n, b, c = rows + 2, only_first + 0.5, only_second + 0.5
    half = 1.96 * math.sqrt(max((b + c) - (c - b) ** 2 / n, 0.0)) / n
    middle = (c - b) / n
    return difference, max(-1.0, min(difference, middle - half)), min(1.0, max(difference, middle + half))


def _by_bootstrap(first: Exam, second: Exam) -> tuple[float, float, float, float]:
    """Rows are drawn anew for both models at once. A share of draws is never quite zero."""
    import numpy as np

    a, b = (
        np.frombuffer(zlib.decompress(base64.b64decode(e.parts)), np.float32).reshape(e.rows, -1)
        for e in (first, second)
    )
    both = np.hstack([a, b]).astype(np.float64)

    def differences(sums: "Floats") -> "Floats":
        one, other = sums[..., : a.shape[1]], sums[..., a.shape[1] :]
        return np.asarray(_value(first.measure, other) - _value(first.measure, one))

    rng = np.random.default_rng(0)
    drawn = np.stack(
        [np.bincount(rng.integers(0, first.rows, first.rows), minlength=first.rows) @ both for _ in range(DRAWS)]
    )
    found, seen = differences(drawn), float(differences(both.sum(axis=0)))
    low, high = np.quantile(found, [0.025, 0.975]).tolist()
    tail = min(np.count_nonzero(found <= 0), np.count_nonzero(found >= 0)) if seen else DRAWS
    return min(1.0, 2 * (tail + 1) / (DRAWS + 1)), seen, low, high


def _value(measure: Measure, sums: "Floats") -> "Floats":
    import numpy as np

    if measure == "loss":
        return np.asarray(sums[..., 0] / np.maximum(sums[..., 1], 1))
    return np.asarray(2 * sums[..., 0] / np.maximum(sums[..., 1] + sums[..., 2], 1))


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided exact p: how probable so uneven a split is where both sides are equally likely."""
    tosses, fewer = only_first + only_second, min(only_first, only_second)
    if not tosses:
        return 1.0
    logs = [
        math.lgamma(tosses + 1) - math.lgamma(k + 1) - math.lgamma(tosses - k + 1) - tosses * math.log(2)
        for k in range(fewer + 1)
    ]
    return min(1.0, 2 * math.fsum(math.exp(value) for value in logs))


def holm(values: Sequence[float]) -> list[float]:
    """The same probabilities, corrected for how many were looked at (Holm 1979), in the same order."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    found, least = [0.0] * len(values), 0.0
    for place, i in enumerate(order):
        least = max(least, min(1.0, values[i] * (len(values) - place)))
        found[i] = least
    return found

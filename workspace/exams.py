"""Two models in the same exam: is one really better, or could it be chance? Row by row, in a few bytes. No numpy."""

import base64
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from workspace.model import Exam

CHANCE = 0.05


@dataclass(frozen=True)
class Comparison:
    """``only_first`` and ``only_second`` count the rows that one model got right and the other one wrong.

    ``p`` is the probability of a difference at least so large between two models that are equally good (exact test of
    McNemar 1947: under it each such row is a toss of a coin).
    """

    rows: int
    only_first: int
    only_second: int
    p: float

    @property
    def real(self) -> bool:
        return self.p < CHANCE

    @property
    def sentence(self) -> str:
        """What it means, for people."""
        if not self.only_first + self.only_second:
            return f"Both are right and wrong on the same {self.rows:,} texts."
        counts = f"{self.only_first:,} texts only the first gets right, {self.only_second:,} only the second"
        if not self.real:
            return f"The difference could be chance: {counts} (of {self.rows:,})."
        better = "first" if self.only_first > self.only_second else "second"
        return f"A real difference, the {better} is better: {counts} (of {self.rows:,})."


def exam_of(texts: Sequence[str], expected: Sequence[str], right: Sequence[bool]) -> Exam:
    """What to keep of an exam: which rows it had (as one hash, in any order), and one bit a row."""
    rows = sorted(
        (hashlib.blake2b(f"{text}\0{label}".encode("utf-8", "surrogatepass"), digest_size=16).digest(), bool(hit))
        for text, label, hit in zip(texts, expected, right, strict=True)
    )
    key = hashlib.sha256(b"".join(digest for digest, _ in rows)).hexdigest()[:32]
    bits = bytearray(-(-len(rows) // 8))
    for place, (_, hit) in enumerate(rows):
        bits[place // 8] |= hit << place % 8
    return Exam(key=key, rows=len(rows), right=base64.b64encode(bytes(bits)).decode())


def compare_exams(first: Exam | None, second: Exam | None) -> Comparison | None:
    """The paired comparison; None where the two were not judged on the same rows."""
    if first is None or second is None or (first.key, first.rows) != (second.key, second.rows):
        return None
    a, b = (int.from_bytes(base64.b64decode(exam.right), "little") for exam in (first, second))
    only_first, only_second = (a & ~b).bit_count(), (b & ~a).bit_count()
    return Comparison(first.rows, only_first, only_second, mcnemar(only_first, only_second))


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

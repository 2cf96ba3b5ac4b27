"""Whether data is worth training on, said in words: from its own learning curve and what is wrong with it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training_worker.analyses.learning_curve import Curve, Forecast, forecast
from training_worker.split import Indices
from workspace.dataset import DataProblem, Verdict

GOOD = 0.9
"""From here on a model is of use for most things, and more rows are a matter of taste."""
NEARLY_ALL = 0.97
STEEP = 0.04
"""A gain from twice as many rows that is worth waiting for."""
WORTH_TELLING = 0.02
MUCH = 0.03
"""Share of the rows from which on a fault should be repaired first."""
GOOD_START = 50
"""Rows of each label that are a good start where nothing can be measured."""
ENOUGH_TO_JUDGE = 10
"""Rows: of fewer nobody can say how well a label is recognised."""
MULTIPLES = (1.25, 1.5, 2.0, 3.0, 4.0)
"""How many times the rows that are there; beyond the last nothing can be said."""


def too_few(counts: list[int], rows: int) -> Verdict:
    """The verdict where there are too few rows for a curve."""
    needed = sum(max(0, GOOD_START - count) for count in counts) or GOOD_START
    sentence = (
        f"With {rows:,} labelled rows nothing reliable can be said yet. "
        f"{GOOD_START} rows for each label are a good start: about {_round(needed):,} more."
    )
    return Verdict(kind="not_enough", sentence=sentence, rows_needed=_round(needed))


def verdict_of(
    curve: Curve, usable: int, problems: Sequence[DataProblem], weakest: str, rows: int, metric: str = "accuracy"
) -> Verdict:
    """What to do with data whose curve is known.

    Args:
        usable: labelled rows of the table.
        weakest: labels that are recognised worst, or empty.
        rows: how many of the usable ones were looked at.
        metric: what the curve counts: accuracy, or micro F1 where a text may have several labels.
    """
    now = float(curve.accuracy[:, -1].mean())
    # The curve ends at four fifths of the rows; a training learns from about as many.
    have = curve.sizes[-1] * max(1.0, usable / max(rows, 1))
    ahead = forecast(curve, [have * multiple for multiple in (1.0, *MULTIPLES)])
    here, ahead = ahead[0], ahead[1:]
    now = here.score if usable > rows else now
    target = _target(here, ahead)
    repairs = [p for p in problems if p.severity == "warning" and p.fix and p.count >= MUCH * usable]
    steep = ahead[MULTIPLES.index(2.0)].score - here.score >= STEEP
    kind = "not_enough" if steep and now < GOOD else "fix_first" if repairs else "ready"
    sentence = f"A quick model gets {_of_100(now)} unseen texts right."
    if metric != "accuracy":
        sentence = f"The labels that a quick model gives to unseen texts score {_of_100(now)} (F1)."
    verdict = Verdict(kind=kind, sentence=sentence, curve=curve.points, metric=metric)
    if target is None:
        more = " More rows like these would hardly lift it."
    else:
        needed, low, high = _rows_for(curve, have, ahead[target].score)
        verdict.rows_needed, verdict.rows_low, verdict.rows_high = needed, low, high
        aim = ahead[target]
        more = f" About {needed:,} more rows would lift it to {_of_100(aim.score)}{_between(aim)}."
    fixes = ""
    if kind == "fix_first":
        fixes = (
            f" First repair what is wrong with {max(p.count for p in repairs):,} rows: that is quicker than new rows."
        )
    hint = ""
    if weakest and now < NEARLY_ALL:
        hint = f" It is weakest at {weakest}" + (": rows like those help most." if target is not None else ".")
    verdict.sentence = sentence + more + fixes + hint
    return verdict


def weakest_labels(correct: NDArray[np.bool_], classes: Indices, names: Sequence[str]) -> str:
    """The one or two labels that are recognised worst; empty where none stands out.

    Labels of hardly any rows are left out: that they are rare, or another spelling, is told as a problem of its own.
    """
    counts = np.bincount(classes, minlength=len(names))
    right = np.bincount(classes, weights=correct, minlength=len(names)) / np.maximum(counts, 1)
    overall = correct.mean()
    found = [c for c in np.argsort(right) if counts[c] >= ENOUGH_TO_JUDGE and right[c] < overall - 0.1][:2]
    if not found:
        return ""
    return " and ".join(f"“{names[c][:60]}” ({_of_100(right[c])} right, {counts[c]:,} rows)" for c in found)


def _target(here: Forecast, ahead: Sequence[Forecast]) -> int | None:
    """The number of rows to aim at: where half of what twice to four times the rows bring is reached."""
    gain = ahead[-1].score - here.score
    if ahead[MULTIPLES.index(2.0)].score - here.score < WORTH_TELLING:
        return None
    return next(i for i, f in enumerate(ahead) if f.score - here.score >= gain / 2)


def _rows_for(curve: Curve, have: float, score: float) -> tuple[int, int, int]:
    """How many more rows bring the score: the likely number, the least and the most that fit the interval."""
    steps = np.linspace(1.0, MULTIPLES[-1], 61)
    found = forecast(curve, (have * steps).tolist())

    def first(values: list[float]) -> int:
        reached = next((s for s, v in zip(steps, values, strict=True) if v >= score), steps[-1])
        # Four fifths of the rows are learned from, so a row more to learn from takes five quarters of a row.
        return _round((float(reached) - 1) * have * 1.25)

    low, likely, high = (first([getattr(f, name) for f in found]) for name in ("high", "score", "low"))
    return max(likely, 1), min(low, likely), max(high, likely)


def _round(rows: float) -> int:
    """Two figures are honest enough."""
    if rows < 10:
        return max(0, round(rows))
    digits = len(str(int(rows))) - 2
    return int(round(rows / 10**digits) * 10**digits)


def _of_100(score: float) -> str:
    return f"{min(max(100 * score, 0), 99.9):.0f} of 100" if score < 0.995 else "nearly all"


def _between(aim: Forecast) -> str:
    low, high = round(100 * aim.low), round(100 * aim.high)
    return f" (between {low} and {high})" if low < high else ""

"""The exam as a column of the file has it: rows that it names, whole groups, or the latest rows.

By chance is :mod:`training_worker.split`; what follows for the rows that are learned from is there too.
"""

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training_worker.data import LabelledRows
from workspace.errors import InputError
from workspace.plan import TrainingPlan
from workspace.splits import CHOOSE, EXAM, LEARN, part_of

Indices = NDArray[np.int64]
Way = Literal["split", "group", "time"]
MOST_GROUPS = 2_000
"""Up to so many groups, each side is made to have the labels in their share; of more, chance sees to that."""
_SHOWN = 5


@dataclass(frozen=True)
class Division:
    """By which column rows are divided, and how."""

    way: Way
    column: str

    @classmethod
    def of(cls, plan: TrainingPlan) -> "Division | None":
        """What the plan says; None: by chance."""
        ways: tuple[tuple[Way, str | None], ...] = (
            ("split", plan.split_column),
            ("group", plan.group_column),
            ("time", plan.time_column),
        )
        return next((cls(way, column) for way, column in ways if column), None)


@dataclass(frozen=True)
class Sides:
    """Positions of rows: ``test`` is the exam, ``valid`` (maybe none) chooses among models. What is in none of them is
    left out."""

    learn: Indices
    valid: Indices
    test: Indices
    notes: list[str] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)


def divide(
    rows: LabelledRows, by: Division, test_fraction: float, valid_fraction: float, rng: np.random.Generator
) -> Sides:
    """The sides of rows that have the column beside them.

    Raises:
        InputError: ``NO_TEST_ROWS``, ``NO_TRAINING_ROWS``, ``ONE_GROUP`` or ``NO_TIMES``.
    """
    if by.way == "split":
        return _named(rows, by.column)
    if by.way == "group":
        return _by_group(rows, by.column, test_fraction, rng)
    return _by_time(rows, by.column, test_fraction, valid_fraction)


def group_numbers(values: Sequence[str]) -> Indices:
    """A number for each value; rows without a value are groups of their own."""
    names, numbers = np.unique(np.array(values, dtype=object).astype(str), return_inverse=True)
    numbers = numbers.astype(np.int64)
    empty = np.flatnonzero(np.array([not value for value in values], dtype=bool))
    numbers[empty] = len(names) + np.arange(len(empty))
    return numbers


def group_folds(labels: Sequence[str], groups: Indices, count: int, rng: np.random.Generator) -> list[Indices]:
    """The rows in ``count`` folds of about the same size; a group is in one fold, labels are spread as well as can be.

    Fewer folds where there are fewer groups.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    different = np.unique(groups)
    count = min(count, len(different))
    if count < 2:
        return [np.arange(len(groups))]
    if len(different) > MOST_GROUPS:
        fold_of = dict(zip(rng.permutation(different).tolist(), np.arange(len(different)) % count, strict=True))
        folds = np.array([fold_of[group] for group in groups.tolist()])
        return [np.flatnonzero(folds == fold) for fold in range(count)]
    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=int(rng.integers(2**31)))
    # With one class throughout the splitter only balances sizes; it demands as many rows of the commonest class.
    classes = np.array(labels) if max(Counter(labels).values()) >= count else np.zeros(len(labels))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a label with fewer rows than folds
        found = [np.sort(test) for _, test in splitter.split(np.zeros(len(groups)), classes, groups)]
    return [fold for fold in found if len(fold)]


def _named(rows: LabelledRows, column: str) -> Sides:
    part = {value: part_of(value) for value in set(rows.columns[column])}
    parts = [part[value] for value in rows.columns[column]]
    learn, valid, test = (
        np.array([i for i, p in enumerate(parts) if p == side], dtype=np.int64) for side in (LEARN, CHOOSE, EXAM)
    )
    there = ", ".join(sorted(value for value in part if value)[:_SHOWN]) or "nothing"
    if not len(test):
        raise InputError(
            "NO_TEST_ROWS",
            f"The column {column} names no rows for the exam (test); it holds: {there}.",
            "Write test into the rows that should judge, or let rows be drawn by chance.",
        )
    if not len(learn):
        raise InputError(
            "NO_TRAINING_ROWS",
            f"The column {column} names no rows to learn from (train); it holds: {there}.",
            "Write train into the rows to learn from, or let rows be drawn by chance.",
        )
    notes = [f"The exam is the {len(test):,} rows that the column {column} keeps for it."]
    if len(valid):
        notes.append(f"Models were chosen on the {len(valid):,} rows that it keeps for validation.")
    dropped = {}
    if left := sum(p is None for p in parts):
        dropped["in_no_part"] = left
        notes.append(f"{left:,} rows of which the column {column} says neither train, valid nor test were left out.")
    return Sides(learn, valid, test, notes, dropped)


def _by_group(rows: LabelledRows, column: str, fraction: float, rng: np.random.Generator) -> Sides:
    groups = group_numbers(rows.columns[column])
    different = len(np.unique(groups))
    if different < 2:
        raise InputError(
            "ONE_GROUP",
            f"Every row has the same value in {column}, so no group can be kept aside as the exam.",
            "Name another column, or let rows be drawn by chance.",
        )
    folds = group_folds(rows.labels, groups, max(2, round(1 / fraction)), rng)
    # The fold nearest to the wanted size: with large groups they differ.
    test = min(folds, key=lambda fold: abs(len(fold) - fraction * len(rows)))
    learn = np.setdiff1d(np.arange(len(rows)), test)
    note = (
        f"The exam is all rows of {len(np.unique(groups[test])):,} of the {different:,} different values of {column}; "
        "none of these was learned from."
    )
    return Sides(learn, np.zeros(0, np.int64), test, [note])


def _by_time(rows: LabelledRows, column: str, test_fraction: float, valid_fraction: float) -> Sides:
    at = moments(rows.columns[column])
    dated = np.flatnonzero(~np.isnan(at))
    if len(np.unique(at[dated])) < 2:
        raise InputError(
            "NO_TIMES",
            f"The column {column} does not hold different dates or times, so no rows are the latest.",
            "Name another column, or let rows be drawn by chance.",
        )
    order = dated[np.argsort(at[dated], kind="stable")]
    older, test = _cut(order, at, test_fraction)
    earliest, valid = _cut(older, at, valid_fraction) if len(np.unique(at[older])) > 1 else (older, older[:0])
    undated = np.setdiff1d(np.arange(len(rows)), dated)
    first = rows.columns[column][int(test[0])]
    notes = [
        f"The exam is the {len(test):,} latest rows, from {first} on (column {column}); "
        "the model learned from older ones."
    ]
    if len(undated):
        notes.append(f"{len(undated):,} rows without a readable time in {column} were learned from and judge nothing.")
    return Sides(np.sort(np.concatenate([earliest, undated])), np.sort(valid), np.sort(test), notes)


def _cut(order: Indices, at: NDArray[np.float64], fraction: float) -> tuple[Indices, Indices]:
    """Cuts rows in the order of time where about ``fraction`` is later; rows of one moment stay on one side."""
    times = at[order]
    wanted = len(order) - round(fraction * len(order))
    borders = np.flatnonzero(np.diff(times) > 0) + 1
    border = int(borders[np.abs(borders - wanted).argmin()])
    return order[:border], order[border:]


def moments(values: Sequence[str]) -> NDArray[np.float64]:
    """Times as numbers that grow with time (numbers as they are, else seconds since 1970); NaN: not readable.

    Dates such as 03/04/2024 are read with the day first where some value has no month over 12 otherwise.
    """
    import pandas as pd

    different = list(dict.fromkeys(value for value in values if value))
    numbers = pd.to_numeric(pd.Series(different, dtype="object"), errors="coerce")
    if numbers.notna().all():
        found = numbers.to_numpy(dtype=np.float64)
    else:
        heads = pd.Series(different, dtype="str").str.extract(r"^(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}").astype(float)
        day_first = bool((heads[0] > 12).any() or (len(different) > 0 and different[0].count(".") >= 2))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            parsed = pd.to_datetime(
                pd.Series(different, dtype="str"), format="mixed", dayfirst=day_first, utc=True, errors="coerce"
            )
        epoch = pd.Timestamp(0, tz="UTC")
        found = ((parsed - epoch) / pd.Timedelta(seconds=1)).to_numpy(dtype=np.float64)
    at = dict(zip(different, found.tolist(), strict=True))
    return np.array([at.get(value, np.nan) for value in values], dtype=np.float64)

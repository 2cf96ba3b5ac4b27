"""Columns that say which rows are to learn from and which are the exam, and how their values are usually written."""

import re
from collections.abc import Iterable

from workspace.dataset import ColumnProfile, DatasetProfile

EXAM, CHOOSE, LEARN = 0, 1, 2
_NAMES = frozenset("split set fold partition subset usage dataset part".split())
PARTS = {
    "test": EXAM, "testing": EXAM, "tst": EXAM, "holdout": EXAM, "hold out": EXAM, "held out": EXAM, "exam": EXAM,
    "valid": CHOOSE, "validation": CHOOSE, "val": CHOOSE, "dev": CHOOSE, "development": CHOOSE, "eval": CHOOSE,
    "evaluation": CHOOSE,
    "train": LEARN, "training": LEARN, "trn": LEARN, "learn": LEARN, "fit": LEARN,
}  # fmt: skip


def part_of(value: str) -> int | None:
    """``EXAM``, ``CHOOSE`` or ``LEARN``; case, signs and blanks do not matter. None for anything else."""
    return PARTS.get(" ".join(re.split(r"[\W_]+", value.strip().lower())).strip())


def named_like_split(name: str) -> bool:
    """Whether a column's name says that it may be a split."""
    return bool(_NAMES & set(re.split(r"[\W_]+", name.lower())))


def is_split(name: str, values: Iterable[str] | None) -> bool:
    """Whether a column is named like a split and holds nothing but parts of one, at least two."""
    parts = {part_of(value) for value in values or ()}
    return named_like_split(name) and len(parts) > 1 and None not in parts


def values_known(column: ColumnProfile) -> bool:
    """Whether the examples of the profile are all the values that the column has."""
    return 0 < column.unique <= len(column.examples)


def split_found(profile: DatasetProfile, used: set[str]) -> str | None:
    """A column that is named like a split, is not ``used``, and holds parts of one only, the exam and the rest."""
    for column in profile.columns:
        parts = {part_of(value) for value in column.examples}
        plain = values_known(column) and None not in parts and {EXAM, LEARN} <= parts and not column.missing
        if plain and column.name not in used and named_like_split(column.name):
            return column.name
    return None

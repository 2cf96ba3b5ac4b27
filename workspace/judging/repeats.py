"""Repeated texts and contradicting labels, by hashes of the columns concerned: 16 bytes a row, no texts in memory."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workspace.hashing import Hashes, combine, hash_strings
from workspace.judging.columns import batches, examples_at, filled, flat, row_count
from workspace.judging.types import RowNumbers

_NONE = np.zeros(0, dtype=np.int64)


@dataclass
class Repeats:
    """``duplicates``: rows whose text and label stand in an earlier row; conflicts: the same text, another label."""

    duplicates: RowNumbers = field(default_factory=lambda: _NONE)
    conflicts: RowNumbers = field(default_factory=lambda: _NONE)
    conflicting_texts: int = 0
    duplicate_examples: list[str] = field(default_factory=list)
    conflict_examples: list[str] = field(default_factory=list)


def find_repeats(table: Path, text: list[str], label: str | None) -> Repeats:
    """Count repeats among the rows that have a text (and a label, where there is a label column)."""
    texts, labels, valid = _hashes(table, text, label)
    places = np.flatnonzero(valid)
    texts, labels = texts[valid], labels[valid]
    if len(texts) < 2:
        return Repeats()
    # Stable, so that within equal texts the rows stay in file order.
    order = np.argsort(texts, kind="stable")
    texts, labels, places = texts[order], labels[order], places[order]
    new_text = np.empty(len(texts), dtype=bool)
    new_text[0] = True
    np.not_equal(texts[1:], texts[:-1], out=new_text[1:])
    if new_text.all():
        return Repeats()
    group = np.cumsum(new_text) - 1
    sizes = np.bincount(group)
    repeated = sizes[group] > 1
    group, labels, places = group[repeated], labels[repeated], places[repeated]
    first = combine(group.astype(np.uint64), labels)
    earliest = _first_places(first)
    duplicate = np.ones(len(first), dtype=bool)
    duplicate[earliest] = False
    pairs = np.bincount(group[earliest], minlength=int(group.max()) + 1)
    conflicting = pairs[group] > 1
    found = Repeats(
        duplicates=np.sort(places[duplicate]),
        conflicts=np.sort(places[conflicting]),
        conflicting_texts=int((pairs > 1).sum()),
    )
    found.duplicate_examples = examples_at(table, text, places[duplicate])
    found.conflict_examples = examples_at(table, text, _one_each(places[conflicting], group[conflicting]))
    return found


def _first_places(values: Hashes) -> npt.NDArray[np.int64]:
    """Where each distinct value stands first."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    return order[np.concatenate(([True], ordered[1:] != ordered[:-1]))]


def _hashes(table: Path, text: list[str], label: str | None) -> tuple[Hashes, Hashes, npt.NDArray[np.bool_]]:
    rows = row_count(table)
    texts, labels = np.zeros(rows, dtype=np.uint64), np.zeros(rows, dtype=np.uint64)
    valid = np.zeros(rows, dtype=bool)
    for at, batch in batches(table, [*text, *([label] if label else [])]):
        here = slice(at, at + batch.num_rows)
        for index, name in enumerate(text):
            column = flat(batch.column(name))
            hashes = hash_strings(column)
            texts[here] = hashes if index == 0 else combine(texts[here], hashes)
            valid[here] |= filled(column)
        if label:
            column = flat(batch.column(label))
            labels[here] = hash_strings(column)
            valid[here] &= filled(column)
    return texts, labels, valid


def _one_each(places: npt.NDArray[np.int64], groups: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Two rows of each of the first groups: enough to show the contradiction."""
    chosen: list[int] = []
    for group in dict.fromkeys(groups[:64].tolist()):
        chosen += places[groups == group][:1].tolist()
        if len(chosen) == 3:
            break
    return np.array(chosen, dtype=np.int64)

"""Repeated texts and contradicting labels, by hashes of the columns concerned: no texts in memory, no row twice."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workspace.hashing import Hashes, combine, hash_strings
from workspace.judging.columns import batches, examples_at, filled, flat, row_count
from workspace.judging.spool import Spool, repeated
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
    duplicates, conflicts, shown, texts = [_NONE], [_NONE], [_NONE], 0
    with Spool(row_count(table)) as spool:
        for at, batch in batches(table, [*text, *([label] if label else [])]):
            spool.add(at, *_hashes(batch, text, label))
        for part in spool.parts():
            found = _among(part.keys, part.values, part.rows)
            duplicates.append(found.duplicates)
            conflicts.append(found.conflicts)
            shown.append(found.first_conflicts)
            texts += found.conflicting_texts
    repeats = Repeats(_sorted(duplicates), _sorted(conflicts), texts)
    repeats.duplicate_examples = examples_at(table, text, repeats.duplicates)
    repeats.conflict_examples = examples_at(table, text, _sorted(shown))
    return repeats


def _sorted(parts: list[RowNumbers]) -> RowNumbers:
    return np.sort(np.concatenate(parts))


@dataclass
class _Found:
    """Of a part of the rows; ``first_conflicts`` has the first row of each text that contradicts itself."""

    duplicates: RowNumbers
    conflicts: RowNumbers
    first_conflicts: RowNumbers
    conflicting_texts: int


def _among(texts: Hashes, labels: Hashes, rows: RowNumbers) -> _Found:
    again = repeated(texts)
    texts, labels, rows = texts[again], labels[again], rows[again]
    if not len(texts):
        return _Found(_NONE, _NONE, _NONE, 0)
    # Stable, so that within equal texts the rows stay in file order.
    order = np.argsort(texts, kind="stable")
    texts, labels, rows = texts[order], labels[order], rows[order]
    new_text = np.concatenate(([True], texts[1:] != texts[:-1]))
    group = np.cumsum(new_text) - 1
    first = combine(texts, labels)
    earliest = _first_places(first)
    duplicate = np.ones(len(first), dtype=bool)
    duplicate[earliest] = False
    pairs = np.bincount(group[earliest], minlength=int(group[-1]) + 1)
    conflicting = pairs[group] > 1
    return _Found(rows[duplicate], rows[conflicting], rows[new_text & conflicting], int((pairs > 1).sum()))


def _first_places(values: Hashes) -> npt.NDArray[np.int64]:
    """Where each distinct value stands first."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    return order[np.concatenate(([True], ordered[1:] != ordered[:-1]))]


def _hashes(batch: pa.RecordBatch, text: list[str], label: str | None) -> tuple[Hashes, Hashes, npt.NDArray[np.bool_]]:
    """Hashes of the texts and the labels, and which rows have both."""
    valid = np.zeros(batch.num_rows, dtype=bool)
    texts = labels = np.zeros(batch.num_rows, dtype=np.uint64)
    for index, name in enumerate(text):
        column = flat(batch.column(name))
        hashes = hash_strings(column)
        texts = hashes if index == 0 else combine(texts, hashes)
        valid |= filled(column)
    if label:
        column = flat(batch.column(label))
        labels = hash_strings(column)
        valid &= filled(column)
    return texts, labels, valid

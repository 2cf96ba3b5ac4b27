"""Repeated texts and contradicting labels, by hashes of the columns concerned: 16 bytes a row, no texts in memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workspace.hashing import Hashes, combine, hash_strings

_BATCH = 32_768
_SHOWN = 100


@dataclass
class Repeats:
    """``duplicates``: rows whose text and label stand in an earlier row; conflicts: the same text, another label."""

    duplicates: int = 0
    duplicate_examples: list[str] = field(default_factory=list)
    conflicting_texts: int = 0
    conflicting_rows: int = 0
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
        duplicates=int(duplicate.sum()),
        conflicting_texts=int((pairs > 1).sum()),
        conflicting_rows=int(conflicting.sum()),
    )
    found.duplicate_examples = _texts_at(table, text, places[duplicate])
    found.conflict_examples = _texts_at(table, text, _one_each(places[conflicting], group[conflicting]))
    return found


def _first_places(values: Hashes) -> npt.NDArray[np.int64]:
    """Where each distinct value stands first."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    return order[np.concatenate(([True], ordered[1:] != ordered[:-1]))]


def _hashes(table: Path, text: list[str], label: str | None) -> tuple[Hashes, Hashes, npt.NDArray[np.bool_]]:
    file = pq.ParquetFile(table)
    rows = file.metadata.num_rows
    texts, labels = np.zeros(rows, dtype=np.uint64), np.zeros(rows, dtype=np.uint64)
    valid = np.zeros(rows, dtype=bool)
    at = 0
    for batch in file.iter_batches(batch_size=_BATCH, columns=[*text, *([label] if label else [])]):
        here = slice(at, at + batch.num_rows)
        for index, name in enumerate(text):
            column = _flat(batch.column(name))
            hashes = hash_strings(column)
            texts[here] = hashes if index == 0 else combine(texts[here], hashes)
            valid[here] |= _filled(column)
        if label:
            column = _flat(batch.column(label))
            labels[here] = hash_strings(column)
            valid[here] &= _filled(column)
        at += batch.num_rows
    return texts, labels, valid


def _flat(column: pa.Array) -> pa.Array:
    return pc.binary_join(column, "\x1f") if pa.types.is_list(column.type) else column


def _filled(column: pa.Array) -> npt.NDArray[np.bool_]:
    blank = pc.or_(pc.utf8_is_space(column), pc.equal(column, ""))
    filled: npt.NDArray[np.bool_] = pc.invert(pc.fill_null(blank, True)).to_numpy(zero_copy_only=False)
    return filled


def _one_each(places: npt.NDArray[np.int64], groups: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Two rows of each of the first groups: enough to show the contradiction."""
    chosen: list[int] = []
    for group in dict.fromkeys(groups[:64].tolist()):
        chosen += places[groups == group][:1].tolist()
        if len(chosen) == 3:
            break
    return np.array(chosen, dtype=np.int64)


def _texts_at(table: Path, text: list[str], places: Iterable[int]) -> list[str]:
    """The texts of up to three rows, in file order, read from the row groups that hold them alone."""
    wanted = sorted(int(place) for place in islice(places, 3))
    file = pq.ParquetFile(table)
    found: list[str] = []
    start = 0
    for index in range(file.metadata.num_row_groups):
        end = start + file.metadata.row_group(index).num_rows
        inside = [place - start for place in wanted if start <= place < end]
        if inside:
            rows = file.read_row_group(index, columns=text[:1]).column(0).take(pa.array(inside)).to_pylist()
            found += [" ".join(row)[:_SHOWN] if isinstance(row, list) else str(row)[:_SHOWN] for row in rows]
        start = end
    return found

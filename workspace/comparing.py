"""How two tables differ: rows only in one, cells that changed, answers that moved.

Versions of one upload are compared row by row, because each step wrote down which rows it left out. Other tables are
compared by their texts: rows with the same text are the same row.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workspace.dataset import Dataset
from workspace.errors import NotFound
from workspace.home import Workspace
from workspace.parquet import open_table
from workspace.versions import changes_key, lineage

MOST_ROWS = 1_000_000
"""Rows that are compared by their texts; both tables' first ones where there are more."""
EXAMPLES = 10
_BATCH = 16_384
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Difference:
    """One row. ``row`` counts from 0 in the first table; -1 where it is only in the second."""

    row: int
    column: str | None
    before: str | None
    after: str | None


@dataclass
class Comparison:
    """Counts, and a few examples of each kind. ``by_row``: whether rows were followed from step to step."""

    by_row: bool
    added: int = 0
    removed: int = 0
    changed: int = 0
    cells: dict[str, int] = field(default_factory=dict)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: list[Difference] = field(default_factory=list)
    rows_seen: int | None = None


def compare(
    workspace: Workspace, before: Dataset, after: Dataset, text: Sequence[str], label: str | None
) -> Comparison:
    """Compares two versions or two data sets.

    Args:
        text: columns by which rows are known, where they cannot be followed.
        label: column whose values are followed.
    """
    storage = workspace.storage
    origin = followed(workspace, before, after)
    with storage.as_file(before.table_key) as first, storage.as_file(after.table_key) as second:
        if origin is not None:
            return _by_row(first, second, origin, label)
        there = set(open_table(first).schema_arrow.names) & set(open_table(second).schema_arrow.names)
        names = [name for name in text if name in there] or sorted(there - {label})
        if not names:
            return Comparison(by_row=False, added=after.rows, removed=before.rows)
        return _by_text(first, second, names, label if label in there else None)


def followed(workspace: Workspace, before: Dataset, after: Dataset) -> Rows | None:
    """For each row of a version the place it had in an earlier one; None where that was not written down."""
    line = lineage(workspace, after)
    ids = [version.id for version in line]
    if before.id not in ids:
        return None
    origin = np.arange(before.rows, dtype=np.int64)
    for version in line[ids.index(before.id) + 1 :]:
        step = version.step
        if step is None or step.rows_added:
            return None
        if step.rows_removed:
            gone = _removed(workspace, version)
            if gone is None:
                return None
            origin = np.delete(origin, gone)
        if len(origin) != version.rows:
            return None
    return origin


def _removed(workspace: Workspace, version: Dataset) -> Rows | None:
    try:
        with workspace.storage.as_file(changes_key(workspace, version)) as changes:
            lines = pq.read_table(changes, columns=["row"], filters=[("kind", "=", "removed")])
    except NotFound:
        return None
    rows: Rows = lines["row"].to_numpy()
    return rows


def _by_row(first: Path, second: Path, origin: Rows, label: str | None) -> Comparison:
    old_file, new_file = open_table(first), open_table(second)
    rows = old_file.metadata.num_rows
    found = Comparison(by_row=True, removed=rows - len(origin))
    touched = np.zeros(len(origin), dtype=bool)
    for name in [n for n in old_file.schema_arrow.names if n in new_file.schema_arrow.names]:
        # One column at a time: a whole table need not fit into memory.
        old = pq.read_table(first, columns=[name])[name].take(pa.array(origin))
        new = pq.read_table(second, columns=[name])[name]
        places = _different(old, new)
        if not len(places):
            continue
        touched[places] = True
        found.cells[name] = len(places)
        if name == label:
            pairs = zip(old.take(places).to_pylist(), new.take(places).to_pylist(), strict=True)
            found.moves.update((_shown(a), _shown(b)) for a, b in pairs)
        for place in places[: max(2, EXAMPLES - len(found.examples))]:
            values = _shown(old[int(place)].as_py()), _shown(new[int(place)].as_py())
            found.examples.append(Difference(int(origin[place]), name, *values))
    found.changed = int(touched.sum())
    found.examples = found.examples[:EXAMPLES]
    return found


def _different(old: pa.ChunkedArray, new: pa.ChunkedArray) -> Rows:
    """Where two columns of the same length differ; null is a value of its own."""
    if pa.types.is_list(new.type) or old.type != new.type:
        pairs = zip(old.to_pylist(), new.to_pylist(), strict=True)
        return np.flatnonzero(np.fromiter((a != b for a, b in pairs), bool, len(new)))
    differs = pc.fill_null(pc.not_equal(old, new), False)
    differs = pc.or_(differs, pc.xor(pc.is_null(old), pc.is_null(new)))
    return np.flatnonzero(differs.to_numpy())


def _by_text(first: Path, second: Path, names: Sequence[str], label: str | None) -> Comparison:
    found = Comparison(by_row=False)
    waiting: defaultdict[bytes, list[tuple[int, str]]] = defaultdict(list)
    seen = [0, 0]
    for key, row, answer, _ in _keyed(first, names, label):
        waiting[key].append((row, answer))
        seen[0] += 1
    for key, _, answer, text in _keyed(second, names, label):
        seen[1] += 1
        same = waiting.get(key)
        if not same:
            found.added += 1
            if found.added <= EXAMPLES // 2:
                found.examples.append(Difference(-1, None, None, text))
            continue
        at = next((i for i, (_, old) in enumerate(same) if old == answer), 0)
        row, old = same.pop(at)
        if old != answer:
            found.changed += 1
            found.moves[(old, answer)] += 1
            if found.changed <= EXAMPLES // 2:
                found.examples.append(Difference(row, label, old, answer))
    found.removed = sum(map(len, waiting.values()))
    if label and found.changed:
        found.cells[label] = found.changed
    total = max(open_table(first).metadata.num_rows, open_table(second).metadata.num_rows)
    found.rows_seen = max(seen) if max(seen) < total else None
    return found


def _keyed(table: Path, names: Sequence[str], label: str | None) -> Iterator[tuple[bytes, int, str, str]]:
    """Digest of a row's text, its place, its answer, its text."""
    columns = list(dict.fromkeys([*names, *([label] if label else [])]))
    row = 0
    for batch in open_table(table).iter_batches(_BATCH, columns=columns):
        answers = batch.column(label).to_pylist() if label else [None] * batch.num_rows
        for cells, answer in zip(
            zip(*(batch.column(name).to_pylist() for name in names), strict=True), answers, strict=True
        ):
            text = "\n".join(_shown(cell) for cell in cells)
            yield hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).digest(), row, _shown(answer), text
            row += 1
            if row >= MOST_ROWS:
                return


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

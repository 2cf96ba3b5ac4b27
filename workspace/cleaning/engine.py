"""Carrying out repairs: Parquet to Parquet in batches, with a line for every row and cell that changes."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workspace.cleaning.types import CHANGES_SCHEMA, CellChange, Columns, Edit, Fix, FixDone, FixInput
from workspace.judging.columns import joined
from workspace.judging.types import RowNumbers
from workspace.parquet import open_table

_BATCH = 16_384
_SLOW_BATCH = 256
"""Rows where personal data is looked for, which takes up to ten milliseconds a text."""

_GROUP_ROWS = 65_536


def changes_of(batch: pa.RecordBatch, at: int, edit: Edit, columns: Columns) -> tuple[pa.RecordBatch, list[CellChange]]:
    """What an edit makes of one batch that starts at row ``at``, and every change, by row of the table."""
    if edit.remove is not None:
        return _without(batch, at, edit.remove, columns)
    assert edit.change is not None
    after = edit.change(batch, at)
    changes: list[CellChange] = []
    for name, old, new in zip(batch.schema.names, batch.columns, after.columns, strict=True):
        if old is new or old.equals(new):
            continue
        for row in _different(old, new).tolist():
            pair = None if edit.secret else _shown(old[row]), _shown(new[row])
            changes.append(CellChange(at + row, name, *pair, "changed"))
    return after, changes


def _without(
    batch: pa.RecordBatch, at: int, rows: RowNumbers, columns: Columns
) -> tuple[pa.RecordBatch, list[CellChange]]:
    low, high = np.searchsorted(rows, [at, at + batch.num_rows])
    here = rows[low:high] - at
    if not len(here):
        return batch, []
    keep = np.ones(batch.num_rows, dtype=bool)
    keep[here] = False
    shown = columns.text or batch.schema.names[:1]
    cells = batch.take(pa.array(here)).select(shown)
    texts = [joined(row) for row in zip(*(column.to_pylist() for column in cells.columns), strict=True)]
    gone = [
        CellChange(at + row, shown[0], text, None, "removed") for row, text in zip(here.tolist(), texts, strict=True)
    ]
    return batch.filter(pa.array(keep)), gone


def _different(old: pa.Array, new: pa.Array) -> RowNumbers:
    """Where two arrays differ; null differs from any value."""
    if pa.types.is_list(old.type):
        pairs = zip(old.to_pylist(), new.to_pylist(), strict=True)
        return np.flatnonzero(np.fromiter((a != b for a, b in pairs), bool, len(old)))
    differs = pc.fill_null(pc.not_equal(old, new), False)
    differs = pc.or_(differs, pc.xor(pc.is_null(old), pc.is_null(new)))
    return np.flatnonzero(differs.to_numpy(zero_copy_only=False))


def _shown(cell: pa.Scalar) -> str | None:
    value = cell.as_py()
    return joined([value]) if isinstance(value, list) else value


class ChangeLog:
    """Writes the changes of all repairs to one file; without a path it only counts nothing and keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._writer = pq.ParquetWriter(path, CHANGES_SCHEMA) if path is not None else None

    def add(self, fix: str, changes: list[CellChange], origin: RowNumbers) -> None:
        """``origin`` says where each row of the present table stood before all repairs."""
        if self._writer is None or not changes:
            return
        rows, names, before, after, kinds = zip(*changes, strict=True)
        columns = [[fix] * len(rows), kinds, origin[list(rows)], names, before, after]
        arrays = [pa.array(column, field.type) for column, field in zip(columns, CHANGES_SCHEMA, strict=True)]
        self._writer.write_batch(pa.record_batch(arrays, schema=CHANGES_SCHEMA))

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def run(
    table: Path,
    out: Path,
    calls: Sequence[tuple[Fix, object]],
    given: FixInput,
    changes: Path | None,
    progress: Callable[[float], None] | None = None,
) -> list[FixDone]:
    """Does one repair after the other; ``out`` appears only when all are done. ``progress`` gets fractions of all."""
    origin = np.arange(open_table(table).metadata.num_rows, dtype=np.int64)
    out.parent.mkdir(parents=True, exist_ok=True)
    log = ChangeLog(changes)
    done: list[FixDone] = []
    try:
        with tempfile.TemporaryDirectory(prefix=".mtw-", dir=out.parent) as folder:
            source = table
            for number, (fix, options) in enumerate(calls):
                target = Path(folder) / f"{number}.parquet"
                here = FixInput(source, given.columns, given.findings, origin=origin)

                def tell(share: float, before: int = number) -> None:
                    if progress is not None:
                        progress((before + share) / len(calls))

                step, origin = _one(fix, options, here, target, log, tell)
                done.append(step)
                if source != table:
                    source.unlink()
                source = target
            if source == table:
                source = shutil.copyfile(table, Path(folder) / "copy.parquet")
            source.replace(out)
    finally:
        log.close()
    return done


def _one(
    fix: Fix, options: object, given: FixInput, target: Path, log: ChangeLog, tell: Callable[[float], None]
) -> tuple[FixDone, RowNumbers]:
    edit = fix.plan(given, options)
    assert given.origin is not None
    origin, cells = given.origin, 0
    file = open_table(given.table)
    at = 0
    with pq.ParquetWriter(target, file.schema_arrow, compression="snappy") as writer:
        waiting: list[pa.RecordBatch] = []
        for batch in file.iter_batches(_SLOW_BATCH if edit.secret else _BATCH):
            after, changes = changes_of(batch, at, edit, given.columns)
            log.add(fix.code, changes, origin)
            cells += len(changes)
            waiting.append(after)
            at += batch.num_rows
            tell(at / file.metadata.num_rows)
            if sum(b.num_rows for b in waiting) >= _GROUP_ROWS:
                writer.write_table(pa.Table.from_batches(waiting, file.schema_arrow))
                waiting = []
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting, file.schema_arrow))
    if edit.remove is None:
        return FixDone(code=fix.code, title=edit.title(cells), cells_changed=cells, args=edit.args), origin
    origin = np.delete(origin, edit.remove)
    return FixDone(code=fix.code, title=edit.title(cells), rows_removed=cells, args=edit.args), origin


def first_changes(fix: Fix, options: object, given: FixInput, limit: int) -> list[CellChange]:
    """The first changes that a repair would make; reads no further than needed once it is planned."""
    edit = fix.plan(given, options)
    return list(islice(_all_changes(edit, given), limit))


def _all_changes(edit: Edit, given: FixInput) -> Iterator[CellChange]:
    at = 0
    for batch in open_table(given.table).iter_batches(1_024):
        yield from changes_of(batch, at, edit, given.columns)[1]
        at += batch.num_rows

"""Walking through the columns of a Parquet table, batch by batch."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workspace.judging.types import RowNumbers
from workspace.parquet import open_table

BATCH = 32_768
_SHOWN = 100
_BETWEEN = "\x1f"


def batches(table: Path, names: Sequence[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Record batches of some columns, each with the row at which it starts."""
    at = 0
    for batch in open_table(table).iter_batches(batch_size=BATCH, columns=list(names)):
        yield at, batch
        at += batch.num_rows


def row_count(table: Path) -> int:
    """Rows of a Parquet file, from its footer."""
    rows: int = open_table(table).metadata.num_rows
    return rows


def flat(column: pa.Array, between: str = _BETWEEN) -> pa.Array:
    """A column of strings as it is; the items of lists joined to one string a row."""
    return pc.binary_join(column, between) if pa.types.is_list(column.type) else column


def filled(column: pa.Array) -> npt.NDArray[np.bool_]:
    """Which values of a string column are neither null nor only white space."""
    blank = pc.or_(pc.utf8_is_space(column), pc.equal(column, ""))
    found: npt.NDArray[np.bool_] = pc.invert(pc.fill_null(blank, True)).to_numpy(zero_copy_only=False)
    return found


def rows_without(table: Path, names: Sequence[str]) -> RowNumbers:
    """Rows in which all of the columns named are empty."""
    found = [np.zeros(0, dtype=np.int64)]
    for at, batch in batches(table, names):
        some = np.zeros(batch.num_rows, dtype=bool)
        for name in names:
            some |= filled(flat(batch.column(name)))
        found.append(np.flatnonzero(~some) + at)
    return np.concatenate(found)


def values_at(table: Path, names: Sequence[str], rows: Iterable[int]) -> list[str]:
    """The text of some rows, in file order, read from the row groups that hold them alone."""
    wanted = sorted({int(row) for row in rows})
    file = open_table(table)
    found: list[str] = []
    start = 0
    for index in range(file.metadata.num_row_groups if wanted else 0):
        end = start + file.metadata.row_group(index).num_rows
        inside = [row - start for row in wanted if start <= row < end]
        if inside:
            group = file.read_row_group(index, columns=list(names)).take(pa.array(inside))
            columns = [group.column(name).to_pylist() for name in names]
            found += [joined(cells) for cells in zip(*columns, strict=True)]
        start = end
    return found


def joined(cells: Iterable[object]) -> str:
    """The cells of a row as one text; lists as words."""
    parts = [" ".join(map(str, cell)) if isinstance(cell, list) else str(cell) for cell in cells if cell is not None]
    return " ".join(parts)


def examples_at(table: Path, names: Sequence[str], rows: Iterable[int]) -> list[str]:
    """What up to three rows say, cut short for people."""
    few = [int(row) for row, _ in zip(rows, range(3), strict=False)]
    return [text[:_SHOWN] for text in values_at(table, names[:1], few)]

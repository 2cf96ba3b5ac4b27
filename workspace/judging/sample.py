"""The texts that costlier checks look at: all of a table, or rows spread evenly over a long one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workspace.judging.columns import flat, row_count, spread
from workspace.judging.types import RowNumbers

WHOLE = 50_000
"""Tables of at most so many rows are looked at as a whole."""

PART = 5_000
"""So many rows of longer tables are looked at, and the counts of the whole estimated."""


@dataclass(frozen=True)
class Sample:
    """Texts of some rows of a table of ``total`` rows.

    ``columns`` has those columns that hold texts, not lists of words; in ``texts`` all columns of a row are joined by
    line breaks, lists as words, null where all are empty.
    """

    rows: RowNumbers
    texts: pa.Array
    columns: list[pa.Array]
    total: int

    @property
    def complete(self) -> bool:
        """Whether every row of the table is there."""
        return len(self.rows) == self.total

    def estimate(self, found: int) -> int:
        """Rows of the table that are probably concerned where ``found`` rows of the sample are."""
        return found if self.complete else round(found / max(1, len(self.rows)) * self.total)

    def tail(self) -> str:
        """A sentence that says so where the count is an estimate."""
        return "" if self.complete else f" (Estimated: I looked at {len(self.rows):,} of {self.total:,} rows.)"


def part_of(total: int) -> int | None:
    """How many rows of a table are looked at; None: all."""
    return None if total <= WHOLE else PART


def take_sample(table: Path, names: Sequence[str]) -> Sample:
    """The texts of a table, or of rows from all over it where it is long."""
    total = row_count(table)
    rows, parts = [np.zeros(0, dtype=np.int64)], []
    for numbers, batch in spread(table, names, part_of(total)):
        rows.append(numbers)
        parts.append(batch)
    whole = pa.Table.from_batches(parts, pa.schema([pq.read_schema(table).field(name) for name in names]))
    texts = pa.concat_arrays([pa.array([], pa.string()), *(joined_texts(part, names) for part in parts)])
    columns = [column.combine_chunks() for column in whole.columns if pa.types.is_string(column.type)]
    return Sample(np.concatenate(rows), texts, columns, total)


def joined_texts(batch: pa.RecordBatch, names: Sequence[str]) -> pa.Array:
    """The text of each row: lists as words, several columns one below the other."""
    columns = [flat(batch.column(name), " ") for name in names]
    if len(columns) == 1:
        return columns[0]
    return pc.binary_join_element_wise(*columns, "\n", null_handling="skip")

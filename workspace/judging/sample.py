"""The rows that costlier checks look at: all of a short table, or rows spread evenly over a long one.

They are kept while the table passes by, so that no check has to read it again, and every check sees the same ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workspace.judging.columns import batches, flat, joined
from workspace.judging.types import RowNumbers

WHOLE = 50_000
"""Tables of at most so many rows are looked at as a whole."""

PART = 5_000
"""So many rows of longer tables are looked at, and the counts of the whole estimated."""

_BYTES = 32 << 20
"""No more than this is kept, however long the texts are."""


class SpreadRows:
    """Every row of a table that passes by in batches, and as soon as these are too many every 2nd, 4th, 8th ...

    Memory: at most :data:`WHOLE` rows and 32 MB, and one batch.
    """

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._parts: list[pa.RecordBatch] = []
        self._step = 1
        self._seen = self._rows = self._bytes = 0

    def see(self, batch: pa.RecordBatch) -> None:
        """Take the table's next batch into account."""
        first = -self._seen % self._step
        self._seen += batch.num_rows
        if self._step > 1:
            batch = batch.take(pa.array(np.arange(first, batch.num_rows, self._step)))
        if batch.num_rows:
            self._parts.append(batch)
            self._rows += batch.num_rows
            self._bytes += batch.nbytes
        while self._rows > 1 and (self._rows > WHOLE or self._bytes > _BYTES):
            self._thin()

    def _thin(self) -> None:
        """Leave every second row out."""
        kept, at = [], 0
        for part in self._parts:
            half = part.take(pa.array(np.arange(at % 2, part.num_rows, 2)))
            at += part.num_rows
            if half.num_rows:
                kept.append(half)
        self._parts = kept
        self._step *= 2
        self._rows = sum(part.num_rows for part in kept)
        self._bytes = sum(part.nbytes for part in kept)

    def sample(self) -> "Sample":
        """What was kept of the rows seen so far."""
        numbers = np.arange(0, self._seen, self._step, dtype=np.int64)
        return Sample(numbers, pa.Table.from_batches(self._parts, self._schema), self._seen)


@dataclass(frozen=True)
class Sample:
    """Rows of a table of ``total`` rows: ``table`` holds them, ``rows`` says where they stand."""

    rows: RowNumbers
    table: pa.Table
    total: int

    @property
    def complete(self) -> bool:
        """Whether every row of the table is there."""
        return len(self.rows) == self.total

    def part(self, most: int = PART) -> "Sample":
        """All rows where the table is looked at as a whole, else about ``most`` of them, spread evenly."""
        return self if self.complete else self.at_most(most)

    def at_most(self, most: int) -> "Sample":
        """The same with ``most`` rows at most."""
        if len(self.rows) <= most:
            return self
        places = np.linspace(0, len(self.rows) - 1, most).astype(np.int64)
        return replace(self, rows=self.rows[places], table=self.table.take(pa.array(places)))

    def batch(self, names: Sequence[str]) -> pa.RecordBatch:
        """Some of the columns, each in one piece."""
        chosen = self.table.select(list(dict.fromkeys(names))).combine_chunks()
        arrays = [column.chunk(0) if column.num_chunks else pa.array([], column.type) for column in chosen.columns]
        return pa.record_batch(arrays, schema=chosen.schema)

    def texts(self, names: Sequence[str]) -> "Texts":
        """The texts in these columns."""
        batch = self.batch(names)
        columns = [column for column in batch.columns if pa.types.is_string(column.type)]
        return Texts(joined_texts(batch, names), columns, self.total)

    def values_at(self, names: Sequence[str], places: Sequence[int]) -> list[str]:
        """The text of some rows, by their places in the sample."""
        few = self.table.select(list(names)).take(pa.array(places, pa.int64()))
        return [joined(cells) for cells in zip(*(column.to_pylist() for column in few.columns), strict=True)]


@dataclass(frozen=True)
class Texts:
    """Texts of rows of a table of ``total`` rows.

    ``columns`` has those columns that hold texts, not lists of words; in ``texts`` all columns of a row are joined by
    line breaks, lists as words, null where all are empty.
    """

    texts: pa.Array
    columns: list[pa.Array]
    total: int

    @property
    def complete(self) -> bool:
        """Whether the texts of every row of the table are there."""
        return len(self.texts) == self.total

    def estimate(self, found: int) -> int:
        """Rows of the table that are probably concerned where ``found`` rows of the sample are."""
        return found if self.complete else round(found / max(1, len(self.texts)) * self.total)

    def tail(self) -> str:
        """A sentence that says so where the count is an estimate."""
        return "" if self.complete else f" (Estimated: I looked at {len(self.texts):,} of {self.total:,} rows.)"


def take_sample(table: Path, names: Sequence[str]) -> Sample:
    """The sample of some columns of a stored table."""
    schema = pq.read_schema(table)
    kept = SpreadRows(pa.schema([schema.field(name) for name in names]))
    for _, batch in batches(table, names):
        kept.see(batch)
    return kept.sample()


def joined_texts(batch: pa.RecordBatch, names: Sequence[str]) -> pa.Array:
    """The text of each row: lists as words, several columns one below the other."""
    columns = [flat(batch.column(name), " ") for name in names]
    if len(columns) == 1:
        return columns[0]
    return pc.binary_join_element_wise(*columns, "\n", null_handling="skip")

"""The texts that costlier checks look at: all of a table, or rows spread evenly over a long one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workspace.judging.columns import batches, flat, row_count
from workspace.judging.types import RowNumbers

WHOLE = 50_000
"""Tables of at most so many rows are looked at as a whole."""

PART = 10_000
"""So many rows of longer tables are looked at, and the counts of the whole estimated."""


@dataclass(frozen=True)
class Sample:
    """Texts of some rows of a table of ``total`` rows; a row's columns joined by line breaks, null where empty."""

    rows: RowNumbers
    texts: pa.Array
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


def step_for(total: int) -> int:
    """Every how manieth row is looked at."""
    return 1 if total <= WHOLE else -(-total // PART)


def take_sample(table: Path, names: Sequence[str], step: int | None = None) -> Sample:
    """Every ``step``-th row of the columns named, or as many as :func:`step_for` says."""
    total = row_count(table)
    step = step or step_for(total)
    rows, texts = [np.zeros(0, dtype=np.int64)], [pa.array([], pa.string())]
    for at, batch in batches(table, names):
        chosen = np.arange(-at % step, batch.num_rows, step)
        rows.append(chosen + at)
        texts.append(joined_texts(batch if step == 1 else batch.take(pa.array(chosen)), names))
    return Sample(np.concatenate(rows), pa.concat_arrays(texts), total)


def joined_texts(batch: pa.RecordBatch, names: Sequence[str]) -> pa.Array:
    """The text of each row: lists as words, several columns one below the other."""
    columns = [flat(batch.column(name), " ") for name in names]
    if len(columns) == 1:
        return columns[0]
    return pc.binary_join_element_wise(*columns, "\n", null_handling="skip")

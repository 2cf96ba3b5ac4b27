"""From rows of strings to record batches: every column a string column, an empty cell a null."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import pyarrow as pa

BATCH_ROWS = 8_192


def string_schema(names: Sequence[str]) -> pa.Schema:
    """A schema of string columns."""
    return pa.schema([pa.field(name, pa.string()) for name in names])


def batches_of(rows: Iterable[Sequence[str | None]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Record batches of rows that are all as wide as the schema."""
    iterator = iter(rows)
    while block := list(islice(iterator, BATCH_ROWS)):
        arrays = [pa.array([cell or None for cell in column], pa.string()) for column in zip(*block, strict=True)]
        yield pa.record_batch(arrays, schema=schema)

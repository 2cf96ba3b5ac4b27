"""Changing the cells of one column of a batch."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import pyarrow as pa

Change = Callable[[pa.RecordBatch, int], pa.RecordBatch]


def mapped(names: Sequence[str], function: Callable[[Any], Any]) -> Change:
    """Puts ``function(value)`` in place of every value of the columns that is not null."""

    def change(batch: pa.RecordBatch, at: int) -> pa.RecordBatch:
        for name in names:
            index = batch.schema.get_field_index(name)
            column = batch.column(index)
            values = [None if value is None else function(value) for value in column.to_pylist()]
            batch = batch.set_column(index, batch.schema.field(index), pa.array(values, column.type))
        return batch

    return change


def without_items(name: str, items: Collection[str]) -> Change:
    """Takes some items out of the lists of a column."""
    return mapped([name], lambda row: [item for item in row if item not in items])

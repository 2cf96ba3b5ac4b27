"""Writes record batches to Parquet while it watches the limits."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workspace.errors import LimitExceeded
from workspace.reading.source import Limits

_GROUP_ROWS = 65_536
_GROUP_BYTES = 32 << 20


def write_parquet(
    batches: Iterator[pa.RecordBatch],
    schema: pa.Schema,
    out: Path,
    limits: Limits,
    see: Callable[[pa.RecordBatch], None] | None = None,
) -> int:
    """Write the batches, show each to ``see``, and return the number of rows.

    ``out`` appears only when everything was written.

    Raises:
        LimitExceeded: TOO_MANY_ROWS, TOO_MANY_COLUMNS, CELL_TOO_LONG.
    """
    if len(schema) > limits.max_columns:
        raise LimitExceeded(
            "TOO_MANY_COLUMNS",
            f"This table has {len(schema):,} columns; at most {limits.max_columns:,} are allowed.",
            "Remove the columns that are not needed, or ask whoever runs the wizard to raise MTW_MAX_COLUMNS.",
        )
    rows = 0
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(out.name + ".partial")
    try:
        with pq.ParquetWriter(partial, schema, compression="snappy") as writer:
            waiting: list[pa.RecordBatch] = []
            count = size = 0
            for batch in batches:
                rows += batch.num_rows
                check_batch(batch, rows, limits)
                if see is not None:
                    see(batch)
                waiting.append(batch)
                count, size = count + batch.num_rows, size + batch.nbytes
                if count >= _GROUP_ROWS or size >= _GROUP_BYTES:
                    writer.write_table(pa.Table.from_batches(waiting, schema), row_group_size=count)
                    waiting, count, size = [], 0, 0
            if waiting:
                writer.write_table(pa.Table.from_batches(waiting, schema), row_group_size=max(1, count))
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return rows


def check_batch(batch: pa.RecordBatch, rows: int, limits: Limits) -> None:
    """Raises LimitExceeded where the rows so far are too many or a cell of this batch is too long."""
    if rows > limits.max_rows:
        raise LimitExceeded(
            "TOO_MANY_ROWS",
            f"This table has more than {limits.max_rows:,} rows, the most that are allowed.",
            "Take a random part of the rows, or ask whoever runs the wizard to raise MTW_MAX_ROWS.",
        )
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if pa.types.is_list(column.type):
            column = column.flatten()
        # Bytes first: counting characters is only needed where the bytes could be too many.
        if (pc.max(pc.binary_length(column)).as_py() or 0) <= limits.max_cell_chars:
            continue
        longest = pc.max(pc.utf8_length(column)).as_py() or 0
        if longest > limits.max_cell_chars:
            raise LimitExceeded(
                "CELL_TOO_LONG",
                f"A cell in column “{name}” has {longest:,} characters; at most {limits.max_cell_chars:,} are allowed.",
                "Shorten it or cut it into several rows. If it holds many lines, a quotation mark may not be closed.",
            )

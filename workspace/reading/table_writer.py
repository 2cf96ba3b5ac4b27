"""Writes record batches to Parquet while it watches the limits, and tables back to CSV."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv as arrow

from workspace.errors import InputError, LimitExceeded
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


def write_table(parquet: Path, out: Path) -> None:
    """The table as CSV (UTF-8, comma, one header row) or Parquet, by the suffix of ``out``. Streams.

    Raises:
        InputError: UNKNOWN_OUTPUT for another suffix.
    """
    suffix = out.suffix.lower()
    if suffix not in (".csv", ".parquet"):
        raise InputError(
            "UNKNOWN_OUTPUT",
            f"I cannot write “{out.name}”.",
            "Give a name that ends with .csv or .parquet.",
        )
    file = pq.ParquetFile(parquet)
    schema = file.schema_arrow
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(out.name + ".partial")
    try:
        if suffix == ".parquet":
            with pq.ParquetWriter(partial, schema, compression="snappy") as writer:
                for batch in file.iter_batches():
                    writer.write_batch(batch)
        else:
            _write_csv(file, partial)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def _write_csv(file: pq.ParquetFile, out: Path) -> None:
    """Lists are written as JSON text, which is how the readers of other programs take them best."""
    from workspace.reading.records import json_text

    names = file.schema_arrow.names
    flat = pa.schema([pa.field(name, pa.string()) for name in names])
    options = arrow.WriteOptions(include_header=True, quoting_style="needed")
    with out.open("wb") as sink, arrow.CSVWriter(sink, flat, write_options=options) as writer:
        for batch in file.iter_batches(batch_size=16_384):
            columns = [
                pa.array([json_text(value) for value in column.to_pylist()], pa.string())
                if pa.types.is_list(column.type)
                else column
                for column in batch.columns
            ]
            writer.write_batch(pa.record_batch(columns, schema=flat))

"""Writes record batches to Parquet while it watches the limits."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workspace.errors import LimitExceeded
from workspace.reading.source import Limits

_GROUP_ROWS = 65_536
_GROUP_BYTES = 32 << 20
_JUDGED = 4_096
_REPEATS = 0.5


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
        with partial.open("wb") as file, _Groups(file, schema) as groups:
            for batch in batches:
                rows += batch.num_rows
                check_batch(batch, rows, limits)
                if see is not None:
                    see(batch)
                groups.take(batch)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return rows


class _Groups:
    """Collects batches to row groups of about 65,536 rows or 32 MB, and writes these.

    Smallest and largest values are not kept: nothing looks for rows by them, and finding them takes its time.
    """

    def __init__(self, file: BinaryIO, schema: pa.Schema) -> None:
        self._file, self._schema = file, schema
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.RecordBatch] = []
        self._rows = self._bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None and (self._waiting or self._writer is None):
                self._write()
        finally:
            if self._writer is not None:
                self._writer.close()

    def take(self, batch: pa.RecordBatch) -> None:
        """Add the table's next batch."""
        self._waiting.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= _GROUP_ROWS or self._bytes >= _GROUP_BYTES:
            self._write()

    def _write(self) -> None:
        table = pa.Table.from_batches(self._waiting, self._schema)
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self._file,
                self._schema,
                compression="snappy",
                use_dictionary=_repeating(table),
                write_statistics=False,
            )
        if table.num_rows:
            self._writer.write_table(table, row_group_size=table.num_rows)
        self._waiting, self._rows, self._bytes = [], 0, 0


def _repeating(table: pa.Table) -> list[str]:
    """Columns whose values repeat, judged by the first rows: a dictionary makes these smaller, others only slower."""
    head = table.slice(0, _JUDGED)
    return [
        f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name
        for field, column in zip(head.schema, head.columns, strict=True)
        if pa.types.is_list(field.type) or pc.count_distinct(column).as_py() <= _REPEATS * max(1, head.num_rows)
    ]


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

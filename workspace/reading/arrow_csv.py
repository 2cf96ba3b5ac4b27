"""The fast path for large delimited files: Arrow's streaming CSV reader with the dialect that was found."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow

from workspace.reading.dialect import Dialect
from workspace.reading.encoding import Encoding
from workspace.reading.layout import MOST_FOOTERS, Layout, count_footers
from workspace.reading.source import ReadExactly, Source

_BLOCK = 1 << 20
"""Arrow reads about 30 blocks ahead; a row that is longer than one is left to the exact reader."""

_MANY_LINES = 20


def fits_arrow(encoding: Encoding, dialect: Dialect, layout: Layout) -> bool:
    """Whether Arrow can read this dialect: one ASCII delimiter, no comment rows, no spoilt bytes."""
    return (
        encoding.errors == "strict"
        and not encoding.dropped
        and not encoding.name.startswith(("utf-16", "utf-32"))
        and dialect.delimiter is not None
        and dialect.delimiter.isascii()
        and len(dialect.delimiter) == 1
        and not dialect.padded
        and layout.comment is None
    )


def arrow_batches(
    source: Source,
    encoding: Encoding,
    dialect: Dialect,
    layout: Layout,
    skip_lines: int,
    header: Sequence[str] | None = None,
) -> Iterator[pa.RecordBatch]:
    """Record batches of the rows below the header.

    Raises:
        ReadExactly: where a row has another number of cells than the header or is the header again, or Arrow gives up.
    """
    size = max(1, source.path.stat().st_size)
    empty = [f"\0{index}" for index in range(layout.width, layout.declared)]
    try:
        with source.path.open("rb") as file:
            file.seek(encoding.bom)
            reader = arrow.open_csv(
                file,
                read_options=arrow.ReadOptions(
                    column_names=[*layout.names, *empty],
                    skip_rows=skip_lines,
                    block_size=_BLOCK,
                    encoding=encoding.name,
                ),
                parse_options=arrow.ParseOptions(
                    delimiter=dialect.delimiter,
                    quote_char=dialect.quote or False,
                    double_quote=True,
                    escape_char=dialect.escape or False,
                    newlines_in_values=dialect.quote is not None,
                ),
                convert_options=arrow.ConvertOptions(
                    column_types={name: pa.string() for name in [*layout.names, *empty]},
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=True,
                ),
            )
            held: pa.RecordBatch | None = None
            for batch in reader:
                if held is not None:
                    yield held
                held = _without_blank_rows(_without_empty_columns(batch, layout.width))
                _check_quotes(held, dialect)
                _check_headers(held, header)
                source.report(file.tell() / size)
            if held is not None:
                _check_footers(held, layout)
                yield held
    except pa.ArrowInvalid as exc:
        raise ReadExactly from exc


def _without_empty_columns(batch: pa.RecordBatch, width: int) -> pa.RecordBatch:
    """Columns at the end without a name; a value in one of them, far below the first rows, makes it a column."""
    if batch.num_columns == width:
        return batch
    if any(column.null_count < len(column) for column in batch.columns[width:]):
        raise ReadExactly
    return batch.select(range(width))


def _without_blank_rows(batch: pa.RecordBatch) -> pa.RecordBatch:
    filled = np.zeros(batch.num_rows, dtype=bool)
    for column in batch.columns:
        if column.null_count == 0:
            filled[:] = True
        elif column.null_count < len(column):
            filled |= column.is_valid().to_numpy(zero_copy_only=False)
    return batch if filled.all() else batch.filter(pa.array(filled))


def _check_quotes(batch: pa.RecordBatch, dialect: Dialect) -> None:
    """A quote that is never closed swallows whole rows into one cell: such a cell has many delimiters and lines."""
    if dialect.quote is None or dialect.delimiter is None:
        return
    for column in batch.columns:
        for cell in column.take(pa.array(np.flatnonzero(_line_breaks(column) >= _MANY_LINES))).to_pylist():
            inner = [line.count(dialect.delimiter) for line in cell.splitlines()[1:-1] if line]
            if inner and sum(n == batch.num_columns - 1 for n in inner) > 0.9 * len(inner):
                raise ReadExactly


def _line_breaks(column: pa.Array) -> npt.NDArray[np.int64]:
    """Line breaks of each cell, counted in the column's bytes: most cells have none, and these cost nothing."""
    _, offsets_buffer, data = column.buffers()
    offsets = np.frombuffer(offsets_buffer, np.int32)[column.offset : column.offset + len(column) + 1]
    if data is None:
        return np.zeros(len(column), dtype=np.int64)
    breaks = np.flatnonzero(np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]] == 10) + offsets[0]
    return np.diff(np.searchsorted(breaks, offsets)) if len(breaks) else np.zeros(len(column), dtype=np.int64)


def _check_headers(batch: pa.RecordBatch, header: Sequence[str] | None) -> None:
    """The header's row once more, as in files put together from exports."""
    if header is None or batch.num_columns < 2 or len(header) != batch.num_columns:
        return
    same = batch.filter(pc.equal(batch.column(0), header[0]))
    if any(list(row.values()) == [cell or None for cell in header] for row in same.slice(0, 100).to_pylist()):
        raise ReadExactly


def _check_footers(batch: pa.RecordBatch, layout: Layout) -> None:
    tail = batch.slice(max(0, batch.num_rows - MOST_FOOTERS)).to_pylist()
    if count_footers([[cell or "" for cell in row.values()] for row in tail], layout):
        raise ReadExactly

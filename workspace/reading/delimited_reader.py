"""CSV, TSV, any other delimiter, and plain text with one text a line.

The head of the file tells dialect and layout. A large file is then parsed by Arrow; where that cannot be right (rows of
different length, notes below the table, comments) and for small files the records come from Python's csv module.
"""

import csv
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from workspace.errors import LimitExceeded, UnreadableFile
from workspace.reading.arrow_csv import arrow_batches, fits_arrow
from workspace.reading.cells import is_blank
from workspace.reading.columns import batches_of, string_schema
from workspace.reading.dialect import Dialect, detect_dialect
from workspace.reading.encoding import Encoding
from workspace.reading.layout import MOST_FOOTERS, Layout, count_footers, find_layout, is_comment
from workspace.reading.names import usable
from workspace.reading.quote_check import has_stray_quotes
from workspace.reading.recovery import usual_width
from workspace.reading.reports import bad_bytes, ragged_rows
from workspace.reading.source import Opened, Source

_SAMPLE_CHARS = 1 << 20
_SAMPLE_ROWS = 400
_EXACT_BYTES = 4 << 20
SURPLUS = "extra cells"


def open_delimited(source: Source) -> Opened:
    """A text table. Raises UnreadableFile."""
    return _open(source, exact=source.path.stat().st_size <= _EXACT_BYTES)


def _open(source: Source, *, exact: bool) -> Opened:
    encoding = source.encoding
    with encoding.open(source.path) as file:
        sample = file.read(_SAMPLE_CHARS)
        cut = bool(file.read(1))
    dialect = detect_dialect(sample, source.suffix, cut=cut)
    if has_stray_quotes(source.path, encoding, dialect):
        # A mark stands where none should: trust quoting only if rows do not fit without it, then record by record.
        exact = True
        if cut and _fits_without_quotes(source, encoding, dialect):
            dialect = Dialect(dialect.delimiter, None)
        else:
            dialect = replace(dialect, stray=usual_width(sample.splitlines(), dialect))
    head = list(islice(_records(source, encoding, dialect), _SAMPLE_ROWS))
    layout = find_layout(head)
    if not layout.names:
        raise UnreadableFile("NO_TABLE", "I found no rows in this file.", "Check that it is the right file.")
    opened = Opened(
        format="txt" if dialect.delimiter is None else "tsv" if dialect.delimiter == "\t" else "csv",
        schema=string_schema(layout.names),
        batches=iter(()),
        encoding=encoding.name,
        delimiter=dialect.delimiter,
        header_row=layout.header_row,
    )
    if encoding.errors != "strict":
        opened.problems.append(bad_bytes())
    if not exact and fits_arrow(encoding, dialect, layout):
        lines = _lines_before(source, encoding, dialect, layout.start)
        opened.batches = arrow_batches(source, encoding, dialect, layout, lines)
        opened.exact = lambda: _open(source, exact=True)
        return opened
    return _exactly(opened, source, encoding, dialect, layout)


def _fits_without_quotes(source: Source, encoding: Encoding, dialect: Dialect) -> bool:
    widths = {len(row) for row in _records(source, encoding, Dialect(dialect.delimiter, None)) if row}
    return len(widths) == 1


def _lines_before(source: Source, encoding: Encoding, dialect: Dialect, records: int) -> int:
    """How many lines of the file the first ``records`` records take."""
    lines = 0

    def counted(file: Iterator[str]) -> Iterator[str]:
        nonlocal lines
        for line in file:
            lines += 1
            yield line

    with encoding.open(source.path) as file:
        for _ in islice(dialect.rows(counted(file)), records):
            pass
    return lines


def _records(
    source: Source, encoding: Encoding, dialect: Dialect, share: tuple[float, float] = (0, 0)
) -> Iterator[list[str]]:
    """Every record of the file, header and notes too; ``share`` is the part of the progress this pass stands for."""
    size = max(1, source.path.stat().st_size)
    with encoding.open(source.path) as file:
        try:
            for count, row in enumerate(dialect.rows(file)):
                if count % 16_384 == 0 and share[1]:
                    source.report(share[0] + share[1] * file.buffer.tell() / size)
                yield row
        except csv.Error as exc:
            raise LimitExceeded(
                "CELL_TOO_LONG",
                "One cell of this file is too long to be a cell; perhaps a quotation mark is not closed.",
                "Check the quotation marks, or save the file anew from the program that made it.",
            ) from exc


@dataclass
class _Survey:
    """What the first pass over all records finds."""

    records: int = 0
    footers: int = 0
    surplus: bool = False
    ragged: int = 0
    examples: list[str] = field(default_factory=list)
    widths: Counter[int] = field(default_factory=Counter)


def _survey(records: Iterator[list[str]], layout: Layout) -> _Survey:
    found = _Survey()
    tail: deque[list[str]] = deque(maxlen=MOST_FOOTERS)
    ragged: deque[tuple[int, list[str]]] = deque(maxlen=MOST_FOOTERS)
    for index, row in enumerate(records):
        found.records = index + 1
        if index < layout.start:
            continue
        tail.append(row)
        if len(row) == layout.width or not any(map(str.strip, row)) or is_comment(row, layout.comment):
            continue
        if len(row) > layout.width and all(map(is_blank, row[layout.width :])):
            continue
        if len(ragged) == MOST_FOOTERS:
            _count_ragged(found, ragged[0], layout)
        ragged.append((index, row))
    found.footers = count_footers(list(tail), layout)
    for index, row in ragged:
        if index < found.records - found.footers:
            _count_ragged(found, (index, row), layout)
    return found


def _count_ragged(found: _Survey, item: tuple[int, list[str]], layout: Layout) -> None:
    index, row = item
    found.ragged += 1
    found.surplus = found.surplus or len(row) > layout.width
    if len(found.examples) < 3:
        found.examples.append(f"Record {index + 1}: {' | '.join(row)}"[:200])


def _exactly(opened: Opened, source: Source, encoding: Encoding, dialect: Dialect, layout: Layout) -> Opened:
    """Two passes with Python's csv module: one to know all rows, one to yield them."""
    found = _survey(_records(source, encoding, dialect, (0, 0.3)), layout)
    names = layout.names
    if found.surplus:
        names = usable([*layout.names, SURPLUS], layout.width + 1)
    if found.ragged:
        opened.problems.append(ragged_rows(found.ragged, layout.width, found.examples))
    end = found.records - found.footers
    joiner = dialect.delimiter or " "

    def rows() -> Iterator[list[str | None]]:
        for row in islice(_records(source, encoding, dialect, (0.3, 0.7)), layout.start, end):
            if is_comment(row, layout.comment) or all(map(is_blank, row)):
                continue
            yield _fit(row, layout.width, joiner, surplus=found.surplus)

    opened.schema = string_schema(names)
    opened.batches = batches_of(rows(), opened.schema)
    return opened


def _fit(row: list[str], width: int, joiner: str, *, surplus: bool) -> list[str | None]:
    """The row at the table's width: short ones filled up, what is too much joined into one more cell."""
    cells: list[str | None] = [*row[:width], *[None] * (width - len(row))]
    if surplus:
        rest = row[width:]
        cells.append(joiner.join(rest) if any(not is_blank(cell) for cell in rest) else None)
    return cells

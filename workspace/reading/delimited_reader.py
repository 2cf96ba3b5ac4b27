"""CSV, TSV, any other delimiter, and plain text with one text a line.

The head of the file tells dialect and layout. A large file is then parsed by Arrow; where that cannot be right (rows of
different length, notes below the table, comments) and for small files the records come from Python's csv module.
"""

import csv
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from workspace.dataset import DataProblem
from workspace.errors import LimitExceeded, UnreadableFile
from workspace.findings import Finding
from workspace.reading.arrow_csv import arrow_batches, fits_arrow
from workspace.reading.cells import extent, is_blank
from workspace.reading.columns import batches_of, string_schema
from workspace.reading.dialect import Dialect, detect_dialect, parse
from workspace.reading.encoding import Encoding
from workspace.reading.layout import MOST_FOOTERS, Layout, count_footers, find_layout, is_comment
from workspace.reading.mending import as_line, column_shapes, mend
from workspace.reading.names import usable
from workspace.reading.quote_check import has_stray_quotes
from workspace.reading.recovery import usual_width
from workspace.reading.reports import bad_bytes, other_tables, ragged_rows, repeated_headers
from workspace.reading.source import Opened, Source
from workspace.reading.tables import Block, find_tables, largest, reads_like_header
from workspace.reading.unwrapping import holds_table, open_inside

_SAMPLE_CHARS = 1 << 20
_SAMPLE_ROWS = 400
_EXACT_BYTES = 4 << 20
_MOST_SPLIT_BYTES = 256 << 20
_MOST_MENDED = 2_000
_MOST_FINDINGS = 200_000
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
    if (outer := _around(sample, dialect)) is not None and source.scratch is not None:
        cells = (row[0] for row in _records(source, encoding, outer) if row)
        return replace(open_inside(source, cells), encoding=encoding.name)
    if has_stray_quotes(source.path, encoding, dialect):
        # A mark stands where none should: trust quoting only if rows do not fit without it, then record by record.
        exact = True
        if cut and _fits_without_quotes(source, encoding, dialect):
            dialect = Dialect(dialect.delimiter, None)
        else:
            dialect = replace(dialect, stray=usual_width(sample.splitlines(), dialect))
    tables = _tables(source, encoding, dialect) if exact else [Block(0)]
    chosen = _chosen(source, tables)
    block = tables[chosen]
    head = list(islice(_records(source, encoding, dialect), block.start, block.start + _SAMPLE_ROWS))
    layout = find_layout([_mended_header(row, head, dialect) for row in head], trim=True)
    if not layout.names:
        raise UnreadableFile("NO_TABLE", "I found no rows in this file.", "Check that it is the right file.")
    opened = Opened(
        format="txt" if dialect.delimiter is None else "tsv" if dialect.delimiter == "\t" else "csv",
        schema=string_schema(layout.names),
        batches=iter(()),
        encoding=encoding.name,
        delimiter=dialect.delimiter,
        header_row=None if layout.header_row is None else block.start + layout.header_row,
    )
    if encoding.errors != "strict":
        opened.problems.append(bad_bytes())
    if len(tables) > 1:
        opened.sheets = [_table_name(index) for index in range(len(tables))]
        opened.sheet = _table_name(chosen)
        opened.problems.append(_others(tables, chosen))
    if not exact and fits_arrow(encoding, dialect, layout):
        lines = _lines_before(source, encoding, dialect, layout.start)
        header = head[layout.header_row] if layout.header_row is not None else None
        opened.batches = arrow_batches(source, encoding, dialect, layout, lines, header)
        opened.exact = lambda: _open(source, exact=True)
        return opened
    if dialect.stray:
        dialect = replace(dialect, columns=column_shapes(head[layout.start :], layout.width))
    end = block.end if chosen + 1 < len(tables) else None
    reading = _Exact(source, encoding, dialect, layout, head, block.start, end)
    return reading.into(opened)


def _around(sample: str, dialect: Dialect) -> Dialect | None:
    """The dialect whose single cells hold whole lines of a table, as where each line was quoted once more."""
    if dialect.delimiter is not None and not sample.startswith('"'):
        return None
    outer = Dialect(dialect.delimiter or ",", '"')
    rows = [row for row in parse(sample, outer, _SAMPLE_ROWS) if row]
    whole = sample.startswith('"') and all(len(row) == 1 for row in rows)
    return outer if whole and holds_table([row[0] for row in rows]) else None


def _tables(source: Source, encoding: Encoding, dialect: Dialect) -> list[Block]:
    if dialect.delimiter is None or source.path.stat().st_size > _MOST_SPLIT_BYTES:
        return [Block(0)]
    return find_tables(_records(source, encoding, dialect))


def _table_name(index: int) -> str:
    return f"table {index + 1}"


def _chosen(source: Source, tables: list[Block]) -> int:
    if source.sheet is None:
        return largest(tables)
    names = [_table_name(index) for index in range(len(tables))]
    if source.sheet not in names:
        raise UnreadableFile(
            "SHEET_NOT_FOUND",
            f"There is nothing named “{source.sheet}” in this file.",
            "Choose one of: " + ", ".join(names) + ".",
        )
    return names.index(source.sheet)


def _others(tables: list[Block], chosen: int) -> DataProblem:
    return other_tables(_table_name(chosen), [_table_name(index) for index in range(len(tables)) if index != chosen])


def _mended_header(row: list[str], head: list[list[str]], dialect: Dialect) -> list[str]:
    """A header with a blank cell too many, or one with delimiters of its own, at the width of the rows below."""
    if dialect.delimiter is None or not row:
        return row
    width, count = Counter(len(other) for other in head if other).most_common(1)[0]
    agreed = count >= max(2, 0.6 * len(head))
    if agreed and len(row) == 2 * width - 1 and all(map(is_blank, row[1::2])):
        return row[::2]  # Wiki markup: two marks between names, one between cells.
    if not agreed or len(row) == width or not (reads_like_header(row) or (len(row) == 1 and width > 2)):
        return row
    if len(row) == width + 1:
        blanks = [index for index, cell in enumerate(row) if is_blank(cell)]
        return [*row[: blanks[0]], *row[blanks[0] + 1 :]] if len(blanks) == 1 else row
    for delimiter in ";\t|, ":
        cells = next(Dialect(delimiter, dialect.quote).rows([as_line(row, dialect)]), [])
        # Words of a title are apart by blanks too: only with quoted names are the blanks delimiters.
        if len(cells) == width and reads_like_header(cells) and (delimiter != " " or '"' in row[0]):
            return cells
    return row


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


class _Exact:
    """Two passes with Python's csv module: one to know all rows, one to yield them."""

    def __init__(
        self,
        source: Source,
        encoding: Encoding,
        dialect: Dialect,
        layout: Layout,
        head: list[list[str]],
        first: int,
        end: int | None,
    ) -> None:
        self._source, self._encoding, self._dialect, self._layout = source, encoding, dialect, layout
        self._first, self._end = first, end
        self._header = [cell.strip() for cell in head[layout.header_row]] if layout.header_row is not None else None
        self._shapes = column_shapes(head[layout.start :], layout.width)
        self._examples: list[str] = []
        self._ragged: dict[int, list[str] | None] = {}
        """Rows of another width by their record, with their cells where these could be put right."""
        self._surplus = False
        self._widest = 0
        self._repeats: set[int] = set()
        self._records = 0
        self._footers = 0

    def into(self, opened: Opened) -> Opened:
        """``opened`` with what the first pass found and the second one as its batches."""
        self._survey()
        layout = self._layout
        if self._widest > layout.width:
            # A value far below in a column that seemed empty.
            layout = self._layout = replace(layout, names=usable(layout.names, self._widest))
        names = layout.names
        if self._surplus:
            names = usable([*layout.names, SURPLUS], layout.width + 1)
        if self._ragged:
            mended = sum(row is not None for row in self._ragged.values())
            opened.problems.append(ragged_rows(len(self._ragged), layout.width, self._examples, mended))
        if self._repeats:
            opened.problems.append(repeated_headers(len(self._repeats)))
        opened.schema = string_schema(names)
        opened.batches = batches_of(self._rows(opened.findings), opened.schema)
        return opened

    def _all(self, share: tuple[float, float]) -> Iterator[tuple[int, list[str]]]:
        """The table's records from its data on, each with its index in the file."""
        start = self._first + self._layout.start
        records = _records(self._source, self._encoding, self._dialect, share)
        return zip(range(start, 1 << 62), islice(records, start, self._end))  # noqa: B905

    def _survey(self) -> None:
        layout = self._layout
        tail: deque[list[str]] = deque(maxlen=MOST_FOOTERS)
        waiting: deque[tuple[int, list[str]]] = deque(maxlen=MOST_FOOTERS)
        for index, row in self._all((0, 0.3)):
            self._records = index + 1
            tail.append(row)
            if row and self._header and row[0].strip() == self._header[0] and self._is_header(row):
                self._repeats.add(index)
                continue
            if len(row) == layout.width:
                continue
            if len(row) == layout.declared:
                self._widest = max(self._widest, extent(row))
                continue
            if not any(map(str.strip, row)) or is_comment(row, layout.comment):
                continue
            if len(row) > layout.width and all(map(is_blank, row[layout.width :])) and self._plain_surplus(row):
                continue
            if len(waiting) == MOST_FOOTERS:
                self._take_ragged(*waiting[0])
            waiting.append((index, row))
        self._footers = count_footers(list(tail), layout)
        for index, row in waiting:
            if index < self._records - self._footers:
                self._take_ragged(index, row)

    def _is_header(self, row: list[str]) -> bool:
        return len(row) > 1 and [cell.strip() for cell in row] == self._header

    def _plain_surplus(self, row: list[str]) -> bool:
        """Delimiters at the end of a row mean nothing if the cells before them fit the columns."""
        if not self._shapes:
            return True
        return sum(shape.misfit(cell) for shape, cell in zip(self._shapes, row, strict=False)) < 2

    def _take_ragged(self, index: int, row: list[str]) -> None:
        mended = None
        if len(self._ragged) < _MOST_MENDED:
            mended = mend(as_line(row, self._dialect), self._dialect, self._shapes)
        self._ragged[index] = mended
        self._surplus = self._surplus or (mended is None and len(row) > self._layout.width)
        if len(self._examples) < 3:
            self._examples.append(f"Record {index + 1}: {' | '.join(row)}"[:200])

    def _rows(self, findings: list[Finding]) -> Iterator[list[str | None]]:
        layout, joiner = self._layout, self._dialect.delimiter or " "
        last = self._records - self._footers
        written = 0
        for index, row in self._all((0.3, 0.7)):
            if index >= last:
                return
            if index in self._repeats or is_comment(row, layout.comment) or all(map(is_blank, row)):
                continue
            if index in self._ragged:
                row = self._ragged[index] or row
                if len(findings) < _MOST_FINDINGS:
                    findings.append(Finding(code="RAGGED_ROWS", row=written))
            yield _fit(row, layout.width, joiner, surplus=self._surplus)
            written += 1


def _fit(row: list[str], width: int, joiner: str, *, surplus: bool) -> list[str | None]:
    """The row at the table's width: short ones filled up, what is too much joined into one more cell."""
    cells: list[str | None] = [*row[:width], *[None] * (width - len(row))]
    if surplus:
        rest = row[width:]
        cells.append(joiner.join(rest) if any(not is_blank(cell) for cell in rest) else None)
    return cells

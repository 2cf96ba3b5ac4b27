"""Tables found inside a document: which one is meant, and the rows of text where there is none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import pyarrow as pa

from workspace.dataset import DataProblem
from workspace.errors import UnreadableFile
from workspace.reading.cells import is_blank
from workspace.reading.columns import batches_of, string_schema
from workspace.reading.layout import MOST_FOOTERS, Layout, count_footers, find_layout, is_comment
from workspace.reading.reports import other_tables
from workspace.reading.source import Opened, Source

_SAMPLE_ROWS = 400
_LEAST_SHARE = 0.25
TEXT = "text"


@dataclass
class Grid:
    """A table as rows of cells, under the name by which it can be asked for."""

    name: str
    rows: list[list[str]]

    @property
    def weight(self) -> int:
        """Cells that are filled, in a table of at least two rows and two columns; how much it looks like data."""
        filled = [sum(not is_blank(cell) for cell in row) for row in self.rows]
        wide = [count for count in filled if count > 1]
        return sum(wide) if len(wide) > 1 else 0

    @property
    def chars(self) -> int:
        """Characters in it."""
        return sum(len(cell) for row in self.rows for cell in row)


@dataclass
class Found:
    """What a document holds: its tables, and its running text as rows of named columns."""

    grids: list[Grid] = field(default_factory=list)
    columns: Sequence[str] = ("text",)
    texts: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def text_chars(self) -> int:
        """Characters of the running text, without what says where it stands."""
        return sum(len(row[0]) for row in self.texts)


def open_found(source: Source, kind: str, found: Found, encoding: str | None = None) -> Opened:
    """The table that was asked for, else the one that holds most, else the running text.

    A small table amid much text is not what such a document is about: then its text is read.

    Raises:
        UnreadableFile: SHEET_NOT_FOUND, NO_TABLE.
    """
    grids = [grid for grid in found.grids if grid.weight]
    names = [grid.name for grid in grids] + ([TEXT] if found.texts else [])
    chosen = _chosen(source, found, grids, names)
    if isinstance(chosen, Grid):
        opened = _grid(source, kind, chosen)
    else:
        schema = string_schema(found.columns)
        batches = batches_of(_reported(source, found.texts), schema)
        opened = Opened(format=kind, schema=schema, batches=batches)
    opened.encoding = encoding
    if len(names) > 1:
        opened.sheets, opened.sheet = names, chosen.name if isinstance(chosen, Grid) else TEXT
        opened.problems += others(opened.sheet, names)
    return opened


def others(chosen: str, names: Sequence[str]) -> list[DataProblem]:
    """The note that a file has more tables than the one that was read."""
    rest = [name for name in names if name not in (chosen, TEXT)]
    return [other_tables(chosen, rest)] if rest else []


def _chosen(source: Source, found: Found, grids: list[Grid], names: list[str]) -> Grid | None:
    if source.sheet is not None:
        if source.sheet not in names:
            raise no_such_part(source.sheet, names)
        return next((grid for grid in grids if grid.name == source.sheet), None)
    best = max(grids, key=lambda grid: grid.weight, default=None)
    if best is None and not found.texts:
        raise UnreadableFile(
            "NO_TABLE",
            "I found neither a table nor text in this document.",
            "Check that it is the right file. If it shows pictures of text, its words have to be typed or recognised.",
        )
    if best is not None and sum(grid.chars for grid in grids) < _LEAST_SHARE * found.text_chars:
        return None
    return best


def no_such_part(name: str, names: Sequence[str]) -> UnreadableFile:
    """The error for a sheet, table or inner file that is not there."""
    shown = ", ".join(names[:20]) + (f" and {len(names) - 20:,} more" if len(names) > 20 else "")
    return UnreadableFile(
        "SHEET_NOT_FOUND",
        f"There is no table or file named “{name}” in it.",
        f"Choose one of: {shown}." if names else "Leave the name out.",
    )


def _grid(source: Source, kind: str, grid: Grid) -> Opened:
    width = max(map(len, grid.rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in grid.rows]
    layout = find_layout(rows[:_SAMPLE_ROWS])
    if not layout.names:
        raise UnreadableFile("NO_TABLE", "I found no rows in this file.", "Check that it is the right file.")
    schema = string_schema(layout.names)
    batches = _grid_batches(source, rows, layout, schema)
    return Opened(format=kind, schema=schema, batches=batches, header_row=layout.header_row)


def _grid_batches(source: Source, rows: list[list[str]], layout: Layout, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    end = len(rows) - count_footers(rows[max(layout.start, len(rows) - MOST_FOOTERS) :], layout)
    header = rows[layout.header_row] if layout.header_row is not None else None

    def data() -> Iterator[list[str]]:
        for row in islice(rows, layout.start, end):
            # A table that goes on over pages shows its header anew on each.
            if is_comment(row, layout.comment) or all(map(is_blank, row)) or row == header:
                continue
            yield row[: layout.width] + [""] * (layout.width - len(row))

    yield from batches_of(data(), schema)


def _reported(source: Source, rows: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    for index, row in enumerate(rows):
        if index % 8_192 == 0:
            source.report(0.9 + 0.1 * index / len(rows))
        yield row

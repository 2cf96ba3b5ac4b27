"""A delimited table inside the single column of another one.

It comes about where a whole line was quoted once more, or where a workbook was made from a CSV file by opening it with
the wrong delimiter: then each cell of column A holds a line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from workspace.reading.dialect import detect_dialect, parse
from workspace.reading.source import Opened, Source
from workspace.reading.tables import reads_like_header

_LEAST_ROWS = 3
_AGREED = 0.95


def holds_table(cells: Sequence[str]) -> bool:
    """Whether cells are the lines of a delimited table: names first, then as many values in nearly every line."""
    if len(cells) <= _LEAST_ROWS:
        return False
    dialect = detect_dialect("\n".join(cells) + "\n", ".csv")
    if dialect.delimiter is None:
        return False
    rows = [row for row in parse("\n".join(cells) + "\n", dialect) if row]
    width = len(rows[0])
    agreed = sum(len(row) == width for row in rows)
    return width > 1 and reads_like_header(rows[0]) and agreed >= _AGREED * len(rows)


def open_inside(source: Source, cells: Iterable[str]) -> Opened:
    """The table whose lines the cells are. Raises UnreadableFile."""
    from workspace.reading.delimited_reader import open_delimited

    assert source.scratch is not None
    path = source.scratch / "inside.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(cell + "\r\n" for cell in cells)
    return open_delimited(replace(source, path=path, name="inside.csv", sheet=None))

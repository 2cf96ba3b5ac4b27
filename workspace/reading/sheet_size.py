"""How far the cells of a workbook's sheets reach, before a library makes room for all between them.

Two cells at opposite corners of a sheet are a file of a few bytes and a grid of 17 billion cells; the library that
reads workbooks allocates the whole grid, and the process dies if there is no room.
"""

import re
import zipfile
from pathlib import Path

from workspace.errors import LimitExceeded
from workspace.reading.source import Limits

_CELL_BYTES = 32
"""What one cell of the grid takes in memory."""
_BLOCK = 1 << 20
_OVERLAP = 32
_PLACE = re.compile(rb"""\br=["']([A-Za-z]{1,3})(\d{1,9})["']""")


def refuse_vast_sheets(path: Path, limits: Limits) -> None:
    """Streams through the sheets of an XLSX file and looks where their cells are.

    Raises:
        LimitExceeded: SHEET_TOO_LARGE.
        zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError: for damaged archives.
    """
    most = limits.read_memory_bytes // _CELL_BYTES
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if not entry.filename.lower().startswith("xl/worksheets/") or entry.is_dir():
                continue
            rows, columns = _reach(archive, entry)
            if rows * columns > most:
                raise LimitExceeded(
                    "SHEET_TOO_LARGE",
                    f"A sheet of this workbook spans {rows:,} rows and {columns:,} columns, "
                    "more cells than I can hold.",
                    "Copy the cells that you need to a new sheet, or save the sheet as CSV, and upload that.",
                )


def _reach(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[int, int]:
    """The last row and the last column that a cell stands in, counted from 1."""
    rows = columns = 0
    rest = b""
    with archive.open(entry) as file:
        while block := file.read(_BLOCK):
            text = rest + block
            places = set(_PLACE.findall(text))
            rows = max(rows, max((int(row) for _, row in places), default=0))
            columns = max(columns, max((_column(letters) for letters in {name for name, _ in places}), default=0))
            rest = text[-_OVERLAP:]
    return rows, columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number

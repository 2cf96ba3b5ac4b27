"""XLSX, XLSM, XLS and ODS through calamine, which computes no formulas and follows no links."""

import datetime
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import python_calamine as calamine

from workspace.errors import InputError, LimitExceeded, UnreadableFile
from workspace.reading.cells import is_blank
from workspace.reading.columns import batches_of, string_schema
from workspace.reading.layout import MOST_FOOTERS, Layout, count_footers, find_layout, is_comment
from workspace.reading.source import Opened, Source

_SAMPLE_ROWS = 400
_MOST_SHEETS = 20
_MOST_UNPACKED = 4 << 30
_MOST_RATIO = 200


def open_xlsx(source: Source) -> Opened:
    """An Excel workbook of the XML kind. Raises UnreadableFile, LimitExceeded."""
    _refuse_bomb(source.path)
    return _open(source, "xlsx")


def open_xls(source: Source) -> Opened:
    """An old binary Excel workbook. Raises UnreadableFile."""
    return _open(source, "xls")


def open_ods(source: Source) -> Opened:
    """An OpenDocument spreadsheet. Raises UnreadableFile, LimitExceeded."""
    _refuse_bomb(source.path)
    return _open(source, "ods")


def protected() -> UnreadableFile:
    """The error for a workbook with a password."""
    return UnreadableFile(
        "FILE_PROTECTED",
        "This workbook is protected with a password.",
        "Open it in Excel, remove the password (File, Info, Protect Workbook), save it and upload it again.",
    )


def _damaged(exc: Exception) -> UnreadableFile:
    error = UnreadableFile(
        "FILE_DAMAGED",
        "This workbook is damaged and cannot be opened.",
        "Open it in Excel or LibreOffice, save it as a new .xlsx file and upload that.",
    )
    error.__cause__ = exc
    return error


def _refuse_bomb(path: Path) -> None:
    """Reads the sizes that the zip's directory declares, before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as exc:
        raise _damaged(exc) from exc
    packed = max(1, path.stat().st_size)
    if unpacked > _MOST_UNPACKED or (unpacked > 200 << 20 and unpacked > _MOST_RATIO * packed):
        raise LimitExceeded(
            "FILE_UNPACKS_TOO_LARGE",
            f"This workbook unpacks to {unpacked / (1 << 20):,.0f} MB, far more than a table of this size would.",
            "Save the sheet that you need as CSV and upload that.",
        )


def _open(source: Source, kind: str) -> Opened:
    try:
        book = calamine.CalamineWorkbook.from_path(str(source.path))
        sheets = _sheets_with_cells(book)
        return _table(source, kind, book, sheets)
    except InputError:
        raise
    except calamine.PasswordError as exc:
        raise protected() from exc
    except (calamine.CalamineError, OSError, ValueError) as exc:
        raise _damaged(exc) from exc


def _sheets_with_cells(book: Any) -> list[str]:
    return [meta.name for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]


def _table(source: Source, kind: str, book: Any, sheets: list[str]) -> Opened:
    if source.sheet is not None and source.sheet not in book.sheet_names:
        raise UnreadableFile(
            "SHEET_NOT_FOUND",
            f"There is no sheet named “{source.sheet}” in this workbook.",
            "Choose one of: " + ", ".join(sheets) + ".",
        )
    best: tuple[int, Any, Layout] | None = None
    for name in [source.sheet] if source.sheet is not None else sheets[:_MOST_SHEETS]:
        sheet = book.get_sheet_by_name(name)
        rows = list(islice(_grid(sheet), _SAMPLE_ROWS))
        if not any(not is_blank(cell) for row in rows for cell in row):
            continue
        layout = find_layout(rows, merged_header=_merged_header(sheet))
        named = sum(1 for cell in rows[layout.header_row] if cell) if layout.header_row is not None else layout.width
        size = (_height(sheet) - layout.start + 1) * named
        if best is None or size > best[0]:
            best = (size, sheet, layout)
    if best is None:
        raise UnreadableFile("NO_TABLE", "This workbook has no cells with text.", "Check that it is the right file.")
    _, sheet, layout = best
    schema = string_schema(layout.names)
    return Opened(
        format=kind,
        schema=schema,
        batches=batches_of(_rows(source, sheet, layout), schema),
        header_row=layout.header_row,
        sheets=list(book.sheet_names),
        sheet=sheet.name,
    )


def _grid(sheet: Any) -> Iterator[list[str]]:
    """Rows as text from the sheet's first row and first used column on."""
    for row in sheet.iter_rows():
        yield [as_text(cell) for cell in row]


def _height(sheet: Any) -> int:
    return sheet.end[0] + 1 if sheet.end else 0


def _merged_header(sheet: Any) -> int | None:
    """The last row of cells merged downwards that begin in the first rows: a header over several rows."""
    ranges = sheet.merged_cell_ranges or []
    top = [(low, high) for low, high in ranges if low[0] <= 5 and low[0] < high[0] <= low[0] + 6]
    return max((high[0] for _, high in top), default=None) if len(top) > 1 else None


def _rows(source: Source, sheet: Any, layout: Layout) -> Iterator[list[str]]:
    height = max(1, _height(sheet))
    tail = list(islice(_grid(sheet), max(layout.start, height - MOST_FOOTERS), None))
    end = height - count_footers(tail, layout)
    for index, row in enumerate(islice(_grid(sheet), layout.start, end)):
        if index % 8_192 == 0:
            source.report(index / height)
        if not is_comment(row, layout.comment) and not all(map(is_blank, row)):
            yield row[: layout.width] + [""] * (layout.width - len(row))


def as_text(cell: object) -> str:
    """A cell as text: whole numbers without a decimal point, dates as ISO 8601, booleans as true and false."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time(0) else cell.isoformat(sep=" ")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return "" if cell is None else str(cell)

"""XLSX, XLSM, XLS and ODS through calamine, which computes no formulas and follows no links."""

import datetime
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import python_calamine as calamine

from workspace.errors import InputError, LimitExceeded, UnreadableFile
from workspace.reading.cells import extent, is_blank
from workspace.reading.columns import batches_of, string_schema
from workspace.reading.layout import MOST_FOOTERS, Layout, count_footers, find_layout, is_comment
from workspace.reading.names import usable
from workspace.reading.reports import formulas_without_values, other_tables, sheets_alike
from workspace.reading.sheet_formulas import empty_formulas
from workspace.reading.sheet_size import refuse_vast_sheets
from workspace.reading.sheet_tables import Part, find_parts, main_part, part_names
from workspace.reading.source import ALL_SHEETS, Opened, Source
from workspace.reading.tables import Block
from workspace.reading.unpacking import refuse_bomb
from workspace.reading.unwrapping import holds_table, open_inside

_SAMPLE_ROWS = 400
_MOST_SHEETS = 20
_MOST_SPLIT_ROWS = 50_000
_MOST_MERGED = 100_000
_NUMBERED = re.compile(r"(.+) \(\d+\)", re.S)


def open_xlsx(source: Source) -> Opened:
    """An Excel workbook of the XML kind. Raises UnreadableFile, LimitExceeded."""
    _refuse_bomb(source)
    return _open(source, "xlsx")


def open_xls(source: Source) -> Opened:
    """An old binary Excel workbook. Raises UnreadableFile."""
    return _open(source, "xls")


def open_ods(source: Source) -> Opened:
    """An OpenDocument spreadsheet. Raises UnreadableFile, LimitExceeded."""
    _refuse_bomb(source)
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


def _vast() -> LimitExceeded:
    return LimitExceeded(
        "SHEET_TOO_LARGE",
        "A sheet of this workbook spans more cells than I can hold.",
        "Copy the cells that you need to a new sheet, or save the sheet as CSV, and upload that.",
    )


def _refuse_bomb(source: Source) -> None:
    try:
        refuse_bomb(source.path, source.limits)
        refuse_vast_sheets(source.path, source.limits)
    except (UnreadableFile, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as exc:
        raise _damaged(exc) from exc


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
        if "limit exceeded" in str(exc):
            raise _vast() from exc
        raise _damaged(exc) from exc


def _sheets_with_cells(book: Any) -> list[str]:
    """Names of the work sheets that people see; of all of them where every one is hidden."""
    sheets = [meta for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
    seen = [meta.name for meta in sheets if meta.visible == calamine.SheetVisibleEnum.Visible]
    return seen or [meta.name for meta in sheets]


@dataclass
class _Found:
    """One table of one sheet."""

    sheet: Any
    part: Part
    layout: Layout
    size: int


def _together(source: Source, kind: str, book: Any, sheets: list[str]) -> Opened:
    """The sheets with the same columns below each other, as for one month each; a last column names the sheet."""
    groups: dict[tuple[str, ...], list[_Found]] = {}
    for name in sheets:
        found = _largest(book.get_sheet_by_name(name))
        if found is not None:
            groups.setdefault(tuple(found.layout.names), []).append(found)
    if not groups:
        raise _no_cells()
    group = max(groups.values(), key=lambda found: (len(found) > 1, sum(one.size for one in found)))
    names = list(group[0].layout.names)
    schema = string_schema(usable([*names, "sheet"], len(names) + 1))
    opened = Opened(kind, schema, iter(()), header_row=group[0].layout.header_row, sheets=book.sheet_names)
    together = [one.sheet.name for one in group]
    if rest := [name for name in sheets if name not in together]:
        opened.problems.append(other_tables(f"{len(together)} sheets of the same columns", rest))
    rows = ([*row, one.sheet.name] for one in group for row in _rows(source, one.sheet, one.layout, one.part))
    opened.batches = batches_of(rows, schema)
    return opened


def _no_cells() -> UnreadableFile:
    return UnreadableFile("NO_TABLE", "This workbook has no cells with text.", "Check that it is the right file.")


def _table(source: Source, kind: str, book: Any, sheets: list[str]) -> Opened:
    if source.sheet == ALL_SHEETS:
        return _together(source, kind, book, sheets)
    asked, inside = _asked(source.sheet, book, sheets)
    best: _Found | None = None
    alike: dict[tuple[str, ...], list[str]] = {}
    for name in [asked] if asked is not None else sheets[:_MOST_SHEETS]:
        found = _largest(book.get_sheet_by_name(name))
        if found is not None:
            alike.setdefault(tuple(found.layout.names), []).append(name)
        if found is not None and (best is None or found.size > best.size):
            best = found
    if best is None:
        raise _no_cells()
    sheet, layout = best.sheet, best.layout
    # Only now is the whole sheet looked through: for choosing the sheet its first rows are enough.
    parts = find_parts(list(_grid(sheet))) if _height(sheet) <= _MOST_SPLIT_ROWS else []
    names = part_names(sheet.name, parts, main_part(parts), book.sheet_names) if len(parts) > 1 else [sheet.name]
    shown = sheet.name if inside is None else inside
    if shown not in names:
        raise _no_sheet(shown, [*sheets, *names[1:]])
    if len(parts) > 1:
        part = parts[names.index(shown)]
        best = _Found(sheet, part, _layout(sheet, part), best.size)
        layout = best.layout
    layout = _as_wide_as_needed(sheet, layout, best.part)
    if layout.width == 1 and source.scratch is not None and len(parts) < 2:
        cells = [row[0] for row in _grid(sheet) if row and row[0]]
        if holds_table(cells[:_SAMPLE_ROWS]):
            return replace(open_inside(source, cells), format=kind, sheets=book.sheet_names, sheet=shown, encoding=None)
    schema = string_schema(layout.names)
    opened = Opened(
        format=kind,
        schema=schema,
        batches=iter(()),
        header_row=None if layout.header_row is None else best.part.block.start + layout.header_row,
        sheets=_with_parts(book.sheet_names, sheet.name, names),
        sheet=shown,
    )
    if len(parts) > 1:
        opened.problems.append(other_tables(shown, [name for name in names if name != shown]))
    same = [name for name in alike.get(tuple(best.layout.names), []) if name != sheet.name]
    if same and asked is None and len(parts) < 2:
        opened.problems.append(sheets_alike(sheet.name, same))
    if (formulas := empty_formulas(source.path, kind, sheet.name)).count:
        opened.problems.append(formulas_without_values(formulas.count, formulas.places))
    opened.batches = batches_of(_rows(source, sheet, layout, best.part), schema)
    return opened


def _asked(name: str | None, book: Any, sheets: list[str]) -> tuple[str | None, str | None]:
    """The sheet that was asked for, and the name of the table on it where a further one is meant."""
    if name is None or name in book.sheet_names:
        return name, None
    numbered = _NUMBERED.fullmatch(name)
    if numbered is None or numbered.group(1) not in book.sheet_names:
        raise _no_sheet(name, sheets)
    return numbered.group(1), name


def _no_sheet(name: str, sheets: list[str]) -> UnreadableFile:
    return UnreadableFile(
        "SHEET_NOT_FOUND",
        f"There is no sheet named “{name}” in this workbook.",
        "Choose one of: " + ", ".join(sheets) + ".",
    )


def _with_parts(sheets: list[str], sheet: str, names: list[str]) -> list[str]:
    """The sheets, each with the further tables on it where they are known."""
    return [one for name in sheets for one in ([name, *[n for n in names if n != name]] if name == sheet else [name])]


def _largest(sheet: Any) -> _Found | None:
    """The sheet as one table, its size judged by its height and its named columns."""
    rows = list(islice(_grid(sheet), _SAMPLE_ROWS))
    if not any(not is_blank(cell) for row in rows for cell in row):
        return None
    layout = find_layout(rows, merged_header=_merged_header(sheet), trim=True)
    named = sum(1 for cell in rows[layout.header_row] if cell) if layout.header_row is not None else layout.width
    return _Found(sheet, Part(Block(0, _height(sheet))), layout, (_height(sheet) - layout.start + 1) * named)


def _layout(sheet: Any, part: Part) -> Layout:
    last = min(part.block.end, part.block.start + _SAMPLE_ROWS)
    rows = [part.cut(row) for row in islice(_grid(sheet), part.block.start, last)]
    width = max(map(extent, rows), default=0)
    return find_layout([row[:width] for row in rows], trim=True)


def _as_wide_as_needed(sheet: Any, layout: Layout, part: Part) -> Layout:
    """Columns at the end that seemed empty, if a value stands in one of them far below."""
    if layout.declared <= layout.width:
        return layout
    widest = max((extent(part.cut(row)[: layout.declared]) for row in _grid(sheet)), default=0)
    return replace(layout, names=usable(layout.names, max(widest, layout.width)))


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
    # Names stand side by side; cells merged below each other are groups of rows.
    beside = [high[0] for low, high in top if sum(other[0] == low[0] for other, _ in top) > 1]
    return max(beside, default=None)


def _rows(source: Source, sheet: Any, layout: Layout, part: Part) -> Iterator[list[str]]:
    block = part.block
    bottom = min(_height(sheet), block.end)
    height = max(1, bottom - block.start)
    start = block.start + layout.start
    tail = [part.cut(row) for row in islice(_grid(sheet), max(start, bottom - MOST_FOOTERS), bottom)]
    end = bottom - count_footers(tail, layout)
    header = None
    if layout.header_row is not None:
        place = block.start + layout.header_row
        header = next((part.cut(row) for row in islice(_grid(sheet), place, place + 1)), None)
    below = _merged_below(sheet, start)
    held: dict[int, str] = {}
    for index, whole in enumerate(islice(_grid(sheet), start, end)):
        if index % 8_192 == 0:
            source.report(index / height)
        row = part.cut(whole)
        # Boards show their header anew above each group of rows.
        kept = not is_comment(row, layout.comment) and not all(map(is_blank, row)) and row != header
        if here := below.get(start + index):
            held = {column: held.get(column, "") if goes_on else whole[column] for column, goes_on in here.items()}
            row = part.cut([held.get(column, cell) for column, cell in enumerate(whole)])
        if kept:
            yield row[: layout.width] + [""] * (layout.width - len(row))


def _merged_below(sheet: Any, start: int) -> dict[int, dict[int, bool]]:
    """By row from ``start`` on: the columns of cells merged over several rows, and whether they began further up.

    Such a cell says the same of all its rows, and only the first of them has its value.
    """
    found: dict[int, dict[int, bool]] = {}
    first = sheet.start[1] if sheet.start else 0
    for low, high in sheet.merged_cell_ranges or []:
        if low[0] >= start and low[0] < high[0] and low[1] >= first:
            for row in range(low[0], min(high[0], low[0] + _MOST_MERGED) + 1):
                found.setdefault(row, {})[low[1] - first] = row > low[0]
    return found


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

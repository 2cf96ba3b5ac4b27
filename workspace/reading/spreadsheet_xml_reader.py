"""XML Spreadsheet 2003, which many programs export under the name .xls or .xml.

Runs in a process of its own (:mod:`workspace.reading.child`); defusedxml refuses entities and references.
Source: Microsoft, "XML Spreadsheet Reference" (Office XP and 2003).
"""

import re
from pathlib import Path
from typing import Any

from workspace.errors import UnreadableFile
from workspace.reading.grids import Found, Grid, open_found
from workspace.reading.source import Opened, Source

_NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_START = re.compile(rb"\s*(?:<\?xml\b|<\?mso-application\b|<(?:\w+:)?Workbook\b)", re.I)
_MIDNIGHT = re.compile(r"T00:00:00(?:\.0+)?$")
_MOST_SPAN = 1_000


def is_spreadsheet_xml(head: bytes) -> bool:
    """Whether a file's beginning, in any encoding, names that kind of workbook."""
    text = head.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return _START.match(text) is not None and _NAMESPACE.encode() in text and b"Workbook" in text


def open_spreadsheet_xml(source: Source) -> Opened:
    """The sheets of the workbook. Raises UnreadableFile."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException

    try:
        found = Found(_grids(source.path, source.limits.max_columns))
    except (ParseError, DefusedXmlException, ValueError, LookupError) as exc:
        raise UnreadableFile(
            "FILE_DAMAGED",
            "This workbook is damaged and cannot be opened.",
            "Open it in Excel or LibreOffice, save it as a new .xlsx file and upload that.",
        ) from exc
    source.report(0.8)
    opened = open_found(source, "xml", found)
    filled = [grid.name for grid in found.grids if grid.weight]
    opened.sheets, opened.sheet = [grid.name for grid in found.grids], opened.sheet or filled[0]
    return opened


def _grids(path: Path, widest: int) -> list[Grid]:
    from defusedxml.ElementTree import iterparse

    grids: list[Grid] = []
    for event, node in iterparse(path, events=("start", "end")):
        kind = node.tag.rpartition("}")[2]
        if event == "start":
            if kind == "Worksheet":
                grids.append(Grid(_of(node, "Name") or f"sheet {len(grids) + 1}", []))
            continue
        if kind == "Row" and grids:
            _add(grids[-1].rows, node, widest)
            # What was read is dropped: a workbook in XML is ten times its table.
            node.clear()
    return grids


def _of(node: Any, name: str) -> str | None:
    value = node.get(f"{{{_NAMESPACE}}}{name}")
    return str(value) if value is not None else None


def _number(node: Any, name: str) -> int:
    value = _of(node, name) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 8 else 0


def _add(rows: list[list[str]], node: Any, widest: int) -> None:
    """One row; rows and cells that are left out before it are empty."""
    skipped = _number(node, "Index") - 1 - len(rows)
    rows += [[] for _ in range(min(skipped, _MOST_SPAN))]
    row: list[str] = []
    for cell in node:
        if cell.tag.rpartition("}")[2] != "Cell":
            continue
        place = min(_number(cell, "Index") - 1, widest)
        row += [""] * (place - len(row))
        row.append(_value(cell))
        row += [""] * min(_number(cell, "MergeAcross"), widest)
    rows.append(row)


def _value(cell: Any) -> str:
    data = next((child for child in cell if child.tag.rpartition("}")[2] == "Data"), None)
    if data is None:
        return ""
    text = "".join(data.itertext())
    kind = _of(data, "Type")
    if kind == "Boolean":
        return "true" if text.strip() == "1" else "false"
    if kind == "DateTime":
        return _MIDNIGHT.sub("", text.strip()).replace("T", " ")
    return text

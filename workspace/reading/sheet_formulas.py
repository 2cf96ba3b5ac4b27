"""Formulas of a workbook that have no stored result, as programs write them that compute nothing.

The library that reads workbooks gives an empty cell for these, which a person would take for a gap in the data. Looked
for in the file's XML as a stream of bytes: a parser would cost more than all the reading does.
"""

import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_BLOCK = 1 << 20
_LONGEST = 1 << 14
_LARGEST_BOOK = 16 << 20
_CELL = re.compile(
    rb"<c\b(?P<start>[^>]{0,400})>\s*(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v\b[^>]*>\s*</v>)?\s*</c>"
)
_ODS_CELL = re.compile(rb"<table:table-cell\b(?P<start>[^>]*\btable:formula=[^>]*)>")
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3}\d{1,9})["']""")
_SHOWN = 3
# An empty text is a result too: then the cell says that its value is a text.
_COMPUTED = {"xlsx": b't="str"', "ods": b"office:value-type"}


@dataclass
class EmptyFormulas:
    """How many there are, and the first places (none for ODS, which does not write them down)."""

    count: int = 0
    places: list[str] = field(default_factory=list)


def empty_formulas(path: Path, kind: str, sheet: str) -> EmptyFormulas:
    """The formulas of one sheet that have no stored result; of all sheets in ODS. Old .xls files always store them."""
    found = EmptyFormulas()
    if kind not in ("xlsx", "ods"):
        return found
    try:
        with zipfile.ZipFile(path) as archive:
            name = "content.xml" if kind == "ods" else _entry_of(archive, sheet)
            if name is not None:
                with archive.open(name) as file:
                    _count(file, kind, found)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, NotImplementedError, RuntimeError):
        # What cannot be read here was refused before, or is no part that a formula stands in.
        return found
    return found


def _count(file: Any, kind: str, found: EmptyFormulas) -> None:
    pattern = _ODS_CELL if kind == "ods" else _CELL
    rest = b""
    while block := file.read(_BLOCK):
        text = rest + block
        end = 0
        for match in pattern.finditer(text):
            end = match.end()
            start = match["start"]
            if _COMPUTED[kind] in start:
                continue
            found.count += 1
            place = _PLACE.search(start)
            if place and len(found.places) < _SHOWN:
                found.places.append(place.group(1).decode())
        rest = text[max(end, len(text) - _LONGEST) :]


def _entry_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The file inside the archive that holds a sheet."""
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        book, links = (
            fromstring(archive.open(name).read(_LARGEST_BOOK))
            for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
        )
    except (ParseError, ValueError):
        return None
    key = next(
        (
            value
            for node in book.iter()
            if node.tag.endswith("}sheet") and node.get("name") == sheet
            for name, value in node.attrib.items()
            if name.endswith("}id")
        ),
        None,
    )
    target = next((node.get("Target") for node in links.iter() if node.get("Id") == key), None)
    if key is None or target is None:
        return None
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"

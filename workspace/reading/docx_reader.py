"""Word documents (.docx) and OpenDocument texts (.odt): their tables, or one row a paragraph below its heading.

Runs in a process of its own (:mod:`workspace.reading.child`). Only the document's own XML is read, piece by piece:
no pictures, links, macros or embedded objects. lxml resolves no entities and opens no connection; a document type
declaration, which neither format has, is refused.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from workspace.errors import UnreadableFile
from workspace.reading.grids import Found, Grid, open_found
from workspace.reading.source import Opened, Source
from workspace.reading.unpacking import BAD_ARCHIVE, refuse_bomb

_HEADING = re.compile(r"(?:heading|überschrift|titre|título|titolo|kop|rubrik|nagłówek)\s*(\d)?|title|subtitle", re.I)
_MOST_REPEATS = 1_000
# What was deleted or moved away while changes were tracked, and the program of a field.
_NOT_SAID = frozenset({"del", "moveFrom", "instrText"})
COLUMNS = ("text", "heading")


def open_docx(source: Source) -> Opened:
    """A Word document. Raises UnreadableFile, LimitExceeded."""
    return _open(source, "docx", "word/document.xml")


def open_odt(source: Source) -> Opened:
    """An OpenDocument text. Raises UnreadableFile, LimitExceeded."""
    return _open(source, "odt", "content.xml")


def _open(source: Source, kind: str, part: str) -> Opened:
    from lxml import etree

    refuse_bomb(source.path, source.limits)
    try:
        with zipfile.ZipFile(source.path) as archive:
            headings = _heading_styles(archive) if kind == "docx" else set()
            with archive.open(part) as file:
                walk = _Walk(headings)
                for event, node in _parsed(file):
                    walk.step(event, node)
    except (*BAD_ARCHIVE, etree.LxmlError, KeyError) as exc:
        if getattr(exc, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from exc
        raise damaged_document() from exc
    source.report(0.9)
    return open_found(source, kind, Found(walk.grids, COLUMNS, walk.texts))


def damaged_document() -> UnreadableFile:
    """The error for a text document that cannot be opened."""
    return UnreadableFile(
        "FILE_DAMAGED",
        "This text document is damaged and cannot be opened.",
        "Open it in Word or LibreOffice, save it as a new file and upload that.",
    )


def _parsed(file: IO[bytes]) -> Iterator[tuple[str, Any]]:
    from lxml import etree

    found = etree.iterparse(
        file, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    first = True
    for event, node in found:
        if first and node.getroottree().docinfo.internalDTD is not None:
            raise ValueError("a document type declaration")
        first = False
        yield event, node
        # What has been read is let go, so that memory stays flat.
        if event == "end" and _name(node) in ("p", "tbl", "table", "h"):
            node.clear(keep_tail=True)


def _name(node: Any) -> str:
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _attribute(node: Any, name: str) -> str:
    return next((str(value) for key, value in node.attrib.items() if key.rpartition("}")[2] == name), "")


def _heading_styles(archive: zipfile.ZipFile) -> set[str]:
    """Ids of the styles that stand for headings, in whatever language the document was written."""
    found = {f"Heading{level}" for level in range(1, 10)} | {"Title", "Subtitle"}
    if "word/styles.xml" not in archive.namelist():
        return found
    style = ""
    with archive.open("word/styles.xml") as file:
        for event, node in _parsed(file):
            kind = _name(node)
            if kind == "style" and event == "start":
                style = _attribute(node, "styleId")
            elif (event == "start" and kind == "outlineLvl") or (
                event == "start" and kind == "name" and _HEADING.match(_attribute(node, "val"))
            ):
                found.add(style)
    return found


@dataclass
class _Table:
    rows: list[list[str]] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)
    width: int = 1
    repeat: int = 1


@dataclass
class _Paragraph:
    parts: list[str] = field(default_factory=list)
    heading: bool = False
    removed: int = 0


class _Walk:
    """Follows the parser through a document. The two formats share their shape: paragraphs, tables, rows, cells."""

    def __init__(self, headings: set[str]) -> None:
        self.grids: list[Grid] = []
        self.texts: list[tuple[str, ...]] = []
        self._headings = headings
        self._heading = ""
        self._tables: list[_Table] = []
        self._paragraphs: list[_Paragraph] = []

    def step(self, event: str, node: Any) -> None:
        """One start or end of an element."""
        action = getattr(self, f"_{event}_{_name(node).replace('-', '_')}", None)
        if action is not None:
            action(node)
        elif self._paragraphs and _name(node) in _NOT_SAID:
            self._paragraphs[-1].removed += 1 if event == "start" else -1

    def _take(self, text: str | None) -> None:
        paragraph = self._paragraphs[-1]
        if text and not paragraph.removed:
            paragraph.parts.append(text)

    # paragraphs

    def _start_p(self, node: Any) -> None:
        self._paragraphs.append(_Paragraph())

    _start_h = _start_p

    def _end_p(self, node: Any) -> None:
        self._close(node, heading=False)

    def _end_h(self, node: Any) -> None:
        self._close(node, heading=True)

    def _close(self, node: Any, *, heading: bool) -> None:
        if not self._paragraphs:
            return
        paragraph = self._paragraphs.pop()
        if "opendocument" in node.tag:
            paragraph.parts = ["".join(_odt_text(node))]
        text = "".join(paragraph.parts).strip()
        if self._tables:
            if text:
                self._tables[-1].cell.append(text)
        elif heading or paragraph.heading:
            self._heading = text or self._heading
        elif text:
            self.texts.append((text, self._heading))

    def _start_pStyle(self, node: Any) -> None:
        if self._paragraphs and _attribute(node, "val") in self._headings:
            self._paragraphs[-1].heading = True

    def _end_t(self, node: Any) -> None:
        if self._paragraphs:
            self._take(node.text)

    def _end_tab(self, node: Any) -> None:
        # Also an element of the tab stops that a paragraph declares; those stand before any text.
        if self._paragraphs and self._paragraphs[-1].parts:
            self._take("\t")

    def _end_br(self, node: Any) -> None:
        if self._paragraphs:
            self._take("\n")

    # tables

    def _start_tbl(self, node: Any) -> None:
        self._tables.append(_Table())

    _start_table = _start_tbl

    def _end_tbl(self, node: Any) -> None:
        if self._tables:
            self.grids.append(Grid(f"table {len(self.grids) + 1}", self._tables.pop().rows))

    _end_table = _end_tbl

    def _start_tr(self, node: Any) -> None:
        if self._tables:
            self._tables[-1].rows.append([])

    _start_table_row = _start_tr

    def _start_tc(self, node: Any) -> None:
        if self._tables:
            table = self._tables[-1]
            repeated, spanned = _attribute(node, "number-columns-repeated"), _attribute(node, "number-columns-spanned")
            table.cell, table.repeat, table.width = [], _count(repeated), _count(spanned)

    _start_table_cell = _start_tc
    _start_covered_table_cell = _start_tc

    def _start_gridSpan(self, node: Any) -> None:
        if self._tables:
            self._tables[-1].width = _count(_attribute(node, "val"))

    def _start_vMerge(self, node: Any) -> None:
        """A cell that continues the one above shows its text."""
        if self._tables and _attribute(node, "val") != "restart":
            rows = self._tables[-1].rows
            place = len(rows[-1]) if rows else 0
            if len(rows) > 1 and place < len(rows[-2]):
                self._tables[-1].cell.append(rows[-2][place])

    def _end_tc(self, node: Any) -> None:
        if self._tables and self._tables[-1].rows:
            table = self._tables[-1]
            width = table.width if "opendocument" not in node.tag else 1
            table.rows[-1] += ["\n".join(table.cell)] * min(_MOST_REPEATS, width * table.repeat)
            table.cell, table.width, table.repeat = [], 1, 1

    _end_table_cell = _end_tc
    _end_covered_table_cell = _end_tc


def _count(value: str) -> int:
    return min(_MOST_REPEATS, max(1, int(value))) if value.isascii() and value.isdigit() and len(value) < 7 else 1


def _odt_text(node: Any) -> Iterator[str]:
    """The text of an OpenDocument paragraph: blanks and tabs are elements, notes are left out."""
    yield node.text or ""
    for child in node:
        name = _name(child)
        if name == "s":
            yield " " * _count(_attribute(child, "c"))
        elif name == "tab":
            yield "\t"
        elif name == "line-break":
            yield "\n"
        elif name not in ("note", "annotation", "tracked-changes"):
            yield from _odt_text(child)
        yield child.tail or ""

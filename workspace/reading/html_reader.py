"""Tables of web pages: exports that call themselves .xls, pages saved from Confluence, mails saved from Outlook.

Runs in a process of its own (:mod:`workspace.reading.child`). lxml's HTML parser opens no connection, expands no
entities of a document's own and limits depth; scripts and hidden parts are left out.
"""

import codecs
import re
from collections.abc import Iterator
from typing import Any

from workspace.errors import UnreadableFile
from workspace.reading.grids import Found, Grid, open_found
from workspace.reading.source import Opened, Source

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.I)
_HEAD = 1 << 14
_MOST_SPAN = 1_000
_MOST_TABLES = 500
_UNSEEN = frozenset({"script", "style", "noscript", "template", "head"})
_BREAKS = frozenset({"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"})
_SPACE = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")


def open_html(source: Source) -> Opened:
    """The largest table of a web page. Raises UnreadableFile."""
    name = _encoding(source)
    data = source.path.read_bytes()
    source.report(0.1)
    found = Found(tables_in(data.decode(name, "replace")))
    source.report(0.6)
    if not found.grids:
        raise no_table_in_page()
    return open_found(source, "html", found, name)


def tables_in(page: str) -> list[Grid]:
    """The tables of a page that hold data."""
    tree = _tree(page)
    return [] if tree is None else [grid for grid in _grids(tree) if grid.weight]


def text_of_page(page: str) -> str:
    """What a reader sees of a page, as lines of text."""
    tree = _tree(page)
    return "" if tree is None else _text(tree)


def _tree(page: str) -> Any:
    from lxml import etree, html

    text = page.lstrip("\ufeff").replace("\0", "")
    try:
        return html.fromstring(text.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8", no_network=True))
    except (etree.LxmlError, ValueError) as exc:
        if getattr(exc, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from exc
        return None


def no_table_in_page() -> UnreadableFile:
    """The error for a web page that shows no table."""
    return UnreadableFile(
        "FILE_IS_HTML",
        "This file is a web page without a table, whatever its name says.",
        "If it is an export, open it in Excel and save it as .xlsx; if it is a login page, download it again.",
    )


def _encoding(source: Source) -> str:
    """The encoding that the page declares, if its bytes fit; else what they look like."""
    with source.path.open("rb") as file:
        declared = _CHARSET.search(file.read(_HEAD))
    if declared:
        name = declared.group(1).decode("ascii").lower()
        # Browsers read the first of these as the second (WHATWG Encoding Standard).
        name = "cp1252" if name in ("iso-8859-1", "latin-1", "latin1", "us-ascii") else name
        try:
            if not codecs.lookup(name).name.startswith("utf-16"):
                with source.path.open(encoding=name) as text:
                    while text.read(1 << 20):
                        pass
                return codecs.lookup(name).name
        except (LookupError, ValueError):
            pass
    return source.encoding.name


def _grids(tree: Any) -> Iterator[Grid]:
    names: set[str] = set()
    for index, table in enumerate(tree.iter("table")):
        if index >= _MOST_TABLES:
            return
        name = _name(table) or f"table {index + 1}"
        name = f"{name} ({index + 1})" if name in names else name
        names.add(name)
        yield Grid(name, _rows(table))


def _name(table: Any) -> str:
    """What the page calls the table: its caption, or the heading right above it."""
    caption = table.find("caption")
    if caption is not None:
        return _text(caption)[:80].replace("\n", " ")
    before = table.getprevious()
    if before is not None and before.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
        return _text(before)[:80].replace("\n", " ")
    return ""


def _rows(table: Any) -> list[list[str]]:
    """The cells as a grid: one that spans columns or rows is repeated in all of them, as a reader sees it."""
    rows: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}
    for line in _own(table, "tr"):
        row: list[str] = []
        for cell in _own(line, "td", "th"):
            _hang(row, hanging)
            text = _text(cell)
            width, height = _span(cell, "colspan"), _span(cell, "rowspan")
            for _ in range(width):
                if height > 1:
                    hanging[len(row)] = (height - 1, text)
                row.append(text)
        _hang(row, hanging)
        if row:
            rows.append(row)
    return rows


def _hang(row: list[str], hanging: dict[int, tuple[int, str]]) -> None:
    """Fills in what hangs down from the rows above at the present place."""
    while len(row) in hanging:
        left, text = hanging.pop(len(row))
        if left > 1:
            hanging[len(row)] = (left - 1, text)
        row.append(text)


def _own(parent: Any, *tags: str) -> Iterator[Any]:
    """The rows or cells of this table, not those of a table inside it."""
    waiting = list(reversed(parent))
    while waiting:
        child = waiting.pop()
        if child.tag in tags:
            yield child
        elif child.tag in ("thead", "tbody", "tfoot", "tr", "form", "colgroup"):
            waiting.extend(reversed(child))


def _span(cell: Any, kind: str) -> int:
    value = (cell.get(kind) or "").strip()
    return min(_MOST_SPAN, max(1, int(value))) if value.isascii() and value.isdigit() and len(value) < 7 else 1


def _text(node: Any) -> str:
    """What a reader sees of it: lines where the page breaks them, other white space joined."""
    if not len(node):
        return " ".join((node.text or "").split())
    parts: list[str] = []
    # Own stack: a page may nest deeper than Python may call.
    waiting: list[tuple[Any, bool]] = [(node, False)]
    while waiting:
        item, after = waiting.pop()
        if after:
            if item.tag in _BREAKS:
                parts.append("\n")
            if item is not node and item.tail:
                parts.append(item.tail.replace("\n", " "))
            continue
        waiting.append((item, True))
        if not isinstance(item.tag, str) or item.tag in _UNSEEN or (item.tag == "table" and item is not node):
            continue
        if item.tag == "br":
            parts.append("\n")
        if item.text:
            parts.append(item.text.replace("\n", " "))
        waiting.extend((child, False) for child in reversed(item))
    return _LINES.sub("\n", _SPACE.sub(" ", "".join(parts))).strip()

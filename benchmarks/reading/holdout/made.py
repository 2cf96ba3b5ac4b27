"""A made file with its facts, and the few ways in which tables are written."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

Row = Sequence[Any]


@dataclass(frozen=True)
class Made:
    """One file.

    Facts: ``encoding``, ``delimiter``, ``header_row``, ``rows``, ``sheet`` (as in ``DatasetProfile``), ``task``,
    ``text`` and ``label`` (a name, or a set of names each of which would do), ``label_columns`` (a list, in any order).
    A fact that the kind of file does not have, or that people could rightly argue about, is left out.
    """

    name: str
    content: bytes
    facts: dict[str, Any] = field(default_factory=dict)


def delimited(rows: Iterable[Row], delimiter: str = ",", *, quote_all: bool = False, eol: str = "\r\n") -> str:
    """Rows as text, quoted as a spreadsheet would."""
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=eol).writerows(rows)
    return out.getvalue()


def lines(objects: Iterable[object]) -> bytes:
    """One JSON object a line."""
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in objects).encode()


def dumped(value: object, indent: int | None = 2) -> bytes:
    """A JSON document."""
    return json.dumps(value, ensure_ascii=False, indent=indent).encode()


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip archive whose bytes are the same each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 3, 1, 9, 0, 0)), content)
    return out.getvalue()


def ods(sheets: dict[str, list[list[str]]]) -> bytes:
    """An OpenDocument spreadsheet; runs of empty cells are written as one repeated cell, as LibreOffice does."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">{"".join(_ods_row(row) for row in rows)}'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row></table:table>'
        for name, rows in sheets.items()
    )
    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} office:version="1.3"><office:body>'
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    files = {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest}
    return zipped({name: text.encode() for name, text in files.items()})


def _ods_row(row: list[str]) -> str:
    cells, empty = "", 0
    for value in row:
        if not value:
            empty += 1
            continue
        cells += f'<table:table-cell table:number-columns-repeated="{empty}"/>' if empty else ""
        cells += f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
        empty = 0
    return f"<table:table-row>{cells}</table:table-row>"

"""Documents made in code: Word, PDF, OpenDocument text, archives."""

import io
import tarfile
import zipfile
from collections.abc import Mapping, Sequence

import docx
from fpdf import FPDF
from PIL import Image

TOPICS = (("the printer", "IT"), ("a bill", "Billing"))
ROWS = [["text", "team"], *[[f"message number {i} about {TOPICS[i % 2][0]}", TOPICS[i % 2][1]] for i in range(12)]]
PARAGRAPHS = [
    "The first paragraph is long enough to be broken over more than one line of a page, so that reading it line by "
    "line would tear it apart and leave nobody any the wiser about what it says.",
    "The second paragraph is about something else entirely. It ends here.",
    "A third one follows, again with so many words that the page has to break it into several lines, as pages do "
    "when somebody writes more than fits between their two margins.",
]


def word(paragraphs: Sequence[str] = (), rows: Sequence[Sequence[str]] = (), heading: str = "") -> bytes:
    """A Word document: a heading, paragraphs, then a table."""
    document = docx.Document()
    if heading:
        document.add_heading(heading, level=1)
    for text in paragraphs:
        document.add_paragraph(text)
    if rows:
        table = document.add_table(rows=0, cols=len(rows[0]))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf(
    paragraphs: Sequence[str] = (), rows: Sequence[Sequence[str]] = (), *, ruled: bool = True, password: str = ""
) -> bytes:
    """A PDF document: paragraphs, then a table with lines around its cells or with wide gaps only."""
    document = FPDF()
    document.add_page()
    document.set_font("Helvetica", size=10)
    for text in paragraphs:
        document.multi_cell(0, 5, text)
        document.ln(6)
    if rows and ruled:
        with document.table() as table:
            for row in rows:
                table.row(row)
    elif rows:
        for row in rows:
            for text in row:
                document.cell(95, 6, text)
            document.ln()
    if password:
        document.set_encryption(owner_password="owner", user_password=password)
    return bytes(document.output())


def page(rows: Sequence[Sequence[str]], before: str = "", after: str = "") -> bytes:
    """A web page with one table."""
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<html><body>{before}<table>{lines}</table>{after}</body></html>".encode()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files: Mapping[str, bytes]) -> bytes:
    """A compressed tar archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def csv(rows: Sequence[Sequence[str]] = ROWS) -> bytes:
    """A CSV file of cells without commas."""
    return "".join(",".join(row) + "\n" for row in rows).encode()


def word_with(body: str, doctype: str = "") -> bytes:
    """A Word document with a body of one's own."""
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    xml = f'<?xml version="1.0"?>{doctype}<w:document xmlns:w="{name}"><w:body>{body}</w:body></w:document>'
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": xml.encode()})


def opendocument(rows: Sequence[Sequence[str]]) -> bytes:
    """An OpenDocument text with a table."""
    name = "urn:oasis:names:tc:opendocument:xmlns"
    cells = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in rows
    )
    xml = (
        f'<office:document-content xmlns:office="{name}:office:1.0" xmlns:table="{name}:table:1.0" '
        f'xmlns:text="{name}:text:1.0"><office:body><office:text><table:table>{cells}</table:table>'
        "</office:text></office:body></office:document-content>"
    )
    return zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": xml.encode()})


def picture_pdf() -> bytes:
    """A scanned page: a picture and no text."""
    document = FPDF()
    document.add_page()
    document.image(Image.new("L", (60, 80), 200), x=10, y=10, w=190)
    return bytes(document.output())

"""Which format a file is in, from its bytes; the name only decides where the bytes leave it open."""

import re
import zipfile
import zlib
from pathlib import Path

from workspace.errors import UnreadableFile
from workspace.reading.annotations.brat import pair_of
from workspace.reading.annotations.kinds import annotation_kind
from workspace.reading.arrow_reader import is_arrow
from workspace.reading.chat_reader import is_chat
from workspace.reading.encoding import not_text
from workspace.reading.excel_reader import protected
from workspace.reading.json_reader import broken_json, like_json
from workspace.reading.mail_reader import is_mail
from workspace.reading.source import Source
from workspace.reading.spreadsheet_xml_reader import is_spreadsheet_xml
from workspace.reading.subtitle_reader import is_subtitles
from workspace.reading.text_reader import is_running_text
from workspace.reading.unpacking import COMPRESSED
from workspace.reading.web_archive_reader import is_web_archive

_HEAD = 1 << 16
_CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What people take for a table. (bytes at the start, what it is, what to do)
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG", "a picture", "Upload the spreadsheet or text file itself, not a picture of it."),
    (b"\xff\xd8\xff", "a picture", "Upload the spreadsheet or text file itself, not a picture of it."),
    (b"GIF8", "a picture", "Upload the spreadsheet or text file itself, not a picture of it."),
    (b"BM", "", ""),
    (b"RIFF", "a sound, film or picture", "Upload a spreadsheet or a text file."),
    (b"ID3", "a sound file", "Upload a spreadsheet or a text file."),
    (b"7z\xbc\xaf\x27\x1c", "a compressed archive (7z)", "Unpack it and upload the file inside."),
    (b"Rar!", "a compressed archive (rar)", "Unpack it and upload the file inside."),
    (b"\x28\xb5\x2f\xfd", "a compressed file (zstd)", "Unpack it and upload the file inside."),
    (b"\x7fELF", "a program", "Upload a spreadsheet or a text file."),
    (b"MZ", "", ""),
    (b"SQLite format 3", "a database (SQLite)", "Export the table from it as CSV and upload that."),
    (b"{\\rtf", "a text document (RTF)", "Put one text in each row of a spreadsheet and upload that."),
)
_HTML = re.compile(
    rb"^\s*+(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype\s+html|html|table|head|body|meta)\b", re.I | re.S
)
_JSON = (".json", ".jsonl", ".ndjson")
_XML = re.compile(rb"^\s*<\?xml", re.I)
_LFS = b"version https://git-lfs.github.com/spec"


def detect_format(source: Source) -> str:
    """One of the names in the registry of readers.

    Raises:
        UnreadableFile: for what is no table, with what it is instead and what to do.
    """
    if pair_of(source) is not None:
        return "brat"
    if source.path.is_dir():
        return "folder"
    with source.path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise UnreadableFile("FILE_EMPTY", "This file is empty (0 bytes).", "Save it again, then upload it once more.")
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _zip_kind(source.path)
    if head.startswith(_CFB):
        return _cfb_kind(source.path)
    if head.startswith(b"PAR1"):
        return "parquet"
    if is_arrow(head):
        return "arrow"
    # Some programs put a few bytes before a PDF's mark; readers look for it in the first kilobyte.
    if head.startswith(b"%PDF-") or (source.suffix == ".pdf" and b"%PDF-" in head[:1_024]):
        return "pdf"
    if head.startswith(COMPRESSED) or head[257:262] == b"ustar":
        return "archive"
    # BIFF2 to BIFF5 workbooks begin with a bare BOF record.
    if head[:2] in (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08") and b"\0" in head[:16]:
        return "xls"
    if is_spreadsheet_xml(head):
        return "spreadsheet_xml"
    if _is_html(source, head):
        return "html"
    if is_web_archive(head, source.suffix):
        return "web_archive"
    if is_mail(head, source.suffix):
        return "mail"
    _refuse_foreign(head)
    return _text_kind(source, head)


def _unknown(what: str, next_step: str) -> UnreadableFile:
    return UnreadableFile("NOT_A_TABLE", f"This is {what}, not a table.", next_step)


def _refuse_foreign(head: bytes) -> None:
    for magic, what, step in _FOREIGN:
        # Two letters alone could begin a text; a program or bitmap also has NUL bytes.
        if head.startswith(magic) and (what or b"\0\0" in head[:512]):
            if what:
                raise _unknown(what, step)
            raise not_text()
    if head.startswith(_LFS):
        raise UnreadableFile(
            "FILE_IS_POINTER",
            "This file is only a Git LFS pointer; the data itself is not in it.",
            "Run “git lfs pull” where the file comes from, or download it from the web page, then upload it.",
        )
    if _XML.match(head):
        raise _unknown("an XML file", "Open it in Excel and save it as .xlsx, or export it as CSV.")


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = b""
            if "mimetype" in names:
                with archive.open("mimetype") as mimetype:
                    kind = mimetype.read(80)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as exc:
        raise UnreadableFile(
            "FILE_DAMAGED",
            "This file is damaged: it is a workbook or zip archive that was cut off or changed.",
            "Download or save it again, then upload it.",
        ) from exc
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if b"opendocument.spreadsheet" in kind:
        return "ods"
    if "word/document.xml" in names:
        return "docx"
    if b"opendocument.text" in kind:
        return "odt"
    if any(name.startswith("ppt/") for name in names):
        raise _unknown("a presentation", "Put one text in each row of a spreadsheet and upload that.")
    return "archive"


def _is_html(source: Source, head: bytes) -> bool:
    """A web page, by its first element, in any encoding; or by its name, where tags follow soon."""
    text = head.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if _HTML.match(text) or (_XML.match(text) and b"<html" in text[:2_048].lower()):
        return True
    return source.suffix in (".html", ".htm", ".xhtml") and text.lstrip().startswith(b"<")


def _cfb_kind(path: Path) -> str:
    """Old Office files and protected new ones share a container; the names of its streams tell them apart."""
    with path.open("rb") as file:
        data = file.read(32 << 20)
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise protected()
    if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
        return "xls"
    if "WordDocument".encode("utf-16-le") in data:
        raise _unknown("a Word document", "Put one text in each row of a spreadsheet and upload that.")
    raise _unknown("an Office file of another kind", "Save your table as .xlsx or CSV and upload that.")


def _text_kind(source: Source, head: bytes) -> str:
    encoding = source.encoding
    with encoding.open(source.path) as file:
        text = file.read(_HEAD)
    if not text.strip("\ufeff \t\r\n\0"):
        raise UnreadableFile("FILE_BLANK", "This file holds only blanks.", "Check that it is the right file.")
    if sum(1 for c in text if c < " " and c not in "\r\n\t\f\x1c\x1d\x1e\x1f\x01") > 0.01 * len(text):
        raise not_text()
    if encoding.errors != "strict" and text.count("\ufffd") > 0.02 * len(text):
        raise not_text()
    start = text.lstrip()
    if source.suffix in _JSON or like_json(start):
        if start[0] in "{[" or like_json(start):
            return "json"
        if source.suffix in _JSON:
            raise broken_json("it starts with neither [ nor {")
    if is_subtitles(text):
        return "subtitles"
    if is_chat(text):
        return "chat"
    kind = annotation_kind(text, source.suffix)
    return kind or ("text" if is_running_text(text, source.suffix) else "delimited")

"""Web archives (MHTML, RFC 2557): a page with its pictures in one file, as browsers and Excel save it.

Runs in a process of its own (:mod:`workspace.reading.child`).
"""

import re
from email import message_from_binary_file, policy
from pathlib import PurePosixPath

from workspace.reading.grids import Found, Grid, open_found
from workspace.reading.html_reader import no_table_in_page, tables_in
from workspace.reading.source import Opened, Source

_FIELDS = re.compile(rb"\s*(?:[\w-]+:.*\r?\n(?:[ \t].*\r?\n)*)+", re.I)
_RELATED = re.compile(rb"^content-type:\s*multipart/(?:related|alternative|mixed)", re.I | re.M)
_SUFFIXES = (".mht", ".mhtml")


def is_web_archive(head: bytes, suffix: str = "") -> bool:
    """Whether a file begins with the fields of a web archive."""
    fields = _FIELDS.match(head[:8_192])
    if fields is None or not _RELATED.search(fields.group()):
        return False
    said = fields.group().lower()
    mails = b"\nreceived:" in said or b"\nmessage-id:" in said or suffix == ".eml"
    saved = b"snapshot-content-location" in said or b"saved by" in said
    # Programs that hand out “Excel” files this way write no more fields than they must, and no sender.
    return suffix in _SUFFIXES or saved or (not mails and b"\nfrom:" not in said and b"mime-version:" in said)


def open_web_archive(source: Source) -> Opened:
    """The tables of all pages in it. Raises UnreadableFile."""
    with source.path.open("rb") as file:
        archive = message_from_binary_file(file, policy=policy.default)
    source.report(0.2)
    found = Found()
    for part in archive.walk():
        data = part.get_payload(decode=True) if part.get_content_type() == "text/html" else None
        if not isinstance(data, bytes):
            continue
        charset = part.get_content_charset()
        page = PurePosixPath(str(part.get("content-location") or "")).stem
        for grid in tables_in(_decoded(data, charset)):
            taken = {other.name for other in found.grids}
            name = grid.name if grid.name not in taken else f"{page or 'page'}, {grid.name}"
            number = 2
            while name in taken:
                name, number = f"{grid.name} ({number})", number + 1
            found.grids.append(Grid(name, grid.rows))
    source.report(0.8)
    if not found.grids:
        raise no_table_in_page()
    return open_found(source, "mhtml", found, "utf-8")


def _decoded(data: bytes, charset: str | None) -> str:
    declared = re.search(rb"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", data[:16_384], re.I)
    names = [charset, declared.group(1).decode("ascii", "replace") if declared else None, "utf-8"]
    for name in names:
        try:
            return data.decode(name) if name else data.decode("utf-8")
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("cp1252", "replace")

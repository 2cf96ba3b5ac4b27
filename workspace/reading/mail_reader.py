"""E-mails: a single one (.eml, RFC 5322) or a box of them (mbox, RFC 4155). One row a mail.

Runs in a process of its own (:mod:`workspace.reading.child`). Attachments are not opened.
"""

import mailbox
import re
from collections.abc import Iterator
from email import message_from_binary_file, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import IO, Any

from workspace.reading.annotations.table import Row, opened_rows
from workspace.reading.source import Opened, Source

_BOX = re.compile(rb"From \S+.{0,80}\d{4}\r?\n[\w-]+:")
_FIELD = re.compile(rb"([A-Za-z][\w-]{1,40}):[ \t]?.*|[ \t].*")
_KNOWN = frozenset(
    b"from to cc subject date received message-id return-path delivered-to mime-version reply-to content-type "
    b"in-reply-to dkim-signature x-mailer sender".split()
)
_LEAST_KNOWN = 3
_ESCAPED = re.compile(r"^>(>*From )", re.M)


def is_mail(head: bytes, suffix: str = "") -> bool:
    """Whether a file begins as a mail or as a box of mails does; a few known fields do where its name says so."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if _BOX.match(head):
        return True
    fields: list[bytes] = []
    for line in head.splitlines()[:60]:
        if not line.strip():
            break
        found = _FIELD.fullmatch(line)
        if found is None:
            return False
        fields += [found.group(1).lower()] if found.group(1) else []
    least = 2 if suffix == ".eml" else _LEAST_KNOWN
    return len(_KNOWN.intersection(fields)) >= least and (b"from" in fields or b"subject" in fields)


def open_mail(source: Source) -> Opened:
    """The mails with their subject, text, sender, receiver and date."""
    with source.path.open("rb") as file:
        boxed = _BOX.match(file.read(400).lstrip(b"\r\n")) is not None

    def rows() -> Iterator[Row]:
        if not boxed:
            with source.path.open("rb") as file:
                yield _row(_parsed(file))
            return
        box: Any = mailbox.mbox(source.path, factory=_parsed, create=False)  # type: ignore[arg-type]
        total = max(1, len(box))
        for number, mail in enumerate(box):
            source.report(number / total)
            yield _row(mail)

    return opened_rows(source, "mail", rows, encoding="utf-8")


def _parsed(file: IO[bytes]) -> EmailMessage:
    return message_from_binary_file(file, policy=policy.default)


def _row(mail: EmailMessage) -> dict[str, str | None]:
    found: dict[str, str | None] = {
        "subject": _field(mail, "subject"),
        "text": _ESCAPED.sub(r"\1", _text(mail)).strip(),
    }
    return found | {"from": _field(mail, "from"), "to": _field(mail, "to"), "date": _date(mail)}


def _field(mail: EmailMessage, name: str) -> str | None:
    try:
        value = mail[name]
    except (ValueError, LookupError, AttributeError, TypeError):
        # The parser of the standard library stumbles over some broken fields.
        return None
    return " ".join(str(value).split()) if value is not None else None


def _date(mail: EmailMessage) -> str | None:
    value = _field(mail, "date")
    try:
        return parsedate_to_datetime(value).isoformat(sep=" ") if value else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return value


def _text(mail: EmailMessage) -> str:
    """The plain text of a mail; the words of its page where it has none."""
    try:
        body = mail.get_body(preferencelist=("plain", "html"))
    except (ValueError, LookupError, AttributeError, TypeError):
        body = None
    part = body if body is not None else mail
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    text = _decoded(data, part.get_content_charset())
    return _words(text) if part.get_content_type() == "text/html" else text.replace("\r\n", "\n")


def _decoded(data: bytes, charset: str | None) -> str:
    for name in (charset, "utf-8"):
        try:
            return data.decode(name) if name else data.decode()
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("cp1252", "replace")


def _words(page: str) -> str:
    from workspace.reading.html_reader import text_of_page

    return text_of_page(page)

"""Which encoding a text file is in, found from its bytes alone."""

import codecs
import io
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

from workspace.errors import UnreadableFile
from workspace.reading.legacy import legacy_encoding

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BLOCK = 1 << 20
_SAMPLE = 1 << 18
_FEW_NULS = 0.02
_LEAST_TEXT = 200


@dataclass(frozen=True)
class Encoding:
    """A Python codec, the bytes of byte-order mark before the text, and what to do with bytes that do not fit.

    ``dropped`` are bytes that mean nothing wherever they stand: NUL bytes of a program's slip, and byte-order marks
    amid a file that was put together from several.
    """

    name: str
    bom: int = 0
    errors: str = "strict"
    dropped: tuple[bytes, ...] = ()

    def open(self, path: Path) -> TextIO:
        """The file as text without its byte-order mark, line ends untouched."""
        file: BinaryIO = path.open("rb")
        file.seek(self.bom)
        if self.dropped:
            file = cast(BinaryIO, io.BufferedReader(_Without(file, self.dropped)))
        return io.TextIOWrapper(file, encoding=self.name, errors=self.errors, newline="")


class _Without(io.RawIOBase):
    """A file without some bytes."""

    def __init__(self, file: BinaryIO, dropped: tuple[bytes, ...]) -> None:
        self._file, self._dropped, self._rest = file, dropped, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            block = self._file.read(max(1, len(buffer) - len(self._rest)))
            data, self._rest = self._rest + block, b""
            for part in self._dropped:
                data = data.replace(part, b"")
            if block and (cut := _begun(data, self._dropped)):
                data, self._rest = data[:-cut], data[-cut:]
            if data or not block:
                buffer[: len(data)] = data
                return len(data)

    def tell(self) -> int:
        """How far the file itself was read."""
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()


def _begun(data: bytes, parts: tuple[bytes, ...]) -> int:
    """How many bytes at the end may be the beginning of one of the parts."""
    return max((n for part in parts for n in range(1, len(part)) if data.endswith(part[:n])), default=0)


def detect_encoding(path: Path) -> Encoding:
    """The encoding of a text file.

    A byte-order mark decides; then UTF-16 by its NUL bytes; then UTF-8 if the whole file is valid; then the legacy
    encoding under which it reads most like a human language.

    Raises:
        UnreadableFile: NOT_TEXT where no encoding makes it text.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    for mark, name in _BOMS:
        if head.startswith(mark):
            if name != "utf-8" and _odd_share(head[len(mark) :], name) > 0.05:
                raise not_text()
            marks = _meaningless(path, head) if name == "utf-8" else ()
            return Encoding(name, len(mark), _errors(path, name, len(mark)), marks)
    dropped = _meaningless(path, head)
    if b"\0" in head and b"\0" not in dropped:
        name = _utf32(head) or _utf16(head)
        return Encoding(name, 0, _errors(path, name, 0))
    good, bad, high = _utf8_counts(path)
    if bad == 0:
        return Encoding("utf-8", dropped=dropped)
    # A few spoilt bytes in a file that is otherwise UTF-8: reading all of it as Latin-1 would spoil the rest.
    if good >= 10 * bad:
        return Encoding("utf-8", 0, "replace", dropped)
    name = _legacy(high)
    # Carriage returns doubled before line feeds come from Windows, where Latin-1 is called cp1252.
    return Encoding("cp1252" if name == "latin-1" and b"\r\r\n" in head else name, dropped=dropped)


def _meaningless(path: Path, head: bytes) -> tuple[bytes, ...]:
    """NUL bytes where they are few amid text, and byte-order marks of UTF-8 behind the beginning."""
    controls = sum(1 for byte in head if byte < 9 or 13 < byte < 27)
    nul = head.count(0)
    found = []
    if nul and nul == controls and nul <= max(2, _FEW_NULS * len(head)) and len(head) >= _LEAST_TEXT:
        found.append(b"\0")
    with path.open("rb") as file:
        file.seek(1)
        before = b""
        while block := file.read(_BLOCK):
            if codecs.BOM_UTF8 in before + block:
                found.append(codecs.BOM_UTF8)
                break
            before = block[-2:]
    return tuple(found)


def _errors(path: Path, name: str, skip: int) -> str:
    decoder = codecs.getincrementaldecoder(name)()
    with path.open("rb") as file:
        file.seek(skip)
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "replace"
    return "strict"


def _utf32(head: bytes) -> str | None:
    """UTF-32 without a mark: the highest byte of every four is 0, the next one nearly always."""
    whole = head[: len(head) // 4 * 4]
    if len(whole) < 16:
        return None
    for name, top, second in (("utf-32-le", 3, 2), ("utf-32-be", 0, 1)):
        if not any(whole[top::4]) and whole[second::4].count(0) >= 0.9 * (len(whole) // 4):
            return name if _odd_share(whole, name) < 0.02 else None
    return None


def _utf16(head: bytes) -> str:
    best, name = 0.02, ""
    if sum(1 for byte in head if byte < 9 or 13 < byte < 32 or byte > 127) < 0.1 * len(head):
        # In UTF-16 every other byte is NUL or a script's number; a few NULs amid ASCII are damage.
        raise not_text()
    for candidate in ("utf-16-le", "utf-16-be"):
        share = _odd_share(head, candidate)
        if share < best:
            best, name = share, candidate
    if not name:
        raise not_text()
    return name


def _odd_share(head: bytes, name: str) -> float:
    """Share of characters that no text has: control characters, unassigned and private ones, damaged ones."""
    text = head[: len(head) // 4 * 4].decode(name, "replace")
    odd = sum(1 for c in text if c not in "\r\n\t" and unicodedata.category(c) in ("Cc", "Cn", "Co", "Cs"))
    return (odd + text.count("\ufffd")) / max(1, len(text))


def not_text() -> UnreadableFile:
    """The error for bytes that are no text in any encoding."""
    return UnreadableFile(
        "NOT_TEXT",
        "This file is not text and not a kind of file that I know.",
        "Open it in the program that made it and save it as CSV (UTF-8) or Excel (.xlsx), then upload that.",
    )


def _utf8_counts(path: Path) -> tuple[int, int, bytes]:
    """Valid multi-byte characters, invalid places, and the lines around the invalid ones, up to the sample size."""
    good = bad = 0
    high: list[bytes] = []
    size = 0
    rest = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            whole = rest + block
            try:
                if not whole.isascii():
                    good += len(whole) - whole.decode("utf-8").__len__()
                rest = b""
                continue
            except UnicodeDecodeError as exc:
                if exc.reason == "unexpected end of data" and exc.end == len(whole) and len(whole) - exc.start < 4:
                    rest = whole[exc.start :]
                    good += exc.start - len(whole[: exc.start].decode("utf-8"))
                    continue
            rest = b""
            text = whole.decode("utf-8", "replace")
            bad += text.count("\ufffd")
            good += sum(1 for c in text if c > "\x7f" and c != "\ufffd")
            for line in whole.splitlines(keepends=True):
                if size < _SAMPLE and not line.isascii():
                    high.append(line)
                    size += len(line)
            if size >= _SAMPLE and bad > good:
                break
    if rest:
        bad += 1
        high.append(rest)
    return good, bad, b"".join(high)


def _legacy(high: bytes) -> str:
    controls = sum(1 for byte in high if byte < 32 and byte not in (9, 10, 12, 13, 27))
    if controls > 0.02 * len(high):
        raise not_text()
    return legacy_encoding(high[:_SAMPLE])

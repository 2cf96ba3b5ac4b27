"""Uploads as they arrive: counted, written to disk in pieces, refused the moment they pass the limit."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import Headers

from assistant.uploads import safe_name
from workspace.errors import InputError, LimitExceeded

_PIECE = 1 << 20
_ENVELOPE = 64 << 10
"""Bytes that the multipart form may add around the file."""
_MAX_HEADER = 16 << 10


@dataclass(frozen=True)
class Received:
    """A file that has arrived whole. ``name`` is for people only; ``path`` is ours."""

    path: Path
    name: str
    bytes: int


def refuse_by_length(headers: Headers, limit_mb: int) -> None:
    """Refuses before a byte of the body is read, where the client says how long it is. Raises LimitExceeded."""
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > (limit_mb << 20) + _ENVELOPE:
        raise _too_large(limit_mb)


async def receive_file(headers: Headers, body: AsyncIterator[bytes], folder: Path, limit_mb: int) -> Received:
    """The first file of a multipart form, streamed to a new file in ``folder``. Nothing is left behind on an error.

    Raises:
        LimitExceeded: more bytes arrived than the limit allows, whatever the client had announced.
        InputError: the form is broken, empty or cut off.
    """
    kind, options = parse_options_header(headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise _broken()
    await anyio.Path(folder).mkdir(parents=True, exist_ok=True)
    path = folder / uuid.uuid4().hex
    form = _Form(limit_mb)
    parser = MultipartParser(boundary, form.callbacks())  # type: ignore[arg-type]
    try:
        async with await anyio.open_file(path, "wb") as file:
            async for chunk in body:
                parser.write(chunk)
                if len(form.waiting) >= _PIECE:
                    await file.write(form.take())
            await file.write(form.take())
        if not form.complete:
            raise _broken()
        return Received(path, safe_name(form.name), form.size)
    except FormParserError as exc:
        path.unlink(missing_ok=True)
        raise _broken() from exc
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@dataclass
class _Form:
    """What the parser has found so far: the first part with a file name counts, others are passed over."""

    limit_mb: int
    name: str = ""
    size: int = 0
    complete: bool = False
    waiting: bytearray = field(default_factory=bytearray)
    _in_file: bool = False
    _header_name: bytearray = field(default_factory=bytearray)
    _header_value: bytearray = field(default_factory=bytearray)

    def callbacks(self) -> dict[str, Any]:
        return {
            "on_part_begin": self._part_begin,
            "on_header_field": lambda data, start, end: self._more(self._header_name, data[start:end]),
            "on_header_value": lambda data, start, end: self._more(self._header_value, data[start:end]),
            "on_header_end": self._header_end,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
        }

    def take(self) -> bytes:
        piece, self.waiting = bytes(self.waiting), bytearray()
        return piece

    def _more(self, buffer: bytearray, data: bytes) -> None:
        buffer += data
        if len(buffer) > _MAX_HEADER:
            raise _broken()

    def _part_begin(self) -> None:
        self._in_file = False

    def _header_end(self) -> None:
        if bytes(self._header_name).lower() == b"content-disposition" and not self.name:
            _, options = parse_options_header(bytes(self._header_value))
            if file_name := options.get(b"filename"):
                self.name = file_name.decode("utf-8", "replace")
                self._in_file = True
        self._header_name.clear()
        self._header_value.clear()

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if not self._in_file:
            return
        self.size += end - start
        if self.size > self.limit_mb << 20:
            raise _too_large(self.limit_mb)
        self.waiting += data[start:end]

    def _part_end(self) -> None:
        self.complete = self.complete or self._in_file
        self._in_file = False


def _too_large(limit_mb: int) -> LimitExceeded:
    return LimitExceeded(
        "FILE_TOO_LARGE",
        f"This file is larger than the {limit_mb:,} MB that are allowed here.",
        "Upload a part of it; some thousand rows are enough to begin with.",
    )


def _broken() -> InputError:
    return InputError("UPLOAD_BROKEN", "The file did not arrive whole.", "Upload it again.")

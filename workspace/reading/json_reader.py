"""JSON (records, a list under one key, an object of columns) and JSON lines, also several objects a line.

The file is parsed twice, value by value: once to know the columns, once to yield them (three times where an annotation
tool wrote it). Only a file that is one object has to be held in memory.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TextIO

from workspace.errors import LimitExceeded, UnreadableFile
from workspace.reading.annotations.forms import Form, recognise
from workspace.reading.annotations.table import opened_rows
from workspace.reading.encoding import Encoding
from workspace.reading.json_nesting import entries, flat, named_lists, nested_paths, page_key, with_names
from workspace.reading.json_shapes import Found, records_in
from workspace.reading.records import Columns, batches_of_records
from workspace.reading.reports import broken_lines
from workspace.reading.source import Opened, Source

_BLOCK = 1 << 20
_MOST_WHOLE = 256 << 20
_MOST_VALUE = 64 << 20
_DECODER = json.JSONDecoder()
_SPACE = " \t\r\n"

Records = Callable[[float, float], Iterator[Any]]
_JUDGED = 200
_RICH = ("text", "content", "message")
# ``window.YTD.tweets.part0 = [`` (archives of social networks), ``const rows = [``, ``callback({`` (JSONP).
_ASSIGNED = re.compile(r"\s*(?:(?:var|let|const)\s+)?[A-Za-z_$][\w.$]*\s*[=(]\s*(?=[\[{]\s*[\[{\"])")
_MULTILINE = re.compile(r"\s*[\[{]\s*[\[{\"]")


def open_json(source: Source) -> Opened:
    """A JSON or JSON-lines file. Raises UnreadableFile, LimitExceeded."""
    encoding = source.encoding
    with encoding.open(source.path) as file:
        head = file.read(4_096)
        skipped = _ASSIGNED.match(head)
        first = head[skipped.end()] if skipped else head.lstrip(_SPACE)[:1] or _first_character(file)
    if skipped is not None:
        return _assigned(source, encoding, skipped.end(), first)
    if first == "[" and not _is_list_lines(source, encoding):
        return _opened(source, encoding, "json", lambda low, high: _elements(source, encoding, low, high))
    if first not in ("{", "["):
        raise broken_json("it starts with neither [ nor {")
    if (
        first == "{"
        and source.suffix not in (".jsonl", ".ndjson")
        and (source.suffix == ".json" or not _is_lines(source, encoding))
    ):
        whole = _whole_object(source, encoding)
        if whole is not None:
            opened = _opened(source, encoding, "json", lambda low, high: iter(whole.records))
            opened.problems += whole.problems
            return opened
    if first == "{" and not _is_lines(source, encoding) and _goes_on_below(head):
        return _opened(source, encoding, "json", lambda low, high: _values(source, encoding, low, high))
    broken = _Broken()
    opened = _opened(source, encoding, "jsonl", lambda low, high: _lines(source, encoding, broken, low, high))
    if broken.count:
        opened.problems.append(broken_lines(broken.count, broken.examples))
    return opened


def like_json(text: str) -> bool:
    """Whether a text begins as JSON does: by itself, or as the value of a JavaScript variable."""
    return _MULTILINE.match(text) is not None or _ASSIGNED.match(text) is not None


def _assigned(source: Source, encoding: Encoding, skip: int, first: str) -> Opened:
    if first == "[":
        return _opened(source, encoding, "json", lambda low, high: _elements(source, encoding, low, high, skip))
    whole = _whole_object(source, encoding, skip)
    if whole is None:
        raise broken_json("something follows behind the end of its object")
    opened = _opened(source, encoding, "json", lambda low, high: iter(whole.records))
    opened.problems += whole.problems
    return opened


def _goes_on_below(head: str) -> bool:
    """Whether the first object is written over several lines."""
    return head.lstrip(_SPACE).splitlines()[0].strip() in ("{", "[")


def broken_json(what: str) -> UnreadableFile:
    """The error for a file that is no valid JSON."""
    return UnreadableFile(
        "JSON_BROKEN",
        f"This JSON file is not valid: {what}.",
        "Correct that place, or save the file anew from the program that made it. A CSV or Excel file works too.",
    )


def _opened(source: Source, encoding: Encoding, kind: str, values: Records) -> Opened:
    sample = list(islice(values(0.0, 0.0), _JUDGED))
    if (key := page_key(sample)) is not None:
        pages = values
        values = lambda low, high: entries(pages(low, high), key)  # noqa: E731
        sample = list(islice(entries(sample, key), _JUDGED))
    form = recognise(sample)
    if form is not None:
        return _formed(source, encoding, form, values)
    paths = nested_paths(map(_record, sample))
    named = named_lists(flat(_record(value), paths) for value in sample)

    def records(low: float, high: float) -> Iterator[Mapping[str, Any]]:
        return (with_names(flat(_record(value), paths), named) for value in values(low, high))

    columns = Columns()
    for record in records(0.0, 0.5):
        columns.see(record)
        if len(columns.kinds) > source.limits.max_columns:
            break
    if not columns.rows and kind == "jsonl":
        raise broken_json("not a single line of it can be read")
    if not columns.rows:
        raise UnreadableFile("NO_TABLE", "I found no rows in this file.", "Check that it is the right file.")
    schema, keys = columns.schema()
    batches = batches_of_records(records(0.5, 1.0), schema, keys)
    return Opened(format=kind, schema=schema, batches=batches, encoding=encoding.name)


def _formed(source: Source, encoding: Encoding, form: Form, values: Records) -> Opened:
    """What an annotation tool wrote."""
    for value in values(0.0, 0.3):
        form.see(value)
    begun = 0

    def rows() -> Iterator[Mapping[str, Any]]:
        nonlocal begun
        low = 0.6 if begun else 0.3
        begun += 1
        return form.rows(values(low, 0.6 if low == 0.3 else 1.0))

    return opened_rows(source, form.format, rows, form.problems, encoding=encoding.name)


def _record(value: object) -> Mapping[str, Any]:
    """An element as a record: an object as it is, a list by position, anything else as a text."""
    if isinstance(value, dict):
        return _with_plain_text(value)
    if isinstance(value, list):
        return {f"column {index + 1}": item for index, item in enumerate(value)}
    return {"text": value}


def _with_plain_text(record: dict[str, Any]) -> dict[str, Any]:
    """The record with texts put together that a chat program cut at its links and bold words (Telegram)."""
    for key in _RICH:
        parts = record.get(key)
        if type(parts) is list and any(type(part) is dict for part in parts):
            texts = [part.get("text") if type(part) is dict else part for part in parts]
            if all(type(text) is str for text in texts):
                record = {**record, key: "".join(map(str, texts))}
    return record


def _first_character(file: TextIO) -> str:
    while block := file.read(4_096):
        if stripped := block.lstrip(_SPACE):
            return stripped[0]
    return ""


@dataclass
class _Broken:
    """Lines that are no JSON. Counted in the first pass only."""

    count: int = 0
    examples: list[str] = field(default_factory=list)
    closed: bool = False

    def add(self, number: int, line: str) -> None:
        if not self.closed:
            self.count += 1
            if len(self.examples) < 3:
                self.examples.append(f"Line {number}: {line.strip()[:150]}")


def _is_lines(source: Source, encoding: Encoding) -> bool:
    """Whether the first line that is not blank is complete JSON by itself."""
    with encoding.open(source.path) as file:
        for line in file:
            if line.strip():
                return bool(_objects_on(line))
    return False


def _is_list_lines(source: Source, encoding: Encoding) -> bool:
    """Whether the first two lines that are not blank are a list each, as spaCy's pairs in JSON lines are."""
    with encoding.open(source.path) as file:
        whole = 0
        while line := file.readline(_BLOCK):
            if line.strip(_SPACE):
                found = _objects_on(line)
                if not found or not isinstance(found[0], list):
                    return False
                whole += 1
                if whole == 2:
                    return True
    return False


def _lines(source: Source, encoding: Encoding, broken: _Broken, low: float, high: float) -> Iterator[Any]:
    size = max(1, source.path.stat().st_size)
    with encoding.open(source.path) as file:
        for number, line in enumerate(file, start=1):
            if number % 4_096 == 0:
                source.report(low + (high - low) * file.buffer.tell() / size)
            if not line.strip(_SPACE):
                continue
            found = _objects_on(line)
            if found is None:
                broken.add(number, line)
            else:
                yield from found
    broken.closed = True


def _objects_on(line: str) -> list[Any] | None:
    """All values on a line, or None where it is no JSON."""
    values: list[Any] = []
    position, end = 0, len(line)
    try:
        while True:
            while position < end and line[position] in " \t\r\n,":
                position += 1
            if position >= end:
                return values
            value, position = _DECODER.raw_decode(line, position)
            values.append(value)
    except (ValueError, RecursionError):
        return None


def _values(source: Source, encoding: Encoding, low: float, high: float) -> Iterator[Any]:
    """Values over several lines each, one behind the other, as ``jq`` prints them."""
    size = max(1, source.path.stat().st_size)
    with encoding.open(source.path) as file:
        buffer = _Buffer(file)
        while buffer.peek():
            yield buffer.value()
            source.report(low + (high - low) * file.buffer.tell() / size)
            if buffer.peek() == ",":
                buffer.expect(",")


def _elements(source: Source, encoding: Encoding, low: float, high: float, skip: int = 0) -> Iterator[Any]:
    """The elements of a top-level list, one after the other, however long the file is; ``skip`` characters before."""
    size = max(1, source.path.stat().st_size)
    with encoding.open(source.path) as file:
        file.read(skip)
        buffer = _Buffer(file)
        while buffer.peek() == "[":
            buffer.expect("[")
            while buffer.peek() != "]":
                yield buffer.value()
                source.report(low + (high - low) * file.buffer.tell() / size)
                if buffer.peek() != "]":
                    buffer.expect(",")
            buffer.expect("]")
            while buffer.peek() in ((",", ";", ")") if skip else (",", ";")):
                buffer.expect(buffer.peek())
        if buffer.peek():
            raise broken_json("something follows behind the end of its list")


class _Buffer:
    """Text that is parsed value by value while the file is read block by block."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._text = ""
        self._at = 0
        self._before = 0

    def _more(self) -> bool:
        self._before += self._at
        # Twice as much each time, so that a long value is not parsed from its beginning too often.
        block = self._file.read(max(_BLOCK, len(self._text) - self._at))
        self._text = self._text[self._at :] + block
        self._at = 0
        return bool(block)

    def peek(self) -> str:
        """The next character that is not white space; empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def expect(self, mark: str) -> None:
        """Step over a character that must come next."""
        if self.peek() != mark:
            raise broken_json(f"a “{mark}” is missing at character {self._before + self._at + 1:,}")
        self._at += 1

    def value(self) -> Any:
        """The next JSON value."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
                # A number at the very end of the buffer may go on in the next block.
                if end < len(self._text) or not self._more_after(end):
                    self._at = end
                    return value
            except RecursionError as exc:
                raise broken_json("its values are nested too deeply") from exc
            except ValueError as exc:
                if len(self._text) - self._at > _MOST_VALUE or not self._more():
                    place = self._before + getattr(exc, "pos", self._at) + 1
                    reason = getattr(exc, "msg", str(exc)).lower().removesuffix(" at")
                    raise broken_json(f"{reason} at character {place:,}") from exc

    def _more_after(self, end: int) -> bool:
        return self._text[end - 1] not in '}]"' and self._more()


def _whole_object(source: Source, encoding: Encoding, skip: int = 0) -> Found | None:
    """The records of a file that is one object; None where more follows it, as in JSON lines."""
    if source.path.stat().st_size > _MOST_WHOLE:
        raise LimitExceeded(
            "JSON_TOO_LARGE",
            "This JSON file is one single object of more than 256 MB.",
            "Save it as JSON lines (one object a line) or CSV, and upload that.",
        )
    with encoding.open(source.path) as file:
        text = file.read()[skip:]
    try:
        value, end = _DECODER.raw_decode(text, len(text) - len(text.lstrip(_SPACE)))
    except RecursionError as exc:
        raise broken_json("its values are nested too deeply") from exc
    except ValueError as exc:
        if _is_lines(source, encoding):
            return None
        reason, line = getattr(exc, "msg", str(exc)).lower(), getattr(exc, "lineno", 1)
        raise broken_json(f"{reason} in line {line:,}") from exc
    if text[end:].strip(_SPACE + ");" if skip else _SPACE):
        return None
    return records_in(value)

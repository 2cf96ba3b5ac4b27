"""CoNLL: one word a line with its tag in the last column, sentences apart by blank lines."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

import pyarrow as pa

from workspace.reading.columns import BATCH_ROWS
from workspace.reading.reports import odd_lines
from workspace.reading.source import Opened, Source

_TAG = re.compile(r"O|[BIESLU]-\S+")
_SCHEMA = pa.schema([pa.field("tokens", pa.list_(pa.string())), pa.field("tags", pa.list_(pa.string()))])
_LEAST_LINES = 5


def is_conll(text: str) -> bool:
    """Whether a sample reads as words with tags: at least one tag that begins or continues a name, hardly any other."""
    lines = text.splitlines()[:2_000]
    words = [fields for line in lines if (fields := _fields(line)) is not None and len(fields) > 1]
    filled = sum(1 for line in lines if line.strip() and not _is_mark(line))
    if len(words) < _LEAST_LINES or len(words) < 0.95 * filled:
        return False
    tags = [fields[-1] for fields in words]
    fitting = sum(1 for tag in tags if _TAG.fullmatch(tag))
    return fitting >= 0.98 * len(tags) and any(tag != "O" for tag in tags)


def open_conll(source: Source) -> Opened:
    """A CoNLL file as one row a sentence: its words and their tags."""
    opened = Opened(format="conll", schema=_SCHEMA, batches=iter(()), encoding=source.encoding.name)
    opened.batches = _batches(source, opened)
    return opened


def _is_mark(line: str) -> bool:
    return line.startswith(("-DOCSTART-", "# "))


def _fields(line: str) -> list[str] | None:
    """The columns of a line; tabs win over blanks, since a word may hold a blank. None for an empty line."""
    if not line.strip() or _is_mark(line):
        return None
    fields = line.rstrip("\r\n").split("\t") if "\t" in line else line.split()
    return [fields[0], fields[-1].strip()] if len(fields) > 1 else fields


def _batches(source: Source, opened: Opened) -> Iterator[pa.RecordBatch]:
    odd: list[str] = []
    with source.encoding.open(source.path) as file:
        sentences = _sentences(file, odd)
        while block := list(islice(sentences, BATCH_ROWS)):
            words, tags = zip(*block, strict=True)
            columns = [pa.array(column, _SCHEMA.field(0).type) for column in (words, tags)]
            yield pa.record_batch(columns, schema=_SCHEMA)
            source.report(file.buffer.tell() / max(1, source.path.stat().st_size))
    if odd:
        opened.problems.append(odd_lines(len(odd), odd[:3]))


def _sentences(lines: Iterable[str], odd: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    words: list[str] = []
    tags: list[str] = []
    for number, line in enumerate(lines, start=1):
        fields = _fields(line)
        if fields is None:
            if words:
                yield words, tags
                words, tags = [], []
            continue
        if len(fields) == 1:
            odd.append(f"Line {number}: {line.strip()[:150]}")
        words.append(fields[0])
        tags.append(fields[1] if len(fields) > 1 else "O")
    if words:
        yield words, tags

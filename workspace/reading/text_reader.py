"""Running text: one paragraph a row, where the lines of a file are only where its writer's editor broke them.

A file with one text a line is not of this kind; :mod:`workspace.reading.delimited_reader` reads it.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from workspace.errors import UnreadableFile
from workspace.reading.columns import batches_of, string_schema
from workspace.reading.reports import bad_bytes
from workspace.reading.source import Opened, Source

_BELOW_HEADER = re.compile(r"\|(?:\s*:?-+:?\s*\|)+")
_MARKDOWN = frozenset({".md", ".markdown", ".mdx"})
# Lines of these are never rows of a table, whatever commas they hold.
_PROSE = frozenset({".rst", ".adoc", ".tex", ".org", ".eml", ".srt", ".vtt"})
_CODE = frozenset(
    ".py .js .ts .jsx .tsx .java .c .h .cpp .hpp .cs .go .rs .rb .php .pl .r .jl .sh .bat .ps1 .sql .css .scss .yaml "
    ".yml .toml .ini .cfg".split()
)
_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*$")
_ITEM = re.compile(r"\s{0,8}(?:[-*+•]|\d{1,3}[.)])\s+(.*)")
_SENTENCE_ENDS = ".!?:;…。！？»”\"')"
_SEPARATORS = "\t;|,"
_LONGEST_LINE = 140


def is_running_text(sample: str, suffix: str) -> bool:
    """Whether a file is paragraphs, by the ending of its name or by lines that break off in mid-sentence."""
    if suffix in _MARKDOWN:
        return not _is_mostly_table(sample)
    if suffix in _PROSE or suffix in _CODE:
        return True
    return suffix in ("", ".txt", ".text") and _is_wrapped(sample)


def _is_mostly_table(sample: str) -> bool:
    """Whether more than half of the lines of a Markdown text are one table with its line below the header."""
    lines = [line.strip() for line in sample.splitlines() if line.strip()]
    cells = [line for line in lines if line.startswith("|") and line.endswith("|")]
    return 2 * len(cells) > len(lines) and sum(1 for line in cells if _BELOW_HEADER.fullmatch(line)) == 1


def open_text(source: Source) -> Opened:
    """One row a paragraph; in Markdown with the heading above it, in program code one row a block. UnreadableFile."""
    encoding = source.encoding
    markdown = source.suffix in _MARKDOWN
    schema = string_schema(("text", "heading") if markdown else ("text",))
    opened = Opened(format="txt", schema=schema, batches=iter(()), encoding=encoding.name)
    if encoding.errors != "strict":
        opened.problems.append(bad_bytes())

    def rows() -> Iterator[tuple[str, ...]]:
        size = max(1, source.path.stat().st_size)
        found = 0
        with encoding.open(source.path) as file:
            lines = (line.rstrip("\r\n").replace("\0", "") for line in file)
            for row in _markdown(lines) if markdown else _blocks(lines, "\n" if source.suffix in _CODE else " "):
                if found % 1_024 == 0:
                    source.report(file.buffer.tell() / size)
                found += 1
                yield row
        if not found:
            raise UnreadableFile("NO_TABLE", "I found no text in this file.", "Check that it is the right file.")

    opened.batches = batches_of(rows(), schema)
    return opened


def _blocks(lines: Iterable[str], joiner: str) -> Iterator[tuple[str]]:
    waiting: list[str] = []
    for line in lines:
        if line.strip():
            waiting.append(line.strip() if joiner == " " else line.rstrip())
        elif waiting:
            yield (joiner.join(waiting),)
            waiting = []
    if waiting:
        yield (joiner.join(waiting),)


def _markdown(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    heading = ""
    waiting: list[str] = []
    fence = ""
    for number, line in enumerate(lines):
        bare = line.strip()
        if fence or bare.startswith(("```", "~~~")) or (number == 0 and bare == "---"):
            # Program code, and the settings at the head of a file, are no text to read.
            fence = "" if fence and bare.startswith(fence) else fence or bare[:3]
            continue
        title = _HEADING.match(bare)
        item = _ITEM.match(line)
        if (title or item or not bare) and waiting:
            yield " ".join(waiting), heading
            waiting = []
        if title:
            heading = title.group(1)
        elif bare:
            waiting.append(item.group(1).strip() if item else bare)
    if waiting:
        yield " ".join(waiting), heading


def _is_wrapped(sample: str) -> bool:
    lines = [line.rstrip() for line in sample.splitlines()[:2_000]]
    longest = max(map(len, lines), default=0)
    if not 40 <= longest <= _LONGEST_LINE or _is_regular(lines):
        return False
    inside = [(a, b) for a, b in pairwise(lines) if a.strip() and b.strip()]
    filled = sum(1 for line in lines if line.strip())
    # Paragraphs parted by blank lines, most of whose lines have another line below.
    if len(inside) < max(2, 0.4 * filled) or filled == len(lines):
        return False
    broken = [a for a, b in inside if len(a) >= 0.6 * longest and a[-1] not in _SENTENCE_ENDS]
    going_on = sum(1 for a, b in inside if b.lstrip()[0].islower() and a[-1] not in _SENTENCE_ENDS)
    return len(broken) >= 0.5 * len(inside) and going_on >= 0.3 * len(inside)


def _is_regular(lines: list[str]) -> bool:
    """Whether a separator stands equally often in nearly all lines, as in a table."""
    filled = [line for line in lines if line.strip()]
    for mark in _SEPARATORS:
        counts = [line.count(mark) for line in filled]
        usual = max(set(counts), key=counts.count, default=0)
        if usual and counts.count(usual) >= 0.8 * len(counts):
            return True
    return False

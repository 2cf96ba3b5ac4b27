"""Records of a file with stray quotation marks: one bad mark costs one cell, not the rows after it.

A record is taken as the parser has it while that is well formed and as wide as the others. Where a mark is never
closed, or closed amid text, the line stands for itself and its marks are plain text.
"""

import csv
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from workspace.reading.dialect import Dialect
from workspace.reading.mending import ANY, ColumnShape, mend

_MOST_LINES = 200
_MOST_MENDED = 2_000


def usual_width(lines: Iterable[str], dialect: Dialect) -> int:
    """The number of cells that most lines have that are a record by themselves."""
    records = (_strictly(line, dialect) for line in islice(lines, 2_000) if line.strip())
    widths = Counter(len(record) for record in records if record is not None)
    return max(widths, key=lambda width: (widths[width], width), default=0)


def recovered_rows(
    lines: Iterable[str], dialect: Dialect, width: int, columns: Sequence[ColumnShape] = ()
) -> Iterator[list[str]]:
    """Records of lines that keep their line ends, ``width`` cells being the usual."""
    if len(columns) != width:
        columns = [ANY] * width
    source = iter(lines)
    waiting: deque[str] = deque()
    quote = dialect.quote or '"'
    left = _MOST_MENDED
    while True:
        if not waiting:
            line = next(source, None)
            if line is None:
                return
            waiting.append(line)
        if quote not in waiting[0]:
            yield from dialect.rows([waiting.popleft()])
            continue
        record, used = _well_formed(waiting, source, dialect, width)
        if record is not None:
            for _ in range(used):
                waiting.popleft()
            yield record
        else:
            # Weighing the ways to cut a line takes about a millisecond: a file of broken lines is not worth hours.
            left -= 1
            yield _literal(waiting.popleft(), dialect, columns, mended=left > 0)


def _well_formed(
    waiting: deque[str], source: Iterator[str], dialect: Dialect, width: int
) -> tuple[list[str] | None, int]:
    """The record that begins in the first waiting line and the lines it takes; None where its quoting is broken."""
    text = ""
    for count in range(1, _MOST_LINES + 1):
        if len(waiting) < count:
            line = next(source, None)
            if line is None:
                return None, 0
            waiting.append(line)
        text += waiting[count - 1]
        # An odd number of marks is seldom complete; the parser is asked only when it may be.
        if count > 1 and text.count(dialect.quote or '"') % 2:
            continue
        record = _strictly(text, dialect)
        if record is None and count == 1 and text.count(dialect.quote or '"') % 2:
            continue
        if record is None:
            return None, 0
        return (record, count) if count == 1 or len(record) == width else (None, 0)
    return None, 0


def _strictly(text: str, dialect: Dialect) -> list[str] | None:
    try:
        rows = list(
            csv.reader(
                text.splitlines(keepends=True), delimiter=dialect.delimiter or ",", quotechar=dialect.quote, strict=True
            )
        )
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _literal(line: str, dialect: Dialect, columns: Sequence[ColumnShape], *, mended: bool) -> list[str]:
    """A single line as wide as the others, if one reading of its marks makes it so; else its marks are plain text."""
    width = len(columns)
    if f"\\{dialect.quote}" in line:
        escaped = next(Dialect(dialect.delimiter, dialect.quote, "\\").rows([line]), [])
        if len(escaped) == width:
            return escaped
    record = mend(line, dialect, columns) if mended else None
    return record if record is not None else next(Dialect(dialect.delimiter, None).rows([line]), [])

"""Delimiter and quoting of a text table, found from a sample of its text.

Every plausible pair is tried on the sample; the pair under which the rows agree best about their number of cells wins,
as in CleverCSV's pattern score (van den Burg, Nazábal, Sutton: Wrangling messy CSV files, 2019), with our own weights.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from workspace.reading.cells import is_blank, is_typed

csv.field_size_limit(1 << 28)

DELIMITERS = (",", ";", "\t", "|", ":", "^", "~", "\x1f", "\x01", "#", "&", " ")
_SUFFIX_HINT = {".tsv": "\t", ".tab": "\t", ".psv": "|", ".csv": ","}
_MOST_ROWS = 2_000


@dataclass(frozen=True)
class Dialect:
    """How the text is cut into cells. ``delimiter`` None: one cell a line; ``quote`` None: quotes are plain text."""

    delimiter: str | None
    quote: str | None = '"'
    escape: str | None = None
    stray: int = 0
    """Where the file has stray quotation marks: the usual number of cells, by which broken records are told."""

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Records as a CSV parser yields them; an empty line is an empty record.

        ``lines`` keep their line ends.
        """
        if self.stray:
            from workspace.reading.recovery import recovered_rows

            return recovered_rows(lines, replace(self, stray=0), self.stray)
        options: dict[str, Any] = {"delimiter": self.delimiter or ",", "strict": False}
        if self.quote is None:
            options.update(quoting=csv.QUOTE_NONE, quotechar=None)
        else:
            options.update(quotechar=self.quote, doublequote=True)
        if self.escape is not None:
            options["escapechar"] = self.escape
        if self.delimiter is None and self.quote is None:
            return ([line.rstrip("\r\n")] if line.rstrip("\r\n") else [] for line in lines)
        return iter(csv.reader(lines, **options))


def parse(text: str, dialect: Dialect, most: int = _MOST_ROWS) -> list[list[str]]:
    """The first ``most`` records of a text."""
    rows: list[list[str]] = []
    for row in dialect.rows(io.StringIO(text, newline="")):
        rows.append(row)
        if len(rows) >= most:
            break
    return rows


def detect_dialect(text: str, suffix: str = "", *, cut: bool = False) -> Dialect:
    """The dialect of a sample. ``cut``: the sample ends in mid-file, so its last record is not judged."""
    escape = "\\" if _backslash_escapes(text) else None
    best = Dialect(None, None)
    best_score = 0.0
    for delimiter in DELIMITERS:
        if delimiter not in text:
            continue
        for quote in _quotes(text, delimiter):
            dialect = Dialect(delimiter, quote, escape if quote else None)
            rows = parse(text, dialect)
            if cut and len(rows) > 1:
                rows = rows[:-1]
            score = _score(rows, delimiter, suffix)
            # A quote that is seldom used has to make the rows agree clearly better.
            if score > best_score + (0.004 if quote == "'" and best.delimiter == delimiter else 1e-9):
                best, best_score = dialect, score
    least = 0.45 if suffix == ".txt" or not suffix else 0.25
    if best_score < least:
        return _one_column(text, suffix)
    return best


def _one_column(text: str, suffix: str) -> Dialect:
    """One cell a record: quoted cells only where quotes are well formed, as in a CSV with a single column."""
    if suffix in _SUFFIX_HINT and suffix != ".txt":
        hint = _SUFFIX_HINT[suffix]
        for quote in _quotes(text, hint):
            rows = [row for row in parse(text, Dialect(hint, quote)) if row]
            if rows and sum(len(row) == 1 for row in rows) >= 0.5 * len(rows):
                return Dialect(hint, quote)
    return Dialect(None, None)


def _score(rows: list[list[str]], delimiter: str, suffix: str) -> float:
    """From 0 to about 1: how much the records agree on a number of cells greater than one."""
    filled = [row for row in rows if any(not is_blank(cell) for cell in row)]
    if not filled:
        return 0.0
    widths = Counter(len(row) for row in filled)
    total = len(filled)
    # Title lines and notes have one cell and say nothing against a delimiter, as long as they are the fewer.
    wide = {width: count for width, count in widths.items() if width > 1}
    if not wide:
        return 0.0
    width, count = max(wide.items(), key=lambda item: (item[1] * (item[0] - 1) / item[0], item[0]))
    ones = min(widths.get(1, 0), 0.4 * total)
    share = count / (total - 0.8 * ones)
    if delimiter == " " and not _blanks_fit(filled, width):
        return 0.0
    score = share * (0.75 + 0.25 * (1 - 1 / width))
    score += 0.1 * _typed_share(filled, width)
    if delimiter == _SUFFIX_HINT.get(suffix):
        score += 0.05
    if delimiter in " :#&~^":
        score *= 0.6 if delimiter == " " else 0.75
    return score


def _blanks_fit(rows: list[list[str]], width: int) -> bool:
    """Whether blanks may be delimiters: the same number in every row, and numbers or dates in most columns."""
    if len(rows) < 3 or any(len(row) != width for row in rows):
        return False
    body = rows[1:200]
    typed = sum(all(is_typed(row[index]) for row in body) for index in range(width))
    return typed >= 0.5 * width


def _typed_share(rows: list[list[str]], width: int) -> float:
    """Share of clean cells (numbers, dates, or with no white space or quote at an end) among the agreeing rows."""
    seen = good = 0
    for row in rows[:200]:
        if len(row) != width:
            continue
        for cell in row:
            seen += 1
            good += not cell or is_typed(cell) or (cell[0] not in " \"'" and cell[-1] not in " \"'")
    return good / seen if seen else 0.0


def _quotes(text: str, delimiter: str) -> list[str | None]:
    """The quote characters worth trying with this delimiter, likeliest first."""
    plain = _plain_fits(text, delimiter)
    opened, closed = _quoted_cells(text, delimiter, '"')
    # Where stray quotes begin cells of rows that fit without quoting, quoting must stay off.
    stray = opened > closed and (plain or closed < 0.5 * opened)
    found: list[str | None] = [None] if stray else ['"']
    if opened > closed and not plain:
        found = ['"', None]
    opened, closed = _quoted_cells(text, delimiter, "'")
    if closed >= 2 and closed == opened:
        found.append("'")
    return found


def _quoted_cells(text: str, delimiter: str, quote: str) -> tuple[int, int]:
    """How many cells begin with a quote, and how many of these also end well with one."""
    opened = closed = 0
    position = 0
    size = len(text)
    ends = (delimiter, "\r", "\n")
    while (start := text.find(quote, position)) >= 0:
        before = text[start - 1] if start else "\n"
        if before not in ends:
            position = start + 1
            continue
        opened += 1
        end = start + 1
        while True:
            end = text.find(quote, end)
            if end < 0 or end + 1 >= size:
                # The end of the sample: a cell that is still open is not counted against.
                closed += 1 if end >= 0 or size - start < 20_000 else 0
                if end < 0 and size - start < 20_000 and text.count("\n", start) > 20:
                    closed -= 1
                return opened, closed
            if text[end + 1] == quote:
                end += 2
                continue
            if text[end - 1] == "\\":
                end += 1
                continue
            break
        if text[end + 1] in ends:
            closed += 1
            position = end + 1
        else:
            position = start + 1
    return opened, closed


def _plain_fits(text: str, delimiter: str) -> bool:
    """Whether cutting the lines without any quoting gives the same number of cells in every line."""
    counts = {line.count(delimiter) for line in text.splitlines()[:-1] if line.strip()}
    return len(counts) == 1


def _backslash_escapes(text: str) -> bool:
    """Whether quotes inside quoted cells are written ``\\"`` and not doubled."""
    return '\\"' in text and text.count('\\"') > text.count('""') - text.count(',""') * 2

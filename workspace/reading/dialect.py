"""Delimiter and quoting of a text table, found from a sample of its text.

Every plausible pair is tried on the sample; the pair under which the rows agree best about their number of cells wins,
as in CleverCSV's pattern score (van den Burg, Nazábal, Sutton: Wrangling messy CSV files, 2019), with our own weights.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workspace.reading.cells import is_blank, is_typed
from workspace.reading.fixed_width import cut_lines, find_cuts, is_printed

if TYPE_CHECKING:
    from workspace.reading.mending import ColumnShape

csv.field_size_limit(1 << 28)

DELIMITERS = (",", ";", "\t", "|", ":", "^", "~", "\x1f", "\x01", "#", "&", " ")
_SUFFIX_HINT = {".tsv": "\t", ".tab": "\t", ".psv": "|", ".csv": ","}
_MOST_ROWS = 2_000
_STAND_IN = "\x1f"
_SURE = 0.8
"""From this score on a delimiter is taken without asking whether blanks part the columns."""

_R_CELL = r"""(?:"[^"]*"|[-+]?\d[\d.e+-]*|NA|TRUE|FALSE)"""
_R_LINE = re.compile(rf"(?=.*\"){_R_CELL}(?: {_R_CELL})+")
_PADDED = re.compile(r"\|~\||~\|~|\^\|\^|\|\^\||#\|#|\|#\||[|;~^] ?[|;~^]|[ \t]*[|;~^][ \t]+|::|<>|@@|##|\t\t|\\t")
_TIME_OR_LINK = re.compile(r"\d:\d\d|\w://")


@dataclass(frozen=True)
class Dialect:
    """How the text is cut into cells. ``delimiter`` None: one cell a line; ``quote`` None: quotes are plain text."""

    delimiter: str | None
    quote: str | None = '"'
    escape: str | None = None
    stray: int = 0
    """Where the file has stray quotation marks: the usual number of cells, by which broken records are told."""
    columns: tuple["ColumnShape", ...] = ()
    """What the cells of each column are like, where it is known; it helps to cut broken records."""
    padded: bool = False
    """Whether a blank after a delimiter belongs to the delimiter."""
    cuts: tuple[int, ...] = ()
    """Where columns of fixed width begin, the first one aside; then there is no delimiter."""

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Records as a CSV parser yields them; an empty line is an empty record.

        ``lines`` keep their line ends.
        """
        if self.cuts:
            return cut_lines(lines, self.cuts)
        if self.stray:
            from workspace.reading.recovery import recovered_rows

            return recovered_rows(lines, replace(self, stray=0, columns=()), self.stray, self.columns)
        if self.delimiter is not None and len(self.delimiter) > 1:
            return self._several_characters(lines)
        options: dict[str, Any] = {
            "delimiter": self.delimiter or ",",
            "strict": False,
            "skipinitialspace": self.padded,
        }
        if self.quote is None:
            options.update(quoting=csv.QUOTE_NONE, quotechar=None)
        else:
            options.update(quotechar=self.quote, doublequote=True)
        if self.escape is not None:
            options["escapechar"] = self.escape
        if self.delimiter is None and self.quote is None:
            return ([line.rstrip("\r\n")] if line.rstrip("\r\n") else [] for line in lines)
        return iter(csv.reader(lines, **options))

    def _several_characters(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Python's parser takes one character only: each delimiter becomes one that no text has, and back in cells."""
        delimiter = self.delimiter or ""
        single = replace(self, delimiter=_STAND_IN).rows(line.replace(delimiter, _STAND_IN) for line in lines)
        for row in single:
            yield [cell.replace(_STAND_IN, delimiter) if _STAND_IN in cell else cell for cell in row]


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
    best = Dialect(None, None)
    best_score = 0.0
    for delimiter in [*DELIMITERS, *_longer_delimiters(text)]:
        if delimiter not in text:
            continue
        padded, quoted = _is_padded(text, delimiter), _quoted_throughout(text, delimiter)
        for quote in _quotes(text, delimiter, padded):
            dialect = Dialect(
                delimiter, quote, "\\" if quote and _backslash_escapes(text, quote) else None, padded=padded
            )
            rows = parse(text, dialect)
            if cut and len(rows) > 1:
                rows = rows[:-1]
            # A blank after each comma is what prose has.
            score = _score(rows, delimiter, suffix, _belonging(text, delimiter), quoted=quoted) - 0.08 * padded
            # A quote that is seldom used has to make the rows agree clearly better.
            if score > best_score + (0.004 if quote == "'" and best.delimiter == delimiter else 1e-9):
                best, best_score = dialect, score
    least = 0.45 if suffix == ".txt" or not suffix else 0.25
    if best_score < _SURE and not is_printed(text) and (cuts := find_cuts(text, cut=cut)):
        return Dialect(None, None, cuts=cuts)
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


def _belonging(text: str, delimiter: str) -> float:
    """The share of its own mark that stands in a delimiter of several characters: ``; `` beside many lone ``;``."""
    mark = delimiter.strip()[:1] or delimiter[0]
    return text.count(delimiter) * delimiter.count(mark) / max(1, text.count(mark))


def _quoted_throughout(text: str, delimiter: str) -> bool:
    """Whether blanks part cells that are all in quotes, but for numbers and the like: R's ``write.table``."""
    lines = [line.rstrip() for line in text[:50_000].splitlines()[:200] if line.strip()]
    return delimiter == " " and bool(lines) and sum(map(bool, map(_R_LINE.fullmatch, lines))) >= 0.95 * len(lines)


def _score(
    rows: list[list[str]], delimiter: str, suffix: str, belonging: float = 1.0, *, quoted: bool = False
) -> float:
    """From 0 to about 1: how much the records agree on a number of cells greater than one.

    Args:
        quoted: quotes show that a delimiter is one which texts often hold.
    """
    filled = [row for row in rows if any(not is_blank(cell) for cell in row)]
    if not filled:
        return 0.0
    widths = Counter(len(row) for row in filled)
    total = len(filled)
    # Title lines and notes have few cells and say nothing against a delimiter, as long as they are the fewer.
    wide = {width: count for width, count in widths.items() if width > 1}
    if not wide:
        return 0.0
    width, count = max(wide.items(), key=lambda item: (item[1] * (item[0] - 1) / item[0], item[0]))
    lead = next((index for index, row in enumerate(filled) if len(row) == width), 0)
    above = sum(1 < len(row) < width for row in filled[:lead])
    ones = min(widths.get(1, 0) + above, 0.4 * total)
    share = count / (total - 0.8 * ones)
    if delimiter == " " and not quoted and not _blanks_fit(filled, width):
        return 0.0
    if delimiter == ":" and _cuts_times(filled):
        return 0.0
    score = share * (0.75 + 0.25 * (1 - 1 / width))
    score += 0.1 * _typed_share(filled, width)
    if delimiter == _SUFFIX_HINT.get(suffix):
        score += 0.05
    if delimiter in " :#&~^" and not quoted:
        score *= 0.6 if delimiter == " " else 0.75
    elif len(delimiter) > 1:
        # A longer delimiter is likelier than its first character alone where both fit.
        score += 0.1 * belonging
    return score


def _longer_delimiters(text: str) -> list[str]:
    """Delimiters of several characters that stand equally often in nearly all of the first lines."""
    lines = [line for line in text[:20_000].splitlines()[:40] if line.strip()]
    found = []
    if sum(line.strip().startswith("|") and line.strip().endswith("|") for line in lines) > 0.5 * len(lines):
        return []  # Lists in print and Markdown: the blanks beside each line belong to the cells.
    for candidate in sorted({match for line in lines[:5] for match in _PADDED.findall(line)}, key=len, reverse=True):
        counts = Counter(line.count(candidate) for line in lines)
        count, often = max(counts.items(), key=lambda item: (item[0] > 0, item[1]))
        between = sum(_has_names_between(line, candidate) for line in lines)
        if count and often >= 0.6 * len(lines) and between < 0.5 * len(lines):
            found.append(candidate)
    return found


def _has_names_between(line: str, candidate: str) -> bool:
    """Whether a run of one character, cut singly, has names on both sides: then it holds an empty cell."""
    char = candidate[0]
    if candidate.strip(char) or len(candidate) < 2:
        return False
    # The colons of 12:30 and of https:// part nothing, and would shift the count.
    cells = _TIME_OR_LINK.sub("", line).split(char)
    return any(not is_blank(cell) for index, cell in enumerate(cells) if index % len(candidate))


def _is_padded(text: str, delimiter: str) -> bool:
    """Whether nearly every delimiter, or every one before a quoted cell, is followed by one blank."""
    if len(delimiter) > 1 or delimiter in " \t":
        return False
    head = text[:50_000]
    blank, all_of_them = head.count(delimiter + " "), head.count(delimiter)
    if all_of_them >= 3 and blank + head.count(delimiter + "\n") + head.count(delimiter + "\r") >= 0.95 * all_of_them:
        return blank > 0
    for quote in "\"'":
        apart = len(re.findall(re.escape(delimiter) + f" {quote}(?!{quote})", head))
        close = head.count(delimiter + quote)
        if apart and apart > close and head.count(quote + delimiter) >= apart:
            return True
    return False


def _blanks_fit(rows: list[list[str]], width: int) -> bool:
    """Whether blanks may be delimiters: the same number in every row, and numbers or dates in most columns."""
    if len(rows) < 3 or any(len(row) != width for row in rows):
        return False
    body = rows[1:200]
    typed = sum(all(is_typed(row[index]) for row in body) for index in range(width))
    # A cell that holds blanks itself was in quotes: nobody quotes words of running text.
    quoted = sum(any(" " in row[index].strip() for row in body) for index in range(width))
    return typed >= 0.5 * width or (typed >= 0.25 * width and typed + quoted >= 0.5 * width)


def _cuts_times(rows: list[list[str]]) -> bool:
    """Whether most of the colons stand in times of day and web addresses."""
    text = "\n".join(":".join(row) for row in rows[:200])
    return 2 * len(_TIME_OR_LINK.findall(text)) > text.count(":")


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


def _quotes(text: str, delimiter: str, padded: bool = False) -> list[str | None]:
    """The quote characters worth trying with this delimiter, likeliest first."""
    if padded:
        text = text.replace(delimiter + " ", delimiter)
    plain = _plain_fits(text, delimiter)
    opened, closed = _quoted_cells(text, delimiter, '"')
    # Where stray quotes begin cells of rows that fit without quoting, quoting must stay off.
    stray = opened > closed and (plain or closed < 0.5 * opened)
    found: list[str | None] = [None] if stray else ['"']
    if opened > closed and not plain:
        found = ['"', None]
    if _pairs_of_apostrophes(text, delimiter):
        found.append("'")
    return found


def _pairs_of_apostrophes(text: str, delimiter: str) -> bool:
    """Whether about as many cells begin with an apostrophe as end with one, whatever stands between."""
    begins = len(re.findall(f"(?:^|{re.escape(delimiter)}|[\\r\\n])'", text))
    closes = len(re.findall(f"'(?:$|{re.escape(delimiter)}|[\\r\\n])", text))
    return min(begins, closes) >= 2 and abs(begins - closes) <= 0.1 * begins


def _quoted_cells(text: str, delimiter: str, quote: str) -> tuple[int, int]:
    """How many cells begin with a quote, and how many of these also end well with one."""
    opened = closed = 0
    position = 0
    size = len(text)
    ends = (delimiter, "\r", "\n")
    while (start := text.find(quote, position)) >= 0:
        before = text[start - len(delimiter) : start] if text.endswith(delimiter, 0, start) else text[start - 1 : start]
        if start and before not in ends:
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
        if text[end + 1] in "\r\n" or text.startswith(delimiter, end + 1):
            closed += 1
            position = end + 1
        else:
            position = start + 1
    return opened, closed


def _plain_fits(text: str, delimiter: str) -> bool:
    """Whether cutting the lines without any quoting gives the same number of cells in every line."""
    counts = {line.count(delimiter) for line in text.splitlines()[:-1] if line.strip()}
    return len(counts) == 1


def _backslash_escapes(text: str, quote: str) -> bool:
    """Whether quotes inside quoted cells are written with a backslash before them and not doubled."""
    escaped = text.count("\\" + quote)
    lone = len(re.findall(r"\w'\w", text)) if quote == "'" else 0
    return escaped > lone and escaped > text.count(2 * quote) - text.count("," + 2 * quote) * 2

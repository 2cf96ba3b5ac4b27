"""Text whose columns stand below each other, filled up with blanks, as lists in print and old systems have them.

One text a line looks alike at a glance, so a place between two columns has to be certain: it is blank in nearly every
line, what follows begins at the same place, and what stands before it has different lengths, so that somebody must
have filled it up. A line of dashes below the names, as databases print it, says it as well.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from workspace.reading.cells import is_blank

_LEAST_LINES = 8
_MOST_LINES = 1_000
_AGREED = 0.9
_REACHED = 0.6
"""Share of the lines that have to reach beyond a place: behind the ends of most lines everything is blank."""

_WIDEST = 4_000
_DASHES = re.compile(r"\s*[-=]{2,}(?: +[-=]{2,})+\s*")
_PRINTED = re.compile(r"[|;\t]")


def find_cuts(text: str, *, cut: bool = False) -> tuple[int, ...]:
    """Where the columns begin, the first one aside; empty where the lines are no such table.

    ``cut``: the last line is not whole.
    """
    lines = [line.rstrip("\r\n") for line in text.splitlines()[:_MOST_LINES]]
    if cut and len(lines) < _MOST_LINES:
        lines.pop()
    lines = [line for line in lines if not is_blank(line)]
    if any("\t" in line for line in lines) or max(map(len, lines), default=0) > _WIDEST:
        return ()
    ruled = _below_names(lines)
    if ruled:
        return ruled
    if len(lines) < _LEAST_LINES:
        return ()
    starts = _starts(lines)
    return starts if any(_is_filled_up(lines, start) for start in starts) else ()


def _below_names(lines: Sequence[str]) -> tuple[int, ...]:
    """The places that a line of dashes below the names shows, where most lines keep to them."""
    for index, line in enumerate(lines[:20]):
        if index and len(lines) > index + 1 and _DASHES.fullmatch(line):
            starts = tuple(match.start() for match in re.finditer(r"(?<=\s)[-=]+", line))
            starts = starts[1:] if line[:1].isspace() else starts
            rows = [one for one in lines[index + 1 :] if one != line]
            kept = sum(all(is_blank(row[start - 1 : start]) for start in starts) for row in rows)
            if starts and kept >= _REACHED * len(rows):
                return starts
    return ()


def _starts(lines: Sequence[str]) -> tuple[int, ...]:
    """The first place behind each run of places that are blank in nearly all lines that go on behind them."""
    width = max(map(len, lines))
    found: list[int] = []
    open_gap = False
    for place in range(width):
        reaching = [line for line in lines if len(line) > place]
        if len(reaching) < _REACHED * len(lines):
            break
        blank = sum(line[place] == " " for line in reaching) >= _AGREED * len(lines) if place else False
        if open_gap and not blank:
            found.append(place)
        # What nothing stands before is no gap but an indent.
        open_gap = blank and (open_gap or any(not is_blank(line[:place]) for line in lines))
    return tuple(_without_words(lines, found))


def _without_words(lines: Sequence[str], starts: Sequence[int]) -> Iterator[int]:
    """Leaves out places between words of one column: the column that would begin there is mostly empty."""
    for start, end in zip(starts, [*starts[1:], None], strict=False):
        apart = sum(line[start - 2 : start] == "  " for line in lines) >= _AGREED * len(lines)
        filled = sum(not is_blank(line[start:end]) for line in lines)
        if apart or filled >= 0.8 * len(lines):
            yield start


def _is_filled_up(lines: Sequence[str], start: int) -> bool:
    """Whether the cells before a place end at different places, and most cells behind it begin right there.

    Numbers are filled up before them: then the cells begin at different places and end at the same one.
    """
    before = [line[:start].rstrip() for line in lines if len(line) > start]
    ends = {len(cell) for cell in before}
    at_start = sum(line[start] != " " for line in lines if len(line) > start)
    if len(ends) > 2 and at_start >= _AGREED * len(before):
        return True
    begins = {len(line[start:]) - len(line[start:].lstrip()) for line in lines if len(line) > start}
    return len(ends) <= 2 and len(begins) > 2 and max(len(cell) - len(cell.strip()) for cell in before) > 2


def cut_lines(lines: Iterable[str], starts: Sequence[int]) -> Iterator[list[str]]:
    """The cells of each line; a line with something between two columns (a title, a note) stays in one piece."""
    edges = [0, *starts, None]
    for line in lines:
        text = line.rstrip("\r\n")
        if is_blank(text):
            yield []
        elif any(start < len(text) and text[start - 1] != " " for start in starts):
            yield [text.strip()]
        else:
            yield [text[low:high].strip() for low, high in pairwise(edges)]


def is_printed(text: str) -> bool:
    """Whether most lines have a mark that parts columns in lists in print; then blanks only adorn it."""
    lines = text.splitlines()[:_MOST_LINES]
    return 2 * sum(_PRINTED.search(line) is not None for line in lines) > len(lines)

"""The tables of one sheet: side by side with blank columns between them, one below the other, or both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workspace.reading.cells import is_blank
from workspace.reading.tables import Block, find_tables, largest, reads_like_header

Row = Sequence[str]
_LEAST_ROWS = 3
_TOP = 6


@dataclass(frozen=True)
class Part:
    """A table of a sheet: its rows, and its columns from ``left`` up to ``right`` (exclusive; None: all there are)."""

    block: Block
    left: int = 0
    right: int | None = None

    def cut(self, row: Row) -> list[str]:
        """The table's share of a row of the sheet."""
        return list(row[self.left : self.right])


def find_parts(rows: Sequence[Row]) -> list[Part]:
    """The tables in reading order; everything as one where there is only one."""
    found: list[Part] = []
    for left, right in _strips(rows):
        for block in find_tables([row[left:right] for row in rows]):
            inside = rows[block.start : block.end]
            strips = _strips([row[left:right] for row in inside])
            if len(strips) == 1:
                found.append(Part(block, left, right))
                continue
            for low, high in strips:
                for one in find_tables([row[left + low : left + high] for row in inside]):
                    one.start, one.end = one.start + block.start, one.end + block.start
                    found.append(Part(one, left + low, left + high))
    if len(found) == 1:
        return [Part(found[0].block)]
    return sorted(found, key=lambda part: (part.block.start, part.left))


def main_part(parts: Sequence[Part]) -> int:
    """Index of the table that holds most."""
    return largest([part.block for part in parts])


def _strips(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """Runs of columns that are tables by themselves, from the first column to behind the last one."""
    width = max(map(len, rows), default=0)
    used = {index for row in rows for index, cell in enumerate(row) if not is_blank(cell)}
    runs: list[tuple[int, int]] = []
    for index in sorted(used):
        if runs and runs[-1][1] == index:
            runs[-1] = (runs[-1][0], index + 1)
        else:
            runs.append((index, index + 1))
    joined = runs[:1]
    for run in runs[1:]:
        before = joined[-1]
        if _is_table(rows, before) and _is_table(rows, run) and not _belong_together(rows, before, run):
            joined.append(run)
        else:
            joined[-1] = (before[0], run[1])
    return joined if len(joined) > 1 else [(0, width)]


def _filled(rows: Sequence[Row], run: tuple[int, int]) -> Iterator[int]:
    """The rows with a cell in these columns."""
    return (index for index, row in enumerate(rows) if any(not is_blank(cell) for cell in row[slice(*run)]))


def _is_table(rows: Sequence[Row], run: tuple[int, int]) -> bool:
    """At least two columns, a row of names near the top, and rows below it."""
    filled = list(_filled(rows, run))
    if run[1] - run[0] < 2 or len(filled) < _LEAST_ROWS:
        return False
    return _header(rows, run, filled) is not None


def _header(rows: Sequence[Row], run: tuple[int, int], filled: Sequence[int]) -> int | None:
    return next((index for index in filled[:_TOP] if reads_like_header(rows[index][slice(*run)])), None)


def _belong_together(rows: Sequence[Row], left: tuple[int, int], right: tuple[int, int]) -> bool:
    """Whether a single blank column only parts groups of columns: the rows are the same, and no name stands twice."""
    if right[0] - left[1] > 1:
        return False
    first, second = list(_filled(rows, left)), list(_filled(rows, right))
    head = _header(rows, left, first)
    if first != second or head is None or head != _header(rows, right, second):
        return False
    names = [[cell.strip() for cell in rows[head][slice(*run)] if not is_blank(cell)] for run in (left, right)]
    return not set(names[0]) & set(names[1])


def part_names(sheet: str, parts: Sequence[Part], main: int, taken: Sequence[str]) -> list[str]:
    """What the tables of a sheet are called: the main one like the sheet, the others ``Sheet1 (2)``, ``Sheet1 (3)``.

    A name that another sheet has is left out of the count.
    """
    names = []
    number = 1
    for index in range(len(parts)):
        if index == main:
            names.append(sheet)
            continue
        number += 1
        while f"{sheet} ({number})" in taken:
            number += 1
        names.append(f"{sheet} ({number})")
    return names

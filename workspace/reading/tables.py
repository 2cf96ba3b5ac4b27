"""Several tables in one file or sheet: where each begins and ends.

A new table begins where a row that reads like a header follows the rows of another one, and the rows below it have its
width. A header that is simply repeated, as in files put together from exports, begins no table.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from workspace.reading.cells import extent, is_blank, is_typed

Row = Sequence[str]
_AHEAD = 3
_MOST_TABLES = 50
_MOST_BLANK = 200
_LARGER = 1.1


@dataclass
class Block:
    """Records ``start`` to ``end`` (exclusive) of the file or sheet, counted from 0."""

    start: int
    end: int = 0
    first: list[str] = field(default_factory=list)
    filled: int = 0
    rows: int = 0
    widths: Counter[int] = field(default_factory=Counter)

    @property
    def is_table(self) -> bool:
        """Whether it has a header and a row, most of its rows having more than one cell."""
        wide = sum(count for width, count in self.widths.items() if width > 1)
        return wide >= 2 and wide >= 0.6 * self.rows

    def take(self, index: int, row: Row) -> None:
        """Count one row that is not blank."""
        self.end = index + 1
        self.rows += 1
        self.widths[extent(row)] += 1
        if self.rows > 1:
            self.filled += sum(1 for cell in row if not is_blank(cell))


def find_tables(records: Iterable[Row]) -> list[Block]:
    """The tables, top first; one block of everything where there is only one."""
    blocks = [Block(0)]
    usual: Counter[int] = Counter()
    header: list[str] | None = None
    after_blank = False
    before: Row = ()
    for index, row, below in _windows(records):
        if not below:
            after_blank = True
            continue
        if header is None and reads_like_header(row):
            header = [cell.strip() for cell in row]
        current = blocks[-1]
        if (
            current.rows >= 2
            and (after_blank or len(row) != len(before))
            and len(blocks) < _MOST_TABLES
            and _begins_table(row, below[1:], usual, after_blank)
            and [cell.strip() for cell in row] != header
        ):
            header = [cell.strip() for cell in row]
            blocks.append(current := Block(index, first=header))
            usual = Counter()
        usual[len(row)] += 1
        current.take(index, row)
        after_blank, before = False, row
    return _only_tables(blocks)


def _only_tables(blocks: list[Block]) -> list[Block]:
    """Blocks that are no tables are titles of the next one or rows of the one before."""
    kept: list[Block] = []
    for block in blocks:
        if kept and not kept[-1].is_table and len(kept) == 1:
            block.start = kept.pop().start
            kept.append(block)
        elif kept and not block.is_table:
            kept[-1].end = block.end
            kept[-1].rows += block.rows
            kept[-1].filled += block.filled
        else:
            kept.append(block)
    return kept


def largest(blocks: Sequence[Block]) -> int:
    """Index of the table with the most filled cells; the first one where they are about equal."""
    best = 0
    for index, block in enumerate(blocks):
        if block.filled > _LARGER * blocks[best].filled:
            best = index
    return best


def reads_like_header(row: Row) -> bool:
    """Short, distinct words, at most one of them missing; no number and no date."""
    filled = [cell.strip() for cell in row if not is_blank(cell)]
    wide = extent(row)
    return (
        len(filled) >= 2
        and len(filled) >= wide - 1
        and len(set(filled)) == len(filled)
        and all(len(cell) <= 60 and not is_typed(cell) for cell in filled)
    )


def _begins_table(row: Row, below: Sequence[Row], usual: Counter[int], after_blank: bool) -> bool:
    if len(below) < (1 if after_blank else 2) or not reads_like_header(row):
        return False
    next_rows = below[:2]
    if any(len(other) != len(row) for other in next_rows):
        return False
    typed = any(
        is_typed(cell) and not is_typed(row[index])
        for other in next_rows
        for index, cell in enumerate(other)
        if index < len(row) and not is_blank(row[index])
    )
    other_width = len(row) != max(usual, key=lambda width: usual[width], default=0)
    return typed and (other_width or after_blank)


def _windows(records: Iterable[Row]) -> Iterator[tuple[int, Row, list[Row]]]:
    """Every record with its index, and itself and the next ones that are not blank; none of them for a blank one."""
    waiting: deque[tuple[int, Row, bool]] = deque()
    filled: deque[Row] = deque()
    for index, row in enumerate(records):
        full = any(not is_blank(cell) for cell in row)
        waiting.append((index, row, full))
        if full:
            filled.append(row)
        if len(filled) > _AHEAD or len(waiting) > _MOST_BLANK:
            yield _first(waiting, filled)
    while waiting:
        yield _first(waiting, filled)


def _first(waiting: deque[tuple[int, Row, bool]], filled: deque[Row]) -> tuple[int, Row, list[Row]]:
    index, row, full = waiting.popleft()
    if not full:
        return index, row, []
    below = list(filled)[:_AHEAD]
    filled.popleft()
    return index, row, below

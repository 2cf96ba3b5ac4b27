"""Rows with a wrong number of cells, put right where the other rows of the table leave no doubt.

A delimiter too many or too few, a text with an unquoted delimiter or a stray quotation mark shifts every cell after it.
All ways to cut the line into the table's columns are weighed by dynamic programming: each irregularity costs, and so
does each cell that is unlike the others of its column. The cheapest way is taken if it is cheap enough.
"""

import heapq
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workspace.reading.cells import is_blank, is_number, is_typed
from workspace.reading.dialect import Dialect

_DEAREST = 3.6
_MOST_COLUMNS = 120
_MOST_CHARS = 20_000
_MOST_CLOSINGS = 12
_MOST_JOINED = 3
_MOST_STEPS = 5_000
_OTHERS = (";", "\t", "|", ",", " ")


@dataclass(frozen=True)
class ColumnShape:
    """What the cells of one column are like in the rows that are well formed."""

    blank: float = 0.0
    typed: bool = False
    shape: str | None = None
    prefix: str = ""
    words: float = 0.0
    values: frozenset[str] = frozenset()
    """The few values that are all the column has, as in a column of labels."""

    def misfit(self, cell: str) -> float:
        """From 0 (like the others) to 1.5."""
        text = cell.strip()
        if is_blank(text):
            return 0.0 if self.blank > 0.1 else 1.0
        if self.blank > 0.98:
            return 1.5
        if self.shape is not None:
            return 0.0 if shape_of(text) == self.shape else 1.2
        if self.typed:
            return 0.0 if is_typed(text) else 1.2
        if self.prefix:
            return 0.0 if text.startswith(self.prefix) else 1.2
        if self.values:
            return 0.0 if text in self.values else 0.8
        if self.words >= 3:
            return 0.8 if is_typed(text) else 0.3 if " " not in text else 0.0
        return 0.5 if self.words and len(text.split()) > 4 * self.words + 2 else 0.0

    @property
    def any_text(self) -> bool:
        """Whether a cell may well hold a delimiter."""
        return (
            self.blank < 0.98 and not (self.shape or self.typed or self.values) and (not self.prefix or self.words >= 2)
        )

    @property
    def tells(self) -> bool:
        """Whether a cell of another column would be unlike its cells."""
        return self.shape is not None or self.typed or bool(self.prefix) or bool(self.values)


ANY = ColumnShape(blank=0.5)
"""Of a column nothing is known about."""


def shape_of(cell: str) -> str:
    """``28/01/2018`` is ``99/99/9999``, ``MG-8769`` is ``AA-9999``."""
    return re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", cell))


def column_shapes(rows: Sequence[Sequence[str]], width: int) -> tuple[ColumnShape, ...]:
    """Learned from rows of this width, blank cells at their ends aside; empty where they are too few."""
    rows = [row[:width] for row in rows if len(row) >= width and all(map(is_blank, row[width:]))][:300]
    if len(rows) < 5:
        return ()
    return tuple(_shape(column) for column in zip(*rows, strict=True))


def _shape(cells: Sequence[str]) -> ColumnShape:
    filled = [cell.strip() for cell in cells if not is_blank(cell)]
    blank = 1 - len(filled) / len(cells)
    if not filled:
        return ColumnShape(1.0)
    words = sum(len(cell.split()) for cell in filled) / len(filled)
    shape, often = Counter(map(shape_of, filled)).most_common(1)[0]
    fixed = shape if often >= 0.97 * len(filled) and len(shape) <= 24 and "9" in shape else None
    typed = sum(map(is_typed, filled)) >= 0.97 * len(filled)
    prefix = _common(filled)
    values = frozenset(filled)
    return ColumnShape(
        blank,
        typed,
        fixed,
        prefix if len(prefix) >= 4 and len(values) > 1 else "",
        words,
        values if len(filled) >= 10 and len(values) <= min(30, 0.2 * len(filled)) else frozenset(),
    )


def _common(cells: Sequence[str]) -> str:
    low, high = min(cells), max(cells)
    count = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    return low[:count]


def mend(line: str, dialect: Dialect, columns: Sequence[ColumnShape]) -> list[str] | None:
    """The line as exactly one cell a column, or None where no way to cut it is convincing."""
    line = line.rstrip("\r\n")
    if dialect.delimiter is None or not columns or len(columns) > _MOST_COLUMNS or len(line) > _MOST_CHARS:
        return None
    other = _by_other_delimiter(line, dialect, columns)
    if other is not None:
        return other
    return _Cutter(line, dialect.delimiter, dialect.quote, columns).best()


def as_line(row: Sequence[str], dialect: Dialect) -> str:
    """The text of a record that was parsed, quoted only where it must be."""
    delimiter, quote = dialect.delimiter or ",", dialect.quote
    cells = [f"{quote}{cell.replace(quote, 2 * quote)}{quote}" if quote and delimiter in cell else cell for cell in row]
    return delimiter.join(cells)


def _by_other_delimiter(line: str, dialect: Dialect, columns: Sequence[ColumnShape]) -> list[str] | None:
    if 3 * sum(shape.tells for shape in columns) < len(columns):
        return None
    for delimiter in _OTHERS:
        if delimiter == dialect.delimiter or delimiter not in line:
            continue
        row = next(Dialect(delimiter, dialect.quote).rows([line]), [])
        # Blanks are everywhere: only quoted cells tell that they are meant.
        if len(row) != len(columns) or (delimiter == " " and (dialect.quote or '"') not in line):
            continue
        if sum(shape.misfit(cell) for shape, cell in zip(columns, row, strict=True)) <= 0.1 * len(columns):
            return row
    return None


class _Cutter:
    """The cheapest way to cut one line into the columns, found by Dijkstra's algorithm, as the right way is cheap."""

    def __init__(self, line: str, delimiter: str, quote: str | None, columns: Sequence[ColumnShape]) -> None:
        self._line, self._delimiter, self._quote, self._columns = line, delimiter, quote or "", columns
        self._end = len(line) + len(delimiter)

    def best(self) -> list[str] | None:
        """The cells; None where every way costs too much."""
        start = (0, 0)
        costs: dict[tuple[int, int], float] = {start: 0.0}
        came: dict[tuple[int, int], tuple[tuple[int, int], str | None]] = {}
        waiting = [(0.0, start)]
        for _ in range(_MOST_STEPS):
            if not waiting:
                return None
            cost, state = heapq.heappop(waiting)
            if cost > costs[state]:
                continue
            if state == (self._end, len(self._columns)):
                return self._way(came, state)
            for price, following, cell in self._steps(*state):
                total = cost + price
                if total <= _DEAREST and total < costs.get(following, math.inf):
                    costs[following] = total
                    came[following] = (state, cell)
                    heapq.heappush(waiting, (total, following))
        return None

    def _way(
        self, came: dict[tuple[int, int], tuple[tuple[int, int], str | None]], state: tuple[int, int]
    ) -> list[str]:
        cells: list[str] = []
        while state in came:
            state, cell = came[state]
            if cell is not None:
                cells.append(cell)
        return cells[::-1]

    def _steps(self, place: int, column: int) -> Iterator[tuple[float, tuple[int, int], str | None]]:
        """What may be done at a place of the line for a column: the price, the next state, the column's cell."""
        if column == len(self._columns):
            if place < self._end and is_blank(self._line[place:].replace(self._delimiter, "")):
                yield 0.2, (self._end, column), None
            return
        shape = self._columns[column]
        if place >= self._end:
            yield 0.1 if shape.blank > 0.5 else 1.0, (place, column + 1), ""
            return
        for cell, following, price in self._cells(place, shape):
            yield price + shape.misfit(cell), (min(following, self._end), column + 1), cell
        if self._line.startswith(self._delimiter, place):
            yield 1.0, (place + len(self._delimiter), column), None
        # The delimiter between this cell and the one before is missing, and nothing tells where it was.
        yield 0.6 if shape.blank > 0.1 else 1.6, (place, column + 1), ""

    def _cells(self, place: int, shape: ColumnShape) -> Iterator[tuple[str, int, float]]:
        """Ways to take one cell at this place: its text, where the next cell begins, what the way costs."""
        line, mark = self._line, self._quote
        if mark and line.startswith(mark, place):
            yield from self._quoted(place)
        end = self._next(place)
        text = line[place:end]
        price = 0.0
        if mark and mark in text:
            price = 1.2 if text[0] == text[-1] == mark else 0.8 if text[0] == mark else 0.5
        yield text, end + len(self._delimiter), price
        if shape.any_text and end < len(line):
            joined = end
            for count in range(1, _MOST_JOINED + 1):
                joined = self._next(joined + len(self._delimiter))
                yield line[place:joined], joined + len(self._delimiter), price + 1.2 * count
                if joined >= len(line):
                    break
        yield from self._without_delimiter(place, text, shape)

    def _quoted(self, place: int) -> Iterator[tuple[str, int, float]]:
        line, mark = self._line, self._quote
        end = place
        for _ in range(_MOST_CLOSINGS):
            end = line.find(mark, end + 1)
            if end < 0:
                return
            inner = line[place + 1 : end]
            lone = 0.7 if mark in inner.replace(2 * mark, "") else 0.0
            # After an odd number of marks in a row this one belongs to a doubled one.
            doubled = (len(inner) - len(inner.rstrip(mark))) % 2
            inner = inner.replace(2 * mark, mark)
            if end + 1 == len(line) or line.startswith(self._delimiter, end + 1):
                yield inner, end + 1 + len(self._delimiter), lone + 0.2 * doubled
            elif line.startswith(mark, end + 1) and not doubled:
                yield inner, end + 1, 1.0 + lone

    def _without_delimiter(self, place: int, text: str, shape: ColumnShape) -> Iterator[tuple[str, int, float]]:
        """The delimiter after this cell is missing: a quoted cell follows at once, or the column's shape ends."""
        inside = text.find(self._quote, 1) if self._quote else -1
        if inside > 0:
            yield text[:inside], place + inside, 1.0
        if shape.shape is not None and len(text) > len(shape.shape):
            cell = text[: len(shape.shape)]
            if shape_of(cell) == shape.shape:
                yield cell, place + len(cell), 1.0
        elif shape.typed:
            longest = next((n for n in range(min(len(text) - 1, 24), 0, -1) if is_number(text[:n])), 0)
            if longest:
                yield text[:longest], place + longest, 1.0

    def _next(self, place: int) -> int:
        found = self._line.find(self._delimiter, place)
        return found if found >= 0 else len(self._line)

"""Where in a grid of cells the table is: title lines above it, its header rows, notes below it.

Works on rows of strings, so that CSV and spreadsheets share it. The idea: below a header a column holds values of one
type, and the header's own cell is not of that type; where no column has a type, the words of the row decide.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile, pairwise
from statistics import median_high

from workspace.reading.cells import extent, is_blank, is_number, is_typed, says_nothing
from workspace.reading.names import KNOWN, is_known, usable

Row = Sequence[str]
_TOP = 40
_BELOW = 300
MOST_FOOTERS = 60
_MOST_EMPTY = 20
_PAGE = re.compile(
    r"(?:page|seite|página|pagina|strona|stránka|strana|oldal|sayfa|страница|сторінка|стр\.|sida|side|sivu|第)\s*\d+\s*"
    r"(?:(?:/|of|von|sur|de|di|van|z|ze|iz|из|з|av|af)\s*\d+|页|頁|ページ)?",
    re.I,
)
_ROWS_IN_ALL = re.compile(r"\(?\d[\d,.]* rows?(?: (?:selected|affected|in set|returned)\b.{0,20})?\.?\)?", re.I)
"""What databases print below a list."""

_RULE = re.compile(r"\s*:?[-=_+]{2,}:?\s*")
_COUNTED = re.compile(r"[\d.,\s]*\d\s?[^\W\d_]{1,20}\.?")
_UNIT = re.compile(r"\[[^\]]{0,20}\]|\([^)\s]{1,5}\)")
_TOTALS = frozenset(
    "total totals sum subtotal average mean median count gesamt gesamtsumme summe "
    "zwischensumme mittelwert durchschnitt anzahl totale somma media totaal gemiddelde "
    "somme moyenne suma promedio soma média razem łącznie średnia celkem průměr spolu "
    "összesen átlag toplam ortalama итого всего сумма среднее разом усього σύνολο summa "
    "yhteensä 合計 合计 总计 小计 平均 합계 평균 المجموع".split()
) | {"grand total", "i alt"}


@dataclass(frozen=True)
class Layout:
    """``header`` are the indexes of the header rows, top first, empty where there is none; data begins at ``start``.

    ``comment`` is the mark that comment rows begin with, where the table has such rows.
    """

    header: tuple[int, ...]
    start: int
    names: list[str]
    comment: str | None
    typical_fill: int
    typed: frozenset[int]
    declared: int = 0
    """Number of columns with those at the end that have neither a name nor a value, as far as was looked."""

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.names)

    @property
    def header_row(self) -> int | None:
        """The last header row, counted from 0."""
        return self.header[-1] if self.header else None


def find_layout(rows: Sequence[Row], *, merged_header: int | None = None, trim: bool = False) -> Layout:
    """The layout of a table whose first rows are given.

    ``merged_header``: last row of cells that are merged downwards at the top of a sheet: a header over several rows.
    ``trim``: leave columns out at the end that have neither a name nor, in these rows, a value, where they are many.
    """
    comment = _comment_mark(rows)
    kept = [i for i, row in enumerate(rows) if not _skipped(row, comment)]
    if not kept:
        return Layout((), len(rows), [], comment, 0, frozenset())
    typical = median_high([_fill(rows[i]) for i in kept])
    typed = _typed_columns([rows[i] for i in kept])
    if merged_header is not None and merged_header + 1 < len(rows):
        above = [i for i in kept if i <= merged_header]
        # Titles stand alone in their rows, above the first row of names.
        header: tuple[int, ...] = tuple(dropwhile(lambda i: _fill(rows[i]) < 2, above)) or tuple(above)
        last: int | None = merged_header
    else:
        last = _last_header(rows, kept, typed, typical)
        header = _span(rows, last, typed) if last is not None else ()
        if last is not None and _goes_on(rows, last, typed):
            last += 1
            header = (*header, last)
    start = last + 1 if last is not None else _first_full(rows, kept, typical)
    width = _width(rows, [i for i in kept if i >= start], rows[header[-1]] if header else None)
    declared = width
    if trim:
        seen = max((extent(rows[i]) for i in kept if i >= start or i in header), default=width)
        # A few may well be meant; more come from cells that were formatted once, one from a delimiter at line ends.
        width = max(1, seen) if width - seen > _MOST_EMPTY or (header and width - seen == 1) else width
    names = usable(_names(rows, header, width, start), width)
    if not header and width == 1:
        names = ["text"]
    return Layout(header, start, names, comment, typical, typed, declared)


def is_comment(row: Row, mark: str | None) -> bool:
    """Whether a record is a comment line, a drawn line, or the number of a page amid a printed table."""
    if mark is not None and row and row[0].lstrip().startswith(mark):
        return True
    if is_rule(row) or (_fill(row) <= 2 and _ROWS_IN_ALL.fullmatch(" ".join(row).strip())):
        return True
    return len(row) > 2 and not row[1] and not row[-1] and _PAGE.fullmatch("".join(row).strip()) is not None


def is_rule(row: Row) -> bool:
    """Whether a record is a line drawn between rows, as lists in print and tables in Markdown have them."""
    filled = [cell for cell in row if not is_blank(cell)]
    long = len(filled) > 1 or (len(filled) == 1 and len(filled[0].strip()) >= 10)
    # Two dashes alone are a missing value as well: one of the lines has to be longer.
    return long and all(map(_RULE.fullmatch, filled)) and any(len(cell.strip()) > 2 for cell in filled)


def count_footers(tail: Sequence[Row], layout: Layout) -> int:
    """How many of the last records are notes below the table or blank."""
    if layout.typical_fill < 3 or layout.width < 3:
        return 0
    notes = 0
    for count, row in enumerate(reversed(tail), start=1):
        fill = _fill(row)
        if fill == 0 or is_comment(row, layout.comment):
            continue
        note = fill <= max(1, 0.35 * layout.typical_fill) and not any(
            is_typed(cell) for index, cell in enumerate(row) if index in layout.typed
        )
        if (not note or all(is_typed(cell) for cell in row if not is_blank(cell))) and not _is_total(row, layout):
            break
        notes = count
    return notes


def _is_total(row: Row, layout: Layout) -> bool:
    """Whether a row sums up the ones above: a word for it, then nothing but numbers, and gaps."""
    filled = [cell.strip() for cell in row if not is_blank(cell)]
    if not 1 < len(filled) < layout.typical_fill:
        return False
    first = filled[0].lower().rstrip(":.").split(" (")[0]
    named = first in _TOTALS or (len(first.split()) <= 3 and first.split()[0] in _TOTALS)
    return named and all(is_number(cell) or _COUNTED.fullmatch(cell) for cell in filled[1:])


def _comment_mark(rows: Sequence[Row]) -> str | None:
    first = next((row for row in rows if _fill(row)), None)
    if first is None or not first[0].startswith(("#", "//", "%")):
        return None
    mark = "//" if first[0].startswith("//") else first[0][0]
    rest = [row for row in rows if _fill(row) and not row[0].lstrip().startswith(mark)]
    return mark if len(first) == 1 and rest and median_high([len(row) for row in rest]) > 1 else None


def _skipped(row: Row, comment: str | None) -> bool:
    return _fill(row) == 0 or is_comment(row, comment)


def _fill(row: Row) -> int:
    return sum(1 for cell in row if not is_blank(cell))


def _typed_columns(rows: Sequence[Row]) -> frozenset[int]:
    """Columns most of whose cells are numbers or dates, judged below the first third (at most 40 rows) of the rows."""
    body = rows[min(max(1, len(rows) // 3), _TOP) :] if len(rows) > 1 else rows
    seen: dict[int, list[int]] = {}
    for row in body[:_BELOW]:
        for index, cell in enumerate(row):
            if not is_blank(cell) and not says_nothing(cell):
                count = seen.setdefault(index, [0, 0])
                count[0] += 1
                count[1] += is_typed(cell)
    return frozenset(index for index, (total, good) in seen.items() if good >= 0.7 * total)


def _balance(row: Row, typed: frozenset[int]) -> int:
    """Below 0: cells that cannot belong to typed columns outweigh those that do. Above 0: it looks like data."""
    if _is_year_run(row, typed):
        return -1
    good = bad = 0
    for index in typed:
        cell = row[index] if index < len(row) else ""
        if is_blank(cell) or says_nothing(cell):
            continue
        good, bad = good + is_typed(cell), bad + (not is_typed(cell))
    return -1 if bad and bad >= good else int(good > 0)


def _is_year_run(row: Row, typed: frozenset[int]) -> bool:
    """Years in ascending order across the columns: a header, although they are numbers."""
    cells = [row[index].strip() for index in sorted(typed) if index < len(row) and not is_blank(row[index])]
    years = [int(cell) for cell in cells if len(cell) == 4 and cell.isdigit() and 1700 <= int(cell) <= 2200]
    return len(years) >= 3 and len(years) >= 0.8 * len(cells) and all(a < b for a, b in pairwise(years))


def _last_header(rows: Sequence[Row], kept: list[int], typed: frozenset[int], typical: int) -> int | None:
    last: int | None = None
    usual = Counter(len(rows[index]) for index in kept).most_common(1)[0][0]
    for index in kept[:_TOP]:
        balance = _balance(rows[index], typed)
        if balance > 0:
            break
        # Below a header as wide as the table, a row of another width is a broken one.
        broken = last is not None and len(rows[last]) == usual != len(rows[index])
        if balance < 0 and not broken and _fill(rows[index]) >= min(2, typical):
            last = index
    else:
        if len(kept) <= _TOP or not typed:
            last = None
    if last is not None and last != kept[-1]:
        return last
    first = _first_full(rows, kept, typical)
    for index in kept[:_TOP]:
        below = [rows[i] for i in kept if i > index][:_BELOW]
        if (index == first or _fill(rows[index]) >= 2) and _reads_like_header(rows[index], below, typed):
            return index
        if index == first:
            break
    return None


def _first_full(rows: Sequence[Row], kept: list[int], typical: int) -> int:
    """The first row that is filled about as much as the others: title lines above it are not."""
    least = 0.6 * typical if typical > 2 else typical
    return next((i for i in kept[:_TOP] if _fill(rows[i]) >= least), kept[0])


def _reads_like_header(row: Row, below: Sequence[Row], typed: frozenset[int]) -> bool:
    filled = [cell.strip() for cell in row if not is_blank(cell)]
    if not filled or len(set(filled)) < 0.5 * len(filled):
        return False
    if not below:
        return len(filled) > 1 and all(len(cell) <= 40 and is_known(cell) for cell in filled)
    if len(filled) > 1:
        # Groups of rows below each other often have the header anew: that says nothing against it.
        below = [other for other in below if list(other) != list(row)] or below
    if len(filled) > 1 and filled == [str(i) for i in range(len(filled))]:
        return True  # pandas writes unnamed columns as 0, 1, 2
    score = sum(_cell_evidence(cell, index, below, index in typed) for index, cell in enumerate(row))
    if len(row) == 1:
        return score >= 1.5
    plain = all(len(cell) <= 30 and not any(c.isdigit() for c in cell) for cell in filled)
    return score > 0 or (score == 0 and plain and len(filled) == len(row) and len(set(filled)) == len(filled))


def _cell_evidence(cell: str, index: int, below: Sequence[Row], typed: bool) -> float:
    """How much one cell speaks for (above 0) or against its row being a header."""
    cells = [row[index].strip() for row in below if index < len(row) and not is_blank(row[index])]
    if not cells:
        return 0.0
    cell = cell.strip()
    if not cell:
        return 1.0 if typed and len(cells) >= 0.9 * len(below) else -0.5
    if typed and is_typed(cell):
        return -1.0
    score = 0.0
    words = len(cell.split())
    if set(cells) == {cell} and len(cells) < 0.95 * len(below):
        return 0.5  # A box that was ticked: its own name or nothing.
    if cell in cells:
        score -= 1.5
    elif len(cells) >= 10 and len(set(cells)) <= 0.3 * len(cells):
        score += 1.5
    if cell.lower() in KNOWN:
        score += 1.5
    elif words <= 3 and len(cell) <= 40 and is_known(cell):
        score += 1.0
    mean = sum(map(len, cells)) / len(cells)
    if mean >= 20 and len(cell) <= min(40, 0.5 * mean) and words <= 5:
        score += 0.5
    if len(cell) > 60 or words > 10:
        score -= 1.5
    elif words > 2 and cell[-1] in ".?!":
        score -= 1.0
    return score - (0.5 if is_number(cell) else 0.0)


def _span(rows: Sequence[Row], last: int, typed: frozenset[int]) -> tuple[int, ...]:
    """The header rows: rows above the last one are part of it while columns with data still lack a name."""
    below = [row for row in rows[last + 1 : last + 1 + _BELOW] if _fill(row)]
    used = {i for i in range(max(map(len, below), default=0)) if sum(_has(row, i) for row in below) > 0.5 * len(below)}
    gaps = {i for i in used if not _has(rows[last], i)}
    span = [last]
    while gaps and span[0] > 0 and len(span) < 5:
        above = rows[span[0] - 1]
        if _fill(above) < 2 or not any(_has(above, i) for i in gaps) or _balance(above, typed) > 0:
            break
        span.insert(0, span[0] - 1)
        gaps -= {i for i in gaps if _has(above, i)}
    if len(span) == 1 and last > 0 and (_is_units(rows[last]) or _names_groups(rows[last - 1], rows[last])):
        span.insert(0, last - 1)
    return tuple(span)


def _goes_on(rows: Sequence[Row], last: int, typed: frozenset[int]) -> bool:
    """Whether the row below a header belongs to it: units, or the names that the header lacks."""
    if last + 2 >= len(rows) or not _fill(rows[last + 1]):
        return False
    row = rows[last + 1]
    if _is_units(row):
        return True
    body = [r for r in rows[last + 2 : last + 2 + _BELOW] if _fill(r)]
    full = [i for i in typed if sum(_has(r, i) for r in body) > 0.9 * len(body)]
    gaps = [i for i in range(len(rows[last])) if not _has(rows[last], i)]
    short = all(len(cell) <= 60 and not is_typed(cell) for cell in row if not is_blank(cell))
    return bool(full) and short and not any(_has(row, i) for i in full) and any(_has(row, i) for i in gaps)


def _is_units(row: Row) -> bool:
    """Units in brackets and nothing else, such as ``[min]``."""
    filled = [cell.strip() for cell in row if not is_blank(cell)]
    return bool(filled) and all(map(_UNIT.fullmatch, filled))


def _names_groups(above: Row, header: Row) -> bool:
    """Whether a row above the header names groups of columns: fewer cells, apart from each other, over names."""
    places = [index for index in range(len(above)) if _has(above, index)]
    if len(places) < 2 or len(above) != len(header) or len(places) > 0.75 * _fill(header):
        return False
    cells = [above[index].strip() for index in places]
    apart = any(b - a > 1 for a, b in pairwise(places))
    named = all(_has(header, index) for index in places)
    return apart and named and all(len(c) <= 40 and not is_typed(c) and c[-1] not in ":.=" for c in cells)


def _all_objects(row: Row) -> bool:
    """Whether every cell of a row is a JSON object, as no name of a column is."""
    filled = [cell.strip() for cell in row if not is_blank(cell)]
    return bool(filled) and all(cell.startswith('{"') and cell.endswith("}") for cell in filled)


def _has(row: Row, index: int) -> bool:
    return index < len(row) and not is_blank(row[index])


def _width(rows: Sequence[Row], body: list[int], header: Row | None) -> int:
    """The header's width; without one the width most rows have."""
    widths: dict[int, int] = {}
    for index in body:
        widths[len(rows[index])] = widths.get(len(rows[index]), 0) + 1
    most = max(widths, key=lambda w: (widths[w], w), default=0)
    if header is None:
        return most
    # A header one cell short: R and pandas leave the name of the row numbers out.
    if most == len(header) + 1 and widths[most] >= 0.9 * sum(widths.values()):
        full = [rows[i] for i in body if len(rows[i]) == most]
        if sum(_has(row, most - 1) for row in full) > 0.5 * len(full):
            return most
    return len(header)


def _names(rows: Sequence[Row], header: tuple[int, ...], width: int, start: int) -> list[str]:
    if not header:
        return []
    if header[-1] and _all_objects(rows[header[-1]]):
        # Survey tools put a row of keys for programs below the one with the questions.
        header = tuple(i for i in header if i != header[-1]) or (header[-1] - 1,)
    if len(header) == 1:
        names = [*rows[header[0]]]
        return ["", *names] if width == len(names) + 1 else names[:width]
    parts: list[list[str]] = [[] for _ in range(width)]
    for index in header:
        carried = ""
        for column in range(width):
            cell = rows[index][column].strip() if _has(rows[index], column) else ""
            # A group's name stands above its first column only; it holds until the next one.
            carried = cell or (carried if index != header[-1] and not _has(rows[header[0]], column) else "")
            if carried and carried not in parts[column]:
                parts[column].append(carried)
    return [" ".join(part) for part in parts]

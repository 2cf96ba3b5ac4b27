"""Marked places in texts (NER): offsets that cannot be, blanks at the edges, marks on top of each other.

A cell holds JSON: a list of ``{"start", "end", "label", ...}`` or ``[start, end, label]``. Offsets count characters
from 0; ``end`` is the first one that is not part of the mark.
"""

import json
from typing import Any


def edges(mark: Any) -> tuple[int, int] | None:
    """Start and end of a mark; None where it has none that are whole numbers."""
    match mark:
        case {"start": int(start), "end": int(end)} | [int(start), int(end), *_]:
            return start, end
    return None


def with_edges(mark: Any, start: int, end: int) -> Any:
    """The same mark at another place."""
    return mark | {"start": start, "end": end} if isinstance(mark, dict) else [start, end, *mark[2:]]


def parse(cell: str | None) -> list[Any] | None:
    """The marks of a cell; None where there are none, or it holds something else."""
    if not cell:
        return None
    try:
        marks = json.loads(cell)
    except ValueError:
        return None
    return marks if isinstance(marks, list) else None


def _written(before: str, old: list[Any], new: list[Any]) -> str:
    """The cell with other marks; the very same text where nothing changed."""
    return before if new == old else json.dumps(new, ensure_ascii=False)


def is_possible(text: str, mark: Any) -> bool:
    """Whether a mark begins and ends within its text, at different places."""
    place = edges(mark)
    return place is not None and 0 <= place[0] < place[1] <= len(text)


def trim(text: str | None, cell: str) -> str:
    """Marks without the blanks at their edges; impossible ones and those of blanks alone are left out."""
    marks, text = parse(cell), text or ""
    if marks is None:
        return cell
    kept = []
    for mark in marks:
        place = edges(mark)
        if place is None or not is_possible(text, mark):
            continue
        start, end = place
        words = text[start:end]
        if words.strip():
            start += len(words) - len(words.lstrip())
            kept.append(with_edges(mark, start, start + len(words.strip())))
    return _written(cell, marks, kept)


def without_overlaps(cell: str) -> str:
    """Of marks that overlap the longest stays, of equally long ones the first, as spaCy's ``filter_spans`` does it."""
    marks = parse(cell)
    if marks is None:
        return cell
    kept: list[tuple[int, int, int]] = []
    placed = [(edges(mark), number) for number, mark in enumerate(marks)]
    order = sorted((e[0] - e[1], e[0], number, e) for e, number in placed if e is not None)
    for _, _, number, (start, end) in order:
        if all(end <= a or b <= start for a, b, _ in kept):
            kept.append((start, end, number))
    numbers = {number for _, _, number in kept} | {number for e, number in placed if e is None}
    return _written(cell, marks, [mark for number, mark in enumerate(marks) if number in numbers])


def has_impossible(text: str | None, cell: str | None) -> bool:
    """Whether a mark of the cell does not fit the text."""
    return any(not is_possible(text or "", mark) for mark in parse(cell) or ())


def has_blank_edges(text: str | None, cell: str | None) -> bool:
    """Whether a mark of the cell that fits the text begins or ends with a blank."""
    text = text or ""
    for mark in parse(cell) or ():
        place = edges(mark)
        if place is not None and is_possible(text, mark):
            words = text[place[0] : place[1]]
            if words != words.strip():
                return True
    return False


def has_overlaps(cell: str | None) -> bool:
    """Whether marks of the cell overlap."""
    return cell is not None and without_overlaps(cell) != cell

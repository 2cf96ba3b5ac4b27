"""Answers in words: names of categories, and marked words as ``Paris = Place; Ann Lee = Person``."""

import re
from collections.abc import Sequence

from tools.cards import SpanView
from tools.labelling_classes import find_class
from tools.labelling_desk import SHOWN_WORDS, Desk, pool_of
from tools.quoting import plain
from workspace.errors import InputError
from workspace.labelling import LabelSession
from workspace.labelling_words import words_of

_PAIR = re.compile(r"\s*[=:]\s*")


def labels_said(session: LabelSession, names: Sequence[str]) -> list[str]:
    """Keys of the named categories. Raises InputError that names every unknown one."""
    found = [(name, find_class(session.classes, name)) for name in names]
    unknown = [f"“{plain(name, 40)}”" for name, one in found if one is None]
    if unknown:
        there = ", ".join(plain(c.name, 40) for c in session.classes[:12])
        raise InputError("CATEGORY_UNKNOWN", f"There is no category {' and '.join(unknown)}.", f"There are: {there}.")
    return [one.key for _, one in found if one is not None]


def spans_said(desk: Desk, row: int, said: str) -> list[SpanView]:
    """Each named piece of the text with its label; a piece that comes several times is taken in order.

    Raises InputError for a piece that does not stand in the text, and for an unknown label.
    """
    session = desk.session
    text = pool_of(desk.workspace, session)[row].text
    offsets = words_of(text)[:SHOWN_WORDS]
    words = [text[start:end].casefold() for start, end in offsets]
    found: list[SpanView] = []
    faults: list[str] = []
    for pair in filter(None, (part.strip() for part in said.split(";"))):
        piece, *label = _PAIR.split(pair, maxsplit=1)
        one = find_class(session.classes, label[0]) if label else None
        place = _place(words, [piece[a:b].casefold() for a, b in words_of(piece)], found)
        if one is None:
            faults.append(f"“{plain(pair, 60)}” names no label that there is")
        elif place is None:
            faults.append(f"“{plain(piece, 60)}” does not stand in the text")
        else:
            found.append(SpanView(first=place[0], last=place[1], key=one.key))
    if faults:
        names = ", ".join(plain(c.name, 40) for c in session.classes[:12])
        raise InputError(
            "MARKS_INVALID",
            f"This cannot be marked: {'; '.join(faults)}.",
            f"Write the words as they stand in the text, = and a label ({names}); several with ; between them.",
        )
    return found


def _place(words: list[str], piece: list[str], taken: Sequence[SpanView]) -> tuple[int, int] | None:
    for first in range(len(words) - len(piece) + 1):
        last = first + len(piece) - 1
        free = all(last < span.first or first > span.last for span in taken)
        if piece and words[first : last + 1] == piece and free:
            return first, last
    return None

"""Answers in words: names of categories, and marked words as ``Paris = Place; Ann Lee = Person``."""

import re
from collections.abc import Sequence

from tools.cards import SpanView
from tools.labelling_classes import find_class
from tools.labelling_desk import SHOWN_CHARS, SHOWN_WORDS, Desk, pool_of
from tools.quoting import plain
from workspace.errors import InputError
from workspace.labelling import LabelSession
from workspace.labelling_words import words_of

NOTHING = "-"
"""Stands in a form for an answer without any label, or without a mark."""
_NTH = re.compile(r"^(.+\S)\s*\((\d{1,3})\)$")


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

    ``Paris (2) = Place`` is the second Paris of the text.

    Raises InputError for a piece that does not stand in the text, and for an unknown label.
    """
    session = desk.session
    text = pool_of(desk.workspace, session)[row].text
    words = _words(text)
    found: list[SpanView] = []
    faults: list[str] = []
    for pair in filter(None, (part.strip() for part in said.split(";"))):
        if pair == NOTHING:
            continue
        # Times and links have colons of their own: the last sign is the one before the label.
        piece, _, label = (part.strip() for part in pair.rpartition("=" if "=" in pair else ":"))
        one = find_class(session.classes, label) if piece else None
        places = _places(words, piece)
        nth = _NTH.match(piece)
        if not places and nth:
            places = _places(words, nth[1])[int(nth[2]) - 1 :][:1] if int(nth[2]) else []
        free = [(a, b) for a, b in places if all(b < span.first or a > span.last for span in found)]
        if one is None:
            faults.append(f"“{plain(pair, 60)}” names no label that there is")
        elif not free:
            faults.append(f"“{plain(piece, 60)}” does not stand in the text")
        else:
            found.append(SpanView(first=free[0][0], last=free[0][1], key=one.key))
    if faults:
        names = ", ".join(plain(c.name, 40) for c in session.classes[:12])
        raise InputError(
            "MARKS_INVALID",
            f"This cannot be marked: {'; '.join(faults)}.",
            f"Write the words as they stand in the text, = and a label ({names}); several with ; between them.",
        )
    return found


def spans_in_words(desk: Desk, row: int, spans: Sequence[SpanView]) -> str:
    """Marks as :func:`spans_said` reads them; those that cannot be written so (with a ; in them) are left out."""
    session = desk.session
    text = pool_of(desk.workspace, session)[row].text
    offsets, words = words_of(text)[:SHOWN_WORDS], _words(text)
    said: list[str] = []
    for span in sorted(spans, key=lambda span: span.first):
        named = session.named(span.key)
        piece = plain(text[offsets[span.first][0] : offsets[span.last][1]], SHOWN_CHARS)
        places = _places(words, piece)
        if named is None or ";" in piece or (span.first, span.last) not in places:
            continue
        nth = f" ({places.index((span.first, span.last)) + 1})" if len(places) > 1 else ""
        said.append(f"{piece}{nth} = {named.name}")
    return "; ".join(said)


def _words(text: str) -> list[str]:
    return [text[start:end].casefold() for start, end in words_of(text)[:SHOWN_WORDS]]


def _places(words: list[str], piece: str) -> list[tuple[int, int]]:
    """First and last word of every place where the piece stands."""
    wanted = [piece[a:b].casefold() for a, b in words_of(piece)]
    starts = range(len(words) - len(wanted) + 1) if wanted else ()
    return [(i, i + len(wanted) - 1) for i in starts if words[i : i + len(wanted)] == wanted]

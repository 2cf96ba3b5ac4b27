"""Places in a text (character offsets) after parts of the text got longer or shorter."""

import json
from collections.abc import Sequence
from typing import Any

Moved = Sequence[tuple[int, int, int]]
"""(start, end, new length) of each part that was replaced, from left to right, in the text as it was."""


def shift_spans(cell: str | None, moved: Moved, text: str) -> str | None:
    """A column's JSON list of spans, moved with its text.

    Known forms: ``{"start", "end", …}`` and ``[start, end, label]``. A span that cuts through a replaced part
    covers all of it. A copy of the marked words (``"text"``) is taken anew from ``text``, the text as it is now.
    """
    if cell is None:
        return None
    try:
        spans = json.loads(cell)
    except ValueError:
        return cell
    if not isinstance(spans, list):
        return cell
    return json.dumps([_shifted(span, moved, text) for span in spans], ensure_ascii=False)


def _shifted(span: Any, moved: Moved, text: str) -> Any:
    if isinstance(span, dict) and isinstance(span.get("start"), int) and isinstance(span.get("end"), int):
        start, end = new_place(span["start"], span["end"], moved)
        copied = {"text": text[start:end]} if isinstance(span.get("text"), str) else {}
        return span | {"start": start, "end": end} | copied
    if isinstance(span, list) and len(span) >= 2 and all(isinstance(place, int) for place in span[:2]):
        return [*new_place(span[0], span[1], moved), *span[2:]]
    return span


def new_place(start: int, end: int, moved: Moved) -> tuple[int, int]:
    """Where a span lies now."""
    new_start, new_end = start, end
    for a, b, length in moved:
        change = length - (b - a)
        if b <= start:
            new_start += change
            new_end += change
        elif a < end:
            if a < start:
                new_start += a - start  # begins inside of the replaced part: from its beginning
            new_end += change if b <= end else (a + length) - end
    return new_start, new_end

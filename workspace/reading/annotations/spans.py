"""Marked places of a text in one form: objects with ``start``, ``end`` (characters, end excluded) and ``label``."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Span = dict[str, Any]

_STARTS = ("start", "start_offset", "begin", "start_char", "startOffset")
_ENDS = ("end", "end_offset", "end_char", "endOffset")
_LABELS = ("label", "labels", "type", "tag", "entity", "entity_group", "entity_type", "class", "category")


def canonical(value: Any) -> list[Span] | None:
    """Spans in any of the usual notations: ``[start, end, label]``, or objects under the tools' own names.

    An object with several labels becomes as many spans. Other fields of an object are kept. None where the value is
    no list of spans.
    """
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    found: list[Span] = []
    for item in value:
        spans = _of_mapping(item) if isinstance(item, Mapping) else _of_sequence(item)
        if spans is None:
            return None
        found += spans
    return found


def _of_sequence(item: Any) -> list[Span] | None:
    if not isinstance(item, Sequence) or isinstance(item, str) or not 3 <= len(item) <= 5:
        return None
    start, end, label = offset(item[0]), offset(item[1]), item[2]
    if start is None or end is None or isinstance(label, list | dict):
        return None
    more = {"id": item[3]} if len(item) > 3 and item[3] not in ("", None) else {}
    return [{"start": start, "end": end, "label": label_text(label), **more}]


def _of_mapping(item: Mapping[str, Any]) -> list[Span] | None:
    first = next((key for key in _STARTS if key in item), None)
    last = next((key for key in _ENDS if key in item), None)
    if first is None or last is None:
        return None
    start, end = offset(item[first]), offset(item[last])
    if start is None or end is None:
        return None
    named = next((key for key in _LABELS if key in item and not isinstance(item[key], Mapping)), None)
    label = item[named] if named else None
    labels = label if isinstance(label, list) else [label]
    rest = {key: value for key, value in item.items() if key not in (first, last, named)}
    return [{"start": start, "end": end, "label": label_text(one), **rest} for one in labels or [None]]


def offset(value: Any) -> int | None:
    """A whole number as the tools write it, None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16 else None


def label_text(value: Any) -> str:
    """A label as text; a missing one is empty."""
    return "" if value is None else str(value)


def plain(span: Mapping[str, Any]) -> tuple[int, int, str]:
    """What makes a span this span: its place and its label."""
    return span["start"], span["end"], span["label"]


def by_surface(text: str, spans: Iterable[Span], surface: str = "text") -> list[Span]:
    """Spans whose offsets count UTF-16 units (as JavaScript and Java do) put to characters.

    Only where the tool wrote the marked words beside the offsets, and they prove it: the words are found at the
    UTF-16 place and not at the plain one.
    """
    kept = list(spans)
    if text.isascii() or all(ord(c) < 0x10000 for c in text):
        return kept
    for span in kept:
        words = span.get(surface)
        if not isinstance(words, str) or text[span["start"] : span["end"]] == words:
            continue
        start, end = from_utf16(text, span["start"]), from_utf16(text, span["end"])
        if text[start:end] == words:
            span["start"], span["end"] = start, end
    return kept


def from_utf16(text: str, units: int) -> int:
    """The number of characters in the first ``units`` UTF-16 units of a text."""
    seen = 0
    for index, character in enumerate(text):
        if seen >= units:
            return index
        seen += 2 if ord(character) > 0xFFFF else 1
    return len(text) + max(0, units - seen)


def to_utf16(text: str, characters: int) -> int:
    """The number of UTF-16 units in the first characters of a text."""
    return characters + sum(1 for character in text[:characters] if ord(character) > 0xFFFF)

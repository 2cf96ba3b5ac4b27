"""Doccano: JSONL and JSON of all versions (github.com/doccano/doccano, ``data_export``), and its old CSV.

Categories as ``label`` or ``labels``, ``cats`` beside ``entities`` for intents; spans as ``[start, end, label]`` or
objects with ``start_offset``; ``annotations`` with the numbers of labels and users in old exports.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workspace.dataset import DataProblem
from workspace.reading.annotations.forms import Categories, Form, Row, disagreements, majority, most
from workspace.reading.annotations.spans import Span, by_surface, canonical, label_text, plain

_OWN = frozenset(
    {"id", "text", "data", "label", "labels", "annotations", "entities", "relations", "cats", "meta", "metadata"}
    | {"annotation_approver", "username", "user", "Comments", "comments"}
)
_BY_RECORD = ("label", "labels", "entities", "spans")


def recognise_doccano(records: Sequence[Any]) -> Form | None:
    """Doccano's form, where the records look like it."""
    if not most(records, lambda r: isinstance(r, Mapping) and isinstance(r.get("text", r.get("data")), str), 1.0):
        return None
    if most(records, _is_old, 0.5) or (any(map(_has_spans, records)) and all(map(_may_have_spans, records))):
        return Doccano()
    if most(records, lambda r: r.keys() <= _OWN and {"id", "label"} <= r.keys() and _texts(r["label"]), 1.0):
        return Doccano(written=_is_prose(records))
    return Doccano() if most(records, lambda r: isinstance(r.get("cats"), list) and "entities" in r, 1.0) else None


def _is_old(record: Mapping[str, Any]) -> bool:
    found = record.get("annotations")
    return isinstance(found, list) and all(isinstance(item, Mapping) and "label" in item for item in found)


def _has_spans(record: Mapping[str, Any]) -> bool:
    for key in ("label", "labels"):
        if record.get(key) and not _texts(record[key]) and canonical(record[key]):
            return True
    found = record.get("entities")
    offsets = isinstance(found, list) and found and all(isinstance(e, Mapping) and "start_offset" in e for e in found)
    return bool(offsets) or ("relations" in record and bool(canonical(found)))


def _may_have_spans(record: Mapping[str, Any]) -> bool:
    return all(record.get(key) is None or canonical(record[key]) is not None for key in ("label", "labels", "entities"))


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str | int) for item in value)


def _is_prose(records: Sequence[Any]) -> bool:
    """Whether the labels are texts that people wrote (sequence to sequence) and not categories."""
    said = [label for r in records for label in _categories(r.get("label", r.get("labels"))) or []]
    long = sum(len(label.split()) >= 3 or len(label) >= 30 for label in said)
    return len(said) >= 2 and long >= 0.6 * len(said) and len(set(said)) >= 0.8 * len(said)


class Doccano:
    """Doccano's records; the old ones with several users are brought to what most users said.

    ``written``: the labels are texts that were written for the record, the first of them to be learnt.
    """

    format = "doccano"

    def __init__(self, *, written: bool = False) -> None:
        self._written = written
        self._categories = Categories()
        self._spans = self._several = False
        self._shared = self._differ = 0

    def see(self, record: Any) -> None:
        """Spans or categories, and whether several users annotated the same record."""
        if not isinstance(record, Mapping):
            return
        spans, labels, differ, users = _content(record)
        self._spans = self._spans or bool(spans) or "entities" in record
        if not spans or "cats" in record:
            self._categories.see(labels)
        self._several = self._several or users > 1
        self._shared += users > 1
        self._differ += differ

    def rows(self, records: Iterator[Any]) -> Iterator[Row]:
        """One row a record."""
        for record in records:
            if isinstance(record, Mapping):
                yield self._row(record)
            else:
                yield {"text": record if isinstance(record, str) else None, "not read": str(record)}

    def _row(self, record: Mapping[str, Any]) -> Row:
        spans, labels, _, _ = _content(record)
        named = "text" if "text" in record else "data"
        text = record.get(named)
        row: dict[str, Any] = {"text": text}
        if self._written:
            row["response"] = labels[0] if labels else None
            row |= {"more responses": labels[1:]} if labels and len(labels) > 1 else {}
        elif self._spans:
            row["spans"] = by_surface(str(text or ""), spans or [])
        if not self._written and (not self._spans or "cats" in record):
            row |= self._categories.column(labels)
        used = {named, "label", "labels", "entities", "cats", "spans"}
        for key, value in record.items():
            if key not in used and (key != "annotations" or self._several or "label" in record):
                row[key] = value
        return row

    def problems(self) -> list[DataProblem]:
        """Where users differ."""
        return disagreements(self._differ, self._shared)


def _content(record: Mapping[str, Any]) -> tuple[list[Span] | None, list[str] | None, bool, int]:
    """Spans, categories, whether users differ, and how many users annotated the record."""
    old = record.get("annotations")
    if isinstance(old, list) and "label" not in record and "labels" not in record:
        return _old(old)
    for key in _BY_RECORD:
        if key in record and not _texts(record[key]) and (found := canonical(record[key])) is not None:
            return found, _categories(record.get("cats")), False, 1
    value = record.get("cats", record.get("label", record.get("labels")))
    return (canonical(record.get("entities")) or None), _categories(value), False, 1


def _categories(value: Any) -> list[str] | None:
    if isinstance(value, list):
        return [label_text(item) for item in value if not isinstance(item, list | Mapping)]
    return None if value is None or isinstance(value, Mapping) else [label_text(value)]


def _old(annotations: list[Any]) -> tuple[list[Span] | None, list[str] | None, bool, int]:
    """An export that gives each user's annotation on its own."""
    by_user: dict[Any, list[Mapping[str, Any]]] = {}
    for item in annotations:
        if isinstance(item, Mapping):
            by_user.setdefault(item.get("user"), []).append(item)
    if any("start_offset" in item for items in by_user.values() for item in items):
        votes = [[plain(span) for span in canonical(_without_user(items)) or []] for items in by_user.values()]
        agreed, same = majority(votes)
        return [{"start": s, "end": e, "label": n} for s, e, n in agreed], None, not same, len(by_user)
    names = [[label_text(item.get("label", item.get("text"))) for item in items] for items in by_user.values()]
    if not names:
        return None, [], False, 0
    agreed, same = majority(names)
    return None, agreed or names[0][:1], not same, len(by_user)


def _without_user(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in item.items() if key != "user"} for item in items]

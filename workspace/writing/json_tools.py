"""What Doccano, Label Studio, Prodigy and spaCy read: JSON, JSON lines; and plain JSON lines."""

import json
from collections.abc import Iterator
from typing import Any

from workspace.reading.annotations.spans import Span, offset
from workspace.reading.annotations.tags import to_biluo
from workspace.writing.rows import Row, Table, does_not_fit
from workspace.writing.words import as_text

_TIMES = ("lead_time", "created_at", "updated_at")


def jsonl_lines(table: Table) -> Iterator[str]:
    """One object a row, under the table's own column names."""
    for record in table.records():
        yield _dumped(record) + "\n"


def json_lines(table: Table) -> Iterator[str]:
    """A list of objects, one a line."""
    yield from _listed(table.records())


def doccano_lines(table: Table) -> Iterator[str]:
    """Doccano's JSONL: ``label``, or ``entities`` with ``relations`` or with ``cats`` where there are both."""
    _needs_text(table, "Doccano")
    related, both = "relations" in table.parts.rest, _has_spans(table) and _has_labels(table)
    for number, row in enumerate(table.rows(), start=1):
        text, spans = as_text(row)
        found: dict[str, Any] = {"id": number, "text": text}
        found |= {key: value for key, value in row.rest.items() if key not in ("label", "labels", "entities")}
        if related:
            found["entities"] = [_offsets(span, index) for index, span in enumerate(spans)]
            found["relations"] = row.rest.get("relations") or []
        elif _has_spans(table):
            unmarked = row.spans is None and not row.tokens
            found["entities" if both else "label"] = None if unmarked else [_triple(span) for span in spans]
        if both or related:
            found |= {"cats": row.labels or []} if _has_labels(table) else {}
        elif not _has_spans(table):
            found["label"] = row.labels or []
        yield _dumped(found) + "\n"


def _offsets(span: Span, index: int) -> dict[str, Any]:
    rest = {key: value for key, value in span.items() if key not in ("start", "end")}
    return {"id": index, "start_offset": span["start"], "end_offset": span["end"], **rest}


def label_studio_lines(table: Table) -> Iterator[str]:
    """Label Studio's JSON: tasks with annotations, for a project with controls named ``label``."""
    _needs_text(table, "Label Studio")
    own = (
        "id",
        "annotations",
        "relations",
        "annotator",
        "lead_time",
        "created_at",
        "updated_at",
        "meta",
        "predictions",
    )

    def tasks() -> Iterator[dict[str, Any]]:
        for number, row in enumerate(table.rows(), start=1):
            text, spans = as_text(row)
            key = row.rest.get("id")
            data = {table.parts.text or "text": text}
            data |= {name: value for name, value in row.rest.items() if name not in own}
            task: dict[str, Any] = {"id": int(str(key)) if _counts(key) else key or number, "data": data}
            settled = row.spans is not None or bool(row.tokens) or row.labels is not None
            task["annotations"] = [_annotation(row, text, spans)] if settled else []
            task["annotations"] += [_said(one, text) for one in _others(row)]
            yield task | {name: row.rest[name] for name in ("meta", "predictions") if row.rest.get(name)}

    yield from _listed(tasks())


def _others(row: Row) -> list[dict[str, Any]]:
    found = row.rest.get("annotations")
    return [one for one in found if isinstance(one, dict) and "annotator" in one] if isinstance(found, list) else []


def _annotation(row: Row, text: str, spans: list[Span]) -> dict[str, Any]:
    result = [_region(text, span, index) for index, span in enumerate(spans)]
    if row.labels is not None:
        result.append(_choice("label", row.labels))
    relations = [one for one in row.rest.get("relations") or [] if isinstance(one, dict) and "from_id" in one]
    result += [{"type": "relation", **relation} for relation in relations]
    kept = {key: row.rest[key] for key in _TIMES if row.rest.get(key) is not None}
    shared = bool(_others(row))
    by = None if shared else row.rest.get("annotator")
    return {"completed_by": by, "result": result, "was_cancelled": False, "ground_truth": shared, **kept}


def _said(one: dict[str, Any], text: str) -> dict[str, Any]:
    """One annotator's answer as it was read."""
    result: list[dict[str, Any]] = []
    for name, value in one.items():
        if name == "spans":
            result += [_region(text, span, index) for index, span in enumerate(value)]
        elif name != "annotator" and isinstance(value, list):
            result.append(_choice("label", value))
    return {"completed_by": one["annotator"], "result": result, "was_cancelled": False, "ground_truth": False}


def _region(text: str, span: Span, index: int) -> dict[str, Any]:
    place = {"start": span["start"], "end": span["end"], "text": text[span["start"] : span["end"]]}
    number = span.get("id", f"r{index}")
    head = {"id": number, "from_name": "label", "to_name": "text", "type": "labels", "origin": "manual"}
    return {**head, "value": {**place, "labels": [span["label"]]}}


def _choice(name: str, labels: list[Any]) -> dict[str, Any]:
    return {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": labels}}


def prodigy_lines(table: Table) -> Iterator[str]:
    """Prodigy's JSONL: ``spans``, a single category with its answer, or a choice among all categories."""
    _needs_text(table, "Prodigy")
    names = sorted({label for row in table.rows() for label in row.labels or []})
    positive = [name for name in names if not name.startswith("not ")]
    binary = len(positive) == 1 and set(names) <= {positive[0], f"not {positive[0]}"} and "answer" in table.parts.rest
    for row in table.rows():
        text, spans = as_text(row)
        rest = {key: value for key, value in row.rest.items() if key not in ("unused_spans", "asked", "accept")}
        if (tokens := _tokens(rest.pop("tokens", None), text)) is not None:
            rest["tokens"] = tokens
        found: dict[str, Any] = {"text": text, **rest}
        answer = row.rest.get("answer") or "accept"
        if _has_spans(table):
            found["spans"] = spans + (row.rest.get("unused_spans") or [])
            if row.spans is None and not row.tokens and answer == "accept":
                answer = "ignore"
        if binary:
            found["label"] = positive[0]
        elif row.rest.get("asked"):
            found["label"] = row.rest["asked"]
        elif _has_labels(table):
            options = rest.get("options") or [{"id": name, "text": name} for name in names]
            found |= {"options": options, "accept": [_option(options, name) for name in row.labels or []]}
            answer = "ignore" if row.labels is None and answer == "accept" else answer
        yield _dumped(found | {"answer": answer}) + "\n"


def _tokens(value: Any, text: str) -> list[Any] | None:
    """Tokens with their words; None where they no longer fit the text, for then Prodigy makes them anew."""
    if not isinstance(value, list):
        return None
    found = []
    for token in value:
        start, end = (offset(token.get(key)) for key in ("start", "end")) if isinstance(token, dict) else (None, None)
        if start is None or end is None or not start < end <= len(text):
            return None
        found.append({"text": text[start:end], **token})
    return found


def _option(options: list[Any], name: str) -> Any:
    fitting = [one for one in options if isinstance(one, dict) and name in (str(one.get("id")), one.get("text"))]
    return fitting[0].get("id", name) if fitting else name


def spacy_lines(table: Table) -> Iterator[str]:
    """spaCy's pairs ``[text, {"entities": …, "cats": …}]``; words with tags as v2 documents with BILUO tags."""
    parts = table.parts
    if parts.tokens and parts.tags:
        table.leave_out("pos_tags", "deps", "heads", "document", "paragraph")
        yield from _listed(_document(number, row) for number, row in enumerate(table.rows()))
        return
    _needs_text(table, "spaCy")
    table.leave_out(labels=True)
    names = list(dict.fromkeys(label for row in table.rows() for label in row.labels or []))

    def pairs() -> Iterator[list[Any]]:
        for row in table.rows():
            marks: dict[str, Any] = {}
            if row.spans is not None:
                marks["entities"] = [_triple(span) for span in row.spans]
            if row.labels is not None:
                marks["cats"] = {name: float(name in row.labels) for name in names}
            yield [row.text or "", marks or {"entities": []}]

    yield from _listed(pairs())


def _document(number: int, row: Row) -> dict[str, Any]:
    tags = to_biluo([*row.tags, *["O"] * len(row.tokens)][: len(row.tokens)])
    tokens = []
    for index, (word, tag) in enumerate(zip(row.tokens, tags, strict=True)):
        token: dict[str, Any] = {"id": index, "orth": word, "ner": tag}
        for name, key in (("pos_tags", "tag"), ("deps", "dep"), ("heads", "head")):
            values = row.rest.get(name)
            if isinstance(values, list) and index < len(values):
                token[key] = int(values[index]) if key == "head" and _counts(values[index]) else values[index]
        tokens.append(token)
    return {"id": number, "paragraphs": [{"sentences": [{"tokens": tokens}]}]}


def _triple(span: Span) -> list[Any]:
    return [span["start"], span["end"], span["label"]]


def _has_spans(table: Table) -> bool:
    return bool(table.parts.spans or (table.parts.tokens and table.parts.tags))


def _has_labels(table: Table) -> bool:
    return bool(table.parts.label or table.parts.labels)


def _needs_text(table: Table, tool: str) -> None:
    if not (table.parts.text or table.parts.tokens) or not (_has_spans(table) or _has_labels(table)):
        raise does_not_fit(
            f"A {tool} file holds texts with labels or marked places, and this table does not have both.",
            "Write it as CSV, JSONL or Parquet instead.",
        )


def _counts(value: Any) -> bool:
    digits = value.removeprefix("-") if isinstance(value, str) else ""
    return digits.isascii() and digits.isdigit() and len(digits) < 16


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _listed(items: Iterator[Any]) -> Iterator[str]:
    before = "[\n"
    for item in items:
        yield before + _dumped(item)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"

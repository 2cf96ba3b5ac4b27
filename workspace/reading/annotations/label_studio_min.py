"""Label Studio's short exports, JSON_MIN and CSV, put back into tasks: one flat record an annotation.

The order of a record's fields is the tool's: the task's data, ``id``, the answers, ``annotator`` and what follows.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from workspace.reading.annotations.label_studio_results import SPANS

_OWN = frozenset(
    {"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement", "annotation_uuid"}
)


def is_min(record: Any) -> bool:
    """Whether a record is a row of a short export."""
    if not isinstance(record, Mapping) or ("data" in record and isinstance(record["data"], Mapping)):
        return False
    return "annotation_id" in record or {"annotator", "lead_time"} <= record.keys()


def task_of(records: Sequence[Mapping[str, Any]], controls: Collection[str] = ()) -> dict[str, Any]:
    """The task that rows of a short export are about, one annotation for each.

    ``controls`` are fields that other rows of the file show to be answers: a single choice looks like any text.
    """
    answers = [answers_in(record, controls) for record in records]
    named = {name for answer in answers for name in answer}
    data = {key: value for key, value in records[0].items() if key not in _OWN and key not in named}
    if "agreement" in records[0]:
        data["agreement"] = records[0]["agreement"]
    annotations = [
        {
            "completed_by": record.get("annotator"),
            "result": [item for name, value in answer.items() for item in _results(name, value)],
            **{key: record[key] for key in ("created_at", "updated_at", "lead_time") if key in record},
        }
        for record, answer in zip(records, answers, strict=True)
    ]
    return {"id": records[0].get("id"), "data": data, "annotations": annotations}


def answers_in(record: Mapping[str, Any], controls: Collection[str] = ()) -> dict[str, Any]:
    """The fields that hold answers: known by their shape, or by their place between ``id`` and ``annotator``."""
    keys = list(record)
    placed: list[str] = []
    if "id" in record and "annotator" in record and keys != sorted(keys):
        placed = keys[keys.index("id") + 1 : keys.index("annotator")]
    found: dict[str, Any] = {}
    for key, value in record.items():
        parsed = _parsed(value)
        if key not in _OWN and (key in placed or key in controls or _has_shape(parsed)):
            found[key] = parsed
    return found


def _parsed(value: Any) -> Any:
    """A CSV cell that holds JSON as that; anything else as it is."""
    if isinstance(value, str) and value[:1] in "[{" and value[-1:] in "]}" and len(value) > 1:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _has_shape(value: Any) -> bool:
    if isinstance(value, Mapping):
        return isinstance(value.get("choices"), list) or isinstance(value.get("taxonomy"), list)
    if not isinstance(value, list) or not value or not all(isinstance(item, Mapping) for item in value):
        return False
    return all(
        any(isinstance(item.get(key), list) for key in (*SPANS, "taxonomy", "choices"))
        or {"original_width", "x"} <= item.keys()
        for item in value
    )


def _results(name: str, value: Any) -> list[dict[str, Any]]:
    """One answer as the results of a whole task."""
    head = {"from_name": name}
    if value is None or value == "" or value == []:
        return []
    if isinstance(value, Mapping):
        kind = next((kind for kind in ("choices", "taxonomy", *SPANS) if kind in value), "choices")
        return [{**head, "type": kind, "value": dict(value)}]
    if isinstance(value, list):
        if all(isinstance(item, Mapping) for item in value):
            return [result for item in value for result in _results(name, item)]
        nested = any(isinstance(item, list) for item in value)
        kind = "taxonomy" if nested else "choices"
        return [{**head, "type": kind, "value": {kind: value}}]
    if isinstance(value, str):
        return [{**head, "type": "choices", "value": {"choices": [value]}}]
    return [{**head, "type": "number", "value": {"number": value}}]

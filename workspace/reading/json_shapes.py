"""Where the table is in a JSON file that is one object: pandas' orientations, columns, lists below keys, splits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workspace.dataset import DataProblem

_SPLITS = frozenset({"train", "training", "test", "testing", "dev", "valid", "validation", "val", "eval", "evaluation"})


@dataclass(frozen=True)
class Found:
    """The elements of the table, and what there is to tell about the choice."""

    records: Sequence[Any]
    problems: list[DataProblem] = field(default_factory=list)


def records_in(value: Mapping[str, Any]) -> Found:
    """The table in an object; an object without one is a single record."""
    for shape in (_columns, _pandas_columns, _pandas_split, _pandas_table, _splits, _indexed):
        found = shape(value)
        if found is not None:
            return Found(found)
    lists = _lists(value, 3)
    if not lists:
        return Found([value])
    name, best = max(lists, key=lambda pair: len(pair[1]))
    others = [(key, items) for key, items in lists if items is not best and isinstance(items[0], Mapping)]
    return Found(best, [_other_lists(name, others)] if others else [])


def _columns(value: Mapping[str, Any]) -> list[Any] | None:
    """``{"text": […], "label": […]}``."""
    columns = list(value.values())
    if not columns or not all(isinstance(column, list) for column in columns):
        return None
    plain = not any(isinstance(item, dict) for column in columns for item in column[:20])
    if len({len(column) for column in columns}) != 1 or not plain:
        return None
    return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]


def _pandas_columns(value: Mapping[str, Any]) -> list[Any] | None:
    """``{"text": {"0": …, "1": …}, "label": {"0": …}}``: pandas' ``to_json()``."""
    columns = list(value.values())
    if len(columns) < 2 or not all(isinstance(column, dict) for column in columns):
        return None
    keys = columns[0].keys()
    if not keys or any(column.keys() != keys for column in columns):
        return None
    if not all(key.isdigit() for key in keys) or all(key.isdigit() for key in value):
        return None
    return [{name: column[key] for name, column in value.items()} for key in keys]


def _pandas_split(value: Mapping[str, Any]) -> list[Any] | None:
    """``{"columns": […], "index": […], "data": [[…], …]}``."""
    names, rows = value.get("columns"), value.get("data")
    if not isinstance(names, list) or not isinstance(rows, list) or not value.keys() <= {"columns", "index", "data"}:
        return None
    if not all(isinstance(row, list) and len(row) == len(names) for row in rows):
        return None
    return [dict(zip(map(str, names), row, strict=True)) for row in rows]


def _pandas_table(value: Mapping[str, Any]) -> list[Any] | None:
    """``{"schema": {"fields": […]}, "data": [{…}, …]}``."""
    schema, rows = value.get("schema"), value.get("data")
    tabular = isinstance(schema, dict) and isinstance(schema.get("fields"), list) and isinstance(rows, list)
    return rows if tabular and rows else None


def _splits(value: Mapping[str, Any]) -> list[Any] | None:
    """``{"train": [{…}, …], "test": [{…}, …]}``: one table with a column that says which part a row is from."""
    parts = {key: item for key, item in value.items() if key.lower() in _SPLITS}
    if len(parts) < 2 or not all(isinstance(p, list) and all(isinstance(x, dict) for x in p) for p in parts.values()):
        return None
    return [
        {**record, **({} if "split" in record else {"split": key})} for key, part in parts.items() for record in part
    ]


def _indexed(value: Mapping[str, Any]) -> list[Any] | None:
    """``{"0": {"text": …}, "1": {"text": …}}``: a record under each key; a key that is no count is kept."""
    records = list(value.values())
    if len(records) < 2 or not all(isinstance(record, dict) and record for record in records):
        return None
    keys = records[0].keys()
    counted = all(key.isdigit() for key in value)
    if any(record.keys() != keys for record in records) or (len(keys) < 2 and not counted):
        return None
    if any(isinstance(item, list | dict) and len(item) > 20 for item in records[0].values()):
        return None
    if counted or "key" in keys:
        return records
    return [{"key": key, **record} for key, record in value.items()]


def _lists(value: Mapping[str, Any], depth: int, path: str = "") -> list[tuple[str, list[Any]]]:
    """Lists of objects, or of pairs as spaCy's trainers write them, with the keys that lead to them."""
    found: list[tuple[str, list[Any]]] = []
    for key, item in value.items():
        if isinstance(item, list) and item:
            if sum(isinstance(x, dict) for x in item) > 0.5 * len(item) or _pairs(item):
                found.append((f"{path}{key}", [x for x in item if x is not None] if _pairs(item) else item))
        elif isinstance(item, dict) and depth:
            found += _lists(item, depth - 1, f"{path}{key}.")
    return found


def _pairs(items: list[Any]) -> bool:
    fitting = sum(
        isinstance(x, list) and len(x) == 2 and isinstance(x[0], str) and isinstance(x[1], dict) for x in items
    )
    return fitting > 0.5 * len(items)


def _other_lists(name: str, others: list[tuple[str, list[Any]]]) -> DataProblem:
    lists = "another list" if len(others) == 1 else f"{len(others)} other lists"
    return DataProblem(
        code="OTHER_LISTS",
        severity="info",
        count=sum(len(items) for _, items in others),
        message=f"This file has more than one table. I read “{name}” and left out {lists}.",
        examples=[f"{key}: {len(items):,} entries" for key, items in others[:3]],
    )

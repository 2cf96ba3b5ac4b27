"""From JSON-like records to record batches, with columns whose kinds are found in a first pass.

A column of strings, numbers and booleans becomes a string column; one of lists of such values a ``list<string>``
column; anything else (objects, lists of objects, mixtures) a string column of JSON text marked ``mtw.kind = object``.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from enum import IntEnum
from itertools import islice
from typing import Any

import pyarrow as pa

from workspace.reading.columns import BATCH_ROWS
from workspace.reading.names import clean

OBJECT = {b"mtw.kind": b"object"}


class Kind(IntEnum):
    """What the values of a column are; the greater one wins where they differ."""

    NOTHING = 0
    SCALAR = 1
    LIST = 2
    OBJECT = 3


def kind_of(value: object) -> Kind:
    """The kind of one value."""
    if value is None:
        return Kind.NOTHING
    if isinstance(value, list | tuple):
        return Kind.OBJECT if any(isinstance(item, list | dict | tuple) for item in value) else Kind.LIST
    return Kind.OBJECT if isinstance(value, Mapping) else Kind.SCALAR


class Columns:
    """The columns of records, gathered one record after the other. ``objects`` are JSON whatever they hold."""

    def __init__(self, objects: Collection[str] = ()) -> None:
        self.kinds: dict[str, Kind] = {}
        self.rows = 0
        self._objects = objects

    def see(self, record: Mapping[str, Any]) -> None:
        """Take one record into account."""
        self.rows += 1
        kinds = self.kinds
        for key, value in record.items():
            kind, known = Kind.OBJECT if key in self._objects else kind_of(value), kinds.get(key)
            if known is None:
                kinds[key] = kind
            elif kind is not known and kind is not Kind.NOTHING:
                kinds[key] = kind if known is Kind.NOTHING else Kind.OBJECT

    def schema(self) -> tuple[pa.Schema, list[str]]:
        """The Arrow schema and the keys of its fields, in the same order."""
        fields: list[pa.Field] = []
        keys: list[str] = []
        taken: set[str] = set()
        for key, kind in self.kinds.items():
            name = _whole(clean(key)) or f"column {len(fields) + 1}"
            while name in taken:
                name += " (2)"
            taken.add(name)
            keys.append(key)
            if kind is Kind.LIST:
                fields.append(pa.field(name, pa.list_(pa.string())))
            else:
                fields.append(pa.field(name, pa.string(), metadata=OBJECT if kind is Kind.OBJECT else None))
        return pa.schema(fields), keys


def scalar_text(value: object) -> str | None:
    """A scalar as text; a whole float without its decimal point, so that a label 1.0 is ``1`` in every format."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def json_text(value: object) -> str | None:
    """A value as JSON text; null stays null."""
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)


def list_of_text(value: Iterable[object] | None) -> list[str] | None:
    """The items of a list as text, without empty ones' nulls."""
    return None if value is None else [scalar_text(item) or "" for item in value]


def batches_of_records(
    records: Iterable[Mapping[str, Any]], schema: pa.Schema, keys: list[str]
) -> Iterator[pa.RecordBatch]:
    """Record batches of records whose columns are known."""
    convert: list[Callable[[Any], Any]] = [_converter(field) for field in schema]
    iterator = iter(records)
    while block := list(islice(iterator, BATCH_ROWS)):
        yield pa.record_batch(
            [
                _array([make(record.get(key)) for record in block], field.type)
                for make, key, field in zip(convert, keys, schema, strict=True)
            ],
            schema=schema,
        )


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    """The values as Arrow has them. Half characters, which JSON can write and UTF-8 cannot, become U+FFFD."""
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([_whole(value) for value in values], kind)


def _whole(value: Any) -> Any:
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


def _converter(field: pa.Field) -> Callable[[Any], Any]:
    if pa.types.is_list(field.type):
        return list_of_text
    return json_text if field.metadata else scalar_text

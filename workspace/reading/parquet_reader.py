"""Parquet files. Scalar columns become strings, lists of scalars lists of strings, anything else JSON text."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workspace.errors import UnreadableFile
from workspace.parquet import open_table
from workspace.reading.columns import BATCH_ROWS
from workspace.reading.features import Names, names_in_schema
from workspace.reading.names import usable
from workspace.reading.records import OBJECT, json_text, scalar_text
from workspace.reading.source import Opened, Source


def open_parquet(source: Source) -> Opened:
    """A Parquet file. Raises UnreadableFile."""
    try:
        file = open_table(source.path)
        names = source.class_names or names_in_schema(file.schema_arrow)
        as_text = AsText(file.schema_arrow, names)
    except (pa.ArrowException, OSError, ValueError) as exc:
        raise damaged() from exc
    return Opened(format="parquet", schema=as_text.schema, batches=_batches(source, file, as_text))


def damaged() -> UnreadableFile:
    """The error for a Parquet file that Arrow cannot read."""
    return UnreadableFile(
        "FILE_DAMAGED",
        "This Parquet file is damaged or not complete.",
        "Write it anew, or download it again, then upload it.",
    )


class AsText:
    """Turns batches of any types into those of a table; the numbers of a column with class names into these."""

    def __init__(self, schema: pa.Schema, class_names: Names) -> None:
        names = usable(schema.names, len(schema.names))
        self.schema = pa.schema([_field(field, name) for field, name in zip(schema, names, strict=True)])
        self._classes = [_classes(field, class_names.get(field.name)) for field in schema]

    def batch(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with every column as text or lists of text."""
        columns = zip(batch.columns, self.schema, self._classes, strict=True)
        arrays = [
            _as_text(column, field) if classes is None else _named(column, classes, field.type)
            for column, field, classes in columns
        ]
        return pa.record_batch(arrays, schema=self.schema)


def _classes(field: pa.Field, names: list[str] | None) -> pa.Array | None:
    inner = field.type.value_type if _is_list(field.type) else field.type
    return pa.array(names, pa.string()) if names and pa.types.is_integer(inner) else None


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _field(field: pa.Field, name: str) -> pa.Field:
    kind = field.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if _is_list(kind) and not pa.types.is_nested(kind.value_type):
        return pa.field(name, pa.list_(pa.string()))
    return pa.field(name, pa.string(), metadata=OBJECT if pa.types.is_nested(kind) else None)


def _batches(source: Source, file: pq.ParquetFile, as_text: AsText) -> Iterator[pa.RecordBatch]:
    total, done = max(1, file.metadata.num_rows), 0
    try:
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            yield as_text.batch(batch)
            done += batch.num_rows
            source.report(done / total)
    except (pa.ArrowException, OSError) as exc:
        raise damaged() from exc


def _as_text(column: pa.Array, field: pa.Field) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if field.metadata:
        return pa.array([json_text(value) for value in column.to_pylist()], pa.string())
    if _is_list(column.type):
        values = column.values if not pa.types.is_fixed_size_list(column.type) else column.flatten()
        if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
            return column.cast(field.type)
        rows = column.to_pylist()
        return pa.array([None if r is None else [scalar_text(v) or "" for v in r] for r in rows], field.type)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        text = column.cast(pa.string())
    elif pa.types.is_floating(column.type) or pa.types.is_boolean(column.type) or pa.types.is_binary(column.type):
        text = pa.array([scalar_text(_plain(value)) for value in column.to_pylist()], pa.string())
    else:
        text = column.cast(pa.string())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _plain(value: object) -> object:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _named(column: pa.Array, names: pa.Array, kind: pa.DataType) -> pa.Array:
    """Numbers as the names that they stand for; one without a name stays a number, -1 (no label) becomes empty."""
    numbers = (column.flatten() if _is_list(column.type) else column).cast(pa.int64())
    known = pc.and_(pc.greater_equal(numbers, 0), pc.less(numbers, len(names)))
    named = names.take(pc.if_else(known, numbers, None))
    other = pc.if_else(pc.equal(numbers, -1), pa.scalar(None, pa.string()), numbers.cast(pa.string()))
    text = pc.if_else(pc.fill_null(known, False), named, other)
    if not _is_list(column.type):
        return text
    lengths = pc.fill_null(pc.list_value_length(column), 0)
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths).cast(pa.int32())])
    return pa.ListArray.from_arrays(offsets, text, mask=column.is_null()).cast(kind)

"""Parquet files. Scalar columns become strings, lists of scalars lists of strings, anything else JSON text."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workspace.errors import UnreadableFile
from workspace.reading.columns import BATCH_ROWS
from workspace.reading.names import usable
from workspace.reading.records import OBJECT, json_text, scalar_text
from workspace.reading.source import Opened, Source


def open_parquet(source: Source) -> Opened:
    """A Parquet file. Raises UnreadableFile."""
    try:
        file = pq.ParquetFile(source.path)
        fields = [_field(field, name) for field, name in zip(file.schema_arrow, _names(file.schema_arrow), strict=True)]
    except (pa.ArrowException, OSError, ValueError) as exc:
        raise damaged() from exc
    schema = pa.schema(fields)
    return Opened(format="parquet", schema=schema, batches=_batches(source, file, schema))


def damaged() -> UnreadableFile:
    """The error for a Parquet file that Arrow cannot read."""
    return UnreadableFile(
        "FILE_DAMAGED",
        "This Parquet file is damaged or not complete.",
        "Write it anew, or download it again, then upload it.",
    )


def _names(schema: pa.Schema) -> list[str]:
    return usable(schema.names, len(schema.names))


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _field(field: pa.Field, name: str) -> pa.Field:
    kind = field.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if _is_list(kind) and not pa.types.is_nested(kind.value_type):
        return pa.field(name, pa.list_(pa.string()))
    return pa.field(name, pa.string(), metadata=OBJECT if pa.types.is_nested(kind) else None)


def _batches(source: Source, file: pq.ParquetFile, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    total, done = max(1, file.metadata.num_rows), 0
    try:
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            arrays = [_as_text(column, field) for column, field in zip(batch.columns, schema, strict=True)]
            yield pa.record_batch(arrays, schema=schema)
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

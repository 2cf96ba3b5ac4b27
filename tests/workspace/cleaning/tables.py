"""Small tables for the tests of repairs."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from workspace.cleaning import Columns
from workspace.dataset import TaskKind

MAILS = Columns(["text"], "team", TaskKind.CLASSIFICATION)


def write(path: Path, metadata: dict[str, dict[bytes, bytes]] | None = None, **columns: list[Any]) -> Path:
    """A Parquet table of strings and lists of strings, with the metadata of some of its fields."""
    fields = []
    for name, values in columns.items():
        lists = any(isinstance(value, list) for value in values)
        kind = pa.list_(pa.string()) if lists else pa.string()
        fields.append(pa.field(name, kind, metadata=(metadata or {}).get(name)))
    pq.write_table(pa.table(columns, schema=pa.schema(fields)), path, row_group_size=4)
    return path


def read(path: Path) -> dict[str, list[Any]]:
    """A table as lists of cells."""
    columns: dict[str, list[Any]] = pq.read_table(path).to_pydict()
    return columns

"""A table in a Parquet file, written as a file for people. In pieces: no table has to fit into memory."""

import csv
import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from workspace.errors import InputError

_ROWS_AT_ONCE = 10_000


def write_csv(table: Path, out: Path) -> None:
    """UTF-8, comma, one header row, line feeds; quoted where needed. Lists and objects become JSON."""
    with _whole_or_nothing(out) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        source = pq.ParquetFile(table)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(source.schema_arrow.names)
        for batch in source.iter_batches(_ROWS_AT_ONCE):
            columns = [[_cell(value) for value in column.to_pylist()] for column in batch.columns]
            writer.writerows(zip(*columns, strict=True))


def write_parquet(table: Path, out: Path) -> None:
    """The table as it is kept."""
    with _whole_or_nothing(out) as partial:
        shutil.copyfile(table, partial)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=_cell)
    return str(value)


@contextmanager
def _whole_or_nothing(out: Path) -> Iterator[Path]:
    partial = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        yield partial
        partial.replace(out)
    except OSError as exc:
        raise InputError(
            "OUTPUT_UNUSABLE", f"{out} cannot be written ({exc.strerror}).", "Name another OUT, or free some space."
        ) from exc
    finally:
        partial.unlink(missing_ok=True)

"""CSV, TSV, Parquet and fastText."""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from workspace.parquet import open_table
from workspace.reading.annotations.fasttext import MARK
from workspace.writing.rows import Table, does_not_fit

_ROWS_AT_ONCE = 10_000
_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")


def csv_lines(table: Table) -> Iterator[str]:
    """UTF-8, comma, one header row, line feeds; quoted where needed. Lists and objects become JSON.

    Cells are written as they are, also those that a spreadsheet would take for a formula.
    """
    return _delimited(table.path, ",")


def tsv_lines(table: Table) -> Iterator[str]:
    """As CSV, with tabs."""
    return _delimited(table.path, "\t")


def _delimited(path: Path, delimiter: str) -> Iterator[str]:
    source = open_table(path)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(source.schema_arrow.names)
    for batch in source.iter_batches(_ROWS_AT_ONCE):
        columns = [[_cell(value) for value in column.to_pylist()] for column in batch.columns]
        writer.writerows(zip(*columns, strict=True))
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=_cell)
    return str(value)


def write_parquet(table: Table, out: Path) -> None:
    """The table as it is kept."""
    shutil.copyfile(table.path, out)


def fasttext_lines(table: Table) -> Iterator[str]:
    """``__label__a __label__b the text``; line breaks in a text become blanks, as fastText reads lines."""
    if not table.parts.text or not (table.parts.label or table.parts.labels):
        raise does_not_fit("A fastText file holds texts with labels, and this table does not have both.", "Write CSV.")
    if any(re.search(r"[\s,]", label) for row in table.rows() for label in row.labels or []):
        raise does_not_fit(
            "A label of this table holds a blank or a comma, which fastText takes for its end.",
            "Rename the labels, or write CSV or JSONL.",
        )
    table.leave_out(labels=True, spans=False)
    for row in table.rows():
        marks = "".join(f"{MARK}{label} " for label in row.labels or [])
        yield f"{marks}{_BREAKS.sub(' ', row.text or '')}\n"

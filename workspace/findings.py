"""Which rows a problem is about: kept beside a table, so that a repair touches just the rows that were shown.

One Parquet file a version, ``findings.parquet``, made by the readers (ragged rows) and by checks with a model
(suspicious labels, near copies). ``row`` counts the table's rows from 0.
"""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel

FILE = "findings.parquet"
_SCHEMA = pa.schema(
    [
        pa.field("code", pa.string()),
        pa.field("row", pa.int64()),
        pa.field("column", pa.string()),
        pa.field("suggestion", pa.string()),
        pa.field("other_row", pa.int64()),
        pa.field("score", pa.float64()),
    ]
)


class Finding(BaseModel):
    """One row that a problem is about.

    ``suggestion`` is the value that ``column`` should probably have there; without a column, the values of several
    columns as JSON, by column.
    """

    code: str
    row: int
    column: str | None = None
    suggestion: str | None = None
    other_row: int | None = None
    score: float | None = None


def write_findings(findings: Iterable[Finding], out: Path) -> None:
    """Writes them all; an existing file is replaced."""
    pq.write_table(pa.Table.from_pylist([finding.model_dump() for finding in findings], schema=_SCHEMA), out)


def read_findings(file: Path, code: str | None = None) -> list[Finding]:
    """Those of one problem, or all, in the order in which they were written."""
    wanted = [("code", "=", code)] if code else None
    return [Finding.model_validate(row) for row in pq.read_table(file, filters=wanted).to_pylist()]

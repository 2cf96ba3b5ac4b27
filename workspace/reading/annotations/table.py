"""From the rows that a format gives to an opened table, in two passes: the columns first, then their values."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from workspace.dataset import DataProblem
from workspace.errors import UnreadableFile
from workspace.reading.records import Columns, batches_of_records
from workspace.reading.source import Opened, Source

Row = Mapping[str, Any]
OBJECT_COLUMNS = frozenset({"spans", "relations", "annotations", "unused_spans", "other_layers", "accept"})


def opened_rows(
    source: Source,
    kind: str,
    rows: Callable[[], Iterator[Row]],
    problems: Callable[[], list[DataProblem]] = list,
    objects: Collection[str] = (),
    encoding: str | None = None,
) -> Opened:
    """A table of rows that can be gone through again and again.

    Args:
        rows: begins anew with each call.
        problems: what the format has to tell, asked once all rows were gone through.
        objects: columns that hold JSON whatever their values look like, beside ``OBJECT_COLUMNS``.

    Raises:
        UnreadableFile: NO_TABLE where there is not a single row.
    """
    columns = Columns(OBJECT_COLUMNS | set(objects))
    for row in rows():
        columns.see(row)
        if len(columns.kinds) > source.limits.max_columns:
            break
    if not columns.rows:
        raise UnreadableFile("NO_TABLE", "I found no rows in this file.", "Check that it is the right file.")
    schema, keys = columns.schema()
    name = encoding if encoding is not None else source.encoding.name
    return Opened(
        format=kind,
        schema=schema,
        batches=batches_of_records(rows(), schema, keys),
        encoding=name,
        problems=problems(),
    )

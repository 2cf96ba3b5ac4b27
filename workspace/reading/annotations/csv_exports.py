"""CSV files that annotation tools write: read as any CSV, then brought into the tools' form."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import chain, groupby, islice
from typing import Any

import pyarrow as pa

from workspace.reading.annotations.doccano import Doccano
from workspace.reading.annotations.forms import Form
from workspace.reading.annotations.label_studio import recognise_label_studio
from workspace.reading.annotations.spans import canonical
from workspace.reading.annotations.table import Row, opened_rows
from workspace.reading.records import OBJECT
from workspace.reading.source import Opened, Reader, ReadExactly, Source

_DOCCANO = frozenset({"annotation_approver", "label", "text"})
_LABEL_STUDIO: tuple[frozenset[str], ...] = (
    frozenset({"annotation_id", "annotator"}),
    frozenset({"annotator", "lead_time"}),
)
_JUDGED = 200


def with_exports(read: Reader) -> Reader:
    """A reader of delimited files that knows the exports of annotation tools by their header."""

    def opened(source: Source) -> Opened:
        plain = read(source)
        names = set(plain.schema.names)
        if plain.header_row is None:
            return plain
        if names >= _DOCCANO:
            return _formed(source, read, plain, Doccano(), _doccano_records)
        if any(names >= known for known in _LABEL_STUDIO):
            form = recognise_label_studio(list(islice(_records(read, source), _JUDGED)))
            return _formed(source, read, plain, form, iter) if form is not None else plain
        return _with_marks(plain)

    return opened


def _with_marks(plain: Opened) -> Opened:
    """The same table, with the columns marked as JSON whose first cells all hold lists of spans.

    So a table with marked places that was written as CSV is one again when it is read.
    """
    try:
        first = next(plain.batches, None)
    except ReadExactly:
        assert plain.exact is not None, "only the fast reader gives up, and it names the exact one"
        return _with_marks(plain.exact())
    if first is None:
        return plain
    fields = [_marked(field, first.column(index)) for index, field in enumerate(plain.schema)]
    plain.batches = chain([first], plain.batches)
    if fields != list(plain.schema) or any(field.metadata for field in fields):
        plain.schema, exact = pa.schema(fields), plain.exact
        plain.batches = (pa.record_batch(batch.columns, schema=pa.schema(fields)) for batch in plain.batches)
        if exact is not None:
            plain.exact = lambda: _with_marks(exact())
    return plain


def _marked(field: pa.Field, column: pa.Array) -> pa.Field:
    if field.metadata or not pa.types.is_string(field.type):
        return field
    cells = [cell for cell in column.slice(0, _JUDGED).to_pylist() if cell]
    if not cells or not all(cell[0] == "[" and cell[-1] == "]" for cell in cells):
        return field
    try:
        lists = [json.loads(cell) for cell in cells]
    except (ValueError, RecursionError):
        return field
    spans = [canonical(found) for found in lists]
    return field.with_metadata(OBJECT) if all(found is not None for found in spans) and any(spans) else field


def _formed(
    source: Source,
    read: Reader,
    plain: Opened,
    form: Form,
    change: Callable[[Iterator[dict[str, Any]]], Iterator[Any]],
) -> Opened:
    for record in change(_records(read, source)):
        form.see(record)

    def rows() -> Iterator[Row]:
        return form.rows(change(_records(read, source)))

    found = opened_rows(source, form.format, rows, form.problems, encoding=plain.encoding)
    found.delimiter, found.header_row = plain.delimiter, plain.header_row
    found.problems += plain.problems
    return found


def _records(read: Reader, source: Source) -> Iterator[dict[str, Any]]:
    opened = read(source)
    opened = opened.exact() if opened.exact is not None else opened
    for batch in opened.batches:
        yield from batch.to_pylist()


def _doccano_records(records: Iterator[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows of the old CSV, one for each category of each user, as its JSONL has them."""
    own: Collection[str] = ("label", "user")
    for _, group in groupby(records, lambda record: (record.get("id"), record.get("text"))):
        members = list(group)
        annotations = [{key: member.get(key) for key in own} for member in members if member.get("label")]
        yield {key: value for key, value in members[0].items() if key not in own} | {"annotations": annotations}

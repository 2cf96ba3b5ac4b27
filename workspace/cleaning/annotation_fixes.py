"""Repairs of marks and tags (NER)."""

from collections.abc import Callable

import pyarrow as pa

from workspace.cleaning.types import Edit, Fix, FixInput, NoOptions
from workspace.dataset import TaskKind
from workspace.judging import marks
from workspace.judging.columns import batches
from workspace.judging.tags import Scheme, repair_tags, scheme_of
from workspace.judging.wording import rows


def _of_marks(given: FixInput, repair: Callable[[str | None, str], str], title: Callable[[int], str]) -> Edit:
    """Changes the cells of marks, given the text of their row. Other columns and tasks stay as they are."""
    text, label = given.columns.text[0], given.columns.label
    assert label is not None

    def change(batch: pa.RecordBatch, at: int) -> pa.RecordBatch:
        index = batch.schema.get_field_index(label)
        if given.columns.task is not TaskKind.NER or not pa.types.is_string(batch.column(index).type):
            return batch
        pairs = zip(batch.column(text).to_pylist(), batch.column(index).to_pylist(), strict=True)
        cells = [cell if cell is None else repair(words, cell) for words, cell in pairs]
        return batch.set_column(index, batch.schema.field(index), pa.array(cells, pa.string()))

    return Edit(title, change=change)


def _trim(given: FixInput, _: NoOptions) -> Edit:
    return _of_marks(given, marks.trim, lambda n: f"marks put right in {rows(n)}")


def _overlaps(given: FixInput, _: NoOptions) -> Edit:
    return _of_marks(
        given, lambda _, cell: marks.without_overlaps(cell), lambda n: f"overlapping marks left out in {rows(n)}"
    )


def _tags(given: FixInput, _: NoOptions) -> Edit:
    text, label = given.columns.text[0], given.columns.label
    assert label is not None
    # Tags beyond the last word will go, so they have no say: else the next look could find another scheme.
    scheme = scheme_of(
        row[: len(words)]
        for _, batch in batches(given.table, [text, label])
        for words, row in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)
        if isinstance(row, list) and isinstance(words, list)
    )

    def change(batch: pa.RecordBatch, at: int) -> pa.RecordBatch:
        index = batch.schema.get_field_index(label)
        if not pa.types.is_list(batch.column(index).type) or not pa.types.is_list(batch.column(text).type):
            return batch
        pairs = zip(batch.column(text).to_pylist(), batch.column(index).to_pylist(), strict=True)
        cells = [
            row if row is None or words is None else repair_tags(row, len(words), scheme or Scheme(loose=True))
            for words, row in pairs
        ]
        return batch.set_column(index, batch.schema.field(index), pa.array(cells, batch.column(index).type))

    return Edit(lambda n: f"tags put right in {rows(n)}", change=change)


ANNOTATION_FIXES = [
    Fix(
        "trim_spans",
        "Put marks right",
        "Takes blanks off the edges of marks and leaves out marks that do not fit their text.",
        _trim,
        needs_label=True,
    ),
    Fix(
        "drop_overlapping_spans",
        "Leave out overlapping marks",
        "Keeps the longest of marks that overlap; a model can learn only one of them.",
        _overlaps,
        needs_label=True,
    ),
    Fix(
        "repair_tags",
        "Put tags right",
        "Lets every name begin as the other names do, with one tag for each word.",
        _tags,
        needs_label=True,
    ),
]

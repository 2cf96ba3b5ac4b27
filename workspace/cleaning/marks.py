"""Marked places in texts (NER) follow their words when a text is cleaned."""

import json
from bisect import bisect_right
from typing import Any

import pyarrow as pa
from rapidfuzz.distance import Indel

from workspace.cleaning.types import Columns
from workspace.dataset import TaskKind
from workspace.judging.marks import edges, parse, with_edges
from workspace.judging.types import RowNumbers


def keep_marks(
    batch: pa.RecordBatch, old: pa.Array, new: pa.Array, places: RowNumbers, name: str, columns: Columns
) -> pa.RecordBatch:
    """The batch with the marks of the changed texts moved; marks whose words are gone are left out."""
    if columns.task is not TaskKind.NER or columns.label is None or name != columns.text[0]:
        return batch
    index = batch.schema.get_field_index(columns.label)
    if pa.types.is_list(batch.column(index).type):
        return batch
    marks = batch.column(index).to_pylist()
    for place in places.tolist():
        if marks[place]:
            marks[place] = moved(marks[place], old[place].as_py(), new[place].as_py())
    return batch.set_column(index, batch.schema.field(index), pa.array(marks, pa.string()))


def moved(marks: str, before: str, after: str) -> str:
    """JSON of marks (``{"start", "end", "label"}`` or ``[start, end, label]``) of ``before``, for ``after``.

    Marks that cannot be read stay as they are. Offsets count characters.
    """
    spans = parse(marks)
    if spans is None:
        return marks
    same = [op for op in Indel.opcodes(before, after) if op.tag == "equal"]
    starts = [op.src_start for op in same]

    def place(offset: int) -> int | None:
        at = bisect_right(starts, offset) - 1
        if at < 0 or offset >= same[at].src_end:
            return None
        return same[at].dest_start + offset - same[at].src_start

    kept: list[Any] = []
    for span in spans:
        at = edges(span)
        if at is None:
            kept.append(span)
            continue
        start, end = at
        first, last = (place(start), place(end - 1)) if 0 <= start < end else (None, None)
        if first is None or last is None or after[first : last + 1] != before[start:end]:
            continue
        kept.append(with_edges(span, first, last + 1))
    return json.dumps(kept, ensure_ascii=False)

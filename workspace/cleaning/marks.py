"""Marked places in texts (NER) follow their words when a text is cleaned."""

import json
from bisect import bisect_right
from typing import Any

import pyarrow as pa
from rapidfuzz.distance import Indel

from workspace.cleaning.types import Columns
from workspace.dataset import TaskKind
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
    try:
        spans = json.loads(marks)
    except ValueError:
        return marks
    if not isinstance(spans, list):
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
        edges = _edges(span)
        if edges is None:
            kept.append(span)
            continue
        start, end = edges
        first, last = (place(start), place(end - 1)) if 0 <= start < end else (None, None)
        if first is None or last is None or after[first : last + 1] != before[start:end]:
            continue
        if isinstance(span, dict):
            kept.append(span | {"start": first, "end": last + 1})
        else:
            kept.append([first, last + 1, *span[2:]])
    return json.dumps(kept, ensure_ascii=False)


def _edges(span: Any) -> tuple[int, int] | None:
    match span:
        case {"start": int(start), "end": int(end)} | [int(start), int(end), *_]:
            return start, end
    return None

"""Between a table and its labelling: which rows are asked about, and the table with the answers filled in."""

import heapq
import json
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel

from workspace.dataset import TaskKind
from workspace.errors import InputError
from workspace.parquet import open_table
from workspace.reading.records import OBJECT

MOST_ROWS = 4_000
"""Rows that are asked about at most. Nobody labels more by hand, and the model can read so many in half a minute."""
MOST_KNOWN = 2_000
"""Rows with a label in the file that the suggestions learn from at most."""
MOST_CHARS = 20_000
_BATCH_ROWS = 8_192
_POOL = pa.schema(
    [
        pa.field("row", pa.int64()),
        pa.field("text", pa.string()),
        pa.field("known", pa.list_(pa.string())),
    ]
)


class PoolText(BaseModel):
    """One text of the pool. ``known``: the names of its labels in the file; None where it has none."""

    row: int
    text: str
    known: list[str] | None = None


class PoolCounts(BaseModel):
    rows: int
    known: int
    open_rows: int


def write_pool(
    table: Path, out: Path, text: Sequence[str], target: str | None, *, joined: bool = True, seed: int = 0
) -> PoolCounts:
    """Draws the rows to ask about, and some that have a label already, each evenly over the table. Streams.

    Args:
        target: the column with the labels; None where the table has none yet.
        joined: several text columns as one text; else the first alone, as offsets are into one cell.

    Raises:
        InputError: NOTHING_TO_LABEL where every text has a label, or there is no text.
    """
    rng = random.Random(seed)  # noqa: S311 - a sample, not a secret
    asked: list[tuple[float, int, str, list[str] | None]] = []
    known: list[tuple[float, int, str, list[str] | None]] = []
    seen: set[int] = set()
    open_rows = row = 0
    file = open_table(table)
    columns = list(text) if joined else [text[0]]
    wanted = list(dict.fromkeys([*columns, *([target] if target else [])]))
    for batch in file.iter_batches(_BATCH_ROWS, columns=wanted):
        labels = batch.column(target).to_pylist() if target else [None] * batch.num_rows
        for whole, label in zip(_wholes(batch, columns, joined), labels, strict=True):
            names = _names(label)
            if whole.strip():
                open_rows += names is None
                _keep(known if names else asked, MOST_KNOWN if names else MOST_ROWS, rng, (row, whole, names), seen)
            row += 1
    if not asked:
        raise InputError(
            "NOTHING_TO_LABEL",
            "There is no text without a label in this data.",
            "Name another column for the labels, or upload a file with texts.",
        )
    rows = sorted((entry[1:] for entry in [*asked, *known]), key=lambda entry: entry[0])
    columns_of = [[entry[i] for entry in rows] for i in range(3)]
    pq.write_table(pa.table(dict(zip(_POOL.names, columns_of, strict=True)), schema=_POOL), out)
    return PoolCounts(rows=len(asked), known=len(known), open_rows=open_rows)


def read_pool(file: Path) -> list[PoolText]:
    """All texts of a pool, by their rows."""
    return [PoolText.model_validate(row) for row in pq.read_table(file).to_pylist()]


class Filled(BaseModel):
    """What was written: cells that are another now, cells with a label in all, and rows that got the label of an
    answered row because their text is the same."""

    changed: int
    cells: int
    repeats: int


def write_labelled(
    table: Path,
    out: Path,
    target: str,
    task: TaskKind,
    values: Mapping[int, Any],
    text: Sequence[str] = (),
    note: Callable[[int, Any, bool], None] | None = None,
) -> Filled:
    """The table with ``values`` (by row: a name, a list of names, or a list of spans) in the column ``target``.

    A row without a label whose text is that of a row with a value gets the same: of repeated texts only one is asked
    about. Any other cell stays as it is; a new column comes last. Streams.

    Args:
        text: the columns that were read for the answers; without them repeats stay as they are.
        note: told of each row that gets a value, and whether it is a repeat.
    """
    file = open_table(table)
    schema = file.schema_arrow
    field = _field(target, task)
    place = schema.get_field_index(target)
    schema = schema.append(field) if place < 0 else schema.set(place, field)
    joined = task is not TaskKind.NER
    known = _by_text(file, text, joined, values) if text else {}
    found = Filled(changed=0, cells=0, repeats=0)
    row = 0
    with pq.ParquetWriter(out, schema, compression="snappy") as writer:
        for batch in file.iter_batches(_BATCH_ROWS):
            arrays = list(batch.columns)
            before = [None] * batch.num_rows if place < 0 else arrays[place].to_pylist()
            texts = _wholes(batch, text, joined) if known else [""] * batch.num_rows
            kept = [_as(value, task) for value in before]
            after = list(kept)
            for i, whole in enumerate(texts):
                again = row + i not in values
                if again and (whole not in known or _names(before[i]) is not None):
                    continue
                value = known[whole] if again else values[row + i]
                after[i] = _cell(value, task)
                found.repeats += again
                if note:
                    note(row + i, value, again)
            found.changed += sum(new != old for new, old in zip(after, kept, strict=True))
            found.cells += sum(a is not None for a in after)
            column = pa.array(after, field.type)
            if place < 0:
                arrays.append(column)
            else:
                arrays[place] = column
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            row += batch.num_rows
    return found


def _by_text(file: pq.ParquetFile, text: Sequence[str], joined: bool, values: Mapping[int, Any]) -> dict[str, Any]:
    """The values by the whole texts of their rows."""
    found: dict[str, Any] = {}
    row = 0
    for batch in file.iter_batches(_BATCH_ROWS, columns=list(dict.fromkeys(text))):
        asked = [i for i in range(batch.num_rows) if row + i in values]
        part = batch.take(pa.array(asked, pa.int64()))
        for i, whole in zip(asked, _wholes(part, text, joined), strict=True):
            found.setdefault(whole, values[row + i])
        row += batch.num_rows
    return found


def _wholes(batch: pa.RecordBatch, text: Sequence[str], joined: bool) -> list[str]:
    """The texts as they are asked about."""
    cells = [_strings(batch.column(name)) for name in (text if joined else text[:1])]
    return [_join(parts) if joined else parts[0] or "" for parts in zip(*cells, strict=True)]


def _field(name: str, task: TaskKind) -> pa.Field:
    if task is TaskKind.MULTILABEL:
        return pa.field(name, pa.list_(pa.string()))
    return pa.field(name, pa.string(), metadata=OBJECT if task is TaskKind.NER else None)


def _cell(value: Any, task: TaskKind) -> Any:
    return json.dumps(value, ensure_ascii=False) if task is TaskKind.NER else value


def _as(before: Any, task: TaskKind) -> Any:
    """A cell that was there, in the type of the new column."""
    if task is TaskKind.MULTILABEL:
        return _names(before)
    return ", ".join(before) if isinstance(before, list) else before or None


def _keep(
    heap: list[tuple[float, int, str, list[str] | None]],
    most: int,
    rng: random.Random,
    entry: tuple[int, str, list[str] | None],
    seen: set[int],
) -> None:
    """Keeps the ``most`` entries with the largest random keys: an even sample in one pass (Efraimidis 2006).

    Of the same text only the first is asked about.
    """
    key = rng.random()
    if len(heap) == most and key <= heap[0][0]:
        return
    row, text, names = entry
    if names is None:
        if (mark := hash(text)) in seen:
            return
        seen.add(mark)
    cut = (key, row, text[:MOST_CHARS], names)
    if len(heap) < most:
        heapq.heappush(heap, cut)
    else:
        heapq.heapreplace(heap, cut)


def _names(label: Any) -> list[str] | None:
    if isinstance(label, list):
        found = [str(name).strip() for name in label if name and str(name).strip()]
        return found or None
    return [label.strip()] if label and label.strip() else None


def _join(parts: Sequence[str | None]) -> str:
    """As the training reads several columns: one a line."""
    return "\n".join(part.strip() for part in parts if part and part.strip())


def _strings(column: pa.Array) -> list[str | None]:
    return [" ".join(map(str, v)) if isinstance(v, list) else v for v in column.to_pylist()]

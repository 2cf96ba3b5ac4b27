"""A table of texts with marked names, and below its rows new ones in which names were exchanged for others."""

import json
import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workspace.augmentation.entities import mentions_in, names_by_kind, swap_in_text, swap_in_words
from workspace.augmentation.keys import source_key
from workspace.augmentation.marker import MARKER

MOST_READ = 20_000
MOST_NEW = 500
Row = dict[str, Any]


def add_exchanged(table: Path, out: Path, text: str, label: str, seed: int = 0) -> list[tuple[str, str]]:
    """Writes ``table`` and up to :data:`MOST_NEW` new rows to ``out``; gives each new text with its source.

    Rows with the rarest kinds of names come first. Names are taken from the table itself, so none is invented.

    Args:
        text: column of words (a list) or of texts.
        label: column of tags (a list), or of a JSON list of ``{"start", "end", "label"}``.
    """
    file = pq.ParquetFile(table)
    rows = _written(file, text, label)
    pick = random.Random(seed)  # noqa: S311
    new: list[Row] = []
    shown: list[tuple[str, str]] = []
    for row in _rarest_first(rows, text, label, pick):
        swapped = _swapped(row, rows, text, label, pick)
        if swapped is not None:
            before, after = _flat(row[text]), _flat(swapped[0])
            new.append({text: swapped[0], label: swapped[1], MARKER: source_key(before)})
            shown.append((before, after))
        if len(new) >= min(MOST_NEW, len(rows)):
            break
    _write(file, out, new)
    return shown


class _Rows(list[Row]):
    """Rows with the names that stand in them, by kind."""

    names: dict[str, list[Any]]


def _written(file: pq.ParquetFile, text: str, label: str) -> _Rows:
    marked = [MARKER] if MARKER in file.schema_arrow.names else []
    found = _Rows()
    for batch in file.iter_batches(2_000, columns=[text, label, *marked]):
        kept = batch.filter(pc.is_null(batch.column(MARKER))) if marked else batch
        found += [row for row in kept.to_pylist() if row[text] and row[label]]
        if len(found) >= MOST_READ:
            break
    if found and isinstance(found[0][text], list):
        found.names = dict(names_by_kind([(row[text], row[label]) for row in found]))
    else:
        names: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for row in found:
            for span in _spans(row[label]):
                names[span["label"]][row[text][span["start"] : span["end"]]] = None
        found.names = {kind: list(values) for kind, values in names.items()}
    return found


def _spans(cell: str) -> list[Row]:
    try:
        spans = json.loads(cell)
    except ValueError:
        return []
    return [s for s in spans if isinstance(s, dict) and {"start", "end", "label"} <= s.keys()] if spans else []


def _kinds(row: Row, label: str) -> list[str]:
    if isinstance(row[label], list):
        return [mention.label for mention in mentions_in(row[label])]
    return [span["label"] for span in _spans(row[label])]


def _rarest_first(rows: _Rows, text: str, label: str, pick: random.Random) -> list[Row]:
    counts = Counter(kind for row in rows for kind in _kinds(row, label))
    with_names = [row for row in rows if _kinds(row, label)]
    pick.shuffle(with_names)
    return sorted(with_names, key=lambda row: min(counts[kind] for kind in _kinds(row, label)))


def _swapped(row: Row, rows: _Rows, text: str, label: str, pick: random.Random) -> tuple[Any, Any] | None:
    if isinstance(row[text], list):
        return swap_in_words(row[text], row[label], rows.names, pick)
    try:
        return swap_in_text(row[text], row[label], rows.names, pick)
    except ValueError:
        return None


def _flat(value: Any) -> str:
    return value if isinstance(value, str) else " ".join(value)


def _write(file: pq.ParquetFile, out: Path, new: list[Row]) -> None:
    schema = file.schema_arrow
    if MARKER not in schema.names:
        schema = schema.append(pa.field(MARKER, pa.string()))
    with pq.ParquetWriter(out, schema, compression="snappy") as writer:
        for batch in file.iter_batches(20_000):
            columns = [
                batch.column(field.name) if field.name in batch.schema.names else pa.nulls(len(batch), field.type)
                for field in schema
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
        writer.write_table(pa.Table.from_pylist(new, schema=schema))

"""Rows of a table as texts and labels: what can be learned from, and what had to be left out."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workspace.augmentation import MARKER, same_text_key, source_key
from workspace.errors import InputError
from workspace.text_parts import join_texts

_BATCH_ROWS = 20_000

__all__ = [
    "LabelledRows",
    "check_columns",
    "groups_of",
    "join_texts",
    "read_rows",
    "same_text_key",
    "source_key",
    "strings_of",
    "with_columns",
]


@dataclass(frozen=True)
class LabelledRows:
    """Texts with their answers, and how many rows were left out and why.

    ``labels`` are the answers where a text has one; for other tasks they are what rows are divided by, so that each
    side gets its share (the rarest label or kind of entity of a row, empty for none), and ``targets`` are the answers:
    a tuple of labels (multilabel), of spans (ner), or the text to write (generation).

    ``sources`` has one entry a row where some were made from others by augmentation: :func:`source_key` of the text it
    was made from, empty for a row that somebody wrote. An empty list: all were written.

    ``origin`` are the places of the rows in their table, from 0, and ``columns`` what stands beside them there, the
    values of other columns, to divide and to judge by (:func:`with_columns`).

    ``notes`` say what a person should know of how the rows were read. Rows of the same number in ``groups`` stay on one
    side when rows are divided; an empty list: those with the same text.
    """

    texts: list[str]
    labels: list[str]
    dropped: dict[str, int] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    targets: list[Any] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    origin: list[int] = field(default_factory=list)
    columns: dict[str, list[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, indices: Sequence[int]) -> "LabelledRows":
        """The rows at these positions, in this order."""
        return LabelledRows(
            [self.texts[i] for i in indices],
            [self.labels[i] for i in indices],
            self.dropped,
            [self.sources[i] for i in indices] if self.sources else [],
            [self.targets[i] for i in indices] if self.targets else [],
            self.notes,
            [self.groups[i] for i in indices] if self.groups else [],
            [self.origin[i] for i in indices] if self.origin else [],
            {name: [values[i] for i in indices] for name, values in self.columns.items()},
        )

    @property
    def made(self) -> list[int]:
        """Positions of the rows that augmentation made."""
        return [i for i, source in enumerate(self.sources) if source]


def read_rows(table: Path, text: Sequence[str], label: str) -> LabelledRows:
    """Reads the columns that a plan names; rows without a text or a label are left out and counted.

    Raises:
        InputError: ``MISSING_COLUMN`` when the table has no such column.
    """
    file = pq.ParquetFile(table)
    check_columns(file.schema_arrow.names, (*text, label))
    texts: list[str] = []
    labels: list[str] = []
    sources: list[str] = []
    dropped: Counter[str] = Counter()
    origin: list[int] = []
    row = -1
    marked = [MARKER] if MARKER in file.schema_arrow.names else []
    for batch in file.iter_batches(_BATCH_ROWS, columns=list(dict.fromkeys((*text, label, *marked)))):
        columns = [strings_of(batch.column(name)) for name in text]
        made_from = strings_of(batch.column(MARKER)) if marked else [""] * len(batch)
        for *parts, name, source in zip(*columns, strings_of(batch.column(label)), made_from, strict=True):
            row += 1
            whole = join_texts(parts)
            name = name.strip()
            if not whole:
                dropped["no_text"] += 1
            elif not name:
                dropped["no_label"] += 1
            else:
                texts.append(whole)
                labels.append(name)
                sources.append(source)
                origin.append(row)
    return LabelledRows(texts, labels, dict(dropped), sources if any(sources) else [], origin=origin)


def with_columns(rows: LabelledRows, table: Path, names: Sequence[str]) -> LabelledRows:
    """The rows with the values of other columns of their table beside them, as texts; missing values are empty.

    Raises:
        InputError: ``MISSING_COLUMN``.
    """
    check_columns(pq.ParquetFile(table).schema_arrow.names, names)
    columns = dict(rows.columns)
    for name in dict.fromkeys(names):
        column = pq.read_table(table, columns=[name])[name].combine_chunks()
        named = column if isinstance(column, pa.DictionaryArray) else column.dictionary_encode()
        # Each different value is kept once, however many rows have it.
        values = [value.strip() for value in strings_of(named.dictionary)] + [""]
        places = pc.fill_null(named.indices, len(values) - 1).to_pylist()
        columns[name] = [values[places[row]] for row in rows.origin]
    return replace(rows, columns=columns)


def check_columns(there: Sequence[str], wanted: Sequence[str]) -> None:
    """Raises InputError (``MISSING_COLUMN``) that names every column that is not there."""
    missing = [name for name in wanted if name not in there]
    if missing:
        raise InputError(
            "MISSING_COLUMN",
            f"The table has no column named {', '.join(missing)}.",
            f"Choose among its columns: {', '.join(there)}.",
        )


def strings_of(column: "pa.Array") -> list[str]:
    """A column's values as text; missing values are empty; 3.0 in a column of whole numbers is "3"."""
    if isinstance(column, pa.DictionaryArray):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):
        whole = pc.all(pc.equal(pc.floor(column), column)).as_py()
        column = column.cast(pa.int64()) if whole else column
    if pa.types.is_nested(column.type):
        return [", ".join(map(str, v)) if isinstance(v, list) else str(v or "") for v in column.to_pylist()]
    return ["" if v is None else v for v in column.cast(pa.string()).to_pylist()]


def groups_of(texts: Sequence[str]) -> Iterator[int]:
    """For each text the number of its group; texts with the same key share one."""
    numbers: dict[str, int] = {}
    for text in texts:
        yield numbers.setdefault(same_text_key(text), len(numbers))

"""How good a model is on parts of the test rows: short and long texts, and groups that a column names."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from training_worker.data import LabelledRows
from workspace.augmentation import MARKER
from workspace.intervals import wilson
from workspace.judging.languages import language_of, languages_of, mixed
from workspace.model import Slice
from workspace.plan import TrainingPlan

LEAST_ROWS = 20
MOST_VALUES = 12
MOST_COLUMNS = 20
MOST_READ = 5_000
LANGUAGE = "language"
_HEAD = 2_000


def group_columns(table: Path, plan: TrainingPlan) -> list[str]:
    """The columns beside texts and answers that name at most a dozen groups, such as a source or a language."""
    file = pq.ParquetFile(table)
    used = {*plan.text, *plan.answer_columns, plan.split_column, MARKER}
    found = []
    for field in file.schema_arrow:
        if field.name in used or not _may_name_groups(field.type):
            continue
        head = next(file.iter_batches(_HEAD, columns=[field.name]), None)
        if head is None or len(pc.unique(head.column(0))) > MOST_VALUES:
            continue
        if 2 <= len(pc.unique(pq.read_table(table, columns=[field.name])[field.name])) <= MOST_VALUES:
            found.append(field.name)
    return found[:MOST_COLUMNS]


def _may_name_groups(kind: pa.DataType) -> bool:
    named = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)
    return bool(named or pa.types.is_boolean(kind) or pa.types.is_integer(kind))


def with_language(rows: LabelledRows) -> LabelledRows:
    """The rows with the language of each text beside them, where they are written in several; the first rows only,
    where there are many."""
    if LANGUAGE in rows.columns or not mixed(languages_of(rows.texts)):
        return rows
    found = [language_of(text) or "" for text in rows.texts[:MOST_READ]]
    return replace(rows, columns={**rows.columns, LANGUAGE: found + [""] * (len(rows) - len(found))})


def slices_of(
    right: NDArray[np.bool_], texts: Sequence[str], columns: Mapping[str, Sequence[str]] | None = None
) -> list[Slice]:
    """Accuracy with its 95 % interval for the shortest, middle and longest third of the texts, and for each value of
    the columns that name at most a dozen groups. Parts of fewer than 20 rows say nothing and are left out."""
    found = _by_length(right, np.array([len(text) for text in texts]))
    for name, values in (columns or {}).items():
        groups = sorted({value for value in values if value})
        if 2 <= len(groups) <= MOST_VALUES:
            array = np.array(values, dtype=object)
            parts = [_slice(name, group, right[np.asarray(array == group, dtype=bool)]) for group in groups]
            found += [part for part in parts if part.rows >= LEAST_ROWS]
    return found


def _by_length(right: NDArray[np.bool_], lengths: NDArray[np.int64]) -> list[Slice]:
    if len(right) < 3 * LEAST_ROWS:
        return []
    low, high = np.quantile(lengths, [1 / 3, 2 / 3]).astype(int)
    parts = (
        (f"up to {low} characters", lengths <= low),
        (f"{low + 1} to {high} characters", (lengths > low) & (lengths <= high)),
        (f"more than {high} characters", lengths > high),
    )
    found = [_slice("length", name, right[rows]) for name, rows in parts]
    return [part for part in found if part.rows >= LEAST_ROWS]


def _slice(column: str, value: str, right: NDArray[np.bool_]) -> Slice:
    rows, hits = len(right), int(right.sum())
    low, high = wilson(hits, rows)
    return Slice(
        column=column,
        value=value,
        rows=rows,
        accuracy=round(hits / max(rows, 1), 6),
        interval=(round(low, 6), round(high, 6)),
    )

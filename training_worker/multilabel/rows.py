"""Rows with any number of labels: from a list, from a cell with a separator, or from a yes-or-no column a label.

A row without any label is an answer too (none of the labels). A row that nobody has labelled is not: it is left out
and counted. Which of the two an empty place means follows from the form:

* a list: an empty list is none of the labels, a missing value is not labelled;
* a cell with a separator: an empty cell is not labelled, as it is where a text has one label;
* yes-or-no columns: a row that is empty in all of them is not labelled where others say no; where only yes is ever
  written (an x in each column that applies), an empty place is a no.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from training_worker.data import LabelledRows, check_columns, join_texts, strings_of
from workspace.augmentation import MARKER
from workspace.errors import InputError
from workspace.plan import TrainingPlan
from workspace.reading.label_shapes import says_yes, split_labels

Labels = tuple[str, ...]
HALF = 0.5
_BATCH_ROWS = 20_000
_SHOWN = 5


def read_rows(plan: TrainingPlan, table: Path) -> LabelledRows:
    """The rows of the columns that a plan names; what has no text or was not labelled is left out and counted.

    ``labels`` is the rarest label of each row (empty for none), ``targets`` are its labels in alphabetical order.

    Raises:
        InputError: ``MISSING_COLUMN``; ``LABEL_NOT_YES_NO`` where a yes-or-no column holds something else.
    """
    file = pq.ParquetFile(table)
    answers = plan.answer_columns
    check_columns(file.schema_arrow.names, (*plan.text, *answers))
    texts: list[str] = []
    targets: list[Labels | None] = []
    sources: list[str] = []
    flags = Flags(answers) if plan.label_columns else None
    marked = [MARKER] if MARKER in file.schema_arrow.names else []
    for batch in file.iter_batches(_BATCH_ROWS, columns=list(dict.fromkeys((*plan.text, *answers, *marked)))):
        columns = [strings_of(batch.column(name)) for name in plan.text]
        texts += [join_texts(parts) for parts in zip(*columns, strict=True)]
        sources += strings_of(batch.column(MARKER)) if marked else [""] * len(batch)
        if flags is not None:
            targets += flags.read([strings_of(batch.column(name)) for name in answers])
        else:
            targets += labels_of_column(batch.column(plan.label), plan.label_separator)
    if flags is not None:
        targets = flags.settle(targets)
    empty_is_no = flags is not None and flags.empty_is_no
    return _usable(texts, targets, sources, empty_is_no=empty_is_no)


def labels_of_column(column: pa.Array, separator: str | None) -> list[Labels | None]:
    """The labels of each row of a column of lists or of cells; None where a row was not labelled."""
    if isinstance(column, pa.DictionaryArray):
        column = column.dictionary_decode()
    if pa.types.is_nested(column.type):
        return [None if value is None else _distinct(_items(value)) for value in column.to_pylist()]
    return [labels_of_cell(cell, separator) for cell in strings_of(column)]


def labels_of_cell(cell: str, separator: str | None) -> Labels | None:
    """The labels in a cell: a list in JSON (as lists are written to CSV), or parts between separators."""
    if cell.lstrip().startswith("["):
        try:
            items = json.loads(cell)
        except ValueError:
            items = None
        if isinstance(items, list):
            return _distinct(_items(items))
    parts = [cell.strip()] if separator is None else split_labels(cell, separator)
    return _distinct(parts) or None


class Flags:
    """Columns that say yes or no to one label each; the label is the name of the column."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        self._says_no = False
        self._empty: list[bool] = []
        self._strange: Counter[tuple[str, str]] = Counter()

    @property
    def empty_is_no(self) -> bool:
        """Whether nobody writes no in any of the columns, as far as they were read."""
        return not self._says_no

    def read(self, columns: Sequence[Sequence[str]]) -> list[Labels | None]:
        """The labels of each row; ``columns`` are the cells of each column, in the order of the names."""
        found: list[Labels | None] = []
        for cells in zip(*columns, strict=True):
            said = [self._says(name, cell.strip().casefold()) for name, cell in zip(self.names, cells, strict=True)]
            self._says_no = self._says_no or False in said
            self._empty.append(all(answer is None for answer in said))
            found.append(_distinct(name for name, answer in zip(self.names, said, strict=True) if answer))
        return found

    def settle(self, targets: Sequence[Labels | None]) -> list[Labels | None]:
        """Takes out the rows that nobody labelled, now that all have been seen.

        Raises:
            InputError: ``LABEL_NOT_YES_NO``.
        """
        if self._strange:
            shown = ", ".join(f"“{value}” in {name}" for (name, value), _ in self._strange.most_common(_SHOWN))
            raise InputError(
                "LABEL_NOT_YES_NO",
                f"The columns with one label each must say yes or no; they also say {shown}.",
                "Write 1 or 0 (or yes or no, or x and nothing) there, or leave these columns out.",
            )
        if self.empty_is_no:
            return list(targets)
        return [None if empty else labels for labels, empty in zip(targets, self._empty, strict=True)]

    def _says(self, name: str, cell: str) -> bool | None:
        if not cell:
            return None
        if (said := says_yes(name, cell)) is not None:
            return said
        try:
            return float(cell) >= HALF  # a share of the people who were asked, or how sure somebody was
        except ValueError:
            self._strange[name, cell[:40]] += 1
            return None


def _usable(
    texts: Sequence[str], targets: Sequence[Labels | None], sources: Sequence[str], *, empty_is_no: bool
) -> LabelledRows:
    dropped: Counter[str] = Counter()
    kept: list[tuple[str, Labels, str]] = []
    origin: list[int] = []
    for row, (text, labels, source) in enumerate(zip(texts, targets, sources, strict=True)):
        if not text:
            dropped["no_text"] += 1
        elif labels is None:
            dropped["no_label"] += 1
        else:
            kept.append((text, labels, source))
            origin.append(row)
    counts = Counter(chain.from_iterable(labels for _, labels, _ in kept))
    return LabelledRows(
        [text for text, _, _ in kept],
        [min(labels, key=lambda label: (counts[label], label), default="") for _, labels, _ in kept],
        dict(dropped),
        [source for _, _, source in kept] if any(sources) else [],
        [labels for _, labels, _ in kept],
        _notes(dropped["no_label"], sum(not labels for _, labels, _ in kept), empty_is_no=empty_is_no),
        origin=origin,
    )


def _notes(not_labelled: int, none: int, *, empty_is_no: bool) -> list[str]:
    """What was taken for an answer and what was not."""
    found = []
    if not_labelled:
        found.append(f"Rows whose labels nobody has filled in were left out: {not_labelled:,}.")
    if none and empty_is_no:
        found.append(f"The columns only ever say yes, so an empty place is a no; rows with no label: {none:,}.")
    elif none:
        found.append(f"Rows that were judged and have none of the labels: {none:,}. They are learned from, too.")
    return found


def _items(values: Any) -> Iterable[str]:
    return (str(value).strip() for value in values if value is not None)


def _distinct(labels: Iterable[str]) -> Labels:
    return tuple(sorted({label for label in labels if label}))

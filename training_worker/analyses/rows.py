"""The rows that an analysis looks at: a bounded sample of a table, with the number that each row has there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from training_worker.data import check_columns, join_texts, strings_of
from training_worker.split import Indices

_BATCH_ROWS = 20_000


@dataclass(frozen=True)
class SampledRows:
    """Rows with a text and (where one was asked for) a label. ``numbers`` count the table's rows from 0."""

    texts: list[str]
    labels: list[str]
    numbers: Indices
    usable: int
    """How many such rows the table has in all."""

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, positions: NDArray[np.int64]) -> "SampledRows":
        """These rows, in this order."""
        labels = [self.labels[i] for i in positions] if self.labels else []
        return SampledRows([self.texts[i] for i in positions], labels, self.numbers[positions], self.usable)


def read_sample(
    table: Path,
    text: Sequence[str],
    label: str | Sequence[str] | None,
    most: int,
    seed: int = 0,
    cells: Callable[..., list[str]] = strings_of,
) -> SampledRows:
    """At most about ``most`` rows drawn evenly over the table; all of them where it has no more. Read in batches.

    Args:
        label: the column with the labels, or several of them; None where there is none to read.
        cells: how the labels are read from these columns (arrays of one batch); an empty one is no label.

    Raises:
        InputError: ``MISSING_COLUMN``.
    """
    file = pq.ParquetFile(table)
    named = [label] if isinstance(label, str) else list(label or ())
    check_columns(file.schema_arrow.names, [*text, *named])
    share = min(1.0, most / max(file.metadata.num_rows, 1))
    rng = np.random.default_rng(seed)
    texts: list[str] = []
    labels: list[str] = []
    numbers: list[int] = []
    start = usable = 0
    for batch in file.iter_batches(_BATCH_ROWS, columns=list(dict.fromkeys((*text, *named)))):
        drawn = np.flatnonzero(rng.random(len(batch)) < share) if share < 1 else np.arange(len(batch))
        part = batch.take(drawn) if share < 1 else batch
        columns = [strings_of(part.column(name)) for name in text]
        answers = cells(*(part.column(name) for name in named)) if named else ["-"] * len(part)
        for position, *parts, answer in zip(drawn, *columns, answers, strict=True):
            whole = join_texts(parts)
            if whole and answer.strip():
                texts.append(whole)
                numbers.append(start + int(position))
                if named:
                    labels.append(answer.strip())
        start += len(batch)
    usable = round(len(texts) / share)
    return SampledRows(texts, labels, np.array(numbers, dtype=np.int64), usable)


def stratified_order(classes: Indices, seed: int = 0) -> Indices:
    """All positions in an order in which every beginning has each class in about its share."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(classes))
    rank = np.zeros(len(order))
    for label in np.unique(classes):
        members = np.flatnonzero(classes[order] == label)
        # The first of each class comes first of all, so that no beginning lacks one that it could have.
        rank[members] = (np.arange(len(members)) + rng.random()) / len(members)
        rank[members[0]] = 0.0
    return order[np.argsort(rank, kind="stable")]

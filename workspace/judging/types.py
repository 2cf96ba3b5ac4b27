"""What the checks are told about a table: columns as they were counted while it was read."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

RowNumbers = npt.NDArray[np.int64]
"""Rows of a table, counted from 0, in rising order."""


class CountedColumn(Protocol):
    """One column's counts."""

    @property
    def name(self) -> str: ...
    @property
    def rows(self) -> int: ...
    @property
    def missing(self) -> int: ...
    @property
    def unique(self) -> int: ...
    @property
    def mean_length(self) -> float: ...
    @property
    def sample(self) -> Sequence[str]:
        """Up to 2,000 values from all over the column."""

    @property
    def counts(self) -> Mapping[str, int] | None:
        """Rows per value; None where there are more than 5,000 values."""

    @property
    def items(self) -> Mapping[str, int] | None:
        """Rows per item of a column of lists; None for other columns."""


class CountedTable(Protocol):
    """All columns of a table."""

    @property
    def columns(self) -> Sequence[CountedColumn]: ...

"""What is counted about each column while its batches pass by, with bounded memory."""

from collections import Counter
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workspace.hashing import DistinctCounter, hash_strings
from workspace.judging.sample import SpreadRows
from workspace.reading.cells import is_blank, is_boolean, is_date, is_number
from workspace.reading.records import OBJECT

MOST_VALUES = 5_000
_SAMPLE = 2_000
_LEAST_SAMPLE = 50
_CHARACTERS = 4_000_000
"""Characters of a column that are kept as its sample, and as the names of its values."""

_SEPARATOR = "\x1f"


class ColumnStatistics:
    """One column: missing, distinct, lengths, a spread-out sample, and rows per value while these are few."""

    def __init__(self, field: pa.Field, most_exact: int = 1 << 20) -> None:
        self.name: str = field.name
        self.is_list = bool(pa.types.is_list(field.type))
        self.is_object = field.metadata is not None and field.metadata.get(b"mtw.kind") == OBJECT[b"mtw.kind"]
        self.rows = 0
        self.missing = 0
        self.characters = 0
        self.sample: list[str] = []
        self._step = 1
        self.counts: Counter[str] | None = Counter()
        self.items: Counter[str] | None = Counter() if self.is_list else None
        self.item_total = 0
        self._counted_characters = 0
        self._distinct: DistinctCounter | None = None
        self._most_exact = most_exact

    def see(self, column: pa.Array) -> None:
        """Take one batch of the column into account."""
        before = self.filled
        self.rows += len(column)
        if self.is_list:
            column = self._see_list(column)
        values = column.drop_null() if column.null_count else column
        blank = pc.or_(pc.utf8_is_space(values), pc.equal(pc.binary_length(values), 0))
        if pc.any(blank).as_py():
            values = values.filter(pc.invert(blank))
        self.missing += len(column) - len(values)
        if not len(values):
            return
        self.characters += pc.sum(pc.utf8_length(values)).as_py()
        self._take_sample(values, before)
        self._count(values)

    def _see_list(self, column: pa.Array) -> pa.Array:
        items = column.flatten()
        self.item_total += len(items)
        if self.items is not None:
            for pair in pc.value_counts(items.drop_null()).to_pylist():
                self.items[pair["values"]] += pair["counts"]
            if len(self.items) > MOST_VALUES:
                self.items = None
        # An empty list is a row without a value.
        joined = pc.binary_join(column, _SEPARATOR)
        return pc.if_else(pc.equal(pc.list_value_length(column), 0), pa.scalar(None, pa.string()), joined)

    def _take_sample(self, values: pa.Array, before: int) -> None:
        """Every value, and as soon as these are too many every 2nd, 4th, 8th ... of the column."""
        while len(self.sample) + len(values) // self._step > _SAMPLE:
            self._thin()
        indices = np.arange(-before % self._step, len(values), self._step)
        self.sample += values.take(pa.array(indices)).to_pylist()
        while len(self.sample) > _LEAST_SAMPLE and sum(map(len, self.sample)) > _CHARACTERS:
            self._thin()

    def _thin(self) -> None:
        self.sample = self.sample[::2]
        self._step *= 2

    def _count(self, values: pa.Array) -> None:
        if self.counts is not None:
            pairs = pc.value_counts(values)
            if len(pairs) + len(self.counts) <= 2 * MOST_VALUES:
                for value, count in zip(
                    pairs.field("values").to_pylist(), pairs.field("counts").to_pylist(), strict=True
                ):
                    self._counted_characters += 0 if value in self.counts else len(value)
                    self.counts[value] += count
                if len(self.counts) <= MOST_VALUES and self._counted_characters <= _CHARACTERS:
                    return
                known = list(self.counts)
            else:
                known = [*self.counts]
            self.counts = None
            self._distinct = DistinctCounter(self._most_exact)
            self._distinct.add(hash_strings(pa.array(known, pa.string())))
        assert self._distinct is not None
        self._distinct.add(hash_strings(values))

    @property
    def filled(self) -> int:
        """Rows with a value."""
        return self.rows - self.missing

    @property
    def unique(self) -> int:
        """Distinct values: exact up to two million in a table of few columns, above that estimated."""
        if self.counts is not None:
            return len(self.counts)
        assert self._distinct is not None
        return min(self._distinct.count(), self.filled)

    @property
    def mean_length(self) -> float:
        """Mean number of characters of the values."""
        return self.characters / self.filled if self.filled else 0.0

    @cached_property
    def mean_words(self) -> float:
        """Mean number of words of the sample; characters count as half words where a script writes no blanks.

        To be asked once all batches were seen, like the type.
        """
        if not self.sample:
            return 0.0
        return sum(_words(value) for value in self.sample) / len(self.sample)

    def type(self) -> str:
        """text, number, integer, boolean, date, list, object or empty, judged on the sample."""
        if self.is_list:
            return "list"
        if self.is_object:
            return "object"
        if not self.filled:
            return "empty"
        values = [value.strip() for value in self.sample]
        least = 0.98 * len(values)
        if sum(map(is_integer, values)) >= least:
            return "integer"
        if sum(map(is_boolean, values)) >= least:
            return "boolean"
        if sum(map(is_number, values)) >= least:
            return "text" if any(_leading_zero(value) for value in values) else "number"
        if sum(map(is_date, values)) >= least:
            return "date"
        return "text"

    def examples(self) -> list[str]:
        """Three different values, each cut to 200 characters."""
        found: list[str] = []
        for value in self.sample:
            shown = value.replace(_SEPARATOR, ", ").strip()[:200]
            if shown not in found and not is_blank(shown):
                found.append(shown)
            if len(found) == 3:
                break
        return found


def _words(value: str) -> float:
    words = len(value.replace(_SEPARATOR, " ").split())
    wide = sum(1 for c in value[:400] if "\u3040" <= c <= "\u9fff" or "\u0e00" <= c <= "\u0e7f")
    return max(words, wide / 2)


def is_integer(value: str) -> bool:
    """Digits with or without a sign, short enough to be a number, and no code such as ``007``."""
    digits = value.removeprefix("-").removeprefix("+")
    return digits.isascii() and digits.isdigit() and len(digits) <= 300 and not _leading_zero(value)


def _leading_zero(value: str) -> bool:
    """``007`` is a code, not a number; ``0`` and ``0.5`` are numbers."""
    return len(value) > 1 and value[0] == "0" and value.isdigit()


class TableStatistics:
    """All columns of a table, and rows from all over it."""

    def __init__(self, schema: pa.Schema) -> None:
        # 64 MB of hashes for the whole table, however many columns it has.
        exact = max(1 << 13, min(1 << 21, (1 << 23) // max(1, len(schema))))
        self.columns = [ColumnStatistics(field, exact) for field in schema]
        self.spread = SpreadRows(schema)

    def see(self, batch: pa.RecordBatch) -> None:
        """Take one batch into account."""
        for statistics, column in zip(self.columns, batch.columns, strict=True):
            statistics.see(column)
        self.spread.see(batch)

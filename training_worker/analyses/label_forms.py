"""How several labels of a text stand in a table, for the closer look: read as JSON lists, and written as they were."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

import pyarrow as pa

from training_worker.data import strings_of
from training_worker.multilabel.rows import Flags, Labels, labels_of_column
from workspace.reading.label_shapes import says_yes


class LabelForm(Protocol):
    """``columns`` hold the labels."""

    columns: list[str]

    def cells(self, *columns: pa.Array) -> list[str]:
        """The labels of each row as JSON; empty where it has none."""

    def written(self, had: Sequence[str], should: Sequence[str]) -> tuple[str | None, str]:
        """Column and cell of a row that had some labels and should have others.

        Without a column: the cells by column, as JSON; null is an empty one.
        """


class OneColumn:
    """A column of lists, or of cells with a separator in them."""

    def __init__(self, name: str, separator: str | None) -> None:
        self.columns = [name]
        self._separator = separator

    def cells(self, *columns: pa.Array) -> list[str]:
        return _as_json(labels_of_column(columns[0], self._separator))

    def written(self, had: Sequence[str], should: Sequence[str]) -> tuple[str | None, str]:
        ordered = [*(n for n in had if n in should), *(n for n in should if n not in had)]
        if self._separator is None:
            return self.columns[0], json.dumps(ordered, ensure_ascii=False)
        between = f"{self._separator} " if self._separator.strip() in (",", ";") else self._separator
        return self.columns[0], between.join(ordered)


class YesNoColumns:
    """One column a label. A yes and a no are written as they mostly are in that column."""

    def __init__(self, names: Sequence[str]) -> None:
        self.columns = list(names)
        self._flags = Flags(names)
        self._said: dict[str, Counter[str]] = {name: Counter() for name in names}

    def cells(self, *columns: pa.Array) -> list[str]:
        cells = [strings_of(column) for column in columns]
        for name, said in zip(self.columns, cells, strict=True):
            self._said[name].update(said)
        return _as_json(self._flags.read(cells))

    def written(self, had: Sequence[str], should: Sequence[str]) -> tuple[str | None, str]:
        other = sorted(set(had) ^ set(should), key=self.columns.index)
        return None, json.dumps({name: self._cell(name, name in should) for name in other}, ensure_ascii=False)

    def _cell(self, name: str, yes: bool) -> str | None:
        usual = [cell for cell, _ in self._said[name].most_common() if says_yes(name, cell) is yes]
        return usual[0] if usual else "1" if yes else None


def _as_json(rows: Sequence[Labels | None]) -> list[str]:
    return [json.dumps(labels, ensure_ascii=False) if labels else "" for labels in rows]

"""Finding equal keys among any number of rows in bounded memory: rows are sorted into files by their key first.

This is the partitioning of a hash join (DeWitt and others 1984): equal keys meet in the same file, so that each file
can be looked through on its own.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Self

import numpy as np
import numpy.typing as npt

from workspace.hashing import Hashes
from workspace.judging.types import RowNumbers

_IN_MEMORY = 1 << 18
"""Rows of a part: 24 bytes each, and about as much again while they are compared."""

_RECORD = np.dtype([("key", np.uint64), ("value", np.uint64), ("row", np.int64)])
_Records = npt.NDArray[np.void]


@dataclass(frozen=True)
class Part:
    """Rows with their keys and values, in rising order. All rows that have one of these keys are here."""

    keys: Hashes
    values: Hashes
    rows: RowNumbers


class Spool:
    """Takes a table's rows batch by batch and gives them back in parts.

    A table of up to 262,144 rows is one part that stays in memory.
    """

    def __init__(self, total: int, in_memory: int = _IN_MEMORY) -> None:
        self._count = -(-total // in_memory) or 1
        self._files: list[IO[bytes]] = []
        self._waiting: list[_Records] = []
        self._open = ExitStack()

    def __enter__(self) -> Self:
        if self._count > 1:
            for _ in range(self._count):
                self._files.append(self._open.enter_context(tempfile.TemporaryFile(prefix="mtw-")))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def add(self, at: int, keys: Hashes, values: Hashes, valid: npt.NDArray[np.bool_]) -> None:
        """The rows from ``at`` on of which ``valid`` is true."""
        chosen = np.flatnonzero(valid)
        records = np.empty(len(chosen), dtype=_RECORD)
        records["key"], records["value"], records["row"] = keys[chosen], values[chosen], chosen + at
        if not self._files:
            self._waiting.append(records)
            return
        which = (records["key"] >> np.uint64(32)) % np.uint64(self._count)
        for number, file in enumerate(self._files):
            file.write(records[which == number].tobytes())

    def parts(self) -> Iterator[Part]:
        """All rows that were added."""
        if not self._files:
            yield _part(np.concatenate([np.empty(0, _RECORD), *self._waiting]))
        for file in self._files:
            file.seek(0)
            yield _part(np.frombuffer(file.read(), dtype=_RECORD))


def _part(records: _Records) -> Part:
    return Part(*(np.ascontiguousarray(records[name]) for name in ("key", "value", "row")))


def repeated(keys: Hashes) -> npt.NDArray[np.int64]:
    """Places of the keys that stand there more than once, in rising order.

    Sorting plain numbers is several times faster than sorting places by them, so each place is made part of its number,
    instead of the key's last bits; the few that only seem to be equal are sorted out afterwards.
    """
    if len(keys) < 2:
        return np.zeros(0, dtype=np.int64)
    bits = np.uint64(len(keys).bit_length())
    low = (np.uint64(1) << bits) - np.uint64(1)
    packed = np.sort(keys & ~low | np.arange(len(keys), dtype=np.uint64))
    same = packed[1:] >> bits == packed[:-1] >> bits
    places = np.sort((packed[np.concatenate(([False], same)) | np.concatenate((same, [False]))] & low).astype(np.int64))
    _, inverse, counts = np.unique(keys[places], return_inverse=True, return_counts=True)
    return places[counts[inverse] > 1]

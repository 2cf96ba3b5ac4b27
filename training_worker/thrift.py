"""Going on where memory ran out: the same work in smaller pieces.

A batch is computed in pieces whose gradients are added up, so smaller pieces change the memory and not the result. How
small they had to become is kept in the run's work folder: another attempt begins with it.
"""

import gc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from training_worker.failures import memory_ran_out
from training_worker.job import read_json, write_json
from training_worker.lanes import Lanes

Result = TypeVar("Result")
FILE = "thrift.json"
MOST_HALVINGS = 10


@dataclass
class Thrift:
    """How often the pieces were halved in this run, and how often the system killed it for want of memory."""

    work: Path
    halvings: int = 0
    kills: int = 0

    @classmethod
    def of(cls, work: Path) -> "Thrift":
        """What is known of the run with this work folder."""
        return cls(work, **(read_json(work / FILE) or {}))

    def halve(self) -> None:
        """From now on pieces of half the size."""
        self.halvings += 1
        self._keep()

    def killed(self) -> bool:
        """Notes that the system killed the training. True the first time: it deserves a try in smaller pieces."""
        self.kills += 1
        self.halvings += 1
        self._keep()
        return self.kills == 1

    @property
    def lanes(self) -> int | None:
        """How many pieces may be computed side by side; None: as many as there are processors."""
        return 1 if self.halvings > 1 else None

    @property
    def note(self) -> str:
        """What people should know; empty where memory was enough."""
        if not self.halvings:
            return ""
        return (
            "Memory ran short, so the texts of each step were computed in smaller pieces, one after the other. "
            "The result is the same; it took longer."
        )

    def _keep(self) -> None:
        write_json(self.work / FILE, {name: value for name, value in asdict(self).items() if name != "work"})


def in_halves(read: Callable[[NDArray[np.int64]], Result], rows: NDArray[np.int64]) -> list[Result]:
    """``[read(rows)]``, or where memory runs out what it gives for each half, and so on down to single rows.

    Raises:
        MemoryError, RuntimeError: not even one row fits, or it was something else than memory.
    """
    try:
        return [read(rows)]
    except Exception as exc:
        if len(rows) < 2 or not memory_ran_out(exc):
            raise
    # Outside of the handler: the exception holds what the failed attempt had computed.
    free_memory()
    half = len(rows) // 2
    return [*in_halves(read, rows[:half]), *in_halves(read, rows[half:])]


def read_side_by_side(
    read: Callable[[NDArray[np.int64]], Result], parts: Iterable[NDArray[np.int64]], check: Callable[[], None] | None
) -> Iterator[Result]:
    """What ``read`` says of each part, in order; ``check`` is called ten times a second and may raise to stop."""
    with Lanes[list[Result]](check) as lanes:
        for found in lanes.run(partial(in_halves, read, part) for part in parts):
            yield from found


def free_memory() -> None:
    """Gives back what a failed attempt has left."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()

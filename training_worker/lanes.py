"""Batches side by side, one processor each, instead of one batch with all processors.

The products of a small encoder are too short to be split well: two threads on one batch wait for each other at
every layer, and stand still when another program takes a core. Measured on two busy cores: 167 texts a CPU second
with one batch per core, 80 to 128 with one batch on both.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Generic, TypeVar

import torch

from training_worker.length_batches import processors as processors

Result = TypeVar("Result")
MOST_LANES = 4
CHECK_SECONDS = 0.1


class Lanes(Generic[Result]):
    """A few threads, each with its share of torch's own threads. One lane where there is a GPU."""

    def __init__(self, check: Callable[[], None] | None = None, most: int | None = None) -> None:
        """``most``: lanes at most, where memory is short."""
        self.count = 1 if torch.cuda.is_available() else min(processors(), most or MOST_LANES)
        self._check = check or (lambda: None)
        self._threads_before = torch.get_num_threads()
        self._pool = ThreadPoolExecutor(self.count, thread_name_prefix="lane")

    def __enter__(self) -> "Lanes[Result]":
        torch.set_num_threads(max(1, processors() // self.count))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=kind is None, cancel_futures=True)
        torch.set_num_threads(self._threads_before)

    def run(self, calls: Iterable[Callable[[], Result]]) -> Iterator[Result]:
        """The results in the order of the calls; asks ``check`` ten times a second while it waits.

        Raises:
            Stop: as soon as ``check`` raises it; calls under way end by themselves within a batch.
        """
        waiting: deque[Future[Result]] = deque()
        try:
            for call in calls:
                waiting.append(self._pool.submit(call))
                if len(waiting) > self.count:
                    yield self._next(waiting)
            while waiting:
                yield self._next(waiting)
        except Exception:
            # Whoever tries again finds the lanes empty, and the memory free that the other calls held.
            wait([future for future in waiting if not future.cancel()])
            raise

    def _next(self, waiting: "deque[Future[Result]]") -> Result:
        future = waiting.popleft()
        self._check()
        while not wait([future], CHECK_SECONDS).done:
            self._check()
        return future.result()

"""Texts in batches of about equal length, so that hardly anything is padded. Imports no torch."""

import os
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

BATCH_TOKENS = 2048
BATCH_ROWS = 64


def processors() -> int:
    """Processors this process may use; its share of them where several processes train together."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, found // int(os.environ.get("LOCAL_WORLD_SIZE", 1)))


def batches(tokens: Sequence[Sequence[int]], most_tokens: int = BATCH_TOKENS) -> Iterator[NDArray[np.int64]]:
    """Row numbers in batches of about equal length, longest first."""
    lengths = np.array([len(t) for t in tokens])
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        size = max(1, min(BATCH_ROWS, most_tokens // max(int(lengths[order[start]]), 1)))
        yield order[start : start + size]
        start += size

"""Long sequences in windows that overlap, so that no word stands at the border of what the model sees."""

from typing import NamedTuple


class Window(NamedTuple):
    """``start`` to ``stop`` of a sequence are read, ``keep_from`` to ``keep_to`` of it count."""

    start: int
    stop: int
    keep_from: int
    keep_to: int


def windows(length: int, size: int, overlap: int) -> list[Window]:
    """Windows of at most ``size`` whose kept parts are the whole sequence, each once.

    Two windows share ``overlap``, of which each keeps its half: a kept place sees at least half of ``overlap`` on
    either side, but for the ends of the sequence. Needs ``overlap < size``.
    """
    found: list[Window] = []
    start = kept = 0
    while True:
        stop = min(start + size, length)
        keep_to = length if stop == length else stop - overlap // 2
        found.append(Window(start, stop, kept, keep_to))
        if stop == length:
            return found
        start, kept = stop - overlap, keep_to

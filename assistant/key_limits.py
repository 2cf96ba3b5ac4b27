"""How often one key may ask: so many requests a minute, and after a quiet time that many at once."""

import math
import time
from collections.abc import Callable

from workspace.errors import TooManyRequests

MINUTE = 60.0
_MOST_KEYS = 10_000


class KeyLimits:
    """A token bucket for each key, in this process alone: with several servers each allows as many.

    ``a_minute``: 0 is no limit. To be used from one thread.
    """

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_minute = a_minute
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, key: str) -> None:
        """Counts one request.

        Raises:
            TooManyRequests: with the seconds after which the next one is answered.
        """
        if not self._a_minute:
            return
        now = self._clock()
        left, since = self._left.pop(key, (float(self._a_minute), now))
        left = min(float(self._a_minute), left + (now - since) * self._a_minute / MINUTE)
        enough = left >= 1
        self._left[key] = (left - enough, now)  # the keys used last stand last
        while len(self._left) > _MOST_KEYS:
            del self._left[next(iter(self._left))]
        if not enough:
            seconds = math.ceil((1 - left) * MINUTE / self._a_minute)
            raise TooManyRequests(
                "RATE_LIMITED",
                f"This key may ask {self._a_minute:,} times a minute.",
                f"Ask again in {seconds} seconds, and send several texts in one request.",
                retry_after=seconds,
            )

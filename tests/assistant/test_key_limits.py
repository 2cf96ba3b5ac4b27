"""How often a key may ask."""

import pytest

from assistant.key_limits import KeyLimits
from workspace.errors import TooManyRequests


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_so_many_at_once_then_evenly_over_the_minute() -> None:
    clock = Clock()
    limits = KeyLimits(4, clock)
    for _ in range(4):
        limits.take("a")
    with pytest.raises(TooManyRequests) as caught:
        limits.take("a")
    assert caught.value.retry_after == 15
    limits.take("b")
    clock.now += 14.9
    with pytest.raises(TooManyRequests) as caught:
        limits.take("a")
    assert caught.value.retry_after == 1
    clock.now += 0.2
    limits.take("a")
    clock.now += 3_600
    for _ in range(4):
        limits.take("a")
    with pytest.raises(TooManyRequests):
        limits.take("a")


def test_nothing_is_limited_by_nothing() -> None:
    limits = KeyLimits(0)
    for _ in range(1_000):
        limits.take("a")

"""News reach whoever listens, and nobody twice."""

import asyncio

from assistant import hub as module
from assistant.hub import Delta, Hub


def test_everybody_but_the_origin_hears_it() -> None:
    async def scenario() -> tuple[list[str], list[str]]:
        hub = Hub()
        with hub.subscribe("c", "tab-1") as one, hub.subscribe("c", "tab-2") as two:
            hub.publish("c", Delta("from 1"), "tab-1")
            hub.publish("other", Delta("elsewhere"), "tab-1")
            hub.publish("c", Delta("from nobody"))
        return [i.text async for i in one], [i.text async for i in two]  # type: ignore[union-attr]

    assert asyncio.run(scenario()) == (["from nobody"], ["from 1", "from nobody"])


def test_after_the_block_nothing_is_kept() -> None:
    hub = Hub()
    with hub.subscribe("c"):
        pass
    hub.publish("c", Delta("late"))
    assert not hub._subscriptions


def test_a_reader_that_is_far_too_slow_is_cut_off() -> None:
    async def scenario() -> int:
        hub = Hub()
        with hub.subscribe("c") as slow:
            for _ in range(module.MAX_WAITING + 5):
                hub.publish("c", Delta("x"))
            return len([item async for item in slow])

    assert asyncio.run(scenario()) == module.MAX_WAITING


def test_one_lock_for_each_conversation() -> None:
    # Locks live as long as somebody holds on to them.
    async def held() -> bool:
        hub = Hub()
        a, b = hub.turn_lock("a"), hub.turn_lock("b")
        return a is hub.turn_lock("a") and a is not b

    assert asyncio.run(held())

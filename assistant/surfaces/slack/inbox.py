"""What arrives from Slack is stored before it is acknowledged, and then taken: each thing once, each thread in order.

Slack repeats what it does not see acknowledged, and does not promise an order. The store knows what came before, also
before a restart; a short wait lets what was overtaken on the way come in front again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

import anyio

from workspace.slack import SlackInput, SlackStore

_log = logging.getLogger(__name__)

SETTLE_SECONDS = 0.3
"""So long an input waits for one of the same thread that was sent before it."""

AT_ONCE = 4
"""Inputs of so many threads are taken at the same time; acknowledging never waits for them."""

CALM_SECONDS = 0.05
PATIENCE_SECONDS = 1.0
"""Nothing is begun to be taken while something arrived less than ``CALM_SECONDS`` ago, as Slack waits at most three
seconds for an acknowledgement; but one in every ``PATIENCE_SECONDS`` is, however much arrives."""

FORGET_SECONDS = 3600.0

Take = Callable[[SlackInput], Awaitable[None]]


class Inbox:
    """Give it what arrives by :meth:`put`; it calls ``take`` with each input, those of one lane one after another."""

    def __init__(
        self,
        store: SlackStore,
        take: Take,
        settle_seconds: float = SETTLE_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._store = store
        self._take = take
        self._settle, self._patience = settle_seconds, patience_seconds
        self._waiting: list[tuple[SlackInput, asyncio.Future[bool]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._lanes: dict[str, _Lane] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self._next = asyncio.Lock()
        self._arrived = self._begun = -patience_seconds
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def put(self, one: SlackInput) -> bool:
        """Returns once the input is safe: True, or False where it was delivered before."""
        loop = asyncio.get_running_loop()
        stored: asyncio.Future[bool] = loop.create_future()
        self._arrived = loop.time()
        self._waiting.append((one, stored))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return await stored

    async def _write(self) -> None:
        """Stores whatever waits, in one transaction each time."""
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                fresh = await anyio.to_thread.run_sync(self._store.keep, [one for one, _ in batch])
            except Exception as exc:
                # Not acknowledged, so that Slack sends them again.
                for _, stored in batch:
                    if not stored.done():
                        stored.set_exception(exc)
                continue
            new = {id(one) for one in fresh}
            for one, stored in batch:
                if not stored.done():
                    stored.set_result(id(one) in new)
            for one in fresh:
                self._enter(one)

    async def resume(self) -> int:
        """Takes up what an earlier process had not done. Returns how much that is."""
        left = await anyio.to_thread.run_sync(self._store.unfinished)
        for one in left:
            self._enter(one)
        self._start(self._forget())
        return len(left)

    def _enter(self, one: SlackInput) -> None:
        if self._closed:
            return
        lane = self._lanes.get(one.lane)
        if lane is None:
            lane = self._lanes[one.lane] = _Lane()
            self._start(self._serve(one.lane, lane))
        lane.inputs.append((asyncio.get_running_loop().time() + self._settle, one))

    async def _serve(self, name: str, lane: "_Lane") -> None:
        while lane.inputs:
            await asyncio.sleep(max(0.0, lane.due - asyncio.get_running_loop().time()))
            async with self._room:
                await self._calm()
                one = lane.pop()
                try:
                    await self._take(one)
                except Exception:
                    _log.exception("an input from Slack was not taken")
                await anyio.to_thread.run_sync(self._store.finish, one.key)
        del self._lanes[name]

    async def _calm(self) -> None:
        """What arrives comes first: it is stored and acknowledged before the next answer takes the processor."""
        now = asyncio.get_running_loop().time
        async with self._next:
            while (due := min(self._arrived + CALM_SECONDS, self._begun + self._patience)) > now():  # noqa: ASYNC110
                await asyncio.sleep(due - now())
            self._begun = now()

    async def _forget(self) -> None:
        while True:
            with suppress(Exception):
                await anyio.to_thread.run_sync(self._store.forget_old)
            await asyncio.sleep(FORGET_SECONDS)

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def idle(self) -> None:
        """Waits until nothing is left to be taken."""
        while self._waiting or self._lanes:  # noqa: ASYNC110 -- each round waits for what is under way now
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        """Breaks off; what was not done is taken up by the next process."""
        self._closed = True
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks))


class _Lane:
    """What waits in one thread, with the moment from which it may be taken."""

    def __init__(self) -> None:
        self.inputs: list[tuple[float, SlackInput]] = []

    @property
    def due(self) -> float:
        return min(at for at, _ in self.inputs)

    def pop(self) -> SlackInput:
        """The one that was sent first."""
        first = min(self.inputs, key=lambda entry: entry[1].position)
        self.inputs.remove(first)
        return first[1]

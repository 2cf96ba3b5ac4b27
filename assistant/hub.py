"""Live news of conversations inside this process: a second tab, and the end of a training, reach every surface.

Nothing is kept here. Whoever misses something reads it again from the transcript: stored events carry their number.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from weakref import WeakValueDictionary

from workspace.events import RunProgressed, StoredEvent

MAX_WAITING = 10_000


@dataclass(frozen=True)
class Delta:
    """A piece of what the assistant is saying right now; the stored ``AssistantSaid`` that follows holds it whole."""

    text: str


@dataclass(frozen=True)
class ReadingProgressed:
    """How far the reading of an uploaded file is, from 0 to 1. Told only while it takes its time; never stored."""

    name: str
    fraction: float


Live = StoredEvent | Delta | RunProgressed | ReadingProgressed

Listener = Callable[[str, Live, str], None]
"""Is told of every conversation's news: conversation, item, origin. It must return at once."""


class Subscription:
    """An endless stream of one conversation's news. It ends by :meth:`close`, or when the reader is far too slow."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._queue: asyncio.Queue[Live | None] = asyncio.Queue()
        self._closed = False

    def offer(self, item: Live) -> None:
        if self._closed:
            return
        if self._queue.qsize() >= MAX_WAITING:
            self.close()
        else:
            self._queue.put_nowait(item)

    def close(self) -> None:
        """Ends the stream after what is already waiting."""
        if not self._closed:
            self._closed = True
            self._queue.put_nowait(None)

    async def get(self) -> Live | None:
        """The next news; None when closed."""
        return await self._queue.get()

    async def __aiter__(self) -> AsyncIterator[Live]:
        while (item := await self.get()) is not None:
            yield item


class Hub:
    """Publish and subscribe by conversation. To be used from the event loop's thread only."""

    def __init__(self) -> None:
        self._subscriptions: dict[str, set[Subscription]] = defaultdict(set)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.listeners: list[Listener] = []

    @contextmanager
    def subscribe(self, conversation_id: str, origin: str = "") -> Iterator[Subscription]:
        """News of this conversation, without what was published under the same (not empty) ``origin``."""
        subscription = Subscription(origin)
        self._subscriptions[conversation_id].add(subscription)
        try:
            yield subscription
        finally:
            subscription.close()
            left = self._subscriptions[conversation_id]
            left.discard(subscription)
            if not left:
                del self._subscriptions[conversation_id]

    def publish(self, conversation_id: str, item: Live, origin: str = "") -> None:
        for listener in self.listeners:
            listener(conversation_id, item, origin)
        for subscription in self._subscriptions.get(conversation_id, ()):
            if not origin or subscription.origin != origin:
                subscription.offer(item)

    def turn_lock(self, conversation_id: str) -> asyncio.Lock:
        """Held by whoever writes into the conversation, so that turns and reports never interleave."""
        lock = self._locks.get(conversation_id)
        if lock is None:
            lock = self._locks[conversation_id] = asyncio.Lock()
        return lock


hub = Hub()
"""The one of this process."""

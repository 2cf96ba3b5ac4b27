"""Waiting for news of runs at the broker: the bell that workers ring (:class:`workspace.run_log.StreamBell`)."""

import asyncio
from collections.abc import Iterable
from typing import Any, cast

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from workspace.run_log import stream_of


class Rings:
    """Listens for several runs at once. Nothing that was rung since the last call is missed."""

    def __init__(self, url: str) -> None:
        # No timeout of the socket: reading waits on purpose, and `wait` sees to it that it ends.
        self._client = redis.asyncio.Redis.from_url(
            url, socket_timeout=None, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
        )
        self._last: dict[str, str | bytes] = {}

    async def wait(self, run_ids: Iterable[str], seconds: float) -> bool:
        """True as soon as one of these runs may have news; False after ``seconds``, or where no broker answers."""
        streams = {stream_of(run_id): self._last.get(stream_of(run_id), "0") for run_id in run_ids}
        self._last = dict(streams)
        try:
            async with asyncio.timeout(seconds + 2):
                found = await self._client.xread(cast(Any, streams), block=int(seconds * 1000), count=1000)
        except (RedisError, OSError, TimeoutError):
            return False
        for stream, entries in cast("list[tuple[bytes, list[tuple[bytes, Any]]]]", found):
            self._last[stream.decode()] = entries[-1][0]
        return bool(found)

    async def close(self) -> None:
        await self._client.aclose()

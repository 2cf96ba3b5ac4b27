"""A conversation, as surfaces use it: open one, then take turns.

::

    conversation = await Conversation.open(workspace, conversation_id, "web", origin=socket_id)
    async for item in conversation.turn(Say("sort our mails")):
        ...                       # StoredEvent: render it; Delta: words of the AssistantSaid that will follow

A turn runs in a task of its own: a surface that goes away in the middle takes nothing with it, and whoever has
subscribed to the hub sees the same items. All state is in the transcript.
"""

import asyncio
from collections.abc import AsyncIterator

import anyio

from assistant.hub import Delta, Hub, ReadingProgressed, hub
from assistant.inputs import Answer, Press, Say, Upload, UserInput
from assistant.questions import stage_of
from assistant.turn import Turn, error_event
from workspace.errors import NotFound
from workspace.events import Asked, FileReceived, RunProgressed, Stage, StoredEvent, ToolReturned, UserSaid
from workspace.home import Workspace
from workspace.transcript import Transcript

__all__ = [
    "Answer",
    "Conversation",
    "Delta",
    "Press",
    "ReadingProgressed",
    "RunProgressed",
    "Say",
    "Upload",
    "UserInput",
    "error_event",
]

_running: set[asyncio.Task[None]] = set()


class Conversation:
    """One person's conversation on one surface. Several objects may share one transcript; their turns queue up."""

    def __init__(self, workspace: Workspace, transcript: Transcript, origin: str = "", live: Hub = hub) -> None:
        self.workspace = workspace
        self.id = transcript.conversation.id
        self.origin = origin
        self._titled = bool(transcript.conversation.title)
        self._events = list(transcript.events)
        self._hub = live
        self._task: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls, workspace: Workspace, conversation_id: str | None, surface: str, origin: str = ""
    ) -> "Conversation":
        """The conversation of that id, new where there is none. Raises Conflict if it belongs to somebody else."""

        def load() -> Transcript:
            if conversation_id is not None:
                try:
                    return workspace.transcripts.load(conversation_id)
                except NotFound:
                    pass
            head = workspace.transcripts.create(surface, conversation_id)
            return Transcript(conversation=head, events=[])

        return cls(workspace, await anyio.to_thread.run_sync(load), origin)

    @property
    def events(self) -> list[StoredEvent]:
        """The transcript as far as this object has read it; :meth:`turn` brings it up to date."""
        return list(self._events)

    @property
    def stage(self) -> Stage:
        return stage_of(self._events)

    @property
    def open_ask(self) -> Asked | None:
        """The question that waits for an answer."""
        for stored in reversed(self._events):
            if isinstance(stored.event, Asked):
                return stored.event
            if isinstance(stored.event, UserSaid):
                return None
        return None

    async def turn(self, user_input: UserInput) -> AsyncIterator[StoredEvent | Delta | ReadingProgressed]:
        """Takes a turn and yields what happens: first what others have added since, then the input, TurnEnded last.

        Turns of one conversation wait for each other. Leaving the loop early does not stop the turn; see :meth:`stop`.
        """
        queue: asyncio.Queue[StoredEvent | Delta | ReadingProgressed | None] = asyncio.Queue()
        task = asyncio.create_task(self._run(user_input, queue))
        self._task = task
        _running.add(task)
        task.add_done_callback(_running.discard)
        task.add_done_callback(lambda _: queue.put_nowait(None))
        while (item := await queue.get()) is not None:
            yield item
        if not task.cancelled() and (error := task.exception()):
            raise error

    async def _run(
        self, user_input: UserInput, queue: asyncio.Queue[StoredEvent | Delta | ReadingProgressed | None]
    ) -> None:
        def show(item: StoredEvent | Delta | ReadingProgressed) -> None:
            queue.put_nowait(item)
            self._hub.publish(self.id, item, self.origin)

        async with self._hub.turn_lock(self.id):
            for stored in await self.refresh():
                queue.put_nowait(stored)
            begun = len(self._events)
            await Turn(self.workspace, self.id, self._events, show).run(user_input)
            if any(_took_out(stored) for stored in self._events[begun:]):
                self._events.clear()
                await self.refresh()
            if not self._titled:
                await self._name_it()

    async def refresh(self) -> list[StoredEvent]:
        """Reads what others have added (another tab, the end of a training) and returns it."""
        last = self._events[-1].seq if self._events else 0
        newer = (await anyio.to_thread.run_sync(self.workspace.transcripts.load, self.id, last)).events
        self._events.extend(newer)
        return newer

    async def stop(self) -> None:
        """Breaks off the turn that runs. What was said stays; a training that was started goes on."""
        task = self._task
        if task and not task.done():
            task.cancel()
            await asyncio.wait([task])

    async def _name_it(self) -> None:
        for stored in self._events:
            event = stored.event
            if isinstance(event, (UserSaid, FileReceived)):
                text = event.text if isinstance(event, UserSaid) else event.name
                title = " ".join(text.split())
                title = title if len(title) <= 60 else title[:59].rstrip() + "…"
                await anyio.to_thread.run_sync(self.workspace.transcripts.rename, self.id, title)
                self._titled = True
                return


def _took_out(stored: StoredEvent) -> bool:
    """Whether this event means that earlier ones have changed: what they showed of deleted data is gone."""
    event = stored.event
    return isinstance(event, ToolReturned) and event.tool == "delete_dataset" and event.ok


async def finish_running_turns() -> None:
    """Waits for turns that are still under way; for the end of a process."""
    while _running:
        await asyncio.wait(set(_running))

"""Keeps one browser tab up to date with one conversation, whoever writes into it: this tab, another, or a training."""

import asyncio
import logging
import uuid
from datetime import UTC, datetime
from typing import Any, Protocol

import anyio

from assistant.hub import Delta, Live, ReadingProgressed, hub
from assistant.rendering.steps import ASSISTANT, Renderer, RunState, Update
from tools.quoting import plain
from workspace.errors import NotFound
from workspace.events import AssistantSaid, FileReceived, RunProgressed, Stage, StoredEvent, TurnEnded, UserSaid
from workspace.home import Workspace

log = logging.getLogger(__name__)


class Tab(Protocol):
    """A browser tab: Chainlit's websocket session, as far as it is used here."""

    @property
    def id(self) -> str: ...

    async def emit(self, event: str, data: Any) -> None: ...


def run_state(workspace: Workspace) -> RunState:
    """Reads the present state of runs, each at most once."""
    from tools.checking import checking_view
    from tools.runs import run_view

    known: dict[str, dict[str, Any] | None] = {}

    def read(run_id: str) -> dict[str, Any] | None:
        if run_id not in known:
            view = checking_view if run_id.startswith("an_") else run_view
            try:
                known[run_id] = view(workspace, run_id).model_dump(mode="json")
            except NotFound:
                known[run_id] = None
        return known[run_id]

    return read


class LiveThread:
    """Renders one conversation's events into one tab. Items come from the tab's own turns and from the hub."""

    def __init__(self, tab: Tab, workspace: Workspace, conversation_id: str) -> None:
        self.tab = tab
        self.conversation_id = conversation_id
        self.aliases: dict[str, int] = {}
        """Steps that were streamed under an id of their own -> the number of the event that they became."""
        self._workspace = workspace
        self._renderer = Renderer(conversation_id)
        self._stream: str | None = None
        self._reading: dict[str, Any] | None = None
        self._pump: asyncio.Task[None] | None = None

    async def start(self, known: int | None = None) -> None:
        """Takes in what is stored, then follows the hub until :meth:`stop`.

        Args:
            known: the last event that the page has been sent. What came after it, while nobody followed for this tab,
                is sent now, and so is the present state of trainings. None: the page has everything.
        """
        await self.stop()
        subscribed, replayed = asyncio.Event(), asyncio.Event()
        self._pump = asyncio.create_task(self._follow(subscribed, replayed))
        await subscribed.wait()
        await self._send(await anyio.to_thread.run_sync(self._replay, known))
        replayed.set()
        await self.tab.emit("window_message", {"type": "mtw:stage", "stage": self._renderer.stage})

    async def stop(self) -> None:
        if self._pump:
            self._pump.cancel()
            self._pump = None

    def _replay(self, known: int | None) -> list[Update]:
        """What the page lacks of the stored events."""
        renderer = Renderer(self.conversation_id, run_state(self._workspace))
        missed: list[Update] = []
        try:
            events = self._workspace.transcripts.load(self.conversation_id).events
        except NotFound:
            events = []
        for stored in events:
            updates = renderer.event(stored)
            if known is not None and stored.seq > known:
                missed += updates
        self._renderer = renderer
        return missed if known is None else missed + renderer.progress_cards()

    async def _follow(self, subscribed: asyncio.Event, replayed: asyncio.Event) -> None:
        with hub.subscribe(self.conversation_id, self.tab.id) as news:
            subscribed.set()
            await replayed.wait()
            async for item in news:
                try:
                    await self.show(item)
                except Exception:
                    log.exception("an item of conversation %s was not shown", self.conversation_id)

    async def show(self, item: Live, own: bool = False) -> None:
        """Sends what an item changes. ``own``: the page shows the person's own words already."""
        match item:
            case Delta(text=text):
                await self._stream_words(text)
            case ReadingProgressed():
                await self._show_reading(item)
            case RunProgressed():
                await self._send(self._renderer.progress(item))
            case StoredEvent():
                await self._show_stored(item, own)

    async def _show_stored(self, stored: StoredEvent, own: bool) -> None:
        if stored.seq <= self._renderer.last_seq:
            return
        if self._reading is not None:
            await self.tab.emit("delete_message", self._reading)
            self._reading = None
        fresh = run_state(self._workspace)
        self._renderer.run_state = fresh
        updates = await anyio.to_thread.run_sync(self._renderer.event, stored)
        if own and isinstance(stored.event, (UserSaid, FileReceived)):
            updates = [u for u in updates if u.kind == "element"]
        if self._stream and isinstance(stored.event, AssistantSaid):
            updates[-1].body["id"] = self._stream
            self.aliases[self._stream] = stored.seq
            self._stream = None
        await self._send(updates)
        if isinstance(stored.event, TurnEnded):
            await self._set_stage(stored.event.stage)

    async def _show_reading(self, item: ReadingProgressed) -> None:
        """A line that says how far the reading of a file is; the next event takes its place."""
        begun = self._reading is None
        self._reading = self._reading or {
            "id": str(uuid.uuid4()),
            "threadId": self.conversation_id,
            "type": "tool",
            "input": "",
            "output": "",
            "start": datetime.now(UTC).isoformat(),
            "streaming": False,
            "metadata": {},
        }
        self._reading["name"] = f"Reading {plain(item.name, 60)}: {item.fraction:.0%}"
        await self.tab.emit("new_message" if begun else "update_message", dict(self._reading))

    async def _set_stage(self, stage: Stage) -> None:
        await self.tab.emit("window_message", {"type": "mtw:stage", "stage": stage})

    async def _stream_words(self, text: str) -> None:
        if self._stream is None:
            self._stream = str(uuid.uuid4())
            step = {
                "id": self._stream,
                "threadId": self.conversation_id,
                "name": ASSISTANT,
                "type": "assistant_message",
                "output": "",
                "input": "",
                "streaming": True,
                "metadata": {},
            }
            await self.tab.emit("stream_start", step)
        await self.tab.emit("stream_token", {"id": self._stream, "token": text, "isSequence": False, "isInput": False})

    async def _send(self, updates: list[Update]) -> None:
        for update in updates:
            await self.tab.emit("new_message" if update.kind == "step" else "element", update.body)

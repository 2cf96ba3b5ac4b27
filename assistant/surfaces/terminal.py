"""``mtw chat``: the same conversation as in the browser, in one process and without any server."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import anyio

from assistant.agent import warm_up
from assistant.conversation import Conversation
from assistant.followup import following
from assistant.hub import Subscription, hub
from workspace.database import engine_for
from workspace.errors import NotFound, WizardError
from workspace.home import LOCAL_OWNER, Workspace
from workspace.queue import LocalQueue
from workspace.run import Run
from workspace.run_log import RunLog
from workspace.settings import Settings

SWEEP_SECONDS = 5.0
"""How often a training whose process has died is started again."""


@dataclass
class Terminal:
    """One conversation with everything that is needed to hold it here."""

    conversation: Conversation
    workspace: Workspace
    news: Subscription
    settings: Settings

    async def unreported(self) -> list[Run]:
        """Trainings of this conversation whose end has not been told yet."""
        runs = await anyio.to_thread.run_sync(self.workspace.runs.unreported)
        return [run for run in runs if run.conversation_id == self.conversation.id]

    async def all_told(self) -> None:
        """Waits until every training of this conversation has ended and the conversation knows it."""
        while await self.unreported():  # noqa: ASYNC110 - another process may be the one that tells it
            await asyncio.sleep(0.1)

    async def submit_lost(self, waited_seconds: float) -> None:
        """Starts trainings anew that nobody works on: after ``mtw chat`` was closed, or a child process died."""
        log = RunLog(engine_for(self.settings.database))
        lost = set(await anyio.to_thread.run_sync(log.orphans, waited_seconds))
        for run in await self.unreported():
            if run.id in lost:
                await anyio.to_thread.run_sync(self.workspace.queue.submit_run, run.id)

    async def go_on_looking(self) -> None:
        """Takes up the closer look at data that was broken off when ``mtw chat`` was closed."""
        waiting = await anyio.to_thread.run_sync(RunLog(engine_for(self.settings.database)).next_analysis)
        analyses = await anyio.to_thread.run_sync(self.workspace.analyses.unreported)
        if waiting in [a.id for a in analyses if a.conversation_id == self.conversation.id]:
            await anyio.to_thread.run_sync(self.workspace.queue.submit_run, waiting)

    async def sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            with suppress(WizardError):
                await self.submit_lost(30)


def run_chat(settings: Settings, jsonl: bool, resume: str | None) -> int:
    """Holds a conversation until the person leaves. Returns the exit code.

    Raises NotFound where ``resume`` names no conversation of this workspace.
    """
    # Warnings of libraries would get between the lines; the log file has the details.
    logging.getLogger().addHandler(logging.NullHandler())
    with suppress(KeyboardInterrupt):
        asyncio.run(_hold(settings, jsonl, resume))
    return 0


async def _hold(settings: Settings, jsonl: bool, resume: str | None) -> None:
    from assistant.surfaces.terminal_lines import Lines
    from assistant.surfaces.terminal_talk import Talk

    async with terminal(settings, resume) as opened:
        if jsonl:
            await Lines(opened).serve()
        else:
            warming = asyncio.create_task(anyio.to_thread.run_sync(warm_up, settings))
            await Talk(opened).serve()
            await asyncio.wait([warming])


@asynccontextmanager
async def terminal(settings: Settings, resume: str | None) -> AsyncIterator[Terminal]:
    """Opens the conversation and watches its trainings."""
    queue = LocalQueue(settings)
    workspace = Workspace(LOCAL_OWNER, settings, queue)
    if resume is not None:
        await anyio.to_thread.run_sync(_must_exist, workspace, resume)
    conversation = await Conversation.open(workspace, resume, "terminal", origin="terminal")
    try:
        with hub.subscribe(conversation.id, "terminal") as news:
            opened = Terminal(conversation, workspace, news, settings)
            await opened.submit_lost(0)
            await opened.go_on_looking()
            sweeping = asyncio.create_task(opened.sweep())
            async with following(settings, lambda _: workspace, owner=LOCAL_OWNER, conversation_id=conversation.id):
                yield opened
            sweeping.cancel()
            await asyncio.wait([sweeping])
    finally:
        await anyio.to_thread.run_sync(queue.close)


def _must_exist(workspace: Workspace, conversation_id: str) -> None:
    try:
        workspace.transcripts.head(conversation_id)
    except NotFound as exc:
        raise NotFound(exc.code, "There is no such conversation.", "Start a new one: mtw chat.") from exc

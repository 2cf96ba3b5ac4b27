"""What support does on the page of a conversation: run it again, note, write, propose a fix, hand back."""

import asyncio
from collections.abc import Callable
from typing import Annotated

import anyio
from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from assistant.hub import hub
from assistant.support import fixtures
from assistant.support.desk import Opened
from assistant.support.proposing import Proposal, propose
from assistant.support.rerun import Rerun, run_again
from assistant.surfaces.web_support_door import Door
from workspace.events import SUPPORT, AssistantSaid, ConversationEvent

HANDED_BACK = (
    "Your question is closed, and the assistant goes on from here. You can ask for a person again at any time."
)


class ProposalBody(BaseModel):
    """A word of support, and what a press of its person will do."""

    text: str = Field(max_length=10_000)
    proposal: Proposal


class ComplaintBody(BaseModel):
    complaint: str = Field(default="", max_length=500)


class SavedTest(BaseModel):
    """``saved``: where it stands in the sources; empty where this installation has none, and the file is given out."""

    name: str
    saved: str
    fixture: fixtures.Fixture


def act_routes(router: APIRouter, door: Door) -> None:
    """Adds the routes. Each asks the door first."""
    one_at_a_time = anyio.CapacityLimiter(1)

    @router.post("/{conversation_id}/rerun")
    async def rerun(conversation_id: str) -> Rerun:
        """In a thread with an event loop of its own: the conversations that go on do not wait for it."""

        def work() -> Rerun:
            _, opened = door.open(conversation_id)
            workspace = door.web.workspace(opened.owner_id)
            return asyncio.run(run_again(opened.transcript.events, workspace)).masked()

        return await anyio.to_thread.run_sync(work, limiter=one_at_a_time)

    @router.post("/{conversation_id}/test")
    async def save_test(conversation_id: str, body: ComplaintBody) -> SavedTest:
        def work() -> SavedTest:
            _, opened = door.open(conversation_id)
            return _saved(opened, door, body.complaint.strip())

        return await anyio.to_thread.run_sync(work, limiter=one_at_a_time)

    @router.post("/{conversation_id}/note")
    def note(conversation_id: str, text: Annotated[str, Form()]) -> RedirectResponse:
        supporter, opened = door.open(conversation_id)
        door.notes.add(opened, supporter.identifier, text)
        return RedirectResponse(f"/support/{conversation_id}#notes", 303)

    @router.post("/{conversation_id}/answer")
    async def answer(
        conversation_id: str,
        text: Annotated[str, Form(max_length=10_000)] = "",
        close: Annotated[bool, Form()] = False,
    ) -> RedirectResponse:
        texts = [text.strip(), HANDED_BACK if close else ""]
        said: list[ConversationEvent] = [AssistantSaid(text=one, model=SUPPORT) for one in texts if one]
        await write(conversation_id, lambda _: said, close=close)
        # With the case ends the permission to look that lay in it.
        return RedirectResponse("/support" if close else f"/support/{conversation_id}", 303)

    @router.post("/{conversation_id}/propose")
    async def propose_fix(conversation_id: str, body: ProposalBody) -> dict[str, int]:
        def made(opened: Opened) -> list[ConversationEvent]:
            return propose(opened, door.web.workspace(opened.owner_id), body.text, body.proposal)

        return {"written": await write(conversation_id, made)}

    async def write(
        conversation_id: str, make: Callable[[Opened], list[ConversationEvent]], *, close: bool = False
    ) -> int:
        async with hub.turn_lock(conversation_id):
            stored = await anyio.to_thread.run_sync(lambda: door.write(conversation_id, make, close=close))
            for one in stored:
                hub.publish(conversation_id, one)
        return len(stored)


def _saved(opened: Opened, door: Door, complaint: str) -> SavedTest:
    workspace = door.web.workspace(opened.owner_id)
    made = fixtures.fixture_of(opened.transcript.events, workspace, title=opened.head.title, complaint=complaint)
    fixture = asyncio.run(made)
    name = f"{opened.head.id}.json"
    folder = fixtures.COMPLAINTS
    if not folder.parent.is_dir():
        return SavedTest(name=name, saved="", fixture=fixture)
    path = fixtures.save(fixture, opened.head.id, folder)
    return SavedTest(name=name, saved=str(path.relative_to(folder.parents[3])), fixture=fixture)

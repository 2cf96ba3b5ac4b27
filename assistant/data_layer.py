"""Chainlit's data layer over the project's own transcripts. There is no second store.

Chainlit writes nothing through it: events are stored by the conversation, and steps and elements are rendered from
them. Whose rows are read is decided by :data:`assistant.surfaces.web_state.current_identity`, never by an argument.
"""

from datetime import datetime
from typing import Any, cast

import anyio
from chainlit.data.base import BaseDataLayer
from chainlit.element import ElementDict
from chainlit.step import StepDict
from chainlit.types import Feedback, PageInfo, PaginatedResponse, Pagination, ThreadDict, ThreadFilter
from chainlit.user import PersistedUser, User

from assistant.identity import Identity
from assistant.rendering.steps import render, seq_of
from assistant.surfaces.web_live import run_state
from assistant.surfaces.web_state import Web, caller, current_identity
from workspace.errors import NotFound
from workspace.retention import delete_conversation
from workspace.transcript import Conversation

PAGE = 100


class TranscriptDataLayer(BaseDataLayer):
    def __init__(self, web: Web) -> None:
        self._web = web

    async def get_user(self, identifier: str) -> PersistedUser | None:
        found = await anyio.to_thread.run_sync(self._web.users.find, identifier)
        return persisted(found) if found else None

    async def create_user(self, user: User) -> PersistedUser | None:
        """The login callbacks have made the row already; nobody is made from a token alone."""
        return await self.get_user(user.identifier)

    async def get_thread_author(self, thread_id: str) -> str:
        """Empty for a thread that is not there or not the caller's: the two are not told apart."""
        try:
            await self._head(thread_id)
        except NotFound:
            return ""
        return caller().identifier

    async def list_threads(self, pagination: Pagination, filters: ThreadFilter) -> PaginatedResponse[ThreadDict]:
        first = max(1, min(pagination.first, PAGE))
        before = _cursor(pagination.cursor)
        transcripts = self._web.workspace_of_caller().transcripts
        heads = await anyio.to_thread.run_sync(
            lambda: transcripts.list(limit=first + 1, before=before, search=filters.search or "")
        )
        more, heads = len(heads) > first, heads[:first]
        page = PageInfo(
            hasNextPage=more,
            startCursor=heads[0].updated_at.isoformat() if heads else None,
            endCursor=heads[-1].updated_at.isoformat() if heads else None,
        )
        who = caller()
        return PaginatedResponse(pageInfo=page, data=[_thread(head, who) for head in heads])

    async def get_thread(self, thread_id: str) -> ThreadDict | None:
        """The conversation as it is now: running trainings show their present state."""
        identity = current_identity.get()
        if identity is None:
            return None
        workspace = self._web.workspace(identity.owner_id)

        def load() -> ThreadDict | None:
            try:
                transcript = workspace.transcripts.load(thread_id)
            except NotFound:
                return None
            rendered = render(transcript, run_state(workspace), workspace.feedback.of(thread_id))
            thread = _thread(transcript.conversation, identity)
            thread["steps"] = cast(list[StepDict], rendered.steps)
            thread["elements"] = cast(list[ElementDict], rendered.elements)
            return thread

        return await anyio.to_thread.run_sync(load)

    async def update_thread(
        self,
        thread_id: str,
        name: str | None = None,
        user_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        tags: list[str] | None = None,
    ) -> None:
        """Renames. Chainlit's own call at the first message (it names ``user_id``) and its metadata are passed over:
        the conversation makes its row and its title itself."""
        if not name or user_id is not None:
            return
        transcripts = self._web.workspace_of_caller().transcripts
        await anyio.to_thread.run_sync(transcripts.rename, thread_id, name)

    async def delete_thread(self, thread_id: str) -> None:
        await anyio.to_thread.run_sync(delete_conversation, self._web.settings, caller().owner_id, thread_id)

    async def upsert_feedback(self, feedback: Feedback) -> str:
        """Raises NotFound for a message that is not the caller's."""
        conversation_id, seq = seq_of(feedback.forId)
        repository = self._web.workspace_of_caller().feedback
        return await anyio.to_thread.run_sync(
            repository.put, conversation_id, seq, int(feedback.value), feedback.comment or ""
        )

    async def delete_feedback(self, feedback_id: str) -> bool:
        repository = self._web.workspace_of_caller().feedback
        return await anyio.to_thread.run_sync(repository.delete, feedback_id)

    async def _head(self, thread_id: str) -> Conversation:
        transcripts = self._web.workspace_of_caller().transcripts
        return await anyio.to_thread.run_sync(transcripts.head, thread_id)

    async def get_element(self, thread_id: str, element_id: str) -> ElementDict | None:
        thread = await self.get_thread(thread_id)
        elements = (thread["elements"] or []) if thread else []
        return next((e for e in elements if e["id"] == element_id), None)

    async def build_debug_url(self) -> str:
        return ""

    async def close(self) -> None:
        return None

    async def get_favorite_steps(self, user_id: str) -> list[Any]:
        return []

    # Steps and elements follow from the events: Chainlit has nothing to keep.
    async def create_element(self, element: Any) -> None:
        return None

    async def delete_element(self, element_id: str, thread_id: str | None = None) -> None:
        return None

    async def create_step(self, step_dict: Any) -> None:
        return None

    async def update_step(self, step_dict: Any) -> None:
        return None

    async def delete_step(self, step_id: str) -> None:
        return None


def persisted(identity: Identity) -> PersistedUser:
    """The user as Chainlit knows one; the role comes from us at every request, never from an old token."""
    return PersistedUser(
        id=identity.owner_id,
        identifier=identity.identifier,
        display_name=identity.display_name,
        createdAt=identity.created_at,
        metadata={"role": identity.role, "provider": identity.provider},
    )


def _thread(head: Conversation, who: Identity) -> ThreadDict:
    return ThreadDict(
        id=head.id,
        createdAt=head.created_at.isoformat(),
        name=head.title or None,
        userId=who.owner_id,
        userIdentifier=who.identifier,
        tags=[],
        metadata={},
        steps=[],
        elements=[],
    )


def _cursor(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None

"""``/support``: conversations of all users for the role support. A look into somebody else's needs a reason."""

from datetime import timedelta
from typing import Annotated

import anyio
from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from assistant.hub import hub
from assistant.identity import Identity
from assistant.support.desk import Opened, Search, SupportDesk
from assistant.support.outcomes import Outcome
from assistant.support.page import bundle, page
from assistant.support.replay import Replay, replay_of
from assistant.surfaces.web_state import Web, current_identity
from workspace.errors import Forbidden, InputError, Unauthorized

GOOD_FOR = timedelta(hours=1)
"""So long a reason that was given once lets its giver look."""


def support_routes(web: Web) -> APIRouter:
    router = APIRouter(prefix="/support", include_in_schema=False)
    desk = SupportDesk(web.engine)

    @router.get("")
    def found(
        text: str = "",
        user: str = "",
        error: str = "",
        outcome: str = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> HTMLResponse:
        _supporter(web)
        wanted = _outcome(outcome)
        heads = desk.find(Search(text.strip(), user.strip(), wanted, error.strip(), limit=limit))
        search = {"text": text, "user": user, "error": error, "outcome": wanted or ""}
        data = {"search": search, "found": [head.model_dump(mode="json") for head in heads]}
        return HTMLResponse(page("list", "Conversations", data))

    @router.get("/{conversation_id}")
    def replay(conversation_id: str, unmasked: bool = False) -> HTMLResponse:
        supporter, opened = _supporter(web), desk.open(conversation_id)
        if not _may_look(desk, supporter, opened, unmasked=unmasked):
            return HTMLResponse(page("reason", "Why do you need to look?", {"id": conversation_id}))
        data = {"replay": _replay(desk, opened, unmasked=unmasked).model_dump(mode="json")}
        return HTMLResponse(page("replay", opened.head.title or "A conversation", data))

    @router.post("/{conversation_id}/look")
    def look(
        conversation_id: str, reason: Annotated[str, Form(max_length=500)], unmasked: Annotated[bool, Form()] = False
    ) -> RedirectResponse:
        supporter, opened = _supporter(web), desk.open(conversation_id)
        if not reason.strip():
            raise InputError("REASON_NEEDED", "A reason is missing.", "Say in a few words why you need to look.")
        desk.write_down(opened, supporter.identifier, reason.strip(), unmasked=unmasked)
        return RedirectResponse(f"/support/{conversation_id}{'?unmasked=true' if unmasked else ''}", 303)

    @router.post("/{conversation_id}/answer")
    async def answer(
        conversation_id: str,
        text: Annotated[str, Form(max_length=10_000)] = "",
        close: Annotated[bool, Form()] = False,
    ) -> RedirectResponse:
        supporter, opened = _supporter(web), await anyio.to_thread.run_sync(desk.open, conversation_id)
        if not await anyio.to_thread.run_sync(lambda: _may_look(desk, supporter, opened, unmasked=False)):
            raise Forbidden("REASON_NEEDED", "A reason is missing.", "Open the conversation first and say why.")
        if text.strip():
            async with hub.turn_lock(conversation_id):
                for stored in await anyio.to_thread.run_sync(desk.answer, opened, text.strip()):
                    hub.publish(conversation_id, stored)
        if close:
            await anyio.to_thread.run_sync(desk.close, opened)
        return RedirectResponse(f"/support/{conversation_id}", 303)

    @router.get("/{conversation_id}/export.{form}")
    def export(conversation_id: str, form: str) -> Response:
        supporter, opened = _supporter(web), desk.open(conversation_id)
        if not _may_look(desk, supporter, opened, unmasked=False):
            raise Forbidden("REASON_NEEDED", "A reason is missing.", "Open the conversation first and say why.")
        replayed = _replay(desk, opened, unmasked=False)
        headers = {"Content-Disposition": f'attachment; filename="conversation-{opened.head.id}.{_suffix(form)}"'}
        if form == "html":
            return HTMLResponse(bundle(replayed), headers=headers)
        return Response(replayed.model_dump_json(indent=2), media_type="application/json", headers=headers)

    return router


def _supporter(web: Web) -> Identity:
    """Raises Unauthorized without a login, and Forbidden without the role."""
    identity = current_identity.get()
    if identity is None and web.settings.auth == "local":
        identity = web.users.local()
    if identity is None:
        raise Unauthorized("LOGIN_NEEDED", "You are not logged in.", "Log in and try again.")
    if not identity.is_support:
        raise Forbidden("SUPPORT_ONLY", "This page is for support staff.", "An operator can give you the role support.")
    return identity


def _may_look(desk: SupportDesk, supporter: Identity, opened: Opened, *, unmasked: bool) -> bool:
    """One's own conversation, or a reason that was given a short time ago."""
    if opened.owner_id == supporter.owner_id and not unmasked:
        return True
    return desk.may_look(opened.head.id, supporter.identifier, GOOD_FOR, unmasked=unmasked)


def _replay(desk: SupportDesk, opened: Opened, *, unmasked: bool) -> Replay:
    return replay_of(opened, desk.versions(opened), unmasked=unmasked)


def _outcome(given: str) -> Outcome | None:
    known: dict[str, Outcome] = {o: o for o in ("trained", "failed", "in progress", "gave up")}
    return known.get(given)


def _suffix(form: str) -> str:
    if form not in ("html", "json"):
        raise InputError("FORM_UNKNOWN", "A conversation is exported as json or html.", "Use one of these.")
    return form

"""``/support``: conversations of all users for the role support. A look into somebody else's needs a reason."""

from typing import Annotated, get_args

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from assistant.support.desk import Opened, Search
from assistant.support.outcomes import Outcome
from assistant.support.page import bundle, page
from assistant.support.proposing import offer_of
from assistant.support.replay import Replay, replay_of
from assistant.surfaces.web_state import Web
from assistant.surfaces.web_support_acts import act_routes
from assistant.surfaces.web_support_door import Door
from workspace.errors import InputError

_OUTCOMES: dict[str, Outcome] = {outcome: outcome for outcome in get_args(Outcome)}


def support_routes(web: Web) -> APIRouter:
    router = APIRouter(prefix="/support", include_in_schema=False)
    door = Door(web)
    desk = door.desk

    @router.get("")
    def found(
        text: str = "",
        user: str = "",
        error: str = "",
        outcome: str = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> HTMLResponse:
        door.supporter()
        wanted = _OUTCOMES.get(outcome)
        heads = desk.find(Search(text.strip(), user.strip(), wanted, error.strip(), limit=limit))
        search = {"text": text, "user": user, "error": error, "outcome": wanted or ""}
        data = {"search": search, "found": [head.model_dump(mode="json") for head in heads]}
        return HTMLResponse(page("list", "Conversations", data))

    @router.get("/{conversation_id}")
    def replay(conversation_id: str, unmasked: bool = False) -> HTMLResponse:
        supporter, opened = door.supporter(), desk.open(conversation_id)
        if not door.may_look(supporter, opened, unmasked=unmasked):
            return HTMLResponse(page("reason", "Why do you need to look?", {"id": conversation_id}))
        notes = door.notes.of(conversation_id)
        data = {
            "replay": replayed(opened, unmasked=unmasked).model_dump(mode="json"),
            "notes": [note.model_dump(mode="json") for note in notes],
            "offer": offer_of(opened, web.workspace(opened.owner_id)).model_dump(mode="json"),
        }
        return HTMLResponse(page("replay", opened.head.title or "A conversation", data))

    @router.post("/{conversation_id}/look")
    def look(
        conversation_id: str, reason: Annotated[str, Form(max_length=500)], unmasked: Annotated[bool, Form()] = False
    ) -> RedirectResponse:
        supporter, opened = door.supporter(), desk.open(conversation_id)
        if not reason.strip():
            raise InputError("REASON_NEEDED", "A reason is missing.", "Say in a few words why you need to look.")
        desk.write_down(opened, supporter.identifier, reason.strip(), unmasked=unmasked)
        return RedirectResponse(f"/support/{conversation_id}{'?unmasked=true' if unmasked else ''}", 303)

    @router.get("/{conversation_id}/export.{form}")
    def export(conversation_id: str, form: str) -> Response:
        _, opened = door.open(conversation_id)
        exported = replayed(opened, unmasked=False)
        headers = {"Content-Disposition": f'attachment; filename="conversation-{opened.head.id}.{_suffix(form)}"'}
        if form == "html":
            return HTMLResponse(bundle(exported), headers=headers)
        return Response(exported.model_dump_json(indent=2), media_type="application/json", headers=headers)

    def replayed(opened: Opened, *, unmasked: bool) -> Replay:
        return replay_of(opened, desk.versions(opened), unmasked=unmasked)

    act_routes(router, door)
    return router


def _suffix(form: str) -> str:
    if form not in ("html", "json"):
        raise InputError("FORM_UNKNOWN", "A conversation is exported as json or html.", "Use one of these.")
    return form

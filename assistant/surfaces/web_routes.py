"""Our own routes in front of Chainlit's, where those are open: uploads, feedback, files, the session cookie."""

from typing import Any, Literal, cast
from urllib.parse import quote

import anyio
from chainlit.auth import create_jwt, set_auth_cookie
from chainlit.data import get_data_layer
from chainlit.session import WebsocketSession
from chainlit.types import Feedback
from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from pydantic import BaseModel, Field

from assistant.surfaces.web import alias_of, chat_user
from assistant.surfaces.web_chainlit import index_page
from assistant.surfaces.web_state import Web, caller, current_identity
from assistant.surfaces.web_uploads import receive_file, refuse_by_length
from workspace.errors import Forbidden, NotFound


class FeedbackBody(BaseModel):
    forId: str = Field(max_length=100)
    value: Literal[0, 1]
    comment: str | None = Field(default=None, max_length=10_000)


class FeedbackRequest(BaseModel):
    feedback: FeedbackBody
    sessionId: str = ""


class FeedbackDelete(BaseModel):
    feedbackId: str = Field(max_length=100)


class SessionCookie(BaseModel):
    session_id: str = Field(max_length=100, pattern=r"^[A-Za-z0-9-]+$")


def routes(web: Web) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    @router.get("/thread/{thread_id}")
    async def page(request: Request, thread_id: str = "") -> HTMLResponse:
        """The chat. Without a login the local user is known from the first page on, so every address can be opened."""
        response = HTMLResponse(index_page())
        if web.settings.auth == "local" and current_identity.get() is None:
            local = await anyio.to_thread.run_sync(web.users.local)
            set_auth_cookie(request, response, create_jwt(chat_user(local)))
        return response

    @router.post("/project/file")
    async def upload(request: Request, session_id: str) -> dict[str, str]:
        session = _own_session(session_id)
        limit = web.settings.max_upload_mb
        refuse_by_length(request.headers, limit)
        received = await receive_file(request.headers, request.stream(), session.files_dir, limit)
        file_id = received.path.name
        session.files[file_id] = {
            "id": file_id,
            "path": received.path,
            "name": received.name,
            "size": received.bytes,
            # Never what the client claims: a page must not come back from here as HTML.
            "type": "application/octet-stream",
        }
        return {"id": file_id}

    @router.get("/project/file/{file_id}")
    async def file(file_id: str, session_id: str) -> FileResponse:
        known = _own_session(session_id).files.get(file_id)
        if known is None or not await anyio.Path(known["path"]).is_file():
            raise NotFound("FILE_NOT_FOUND", "This file is no longer there.", "Upload it again.")
        disposition = f"attachment; filename*=UTF-8''{quote(known['name'])}"
        return FileResponse(
            known["path"], media_type="application/octet-stream", headers={"Content-Disposition": disposition}
        )

    @router.put("/feedback")
    async def put_feedback(body: FeedbackRequest) -> dict[str, Any]:
        caller()
        given = body.feedback
        for_id = alias_of(body.sessionId, given.forId)
        feedback = Feedback(forId=for_id, value=given.value, comment=given.comment)
        return {"success": True, "feedbackId": await _layer().upsert_feedback(feedback)}

    @router.delete("/feedback")
    async def delete_feedback(body: FeedbackDelete) -> dict[str, bool]:
        caller()
        if not await _layer().delete_feedback(body.feedbackId):
            raise NotFound("FEEDBACK_NOT_FOUND", "There is no such feedback.", "Reload the page.")
        return {"success": True}

    @router.post("/set-session-cookie")
    async def session_cookie(body: SessionCookie) -> JSONResponse:
        """For load balancers that keep a tab on one process."""
        response = JSONResponse({"message": "Session cookie set"})
        response.set_cookie(
            "X-Chainlit-Session-id",
            body.session_id,
            httponly=True,
            samesite="lax",
            secure=web.settings.public_url.startswith("https://"),
        )
        return response

    return router


def _own_session(session_id: str) -> WebsocketSession:
    """The caller's tab of that id. Raises NotFound for anybody else's, and Forbidden without a login."""
    identity = caller()
    session = WebsocketSession.get_by_id(session_id)
    if session is None or session.user is None or session.user.identifier != identity.identifier:
        raise NotFound("SESSION_NOT_FOUND", "This page has lost its connection.", "Reload the page.")
    return cast(WebsocketSession, session)


def _layer() -> Any:
    layer = cast(Any, get_data_layer)()
    if layer is None:
        raise Forbidden("NO_HISTORY", "Nothing is kept here.", "Ask an operator.")
    return layer

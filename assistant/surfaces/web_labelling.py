"""What the labelling card asks of the server: the present text, one answer at a time, changes of the categories.

An answer is one small request instead of a turn of the conversation, so that people can label as fast as they read.
Same login and same checks of the origin as every other route.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask

from assistant.surfaces.web_state import Web, caller
from tools.cards import DecidingView, LabelView, SpanView
from tools.labelling_classes import changed_classes
from tools.labelling_decisions import decide, differences, taken_back
from tools.labelling_desk import Desk, answer, before, desk_of, view
from tools.labelling_result import export


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    person: str = Field(default="", max_length=60, description="who labels, where several do on one computer")


class AnswerBody(_Body):
    row: int = Field(ge=0)
    state: Literal["labelled", "skipped", "unsure"] = "labelled"
    labels: list[str] = Field(default_factory=list, max_length=200)
    spans: list[SpanView] = Field(default_factory=list, max_length=1_000)


class DecisionBody(BaseModel):
    """One of the answers by its number, or other categories."""

    model_config = ConfigDict(extra="forbid")

    row: int = Field(ge=0)
    answer: int | None = Field(default=None, ge=0)
    labels: list[str] = Field(default_factory=list, max_length=200)


class BackBody(_Body):
    row: int | None = Field(default=None, ge=0, description="go to what was answered before this row")


class ClassesBody(_Body):
    add: list[str] = Field(default_factory=list, max_length=200)
    remove: list[str] = Field(default_factory=list, max_length=200)
    rename: dict[str, str] = Field(default_factory=dict, max_length=200)
    merge: list[str] = Field(default_factory=list, max_length=200)
    into: str | None = Field(default=None, max_length=200)


def labelling_routes(web: Web) -> APIRouter:
    router = APIRouter(prefix="/api/v1/labelling", include_in_schema=False)

    def desk(session_id: str, person: str) -> Desk:
        return desk_of(web.workspace(caller().owner_id), session_id, person)

    @router.get("/{session_id}")
    def state(session_id: str, person: str = "", row: int | None = None) -> LabelView:
        """What to show now; with ``row``, that text and the answer it has."""
        return view(desk(session_id, person), row)

    @router.post("/{session_id}/answers")
    def take_answer(session_id: str, body: AnswerBody) -> LabelView:
        """Stores an answer at once and gives the next text."""
        at = desk(session_id, body.person)
        answer(at, body.row, body.state, body.labels, body.spans)
        return view(at)

    @router.post("/{session_id}/back")
    def back(session_id: str, body: BackBody) -> LabelView:
        at = desk(session_id, body.person)
        return view(at, before(at, body.row))

    @router.post("/{session_id}/classes")
    def classes(session_id: str, body: ClassesBody) -> LabelView:
        """Changes the categories; answers follow. Who was let in by a code changes them as well."""
        at = desk(session_id, body.person)
        found, moved = changed_classes(
            at.session.classes, add=body.add, remove=body.remove, rename=body.rename, merge=body.merge, into=body.into
        )
        at.workspace.labelling.set_classes(session_id, found, moved)
        return view(at)

    # Only the owner decides: the labelling is looked up among the caller's own.

    @router.get("/{session_id}/differences")
    def differ(session_id: str, after: int | None = None) -> DecidingView:
        """A text on which people differ; with ``after``, the next one."""
        workspace = web.workspace(caller().owner_id)
        return differences(workspace, workspace.labelling.get(session_id), after)

    @router.post("/{session_id}/decisions")
    def take_decision(session_id: str, body: DecisionBody) -> DecidingView:
        workspace = web.workspace(caller().owner_id)
        session = workspace.labelling.get(session_id)
        decide(workspace, session, body.row, body.answer, body.labels)
        return differences(workspace, session, after=body.row)

    @router.post("/{session_id}/decisions/undo")
    def undo_decision(session_id: str) -> DecidingView:
        workspace = web.workspace(caller().owner_id)
        return taken_back(workspace, workspace.labelling.get(session_id))

    @router.get("/{session_id}/export")
    def download(session_id: str, form: str = "csv") -> FileResponse:
        """The data with the answers so far, for an annotation tool. For the owner alone: it holds the whole table."""
        workspace = web.workspace(caller().owner_id)
        folder = Path(tempfile.mkdtemp(prefix="mtw-"))
        try:
            path = export(workspace, workspace.labelling.get(session_id), form, folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return FileResponse(
            path,
            media_type="application/octet-stream",
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(path.name)}"},
            background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True),
        )

    return router

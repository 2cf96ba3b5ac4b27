"""The HTTP API: health, models and their files. Errors have one shape: ``{"error": {code, message, next_step}}``."""

from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

import anyio
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from assistant.predict_api import OnlineModel, key_in, online_model
from assistant.surfaces.web_state import Web, current_identity
from tools.context import ToolContext
from tools.troubleshooting.entry import Fix
from workspace.dataset import TaskKind
from workspace.errors import LimitExceeded, TooManyRequests, Unauthorized, WizardError
from workspace.home import Workspace
from workspace.model import Evaluation

if TYPE_CHECKING:
    from tools.row_changes import CsvFile

API_VERSION = "1"


class Health(BaseModel):
    """``status`` is ok when everything that is needed answers, else degraded."""

    status: Literal["ok", "degraded"]
    database: Literal["ok", "unreachable"]
    broker: Literal["ok", "unreachable", "none"]
    worker: Literal["ok", "none"]
    chat_model: str


class ModelView(BaseModel):
    """A trained model."""

    id: str
    name: str
    task: TaskKind
    recipe: str
    base: str | None
    labels: list[str]
    run_id: str
    dataset_id: str
    created_at: str
    evaluation: Evaluation
    download: str


class Question(BaseModel):
    """Something to explain."""

    text: str = Field(description="an error message, a log, or a question in anybody's words", min_length=1)


class Explanation(BaseModel):
    """As ``mtw diagnose --json`` prints it. ``cause`` is UNKNOWN where nothing is claimed."""

    cause: str
    confidence: float = Field(ge=0, le=1)
    explanation: str
    next_steps: list[str]
    fix: Fix | None
    alternatives: list[str]


def health_routes(web: Web) -> APIRouter:
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> Health:
        """For load balancers and people: which parts answer."""
        return await anyio.to_thread.run_sync(_health, web)

    @router.get("/metrics", response_class=Response)
    def metrics() -> Response:
        """Figures for Prometheus, without names and texts."""
        from prometheus_client import CONTENT_TYPE_LATEST

        from assistant.support.operator_metrics import metrics_text

        return Response(metrics_text(web.engine), media_type=CONTENT_TYPE_LATEST)

    return router


def api_routes(web: Web) -> APIRouter:
    router = APIRouter(prefix="/api/v1")

    @router.get("/models/{model_id}")
    def model(model_id: str, request: Request) -> ModelView | OnlineModel:
        """One of the caller's models and how good it is; with a key, what its holder may know of it."""
        if key_in(request.headers):
            return online_model(web, request.headers, model_id)
        found = _workspace(web).models.get(model_id)
        return ModelView(
            id=found.id,
            name=found.name,
            task=found.task,
            recipe=found.recipe,
            base=found.base,
            labels=found.labels,
            run_id=found.run_id,
            dataset_id=found.dataset_id,
            created_at=found.created_at.isoformat(),
            evaluation=found.outcome.evaluation,
            download=f"/api/v1/models/{found.id}/download",
        )

    @router.get("/models/{model_id}/download", response_class=StreamingResponse)
    def download(model_id: str, form: str = "zip") -> StreamingResponse:
        """The model as one zip file: weights, model card and how to load it. ``form``: zip, onnx or onnx-int8."""
        from tools.models import open_export

        export = open_export(ToolContext(_workspace(web)), model_id, form)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(export.file_name)}",
            "Content-Length": str(export.bytes),
        }
        return StreamingResponse(export.chunks, media_type="application/zip", headers=headers)

    @router.post("/diagnose")
    def diagnose(question: Question) -> Explanation:
        """What an error text, a log or a question is about: the likeliest cause, and what to do."""
        from tools import troubleshooting

        _workspace(web)  # whoever has to log in has done so
        symptoms = troubleshooting.symptom_finder(web.settings)
        return Explanation.model_validate(troubleshooting.diagnose(question.text, symptoms).as_json())

    @router.get("/datasets/{dataset_id}/changes", response_class=StreamingResponse)
    def changes(dataset_id: str) -> StreamingResponse:
        """What a version's step changed, row by row, as CSV."""
        from tools.row_changes import open_changes

        return _as_csv(open_changes(ToolContext(_workspace(web)), dataset_id))

    @router.get("/datasets/{dataset_id}/answers/{analysis_id}", response_class=StreamingResponse)
    def answers(dataset_id: str, analysis_id: str) -> StreamingResponse:
        """A file's rows with a model's answers beside them, as CSV."""
        from tools.predicting import open_answers

        return _as_csv(open_answers(ToolContext(_workspace(web)), dataset_id, analysis_id))

    return router


def _as_csv(file: "CsvFile") -> StreamingResponse:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.file_name)}"}
    return StreamingResponse(file.chunks, media_type="text/csv; charset=utf-8", headers=headers)


def add_errors(app: FastAPI) -> None:
    """Maps our errors to HTTP once, for all routes of ours."""

    @app.exception_handler(WizardError)
    async def wizard_error(_request: Request, error: WizardError) -> JSONResponse:
        # ``detail`` is what Chainlit's page shows in its notices.
        body: dict[str, Any] = {"error": error.as_dict(), "detail": str(error)}
        headers = _HEADERS.get(error.http_status)
        if isinstance(error, TooManyRequests):
            headers = {"Retry-After": str(error.retry_after)}
        return JSONResponse(body, error.http_status, headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        faults = "; ".join(f"{'.'.join(str(p) for p in e['loc'][1:])}: {e['msg']}" for e in error.errors())
        body = {"code": "REQUEST_INVALID", "message": f"The request is wrong: {faults}.", "next_step": "Correct it."}
        return JSONResponse({"error": body, "detail": body["message"]}, 422)

    @app.api_route("/api/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    async def unknown(path: str) -> Response:
        body = {
            "code": "ROUTE_NOT_FOUND",
            "message": f"There is nothing at /api/{path}.",
            "next_step": "See /api/v1/openapi.json.",
        }
        return JSONResponse({"error": body}, 404)


_HEADERS = {
    LimitExceeded.http_status: {"Connection": "close"},
    Unauthorized.http_status: {"WWW-Authenticate": "Bearer"},
}


def _workspace(web: Web) -> Workspace:
    """The caller's. Where nobody has to log in, everybody who reaches this server is the local user."""
    if current_identity.get() is None and web.settings.auth == "local":
        return web.workspace(web.users.local().owner_id)
    return web.workspace_of_caller()


def _health(web: Web) -> Health:
    database: Literal["ok", "unreachable"] = "ok"
    try:
        with web.engine.connect() as connection:
            connection.execute(text("select 1"))
    except SQLAlchemyError:
        database = "unreachable"
    broker, worker = _broker_and_worker(web)
    fine = database == "ok" and broker != "unreachable" and worker == "ok"
    return Health(
        status="ok" if fine else "degraded",
        database=database,
        broker=broker,
        worker=worker,
        chat_model=web.settings.chat_model,
    )


def _broker_and_worker(web: Web) -> tuple[Literal["ok", "unreachable", "none"], Literal["ok", "none"]]:
    """Without a broker, trainings run in child processes of this one, so the worker is always there."""
    if not web.settings.redis_url:
        return "none", "ok"
    import redis
    from celery import Celery

    try:
        with redis.Redis.from_url(web.settings.redis_url, socket_timeout=2, socket_connect_timeout=2) as client:
            client.ping()
    except (redis.RedisError, OSError):
        return "unreachable", "none"
    try:
        answers = Celery("mtw-health", broker=web.settings.redis_url).control.ping(timeout=1, limit=1)
    except OSError:
        return "ok", "none"
    return "ok", "ok" if answers else "none"

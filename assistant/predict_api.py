"""The HTTP interface for programs: a model that is online answers whoever has its key."""

import json
from typing import Any

import anyio
from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse

from assistant.key_limits import KeyLimits
from assistant.micro_batches import MicroBatches
from assistant.surfaces.web_state import Web
from workspace.dataset import TaskKind
from workspace.deployments import KEY_PREFIX, MAX_CHARS, MAX_TEXTS, Deployment, Version, deployment_of_key
from workspace.errors import InputError, LimitExceeded, NotFound, Unauthorized
from workspace.home import Workspace
from workspace.model import Prediction
from workspace.text_parts import TextParts, whole_text

MAX_BODY_MB = 8


class PredictRequest(BaseModel):
    """Texts to ask the model about."""

    inputs: list[str | list[str] | dict[str, str]] = Field(
        description=f"1 to {MAX_TEXTS:,} texts, each of at most {MAX_CHARS:,} characters. Where the model learned from "
        "several columns, a text may be in parts: a list in their order, or an object by their names.",
        min_length=1,
    )


class PredictAnswer(BaseModel):
    """One prediction for each text, in the same order; its fields depend on the task, as in ``mtw predict --json``."""

    name: str
    version: int
    model_id: str
    predictions: list[dict[str, Any]]


class OnlineModel(BaseModel):
    """A model that is online, as far as the holder of its key may know it: nothing of the data it learned from."""

    name: str
    version: int
    model_id: str
    task: TaskKind
    labels: list[str]
    metrics: dict[str, float]
    max_texts: int = MAX_TEXTS
    max_chars: int = MAX_CHARS


def key_in(headers: Headers) -> str | None:
    """The key that a request carries, as ``Authorization: Bearer`` or ``X-API-Key``; None where it has none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    token = token.strip() if scheme.lower() == "bearer" else ""
    return token if token.startswith(KEY_PREFIX) else headers.get("x-api-key")


def predict_routes(web: Web) -> APIRouter:
    router = APIRouter(prefix="/api/v1")
    batches = MicroBatches(web.queue.predict)
    limits = KeyLimits(web.settings.api_requests_a_minute)

    @router.post(
        "/models/{model_id}/predict",
        response_model=PredictAnswer,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": PredictRequest.model_json_schema()}},
            },
            "parameters": [{"name": "Authorization", "in": "header", "schema": {"type": "string"}}],
        },
    )
    async def predict(model_id: str, request: Request) -> JSONResponse:
        """Asks a model that is online. ``model_id``: its name, or the id of one of its versions' models.

        The header ``Authorization: Bearer KEY`` (or ``X-API-Key``) carries the key.
        """
        deployment, version = await anyio.to_thread.run_sync(open_by_key, web, request.headers, model_id)
        limits.take((key_in(request.headers) or "").rpartition("_")[0])
        given = await _inputs(request)
        columns = await anyio.to_thread.run_sync(_columns, web, deployment, version, given)
        texts = _whole(given, columns)
        found = await batches.ask(deployment.owner_id, version.model_id, texts)
        await anyio.to_thread.run_sync(_count, web, deployment, version, texts, found)
        answer = PredictAnswer(
            name=deployment.name,
            version=version.version,
            model_id=version.model_id,
            predictions=[prediction.as_json() for prediction in found],
        )
        return JSONResponse(answer.model_dump())

    return router


def open_by_key(web: Web, headers: Headers, wanted: str) -> tuple[Deployment, Version]:
    """What the request's key opens, and the version that is meant.

    Raises:
        Unauthorized: there is no key, or it does not count.
        NotFound: the key opens another model.
    """
    key = key_in(headers)
    if not key:
        raise Unauthorized(
            "KEY_NEEDED",
            "This model answers only with its key.",
            "Send the header “Authorization: Bearer” followed by the key that was shown when the model was put online.",
        )
    deployment = deployment_of_key(web.engine, key)
    if deployment is None:
        raise Unauthorized("KEY_INVALID", "This key does not count, or no longer.", "Ask for a new key in the chat.")
    version = deployment.current if wanted == deployment.name else deployment.version_of(wanted)
    if version is None:
        raise NotFound(
            "MODEL_NOT_FOUND",
            "This key opens no model of that name.",
            f"The model that it opens is called {deployment.name}.",
        )
    return deployment, version


def online_model(web: Web, headers: Headers, wanted: str) -> OnlineModel:
    """What the holder of a key may know of its model. Raises as :func:`open_by_key`."""
    deployment, version = open_by_key(web, headers, wanted)
    model = _workspace(web, deployment).models.get(version.model_id)
    return OnlineModel(
        name=deployment.name,
        version=version.version,
        model_id=model.id,
        task=model.task,
        labels=model.labels,
        metrics=model.outcome.evaluation.metrics,
    )


async def _inputs(request: Request) -> list[TextParts]:
    """The texts of the request's body, read only as far as it may be long. Raises InputError and LimitExceeded."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY_MB * 1_000_000:
            raise LimitExceeded(
                "REQUEST_TOO_LARGE", f"The request is longer than {MAX_BODY_MB} MB.", "Send fewer texts at a time."
            )
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise InputError("REQUEST_INVALID", "The request's body is no JSON.", _SHAPE) from exc
    texts = given.get("inputs") if isinstance(given, dict) else None
    if not isinstance(texts, list) or not texts or not all(map(_is_text, texts)):
        raise InputError("REQUEST_INVALID", "The request holds no list of texts called “inputs”.", _SHAPE)
    return texts


def _is_text(given: object) -> bool:
    """Whether it is a text, or the parts of one."""
    parts = given.values() if isinstance(given, dict) else given if isinstance(given, list) else [given]
    return bool(parts) and all(isinstance(part, str) for part in parts)


def _columns(web: Web, deployment: Deployment, version: Version, given: list[TextParts]) -> tuple[str, ...]:
    """The columns that the model learned from; looked up only where a text comes in parts."""
    if all(isinstance(text, str) for text in given):
        return ()
    workspace = _workspace(web, deployment)
    return workspace.runs.get(workspace.models.get(version.model_id).run_id).plan.text


def _whole(given: list[TextParts], columns: tuple[str, ...]) -> list[str]:
    """Each text as one. Raises InputError and LimitExceeded."""
    texts = [whole_text(text, columns) for text in given]
    faults = []
    if len(texts) > MAX_TEXTS:
        faults.append(f"these are {len(texts):,} texts, and {MAX_TEXTS:,} may come at once")
    if longer := sum(len(text) > MAX_CHARS for text in texts):
        faults.append(f"{longer:,} of the texts have more than {MAX_CHARS:,} characters")
    if faults:
        raise LimitExceeded(
            "TEXTS_TOO_MANY", f"This is too much: {' and '.join(faults)}.", "Send fewer or shorter texts at a time."
        )
    return [text.encode("utf-8", "replace").decode() for text in texts]


_SHAPE = 'Send {"inputs": ["first text", "second text"]}.'


def _count(web: Web, deployment: Deployment, version: Version, texts: list[str], found: list[Prediction]) -> None:
    _workspace(web, deployment).deployments.count(
        deployment.id,
        version.version,
        requests=1,
        texts=len(texts),
        chars=sum(map(len, texts)),
        scores=[p.score for p in found if p.score is not None],
    )


def _workspace(web: Web, deployment: Deployment) -> Workspace:
    return web.workspace(deployment.owner_id)

"""The web application: our own routes first, the chat behind them.

``uvicorn --factory assistant.app:create_app``; everything that can be set comes from :mod:`workspace.settings`.
"""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import anyio
from fastapi import FastAPI

from assistant.surfaces.web_state import Web
from workspace.migrations import upgrade
from workspace.queue import Queue
from workspace.settings import Settings, load_settings

if TYPE_CHECKING:
    from assistant.surfaces.slack.surface import SlackSurface


def create_app(settings: Settings | None = None, queue: Queue | None = None) -> FastAPI:
    """The application. One process only: the live sessions of the chat are kept in memory.

    Raises SettingsError for wrong settings and Unavailable where the database cannot be reached.
    """
    settings = settings or load_settings()
    upgrade(settings.database)
    web = Web(settings, queue) if queue else Web.of(settings)

    from assistant.surfaces import web_chainlit

    web_chainlit.prepare(settings)

    from assistant.api import API_VERSION, add_errors, api_routes, health_routes
    from assistant.predict_api import predict_routes
    from assistant.surfaces.slack import slack_of
    from assistant.surfaces.web import register
    from assistant.surfaces.web_gate import Gate, content_security_policy
    from assistant.surfaces.web_labelling import labelling_routes
    from assistant.surfaces.web_login import login_routes
    from assistant.surfaces.web_routes import routes
    from assistant.surfaces.web_support import support_routes

    slack = slack_of(web)
    app = FastAPI(
        title=web_chainlit.TITLE,
        version=API_VERSION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(web, web_chainlit.uploads_folder(settings), slack),
    )
    app.include_router(health_routes(web))
    app.include_router(api_routes(web))
    app.include_router(predict_routes(web))
    app.include_router(labelling_routes(web))
    app.include_router(support_routes(web))
    if slack is not None:
        app.include_router(slack.routes())
    app.include_router(routes(web))
    if settings.auth == "password":
        app.include_router(login_routes(web))
    add_errors(app)
    register(web)
    _mount_chat(app)
    app.add_middleware(
        Gate,
        web=web,
        read_token=web_chainlit.read_token,
        read_name=web_chainlit.read_name,
        csp=content_security_policy(web_chainlit.inline_scripts(), settings.public_url.startswith("https://")),
    )
    return app


def _mount_chat(app: FastAPI) -> None:
    """What ``chainlit.utils.mount_chainlit`` does, without loading a module by its path a second time."""
    from chainlit.auth import ensure_jwt_secret
    from chainlit.server import app as chat

    cast(Any, ensure_jwt_secret)()
    app.mount("/", chat)


def _lifespan(
    web: Web, uploads: Path, slack: "SlackSurface | None"
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        from assistant.agent import warm_up
        from assistant.conversation import finish_running_turns
        from assistant.followup import following

        await anyio.to_thread.run_sync(shutil.rmtree, uploads, True)
        async with (
            slack.running() if slack else nullcontext(),
            following(web.settings, web.workspace),
            anyio.create_task_group() as tasks,
        ):
            # The address answers meanwhile; only a first message that comes at once waits for it.
            tasks.start_soon(anyio.to_thread.run_sync, warm_up, web.settings)
            yield
        await finish_running_turns()

    return lifespan

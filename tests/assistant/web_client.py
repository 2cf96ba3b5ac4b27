"""The web application in this process, asked over HTTP, and tabs of its chat without a browser."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI

from assistant.app import create_app
from assistant.identity import Identity, Users
from tests.fakes import FakeQueue
from workspace.database import engine_for
from workspace.home import Workspace
from workspace.settings import Settings

ADDRESS = "http://127.0.0.1:8000"
PASSWORD = "correct horse battery"

T = TypeVar("T")


class Site:
    """One installation: its application, its users, and browsers that visit it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.queue = FakeQueue()
        self.app: FastAPI = create_app(settings, self.queue)
        self.users = Users(engine_for(settings.database), settings)

    def workspace(self, identity: Identity) -> Workspace:
        return Workspace(identity.owner_id, self.settings, self.queue)

    def person(self, name: str) -> Identity:
        """Somebody who logs in with :data:`PASSWORD`."""
        return self.users.create_user(name, PASSWORD)

    def visit(self, work: Callable[[httpx.AsyncClient], Awaitable[T]], **options: Any) -> T:
        """Runs ``work`` with a browser that knows nothing yet."""

        async def run() -> T:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, **options) as browser:
                return await work(browser)

        return asyncio.run(run())

    def get(self, path: str, **options: Any) -> httpx.Response:
        """One request of a browser that knows nothing yet."""
        return self.visit(lambda browser: browser.get(path, **options))


async def log_in(browser: httpx.AsyncClient, name: str, password: str = PASSWORD) -> httpx.Response:
    return await browser.post("/login", data={"username": name, "password": password})


class FakeTab:
    """Takes what would go to a browser tab."""

    def __init__(self) -> None:
        self.id = str(uuid.uuid4())
        self.sent: list[tuple[str, Any]] = []

    async def emit(self, event: str, data: Any) -> None:
        self.sent.append((event, data))

    def of(self, event: str) -> list[Any]:
        return [data for name, data in self.sent if name == event]


def chat_session(identity: Identity) -> Any:
    """A live session of Chainlit, as a connected tab of this user has one. To be called inside the event loop."""
    from chainlit.session import WebsocketSession

    from assistant.data_layer import persisted

    tab = FakeTab()
    return WebsocketSession(
        id=tab.id,
        socket_id=tab.id,
        emit=tab.emit,
        emit_call=tab.emit,
        user_env={},
        client_type="webapp",
        user=persisted(identity),
        token="",
    )

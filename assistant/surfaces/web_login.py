"""Logging in with a password: one clear sentence for every failure, and a brake on guessing."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable

import anyio
from chainlit.auth import create_jwt, set_auth_cookie
from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse

from assistant.surfaces.web import chat_user
from assistant.surfaces.web_state import Web
from workspace.errors import WizardError

MAX_FAILURES = 10
WINDOW_SECONDS = 15 * 60.0
_MAX_NAMES = 10_000


class LoginFailed(WizardError):
    """The name or the password is wrong; which of the two is not told."""

    http_status = 401


class TooManyTries(WizardError):
    """Somebody is guessing."""

    http_status = 429


class Brake:
    """Counts failures by name and by address. Kept in memory: it slows guessing, and a restart is no way around it
    that an outsider has."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, *keys: str) -> None:
        """Raises TooManyTries where one of the keys has failed too often."""
        for key in keys:
            if len(self._recent(key)) >= MAX_FAILURES:
                raise TooManyTries(
                    "LOGIN_TOO_OFTEN",
                    "There were too many tries with a wrong password.",
                    "Wait a quarter of an hour, or ask an admin.",
                )

    def failed(self, *keys: str) -> None:
        for key in keys:
            self._failures.setdefault(key, deque(maxlen=MAX_FAILURES)).append(self._clock())
            self._failures.move_to_end(key)
        while len(self._failures) > _MAX_NAMES:
            self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        self._failures.pop(key, None)

    def _recent(self, key: str) -> deque[float]:
        found = self._failures.get(key, deque())
        while found and found[0] < self._clock() - WINDOW_SECONDS:
            found.popleft()
        return found


def login_routes(web: Web, brake: Brake | None = None) -> APIRouter:
    """In front of Chainlit's route of the same name; only where people log in with a password."""
    router = APIRouter(include_in_schema=False)
    guard = brake or Brake()

    @router.post("/login")
    async def login(request: Request, username: str = Form(max_length=500), password: str = Form()) -> JSONResponse:
        name, address = f"name {username.strip()}", f"address {request.client.host if request.client else ''}"
        guard.check(name, address)
        identity = await anyio.to_thread.run_sync(web.users.verify, username, password)
        if identity is None:
            guard.failed(name, address)
            raise LoginFailed("LOGIN_FAILED", "The name or the password is not right.", "Check both and try again.")
        guard.succeeded(name)
        response = JSONResponse({"success": True})
        set_auth_cookie(request, response, create_jwt(chat_user(identity)))
        return response

    return router

"""The gate before every route: same host, same origin, a login token that still counts, and safe headers."""

import base64
import hashlib
import ipaddress
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.identity import Identity
from assistant.surfaces.web_state import Web, current_identity
from workspace.deployments import KEY_PREFIX

_STATIC = ("/public/", "/assets/", "/favicon", "/logo", "/avatars/", "/healthz", "/metrics")
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

ReadToken = Callable[[dict[str, str]], str | None]
ReadName = Callable[[str], str | None]


def content_security_policy(inline_scripts: list[str], https: bool) -> str:
    """Everything from this host alone. Chainlit compiles its custom elements in the page: hence ``unsafe-eval``."""
    hashes = " ".join(
        "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"
        for script in inline_scripts
    )
    parts = [
        "default-src 'self'",
        f"script-src 'self' 'unsafe-eval' {hashes}".strip(),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
    return "; ".join([*parts, "upgrade-insecure-requests"] if https else parts)


class Gate:
    """ASGI middleware. ``read_token`` finds the login token among cookies, ``read_name`` checks it and names its user.

    A token that was given up, has run out, or whose user is gone is taken out of the request before anybody sees it.
    """

    def __init__(self, app: ASGIApp, web: Web, read_token: ReadToken, read_name: ReadName, csp: str) -> None:
        self._app = app
        self._web = web
        self._read_token = read_token
        self._read_name = read_name
        self._csp = csp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if refusal := self._refusal(scope, headers):
            await _refuse(scope, receive, send, refusal)
            return
        identity: Identity | None = None
        if not scope["path"].startswith(_STATIC):
            token = _bearer(headers) or self._read_token(cookie_parser(headers.get("cookie", "")))
            if token:
                identity = await anyio.to_thread.run_sync(self._identify, token)
                if identity is None:
                    scope = _without_login(scope)
        reset = current_identity.set(identity)
        try:
            await self._app(scope, receive, self._with_headers(send) if scope["type"] == "http" else send)
        finally:
            current_identity.reset(reset)

    def _identify(self, token: str) -> Identity | None:
        name = self._read_name(token)
        if name is None or self._web.revoked.has(token):
            return None
        return self._web.users.find(name)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[str, str, str] | None:
        """Code, message and next step of why this request is not let in; None where it is."""
        host = headers.get("host", "")
        if not self._known_host(host):
            return (
                "HOST_UNKNOWN",
                "This address is not one of this server's own.",
                "An operator can name it with MTW_PUBLIC_URL.",
            )
        if scope["type"] == "http" and scope["method"] in _SAFE_METHODS and not scope["path"].startswith("/ws/"):
            return None
        origin = headers.get("origin")
        foreign = origin is not None and not self._own_origin(origin, host)
        if foreign or headers.get("sec-fetch-site") == "cross-site":
            return ("ORIGIN_FOREIGN", "Another site sent this request.", "Open the wizard's own page.")
        return None

    def _known_host(self, host: str) -> bool:
        """Without a login any page could reach us under a name of its own (DNS rebinding): only known names pass."""
        name = _name_of(host)
        if name in self._own_names() or name == "localhost" or name.endswith(".localhost"):
            return True
        if self._web.settings.auth != "local" and not self._web.settings.public_url:
            return bool(name)
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True

    def _own_names(self) -> set[str]:
        settings = self._web.settings
        return {settings.host, urlsplit(settings.public_url).hostname or settings.host}

    def _own_origin(self, origin: str, host: str) -> bool:
        netloc = urlsplit(origin).netloc
        return bool(netloc) and netloc in (host, urlsplit(self._web.settings.public_url).netloc)

    def _with_headers(self, send: Send) -> Send:
        https = self._web.settings.public_url.startswith("https://")

        async def wrapped(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = headers.get("Content-Security-Policy", self._csp)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["X-Frame-Options"] = "DENY"
                headers["Referrer-Policy"] = "same-origin"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
                headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
                if https:
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        return wrapped


def _name_of(host: str) -> str:
    if host.startswith("["):
        return host.split("]")[0] + "]"
    return host.rsplit(":", 1)[0].lower()


def _bearer(headers: Headers) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    token = token.strip()
    # A key of a model is no login; its own route looks at it.
    return token if scheme.lower() == "bearer" and token and not token.startswith(KEY_PREFIX) else None


def _without_login(scope: Scope) -> Scope:
    kept = [(k, v) for k, v in scope["headers"] if k not in (b"cookie", b"authorization")]
    return {**scope, "headers": kept}


async def _refuse(scope: Scope, receive: Receive, send: Send, refusal: tuple[str, str, str]) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": refusal[1]})
        return
    body: dict[str, Any] = {"error": dict(zip(("code", "message", "next_step"), refusal, strict=True))}
    content = json.dumps(body).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": content})

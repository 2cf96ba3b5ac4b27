"""A server on this machine that speaks Slack's Web API, sends its events signed, and holds its sockets."""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import httpx
from aiohttp import WSMsgType, web

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN = "xoxb-test"
APP_TOKEN = "xapp-test"
TEAM, BOT = "T1", "UBOT"
NO_FILE = web.HTTPFound("/login")


class SlackServer:
    """Use as an asynchronous context manager, in the loop of the program that it talks to."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.messages: dict[tuple[str, str], dict[str, Any]] = {}
        """By channel and time stamp, as they look now."""
        self.files: dict[str, bytes] = {}
        self.uploaded: dict[str, bytes] = {}
        self.users: dict[str, dict[str, Any]] = {}
        self.refusals: dict[str, list[tuple[int, dict[str, str], dict[str, Any]]]] = defaultdict(list)
        self.sockets: list[web.WebSocketResponse] = []
        self.acknowledged: list[str] = []
        self.connected = asyncio.Event()
        self._numbers = itertools.count(1)

    async def __aenter__(self) -> "SlackServer":
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._method)
        app.router.add_get("/files/{name}", self._file)
        app.router.add_post("/upload/{name}", self._upload)
        app.router.add_get("/socket", self._socket)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    # what it was asked

    def of(self, method: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.calls if name == method]

    def texts(self, channel: str | None = None) -> list[str]:
        """What stands in the channels now, oldest first."""
        return [m["text"] for (where, _), m in self.messages.items() if channel in (None, where)]

    def shown(self) -> str:
        """All of it, blocks included."""
        return json.dumps(list(self.messages.values()), ensure_ascii=False)

    def button(self, label: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """The newest button of that label, with its message."""
        for message in reversed(self.messages.values()):
            for block in message.get("blocks") or []:
                for element in [*block.get("elements", []), block.get("accessory", {})]:
                    if element.get("type") == "button" and element["text"]["text"] == label:
                        return element, message
        raise AssertionError(f"no button {label}: {self.shown()[-3000:]}")

    def refuse(self, method: str, status: int = 429, retry_after: int = 0, error: str = "ratelimited") -> None:
        """The next call of this method is refused."""
        self.refusals[method].append((status, {"Retry-After": str(retry_after)}, {"ok": False, "error": error}))

    # the Web API

    async def _method(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            arguments |= await request.json()
        elif request.method == "POST":
            arguments |= {k: _plain(v) for k, v in (await request.post()).items()}
        if self.refusals[method]:
            status, headers, body = self.refusals[method].pop(0)
            return web.json_response(body, status=status, headers=headers)
        self.calls.append((method, arguments))
        answer = getattr(self, "_" + method.replace(".", "_"))(arguments)
        return web.json_response({"ok": True, **answer})

    def _auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"user_id": BOT, "bot_id": "B1", "team_id": TEAM, "url": "https://t.slack.com/"}

    def _users_info(self, given: dict[str, Any]) -> dict[str, Any]:
        user = {"id": given["user"], "team_id": TEAM, "profile": {"email": f"{given['user'].lower()}@example.com"}}
        return {"user": user | self.users.get(given["user"], {})}

    def ts(self) -> str:
        return f"1700000000.{next(self._numbers):06d}"

    def _chat_postMessage(self, given: dict[str, Any]) -> dict[str, Any]:
        ts = self.ts()
        message = {"ts": ts, "text": given.get("text", ""), "blocks": given.get("blocks"), "user": BOT}
        message |= {k: given[k] for k in ("thread_ts", "metadata") if given.get(k)}
        self.messages[(given["channel"], ts)] = message
        return {"ts": ts, "channel": given["channel"], "message": message}

    def _chat_update(self, given: dict[str, Any]) -> dict[str, Any]:
        message = self.messages[(given["channel"], given["ts"])]
        message |= {"text": given["text"], "blocks": given.get("blocks")}
        return {"ts": given["ts"], "channel": given["channel"]}

    def _chat_postEphemeral(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"message_ts": self.ts()}

    def _conversations_open(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"channel": {"id": f"D{given['users']}"}}

    def _conversations_replies(self, given: dict[str, Any]) -> dict[str, Any]:
        here = [m for (channel, _), m in self.messages.items() if channel == given["channel"]]
        return {"messages": [m for m in here if given["ts"] in (m["ts"], m.get("thread_ts"))]}

    def _conversations_history(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"messages": [m for (channel, _), m in self.messages.items() if channel == given["channel"]]}

    def _views_open(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"view": {"id": f"V{next(self._numbers)}", "hash": "h"}}

    _views_publish = _views_open

    def _files_getUploadURLExternal(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"file_id": "F1", "upload_url": f"http://127.0.0.1:{self.port}/upload/{given['filename']}"}

    def _files_completeUploadExternal(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"files": [{"id": "F1"}]}

    def _apps_connections_open(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"url": f"ws://127.0.0.1:{self.port}/socket?ticket={next(self._numbers)}"}

    # files

    def file(self, name: str, content: bytes, **about: Any) -> dict[str, Any]:
        """A file as an event describes it."""
        self.files[name] = content
        url = f"http://127.0.0.1:{self.port}/files/{name}"
        return {"id": "F2", "name": name, "size": len(content), "mimetype": "text/csv", "url_private": url} | about

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(text="<html>log in</html>", content_type="text/html")
        return web.Response(body=self.files[request.match_info["name"]], content_type="text/csv")

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        self.uploaded[request.match_info["name"]] = await request.read()
        return web.Response(text="OK")

    # sockets

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self.sockets.append(socket)
        self.connected.set()
        async for message in socket:
            if message.type == WSMsgType.TEXT and (answer := json.loads(message.data)).get("envelope_id"):
                self.acknowledged.append(answer["envelope_id"])
        return socket

    async def send(self, body: dict[str, Any], envelope: str) -> None:
        """An event through the newest socket."""
        kind = "events_api" if body["type"] == "event_callback" else "interactive"
        await self.sockets[-1].send_json(
            {"type": kind, "envelope_id": envelope, "payload": body, "accepts_response_payload": False}
        )


def _plain(value: Any) -> Any:
    text = str(value)
    return json.loads(text) if text[:1] in "[{" else text


class Sender:
    """Slack's side of ``POST /slack/events``."""

    def __init__(self, post: Callable[..., Awaitable[httpx.Response]]) -> None:
        self._post = post
        self._numbers = itertools.count(1)

    async def raw(self, content: str, kind: str = "application/json", at: float | None = None, secret: str = SECRET,
                  **headers: str) -> httpx.Response:  # fmt: skip
        when = str(int(time.time() if at is None else at))
        digest = hmac.new(secret.encode(), f"v0:{when}:{content}".encode(), hashlib.sha256).hexdigest()
        signed = {"X-Slack-Request-Timestamp": when, "X-Slack-Signature": f"v0={digest}", "Content-Type": kind}
        return await self._post("/slack/events", content=content, headers=signed | headers)

    async def event(self, body: dict[str, Any], **headers: str) -> httpx.Response:
        return await self.raw(json.dumps(body), **headers)

    async def say(self, text: str, ts: str = "", **event: Any) -> httpx.Response:
        return await self.event(message(text, ts or f"1600000000.{next(self._numbers):06d}", **event))

    async def form(self, **fields: str) -> httpx.Response:
        return await self.raw(urlencode(fields), "application/x-www-form-urlencoded")

    async def press(self, server: SlackServer, label: str, user: str = "U1", channel: str = "C1") -> httpx.Response:
        element, shown = server.button(label)
        action = element | {"action_ts": f"{time.time():.6f}"}
        body = {
            "type": "block_actions", "team": {"id": TEAM}, "user": {"id": user, "team_id": TEAM},
            "channel": {"id": channel}, "message": shown, "actions": [action], "trigger_id": "1.2.3",
            "container": {"type": "message", "message_ts": shown["ts"], "channel_id": channel},
        }  # fmt: skip
        return await self.form(payload=json.dumps(body))

    async def submit(self, view: dict[str, Any], values: dict[str, Any], user: str = "U1") -> httpx.Response:
        """Fills in a window: ``values`` by the name at the end of a block's id."""
        state = {}
        for block in view["blocks"]:
            name = block.get("block_id", "").rsplit(":", 1)[-1]
            if name in values:
                state[block["block_id"]] = {"value": {"type": block["element"]["type"], "value": values[name]}}
        filled = {**view, "id": "V1", "hash": str(next(self._numbers)), "state": {"values": state}}
        body = {"type": "view_submission", "team": {"id": TEAM}, "user": {"id": user, "team_id": TEAM}, "view": filled}
        return await self.form(payload=json.dumps(body))


def message(text: str, ts: str, *, mention: bool = False, channel: str = "C1", user: str = "U1",
            event_id: str = "", **more: Any) -> dict[str, Any]:  # fmt: skip
    """An event: a message in a channel, or a direct one where the channel begins with D."""
    said = f"<@{BOT}> {text}" if mention else text
    event = {"type": "app_mention" if mention else "message", "channel": channel, "user": user, "text": said, "ts": ts}
    event |= {"channel_type": "im" if channel.startswith("D") else "channel", "team": TEAM} | more
    return {
        "type": "event_callback", "team_id": TEAM, "event_id": event_id or f"Ev{ts}", "event": event,
        "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
    }  # fmt: skip

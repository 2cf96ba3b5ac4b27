"""Slack's side of the application: what arrives is stored and acknowledged, and then taken.

Only windows are opened while Slack waits; everything else is done afterwards, in the order of its thread.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import anyio
from fastapi import APIRouter
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from assistant.hub import hub
from assistant.surfaces.slack.blocks import Filled
from assistant.surfaces.slack.extras import Extras, conversation_of_model
from assistant.surfaces.slack.files import Files
from assistant.surfaces.slack.inbox import SETTLE_SECONDS, Inbox
from assistant.surfaces.slack.incoming import body_of, input_of, window_of
from assistant.surfaces.slack.people import People, Person
from assistant.surfaces.slack.posting import EDIT_SECONDS, Posting
from assistant.surfaces.slack.taking import Talks
from assistant.surfaces.slack.windows import Opened, Windows, opened_of, place_of_press
from assistant.surfaces.web_state import Web
from workspace.errors import NotFound, Unavailable, WizardError
from workspace.slack import Place, SlackInput, SlackStore, SlackThread

_log = logging.getLogger(__name__)

_RATE_LIMITED_TRIES = 20
_RETRY_SECONDS = 30.0
_ANY = re.compile(".*")


class SlackSurface:
    """Made once by :func:`assistant.surfaces.slack.slack_of`."""

    def __init__(self, web: Web, settle_seconds: float = SETTLE_SECONDS, edit_seconds: float = EDIT_SECONDS) -> None:
        settings = web.settings
        self._settings = settings
        self._bot = ""
        self._token = settings.slack_bot_token.get_secret_value()
        api_url = settings.slack_api_url.rstrip("/") + "/"
        handlers = [AsyncConnectionErrorRetryHandler(), AsyncRateLimitErrorRetryHandler(_RATE_LIMITED_TRIES)]
        self.client = AsyncWebClient(token=self._token, base_url=api_url, retry_handlers=handlers)
        public = settings.public_url or f"http://{settings.host}:{settings.port}"
        store = SlackStore(web.engine)
        self.posting = Posting(self.client, store, web.workspace, public, edit_seconds)
        people = People(self.client, web.users, settings)
        files = Files(api_url, self._token, settings.home / "slack-files", settings.max_upload_mb)
        self.talks = Talks(web, self.client, store, people, self.posting, files)
        self._windows = Windows(self.talks)
        self._extras = Extras(self.talks)
        self.inbox = Inbox(store, self._take, settle_seconds)
        self._bolt = self._make_bolt(api_url)

    def _make_bolt(self, api_url: str) -> AsyncApp:
        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            return AuthorizeResult(
                enterprise_id=enterprise_id, team_id=team_id, bot_token=self._token, bot_user_id=self._bot or None
            )

        bolt = AsyncApp(
            name="model-training-wizard",
            client=AsyncWebClient(base_url=api_url, retry_handlers=self.client.retry_handlers),
            signing_secret=self._settings.slack_signing_secret.get_secret_value(),
            authorize=authorize,
            before_authorize=self._receive,
            ignoring_self_events_enabled=False,  # what we write ourselves is not among what is stored
        )

        @bolt.action(_ANY)
        async def on_action(ack: Callable[[], Awaitable[None]], body: dict[str, Any]) -> None:
            await ack()
            await self._open_window(body)

        @bolt.view(_ANY)
        async def on_view(ack: Callable[..., Awaitable[None]], body: dict[str, Any]) -> None:
            await self._submitted(ack, body)

        return bolt

    # arriving

    def routes(self) -> APIRouter:
        """``POST /slack/events``, and a conversation of the web chat that goes on in Slack."""
        router = APIRouter(include_in_schema=False)

        @router.post("/slack/events")
        async def events(request: Request) -> Response:
            return await self.handle(request)

        @router.get("/slack/continue/{conversation_id}")
        async def go_on(conversation_id: str) -> RedirectResponse:
            """To be opened from the web chat, by somebody who has talked to us in Slack before."""
            return RedirectResponse(await self._continued(conversation_id), 303)

        return router

    async def _continued(self, conversation_id: str) -> str:
        """Ties the caller's conversation to their direct messages; the address of that thread."""
        workspace = self.talks.web.workspace_of_caller()
        threads = await anyio.to_thread.run_sync(self.talks.store.of_owner, workspace.owner_id)
        if not threads:
            raise NotFound(
                "SLACK_PERSON_UNKNOWN",
                "I have not met you in Slack yet.",
                "Write /train continue in Slack; it lists your conversations.",
            )
        newest = threads[0]
        person = await self.talks.people.of(newest.place.team, newest.person)
        if person.identity is None or person.identity.owner_id != workspace.owner_id:
            raise NotFound("SLACK_PERSON_UNKNOWN", "I have not met you in Slack yet.", "Write /train continue there.")
        place = (await self._extras.go_on(newest.place.team, person, conversation_id)).place
        return f"https://app.slack.com/client/{place.team}/{place.channel}/thread/{place.channel}-{place.thread}"

    async def handle(self, request: Request) -> Response:
        """Everything that Slack sends over HTTP."""
        if not self._settings.slack_signing_secret.get_secret_value():
            raise Unavailable(
                "SLACK_NOT_SET_UP", "Slack is reached by socket mode here.", "Set SLACK_SIGNING_SECRET for HTTP."
            )
        return await AsyncSlackRequestHandler(self._bolt).handle(request)

    async def _receive(self, req: AsyncBoltRequest, next: Callable[[], Awaitable[None]]) -> BoltResponse | None:
        """After the signature was checked: stores what is to be done, and so acknowledges it. Windows go on."""
        body: dict[str, Any] = req.body or body_of(req.raw_body)
        if body.get("type") in ("url_verification", "view_submission", "view_closed"):
            await next()
            return None
        if body.get("type") == "block_actions" and window_of((body.get("actions") or [{}])[0]):
            await next()
            return None
        one = input_of(body, self._bot)
        if one is not None:
            await self.inbox.put(one)
        if "command" in body:
            return BoltResponse(status=200, body={"response_type": "ephemeral", "text": "Look into our messages."})
        return BoltResponse(status=200, body="")

    # taking

    async def _take(self, one: SlackInput) -> None:
        try:
            match one.body["kind"]:
                case "message":
                    await self.talks.message(one)
                case "action":
                    await self._pressed(one)
                case "window":
                    await self._filled(one)
                case "command":
                    await self._extras.command(one)
                case "home":
                    await self._extras.home(one)
                case "reaction":
                    await self._extras.thumb(one)
        except WizardError as error:
            await self._tell(one, error)

    async def _pressed(self, one: SlackInput) -> None:
        kept = one.body
        name = str(kept["action"])
        person = await self.talks.people.of(kept["team"], kept["user"])
        if name.startswith("home:"):
            if person.identity is not None:
                await self._extras.pressed_at_home(one, person)
            return
        thread = await self._thread_of(kept, person)
        if thread is None:
            return
        if name.startswith("label:"):
            await self._extras.label(one, thread)
        elif name.startswith("feedback:"):
            await self._extras.judged(one, thread)
        elif name.startswith(("answer:", "press:", "say:")):
            await self.talks.press(one, thread)

    async def _thread_of(self, kept: dict[str, Any], person: Person) -> SlackThread | None:
        """The conversation that a press belongs to, where this person may take part in it."""
        place = place_of_press(
            {
                "team": {"id": kept["team"]},
                "channel": {"id": kept["channel"]},
                "message": {"ts": kept["ts"], "thread_ts": kept["thread"]},
            }
        )
        thread = await self.talks.at(place) if place else None
        return thread if thread and await self.talks.may(thread, person) else None

    async def _tell(self, one: SlackInput, error: WizardError) -> None:
        """A fault that belongs to no turn, to the one who met it."""
        channel = one.body.get("channel") or one.body.get("user")
        words = f"{error.message} {error.next_step}"
        thread = one.body.get("thread") or None
        await self.client.chat_postMessage(channel=str(channel), thread_ts=thread, text=words)

    # windows

    async def _open_window(self, body: dict[str, Any]) -> None:
        form, value = window_of(body["actions"][0]) or ("", "")
        user = str(body["user"]["id"])
        place = place_of_press(body)
        try:
            thread = await self.talks.at(place) if place else None
            person = await self.talks.people.of(_team(body), user)
            if person.identity is None or (thread is not None and not await self.talks.may(thread, person)):
                return
            view = await self._windows.view(form, value, thread)
            await self.client.views_open(trigger_id=str(body["trigger_id"]), view=view)
        except WizardError as error:
            if place is not None:
                await self.talks.whisper(place, user, f"{error.message} {error.next_step}")

    async def _submitted(self, ack: Callable[..., Awaitable[None]], body: dict[str, Any]) -> None:
        """Faults go back into the window; else it is stored, and taken like everything else."""
        view = body["view"]
        opened = opened_of(view)
        user, team = str(body["user"]["id"]), _team(body)
        thread = await self.talks.at(Place.of(opened.place)) if opened.place else None
        person = await self.talks.people.of(team, user)
        if person.identity is None or (thread is not None and not await self.talks.may(thread, person)):
            await ack()
            return
        state = view.get("state", {})
        try:
            found = await self._windows.read(opened, thread, state)
        except WizardError as error:
            first = next((b["block_id"] for b in view.get("blocks", []) if b.get("type") == "input"), "")
            await ack(response_action="errors", errors={first: f"{error.message} {error.next_step}"})
            return
        if isinstance(found, Filled):
            await (ack(response_action="errors", errors=found.errors) if found.errors else ack())
            return
        kept = {"kind": "window", "team": team, "user": user, "opened": opened.model_dump(), "state": state}
        key = f"window:{view.get('id')}:{view.get('hash', '')}"
        place = thread.place if thread else None
        lane = f"{team}:{user}" if place is None else _lane(place)
        await self.inbox.put(SlackInput(key, lane, "9" * 20, kept))
        await ack()

    async def _filled(self, one: SlackInput) -> None:
        kept = one.body
        opened = Opened.model_validate(kept["opened"])
        person = await self.talks.people.of(kept["team"], kept["user"])
        thread = await self.talks.at(Place.of(opened.place)) if opened.place else None
        if thread is None and opened.form == "try" and person.identity is not None:
            workspace = self.talks.web.workspace(person.identity.owner_id)
            found = await anyio.to_thread.run_sync(conversation_of_model, workspace, opened.value)
            thread = await self._extras.go_on(kept["team"], person, found or None)
        said = await self._windows.read(opened, thread, kept["state"])
        if thread is not None and not isinstance(said, Filled):
            await self.talks.take(one, thread, [said])

    # running

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connects, takes up what was left, and follows the conversations for as long as the block lasts."""
        hub.listeners.append(self.posting.heard)
        connecting = asyncio.create_task(self._connect())
        try:
            await self.posting.start()
            await self.inbox.resume()
            yield
        finally:
            connecting.cancel()
            await asyncio.wait([connecting])
            await self.inbox.close()
            await self.posting.close()
            hub.listeners.remove(self.posting.heard)

    async def _connect(self) -> None:
        """Who we are, and the socket where that is the way. Goes on trying while Slack cannot be reached."""
        socket: AsyncSocketModeHandler | None = None
        try:
            while True:
                try:
                    self._bot = self._bot or str((await self.client.auth_test()).get("user_id") or "")
                    app_token = self._settings.slack_app_token.get_secret_value()
                    if app_token and socket is None:
                        socket = AsyncSocketModeHandler(self._bolt, app_token, web_client=self.client)
                        await cast(Any, socket).connect_async()
                    await asyncio.Event().wait()
                except Exception as exc:
                    _log.warning("Slack cannot be reached: %s; trying again", exc)
                    if socket is not None:
                        await cast(Any, socket).close_async()
                        socket = None
                    await asyncio.sleep(_RETRY_SECONDS)
        finally:
            if socket is not None:
                await cast(Any, socket).close_async()

    async def idle(self) -> None:
        """Waits until everything that arrived is taken and stands in Slack."""
        await self.inbox.idle()
        await self.posting.idle()


def _team(body: dict[str, Any]) -> str:
    return str((body.get("team") or {}).get("id") or (body.get("user") or {}).get("team_id") or "")


def _lane(place: Place) -> str:
    return f"{place.team}:{place.channel}" + ("" if place.is_direct else f":{place.thread}")

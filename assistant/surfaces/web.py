"""The web chat: translates between Chainlit and conversations. It decides nothing.

Chainlit calls these functions; :func:`register` ties them to one application's settings.
"""

import asyncio
import logging
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import anyio
import chainlit as cl
import chainlit.data
from chainlit.auth import get_token_from_cookies
from chainlit.config import config
from chainlit.context import init_ws_context
from chainlit.oauth_providers import get_configured_oauth_providers
from chainlit.server import sio
from chainlit.session import WebsocketSession, ws_sessions_id
from chainlit.types import ThreadDict
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from assistant.conversation import Answer, Conversation, Press, Say, Upload, UserInput
from assistant.data_layer import TranscriptDataLayer, persisted
from assistant.identity import Identity
from assistant.rendering.steps import last_seq_of, welcome
from assistant.surfaces.web_chainlit import token_end
from assistant.surfaces.web_live import LiveThread
from assistant.surfaces.web_state import Web
from workspace.errors import SettingsError, WizardError

log = logging.getLogger(__name__)

_threads: dict[str, LiveThread] = {}
"""By the id of the tab's session."""
_conversations: dict[str, Conversation] = {}
_tasks: set[asyncio.Task[None]] = set()


def register(web: Web) -> None:
    """Makes Chainlit call the functions below for this application."""
    code = config.code
    chainlit.data._data_layer = TranscriptDataLayer(web)
    chainlit.data._data_layer_initialized = True
    code.header_auth_callback = code.password_auth_callback = code.oauth_callback = None
    _register_login(web)

    @cl.on_logout
    async def on_logout(request: Request, response: Response) -> dict[str, bool]:
        token = get_token_from_cookies(request.cookies)
        if token:
            await anyio.to_thread.run_sync(web.revoked.add, token, token_end(web.settings))
            await _close_tabs(token)
        return {"success": True}

    @cl.on_chat_start
    async def on_chat_start() -> None:
        await _greet(_session())

    @cl.on_chat_resume
    async def on_chat_resume(thread: ThreadDict) -> None:
        # Between the reading of this and the subscribing something may have happened: a training may have ended.
        known = last_seq_of(cast(list[dict[str, Any]], thread["steps"]))
        await _follow(web, _session(), thread["id"], known)

    @cl.on_message
    async def on_message(message: cl.Message) -> None:
        session = _session()
        files = [(Path(e.path), e.name) for e in message.elements if e.path]
        text = message.content or ""
        if not files:
            await _turn(web, session, Say(text))
        for i, (path, name) in enumerate(files):
            await _turn(web, session, Upload(path, name, text if i == 0 else ""))
            path.unlink(missing_ok=True)

    @cl.action_callback("answer")
    async def on_answer(action: cl.Action) -> dict[str, bool]:
        ask_id, value = action.payload.get("ask_id"), action.payload.get("value")
        if not isinstance(ask_id, str):
            return {"taken": False}
        _act(web, Answer(ask_id, value))
        return {"taken": True}

    @cl.action_callback("press")
    async def on_press(action: cl.Action) -> dict[str, bool]:
        """A button that stands on a card."""
        option = action.payload.get("option")
        values = action.payload.get("values") or {}
        if not isinstance(option, str) or not isinstance(values, dict):
            return {"taken": False}
        _act(web, Press(option, values))
        return {"taken": True}

    @sio.on("stop")  # type: ignore[untyped-decorator]
    async def on_stop(sid: str) -> None:
        """The composer's Stop breaks off what is being said. A training goes on."""
        session = WebsocketSession.get(sid)
        conversation = _conversations.get(session.id) if session else None
        if session and conversation:
            await conversation.stop()
            await _emit(session, "task_end", {})


def _act(web: Web, user_input: Answer | Press) -> None:
    """Takes the turn in a task of its own: the page is told at once that the press has arrived."""
    session = _session()
    task = asyncio.create_task(_answer(web, session, user_input))
    session.current_task = task
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


def _register_login(web: Web) -> None:
    match web.settings.auth:
        case "local":

            @cl.header_auth_callback
            async def local_login(_headers: Headers) -> cl.User | None:
                return _login(await anyio.to_thread.run_sync(web.users.local))

        case "password":

            @cl.password_auth_callback
            async def password_login(name: str, password: str) -> cl.User | None:
                return _login(await anyio.to_thread.run_sync(web.users.verify, name, password))

        case "oauth":
            if not cast(Any, get_configured_oauth_providers)():
                raise SettingsError(
                    "OAUTH_NOT_CONFIGURED",
                    "MTW_AUTH is oauth, but no provider is set up.",
                    "Set the names of one, such as OAUTH_GOOGLE_CLIENT_ID and OAUTH_GOOGLE_CLIENT_SECRET, or those "
                    "that begin with OAUTH_GENERIC_ for any OpenID Connect provider.",
                )

            async def oauth_login(
                provider: str, _token: str, _raw: dict[str, Any], default: cl.User, _id_token: str | None = None
            ) -> cl.User | None:
                made = web.users.ensure
                name = default.display_name or default.identifier
                return _login(await anyio.to_thread.run_sync(made, default.identifier, provider, name))

            config.code.oauth_callback = oauth_login


def _login(identity: Identity | None) -> cl.User | None:
    return chat_user(identity) if identity else None


def chat_user(identity: Identity) -> cl.User:
    """The user as a login token carries it."""
    return cl.User(
        identifier=identity.identifier,
        display_name=identity.display_name,
        # Two logins in one second must not be the same token: giving one up would end the other.
        metadata=persisted(identity).metadata | {"login": secrets.token_hex(8)},
    )


def _session() -> WebsocketSession:
    return cast(WebsocketSession, cl.context.session)


async def _emit(session: WebsocketSession, event: str, data: Any) -> None:
    """Chainlit declares ``emit`` as a plain function; it is a coroutine."""
    await cast(Any, session).emit(event, data)


@dataclass(frozen=True)
class _Tab:
    session: WebsocketSession

    @property
    def id(self) -> str:
        return str(self.session.id)

    async def emit(self, event: str, data: Any) -> None:
        await _emit(self.session, event, data)


async def _greet(session: WebsocketSession) -> None:
    """A new conversation: the welcome is shown, nothing is stored before the person does something."""
    if not session.thread_id_to_resume:
        await _emit(session, "window_message", {"type": "mtw:new"})
    else:
        # The address named a conversation that is not there or not theirs; what they write must not land in it.
        session.thread_id_to_resume = None
        session.thread_id = str(uuid.uuid4())
    # Chainlit would tell the page of the conversation before it exists; _introduce does it when it has its name.
    session.has_first_interaction = True
    step, element = welcome(session.thread_id, datetime.now(UTC).isoformat())
    await _emit(session, "new_message", step)
    await _emit(session, "element", element)
    await _emit(session, "window_message", {"type": "mtw:stage", "stage": "goal"})


async def _follow(web: Web, session: WebsocketSession, conversation_id: str, known: int | None = None) -> LiveThread:
    """From now on the tab sees whatever happens in this conversation, also after a cut of the network.

    ``known``: the last event that the page has been sent, where it was sent a stored conversation.
    """
    for gone in [known for known in _threads if known not in ws_sessions_id]:
        await _threads.pop(gone).stop()
        _conversations.pop(gone, None)
    thread = _threads.get(session.id)
    if thread is None or thread.conversation_id != conversation_id:
        if thread is not None:
            await thread.stop()
        thread = _threads[session.id] = LiveThread(_Tab(session), web.workspace(_owner(session)), conversation_id)
    # Chainlit sends the whole thread anew at every reconnection of a session that has this set.
    session.thread_id_to_resume = conversation_id
    await thread.start(known)
    return thread


async def _turn(web: Web, session: WebsocketSession, user_input: UserInput) -> None:
    """Takes a turn and shows it in this tab; other tabs hear of it from the hub."""
    try:
        conversation = _conversations.get(session.id)
        if conversation is None or conversation.id != session.thread_id:
            workspace = web.workspace(_owner(session))
            conversation = await Conversation.open(workspace, session.thread_id, "web", origin=session.id)
            _conversations[session.id] = conversation
        thread = _threads.get(session.id)
        if thread is None or thread.conversation_id != conversation.id:
            thread = await _follow(web, session, conversation.id)
            await _introduce(session, conversation, user_input)
        own = not isinstance(user_input, Answer | Press)
        async for item in conversation.turn(user_input):
            await thread.show(item, own)
    except WizardError as error:
        await _show_error(session, error)


async def _introduce(session: WebsocketSession, conversation: Conversation, user_input: UserInput) -> None:
    """Gives a new conversation a name and an address, and puts it on the page's list."""
    name = user_input.text if isinstance(user_input, Say) else user_input.name if isinstance(user_input, Upload) else ""
    title = " ".join(name.split())[:60]
    if not conversation.events and title:
        await anyio.to_thread.run_sync(conversation.workspace.transcripts.rename, conversation.id, title)
    await _emit(session, "window_message", {"type": "mtw:thread", "id": conversation.id})
    await _emit(session, "first_interaction", {"interaction": title, "thread_id": conversation.id})


async def _answer(web: Web, session: WebsocketSession, answer: Answer | Press) -> None:
    init_ws_context(session)
    await _emit(session, "task_start", {})
    try:
        await _turn(web, session, answer)
    except Exception:
        log.exception("an answer in conversation %s failed", session.thread_id)
        raise
    finally:
        await _emit(session, "task_end", {})


async def _show_error(session: WebsocketSession, error: WizardError) -> None:
    await _emit(session, "toast", {"type": "error", "message": str(error)})


def _owner(session: WebsocketSession) -> str:
    """Chainlit has put the user of the checked login token on the session."""
    return str(getattr(session.user, "id", ""))


async def _close_tabs(token: str) -> None:
    """Tabs that were opened with this login end with it."""
    for session in [s for s in ws_sessions_id.values() if s.token == token]:
        if thread := _threads.pop(session.id, None):
            await thread.stop()
        _conversations.pop(session.id, None)
        await sio.disconnect(session.socket_id)
        await cast(Any, session).delete()


def alias_of(session_id: str, step_id: str) -> str:
    """The stable id of a step that was streamed into a tab under an id of its own."""
    thread = _threads.get(session_id)
    if thread and step_id in thread.aliases:
        return f"{thread.conversation_id}.{thread.aliases[step_id]}"
    return step_id

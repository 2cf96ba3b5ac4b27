"""From stored events to messages in Slack, in order and each once; a run's progress edits one message.

Everything that is posted comes from the transcript, whoever wrote it: this thread, the web chat, support, or the end of
a training. What is posted carries the number of its event, so that after a crash Slack itself says how far we were.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import anyio

from assistant.hub import Live
from assistant.surfaces.slack.blocks import (
    SlackMessage,
    answered_of,
    message_of,
    message_of_error,
    message_of_progress,
    message_of_text,
    question_of,
)
from assistant.surfaces.slack.blocks.elements import button
from tools.quoting import plain
from workspace.events import (
    Answered,
    Asked,
    AssistantSaid,
    CardShown,
    ErrorShown,
    FileReceived,
    RunProgressed,
    StoredEvent,
    UserSaid,
)
from workspace.home import Workspace
from workspace.slack import Place, SlackStore, SlackThread

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk.web.async_client import AsyncWebClient

_log = logging.getLogger(__name__)

EVENT_TYPE = "mtw_event"
LINKED = "link"
"""Among what is shown: the link to the web chat stands there."""

EDIT_SECONDS = 3.0
"""Slack asks for one edit of a message every three seconds at most."""

_TRIES = 5
_NOT_UNDERSTOOD = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})
_MOST_BLOCKS = 45
_MOST_CHARS = 8_000
_JUDGED = frozenset({"metrics", "diagnosis"})


@dataclass
class _Ready:
    """A message with the events that it shows. ``name``: under which it is changed later."""

    message: SlackMessage
    seq: int
    name: str = ""

    def joins(self, other: "_Ready") -> bool:
        """Whether both fit into one message."""
        blocks = [*self.message.blocks, *other.message.blocks]
        alone = self.name or other.name or self.message.pictures or other.message.pictures
        tables = sum(block["type"] == "table" for block in blocks)
        return not alone and tables < 2 and len(blocks) <= _MOST_BLOCKS and _size(blocks) <= _MOST_CHARS

    def with_(self, other: "_Ready") -> "_Ready":
        text = f"{self.message.text}\n{other.message.text}"
        blocks = _renumbered([*self.message.blocks, *other.message.blocks])
        return _Ready(SlackMessage(text=text[:3_000], blocks=blocks), other.seq)


@dataclass
class _Post:
    """What is under way for one place."""

    dirty: bool = True
    tries: int = 0
    progress: dict[str, dict[str, Any]] = field(default_factory=dict)
    task: asyncio.Task[None] | None = None
    editing: asyncio.Task[None] | None = None


class Posting:
    """Follows every conversation that is held in Slack. Listens to the hub; see :meth:`heard`."""

    def __init__(
        self,
        client: "AsyncWebClient",
        store: SlackStore,
        workspace_of: "Callable[[str], Workspace]",
        web_url: str,
        edit_seconds: float = EDIT_SECONDS,
    ) -> None:
        self._client = client
        self._store = store
        self._workspace_of = workspace_of
        self._web_url = web_url.rstrip("/")
        self._edit_seconds = edit_seconds
        self._places: dict[str, set[str]] = {}
        self._posts: dict[str, _Post] = {}
        self._own: set[tuple[str, int]] = set()

    async def start(self) -> None:
        """Learns which conversations are held in Slack, and posts what happened while nobody did."""
        self._places = await anyio.to_thread.run_sync(self._store.conversations)
        for conversation_id in await anyio.to_thread.run_sync(self._store.behind):
            self.wake(conversation_id)

    def follow(self, thread: SlackThread) -> None:
        """A place has become that of a conversation."""
        for places in self._places.values():
            places.discard(thread.place.id)
        self._places.setdefault(thread.conversation_id, set()).add(thread.place.id)

    def heard(self, conversation_id: str, item: Live, origin: str) -> None:
        """A listener of the hub."""
        if conversation_id not in self._places:
            return
        if isinstance(item, RunProgressed):
            for place in self._places[conversation_id]:
                self._progress(place, item)
        elif isinstance(item, StoredEvent):
            if origin.startswith("slack:") and isinstance(item.event, (UserSaid, FileReceived)):
                # The person has written it there; other threads of the same conversation are rare enough to miss it.
                self._own.add((conversation_id, item.seq))
            self.wake(conversation_id)

    def wake(self, conversation_id: str) -> None:
        """Something may be there to be posted."""
        for place in self._places.get(conversation_id, ()):
            post = self._posts.setdefault(place, _Post())
            post.dirty = True
            if post.task is None or post.task.done():
                post.task = asyncio.create_task(self._drain(place, post))

    async def idle(self) -> None:
        """Waits until everything stands in Slack."""
        while tasks := [t for p in self._posts.values() for t in (p.task, p.editing) if t and not t.done()]:
            await asyncio.wait(tasks)

    async def close(self) -> None:
        tasks = [t for p in self._posts.values() for t in (p.task, p.editing) if t and not t.done()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    # new messages

    async def _drain(self, place: str, post: _Post) -> None:
        while post.dirty:
            post.dirty = False
            try:
                await self._post_news(Place.of(place))
            except Exception as exc:
                # Nothing is lost: the store still says how far we are.
                _log.exception("posting to Slack failed")
                if post.tries < _TRIES and not refused_by_slack(exc):
                    post.tries += 1
                    await asyncio.sleep(self._edit_seconds * 2**post.tries)
                    post.dirty = True
        if not post.progress and (post.editing is None or post.editing.done()):
            self._posts.pop(place, None)

    async def _post_news(self, place: Place) -> None:
        thread = await anyio.to_thread.run_sync(self._store.find, place)
        if thread is None:
            return
        done = thread.posted_seq
        if thread.posting_seq > done:
            done = max(done, await self._stands_there(thread))
        workspace = self._workspace_of(thread.owner_id)
        load = workspace.transcripts.load
        events = (await anyio.to_thread.run_sync(load, thread.conversation_id, done)).events
        if not events:
            return
        shown = dict(thread.shown or {})
        questions = await self._questions(workspace, thread, events)
        # Drawing a chart takes up to a second: whoever waits for an acknowledgement does not wait for it.
        for ready in await anyio.to_thread.run_sync(lambda: list(_joined(self._rendered(thread, events, shown)))):
            await anyio.to_thread.run_sync(self._store.posting, place, ready.seq)
            ts = await self._send(thread, ready)
            if ready.name:
                shown[ready.name] = ts
            await anyio.to_thread.run_sync(self._store.posted, place, ready.seq, shown)
        for stored in events:
            if isinstance(stored.event, Answered) and (ts := shown.pop(stored.event.ask_id, "")):
                await self._decided(place, ts, questions[stored.event.ask_id], stored.event)
        await anyio.to_thread.run_sync(self._store.posted, place, events[-1].seq, shown)

    async def _questions(
        self, workspace: Workspace, thread: SlackThread, events: list[StoredEvent]
    ) -> dict[str, Asked]:
        """The questions that were answered, which may be older than the news."""
        if not any(isinstance(stored.event, Answered) for stored in events):
            return {}
        whole = (await anyio.to_thread.run_sync(workspace.transcripts.load, thread.conversation_id)).events
        return {s.event.ask_id: s.event for s in whole if isinstance(s.event, Asked)}

    def _rendered(self, thread: SlackThread, events: list[StoredEvent], shown: dict[str, str]) -> Iterator[_Ready]:
        """The messages; the first answer in a thread carries the link to the web chat."""
        for stored in events:
            if (ready := self._ready(stored)) is None:
                continue
            if LINKED not in shown and not isinstance(stored.event, (UserSaid, FileReceived)):
                shown[LINKED] = "yes"
                link = f"<{self.link(thread.conversation_id)}|Open this conversation in the browser>"
                end = {"type": "context", "elements": [{"type": "mrkdwn", "text": link}]}
                message = ready.message
                ready.message = message.model_copy(update={"blocks": [*message.blocks[:_MOST_BLOCKS], end]})
            yield ready

    def _ready(self, stored: StoredEvent) -> _Ready | None:
        match stored.event:
            case UserSaid(text=text) if (stored.conversation_id, stored.seq) not in self._own:
                return _Ready(_quoted(f"You wrote on the web: {text}"), stored.seq)
            case FileReceived(name=name) if (stored.conversation_id, stored.seq) not in self._own:
                return _Ready(_quoted(f"You uploaded on the web: {name}"), stored.seq)
            case AssistantSaid(shown=text):
                return _Ready(message_of_text(text), stored.seq)
            case ErrorShown() as error:
                return _Ready(message_of_error(error), stored.seq)
            case Asked() as asked:
                return _Ready(question_of(asked), stored.seq, asked.ask_id)
            case CardShown(card=card):
                message = message_of(card, self._web_url)
                if card.kind in _JUDGED:
                    judge = _judging(stored.seq)
                    message = message.model_copy(update={"blocks": [*message.blocks[:_MOST_BLOCKS], judge]})
                run = str(card.data.get("run_id", "")) if card.kind == "progress" else ""
                return _Ready(message, stored.seq, run)
        return None

    async def _send(self, thread: SlackThread, ready: _Ready) -> str:
        payload = {"conversation": thread.conversation_id, "seq": ready.seq}
        message = ready.message
        options: dict[str, Any] = {
            "channel": thread.place.channel,
            "thread_ts": thread.place.thread or None,
            "text": message.text,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": payload},
            "unfurl_links": False,
            "unfurl_media": False,
        }
        try:
            answer = await self._client.chat_postMessage(**options, blocks=message.blocks or None)
        except Exception as exc:
            if refused_by_slack(exc) not in _NOT_UNDERSTOOD:
                raise
            _log.exception("Slack does not take the form of event %s; its words are posted", ready.seq)
            answer = await self._client.chat_postMessage(**options)
        for picture in message.pictures:
            try:
                await self._client.files_upload_v2(
                    channel=thread.place.channel,
                    thread_ts=thread.place.thread or None,
                    content=picture.png,
                    filename=picture.name,
                    title=picture.alt,
                    alt_txt=picture.alt,
                )
            except Exception:
                _log.warning("a picture was not uploaded to Slack", exc_info=True)
        return str(answer.get("ts") or "")

    async def _decided(self, place: Place, ts: str, asked: Asked, answer: Answered) -> None:
        """A decided question loses its buttons."""
        message = answered_of(asked, answer.label or ("" if answer.in_passing else _said(asked, answer)))
        await self._change(place, ts, message)

    async def _change(self, place: Place, ts: str, message: SlackMessage) -> None:
        try:
            await self._client.chat_update(channel=place.channel, ts=ts, text=message.text, blocks=message.blocks)
        except Exception as exc:
            # The message may have been deleted by now; what it showed stands in the transcript.
            _log.warning("a message in Slack was not changed: %s", refused_by_slack(exc) or exc)

    async def _stands_there(self, thread: SlackThread) -> int:
        """The last event that stands in Slack, where a crash came between posting and writing that down."""
        place = thread.place
        if place.thread:
            find = self._client.conversations_replies(
                channel=place.channel, ts=place.thread, include_all_metadata=True, limit=200
            )
        else:
            find = self._client.conversations_history(channel=place.channel, include_all_metadata=True, limit=50)
        messages: list[dict[str, Any]] = (await find).get("messages", [])
        return max([0, *(seq_of(message, thread.conversation_id) for message in messages)])

    # progress

    def _progress(self, place: str, event: RunProgressed) -> None:
        if event.analysis:
            return
        post = self._posts.setdefault(place, _Post(dirty=False))
        post.progress[event.run_id] = dict(event.view)
        if post.editing is None or post.editing.done():
            post.editing = asyncio.create_task(self._edit(place, post))

    async def _edit(self, place: str, post: _Post) -> None:
        """Edits until there is nothing newer. States that came in between are passed over."""
        while post.progress:
            if post.task and not post.task.done():
                await asyncio.wait([post.task])
            latest, post.progress = post.progress, {}
            try:
                await self._edit_once(Place.of(place), latest)
            except Exception:
                _log.exception("the progress of a training was not shown in Slack")
            await asyncio.sleep(self._edit_seconds)

    async def _edit_once(self, place: Place, latest: dict[str, dict[str, Any]]) -> None:
        thread = await anyio.to_thread.run_sync(self._store.find, place)
        for run_id, view in latest.items():
            if thread and (ts := (thread.shown or {}).get(run_id)):
                await self._change(place, ts, message_of_progress(view, self._web_url))

    def link(self, conversation_id: str) -> str:
        """The conversation in the web chat."""
        return f"{self._web_url}/thread/{conversation_id}"


def refused_by_slack(error: Exception) -> str:
    """Slack's own code for a refusal that another try does not change; empty for everything else."""
    from slack_sdk.errors import SlackApiError

    code = str(error.response.get("error", "")) if isinstance(error, SlackApiError) else ""
    return "" if code in ("ratelimited", "internal_error", "fatal_error", "service_unavailable") else code


def seq_of(message: dict[str, Any], conversation_id: str) -> int:
    """The number of the event that a message shows; 0 where it shows none of this conversation."""
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    ours = metadata.get("event_type") == EVENT_TYPE and payload.get("conversation") == conversation_id
    return int(payload.get("seq") or 0) if ours else 0


def _joined(ready: Iterable[_Ready]) -> Iterator[_Ready]:
    """Fewer and longer messages: Slack takes one a second from an app in a channel."""
    last: _Ready | None = None
    for one in ready:
        if last is not None and last.joins(one):
            last = last.with_(one)
        else:
            if last is not None:
                yield last
            last = one
    if last is not None:
        yield last


def _renumbered(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Names of blocks are there once in a message."""
    seen: set[str] = set()
    made = []
    for n, block in enumerate(blocks):
        name = str(block.get("block_id", ""))
        made.append({**block, "block_id": f"{name}:{n}"[:255]} if name and name in seen else block)
        seen.add(name)
    return made


def _size(blocks: list[dict[str, Any]]) -> int:
    return sum(len(str(block)) for block in blocks)


def _quoted(text: str) -> SlackMessage:
    return message_of_text("> " + plain(text, 1_000).replace("\n", " "))


def _judging(seq: int) -> dict[str, Any]:
    thumbs = (("good", "👍 This helps"), ("bad", "👎 It does not"))
    return {
        "type": "actions",
        "elements": [button(label, f"feedback:{name}:{seq}", str(seq)) for name, label in thumbs],
    }


def _said(asked: Asked, answer: Answered) -> str:
    """What was chosen, in the words of its button."""
    option = next((o for o in asked.options if o.id == answer.value), None)
    return option.label if option else "Answered"

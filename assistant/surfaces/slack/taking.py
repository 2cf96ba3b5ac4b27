"""What a person did in Slack, as turns of a conversation. It decides nothing but who may take part."""

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from assistant.conversation import Conversation, error_event
from assistant.hub import hub
from assistant.inputs import Answer, Press, Say, Upload, UserInput
from assistant.surfaces.slack.blocks import chosen_option
from assistant.surfaces.slack.files import Files, name_of
from assistant.surfaces.slack.incoming import is_direct, place_of
from assistant.surfaces.slack.people import People, Person
from assistant.surfaces.slack.posting import LINKED, Posting
from assistant.surfaces.web_state import Web
from assistant.uploads import unread
from workspace.errors import NotFound, WizardError
from workspace.events import Asked, ConversationEvent, ErrorShown, StoredEvent, TurnEnded, UserSaid
from workspace.slack import Place, SlackInput, SlackStore, SlackThread

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

_log = logging.getLogger(__name__)

_BROKE_OFF = ErrorShown(
    code="TURN_BROKE_OFF",
    message="I was interrupted in the middle of my answer.",
    next_step="Everything up to here is kept. Say it once more to go on.",
)


@dataclass
class Talks:
    """The conversations that are held in Slack: finds and begins them, and takes their turns."""

    web: Web
    client: "AsyncWebClient"
    store: SlackStore
    people: People
    posting: Posting
    files: Files

    # which conversation

    async def at(self, place: Place) -> SlackThread | None:
        """The conversation of a place. A side thread of a direct message belongs to its main line."""
        found = await anyio.to_thread.run_sync(self.store.find, place)
        if found is None and place.is_direct and place.thread:
            found = await anyio.to_thread.run_sync(self.store.find, replace(place, thread=""))
        if found is not None and not await self._still_there(found):
            return None
        return found

    async def _still_there(self, thread: SlackThread) -> bool:
        workspace = self.web.workspace(thread.owner_id)
        try:
            await anyio.to_thread.run_sync(workspace.transcripts.head, thread.conversation_id)
        except NotFound:
            return False
        return True

    async def begin(self, place: Place, person: Person, conversation_id: str | None = None) -> SlackThread:
        """Ties a place to a conversation: a new one, or one of this person's that goes on here.

        Raises NotFound where the conversation is not theirs.
        """
        assert person.identity is not None
        workspace = self.web.workspace(person.identity.owner_id)
        seq = 0
        if conversation_id is None:
            head = await anyio.to_thread.run_sync(workspace.transcripts.create, "slack")
        else:
            head = await anyio.to_thread.run_sync(workspace.transcripts.head, conversation_id)
            events = (await anyio.to_thread.run_sync(workspace.transcripts.load, conversation_id)).events
            # From its newest question on, so that one can go on at once.
            questions = [stored.seq for stored in events if isinstance(stored.event, Asked)]
            seq = max(0, (questions[-1] if questions else events[-1].seq if events else 0) - 1)
        thread = SlackThread(
            place,
            workspace.owner_id,
            head.id,
            person.user,
            posted_seq=seq,
            posting_seq=seq,
            shown={LINKED: "yes"} if conversation_id else {},
        )
        await anyio.to_thread.run_sync(self.store.tie, thread)
        self.posting.follow(thread)
        return thread

    async def begin_directly(
        self, team: str, person: Person, title: str, conversation_id: str | None = None
    ) -> SlackThread:
        """A conversation in a thread of its own in the direct messages with this person."""
        opened = await self.client.conversations_open(users=person.user)
        channel = str(opened["channel"]["id"])
        root = await self.client.chat_postMessage(channel=channel, text=title, unfurl_links=False)
        thread = await self.begin(Place(team, channel, str(root["ts"])), person, conversation_id)
        self.posting.wake(thread.conversation_id)
        return thread

    # who may

    async def may(self, thread: SlackThread, person: Person) -> bool:
        """Who holds the conversation, or who owns the Slack workspace. Others are told, and only they see it."""
        if person.identity and (person.user == thread.person or person.is_owner):
            return True
        text = f"This conversation is held by <@{thread.person}>. Mention me in a message of your own to begin yours."
        await self.whisper(thread.place, person.user, text)
        return False

    async def whisper(self, place: Place, user: str, text: str) -> None:
        """Something that one person alone sees."""
        await self.client.chat_postEphemeral(
            channel=place.channel, user=user, thread_ts=place.thread or None, text=text
        )

    # turns

    async def take(
        self, one: SlackInput, thread: SlackThread, said: list[UserInput], before: tuple[ConversationEvent, ...] = ()
    ) -> None:
        """Takes the turns of one input, unless an earlier process has taken them already."""
        workspace = self.web.workspace(thread.owner_id)
        conversation = await Conversation.open(workspace, thread.conversation_id, "slack", origin=origin_of(thread))
        seq = conversation.events[-1].seq if conversation.events else 0
        if 0 <= one.begun_seq < seq:
            await self._say_it_broke_off(thread, conversation.events)
            return
        await anyio.to_thread.run_sync(self.store.begin, one.key, seq)
        if before:
            await self.tell(thread, *before)
        for user_input in said:
            async for _ in conversation.turn(user_input):
                pass  # posting hears of it from the hub
        self.posting.wake(thread.conversation_id)

    async def tell(self, thread: SlackThread, *events: ConversationEvent) -> None:
        """Puts something into the conversation that is no turn of the assistant."""
        transcripts = self.web.workspace(thread.owner_id).transcripts
        async with hub.turn_lock(thread.conversation_id):
            stored = await anyio.to_thread.run_sync(transcripts.append, thread.conversation_id, events)
            for item in stored:
                hub.publish(thread.conversation_id, item, origin_of(thread))

    async def _say_it_broke_off(self, thread: SlackThread, events: list[StoredEvent]) -> None:
        if not isinstance(events[-1].event, TurnEnded) and unread(events) is None:
            await self.tell(thread, _BROKE_OFF, TurnEnded(stage="goal"))
        self.posting.wake(thread.conversation_id)

    # messages

    async def message(self, one: SlackInput) -> None:
        """A direct message, a mention, or a message in a thread that is a conversation."""
        kept = one.body
        place = place_of(kept)
        thread = await self.at(place)
        if thread is None and not kept["mentioned"] and not is_direct(kept):
            return
        if thread is not None and kept["user"] != thread.person and not kept["mentioned"]:
            return  # people talk to each other
        person = await self.people.of(kept["team"], kept["user"], kept["from"])
        if person.identity is None:
            await self.whisper(place, person.user, "I only work for people of this Slack workspace.")
            return
        if thread is not None and not await self.may(thread, person):
            return
        thread = thread or await self.begin(place, person)
        if not kept["text"] and not kept["files"]:
            await self.greet(thread)
            return
        await self._files_and_words(one, thread)

    async def _files_and_words(self, one: SlackInput, thread: SlackThread) -> None:
        said: list[UserInput] = []
        faults: list[ErrorShown] = []
        text = one.body["text"]
        paths: list[Path] = []
        try:
            for file in one.body["files"]:
                try:
                    path = await self.files.fetch(file, self.posting.link(thread.conversation_id))
                except WizardError as error:
                    faults.append(error_event(error))
                    continue
                paths.append(path)
                said.append(Upload(path, name_of(file), "" if said else text))
            if not said and text and not faults:
                said.append(Say(text))
            await self.take(one, thread, said, _told_before(faults, "" if said else text))
        finally:
            for path in paths:
                path.unlink(missing_ok=True)

    async def greet(self, thread: SlackThread) -> None:
        """Somebody has called without saying why."""
        from assistant.guide.understand import welcome

        await self.client.chat_postMessage(
            channel=thread.place.channel, thread_ts=thread.place.thread or None, text=welcome().text, unfurl_links=False
        )

    # presses

    async def press(self, one: SlackInput, thread: SlackThread) -> None:
        """A button of a question, of a card, or one that says something."""
        name, value = str(one.body["action"]), str(one.body["value"])
        kind, _, rest = name.partition(":")
        said: UserInput
        if kind == "answer":
            said = await self._answer(thread, name, rest, value)
        elif kind == "press":
            said = Press(value)
        else:
            said = Say(value)
        await self.take(one, thread, [said])

    async def _answer(self, thread: SlackThread, name: str, rest: str, value: str) -> Answer:
        """The option by its number; the button's own value may have been too long for Slack."""
        ask_id = rest.partition(":")[0]
        asked = await self.question(thread, ask_id)
        chosen: dict[str, Any] = {"action_id": name, "selected_option": {"value": value}}
        option = chosen_option(asked, chosen) if asked else None
        return Answer(ask_id, option.id if option else value)

    async def question(self, thread: SlackThread, ask_id: str) -> Asked | None:
        """A question of this conversation."""
        load = self.web.workspace(thread.owner_id).transcripts.load
        events = (await anyio.to_thread.run_sync(load, thread.conversation_id)).events
        return next((s.event for s in events if isinstance(s.event, Asked) and s.event.ask_id == ask_id), None)


def origin_of(thread: SlackThread) -> str:
    """What the hub knows a place by."""
    return f"slack:{thread.place.id}"


def _told_before(faults: list[ErrorShown], text: str) -> tuple[ConversationEvent, ...]:
    """Files that could not be read, and the words that came with them where no other file did."""
    if not faults:
        return ()
    return (*([UserSaid(text=text)] if text else []), *faults, TurnEnded(stage="goal"))

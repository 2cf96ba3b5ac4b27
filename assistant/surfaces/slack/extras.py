"""What is no turn of a conversation: the App Home, the command, thumbs, and answers while labelling."""

import logging
from dataclasses import dataclass
from typing import Any

import anyio

from assistant.inputs import Say
from assistant.surfaces.slack.blocks import home_view, message_of
from assistant.surfaces.slack.blocks.elements import button
from assistant.surfaces.slack.blocks.labelling_cards import LabelStep, labelling_step
from assistant.surfaces.slack.blocks.text import bold, escaped, mrkdwn
from assistant.surfaces.slack.people import Person
from assistant.surfaces.slack.posting import seq_of
from assistant.surfaces.slack.taking import Talks
from tools import cards
from tools.context import ToolContext
from tools.datasets import list_datasets
from tools.labelling_decisions import decide, differences, taken_back
from tools.labelling_desk import answer, before, desk_of, view
from tools.runs import list_runs
from workspace.errors import NotFound, WizardError
from workspace.events import Card, CardShown
from workspace.home import Workspace
from workspace.slack import Place, SlackInput, SlackThread

_log = logging.getLogger(__name__)

_THUMBS = {"+1": 1, "thumbsup": 1, "-1": 0, "thumbsdown": 0}
_NEW = "Here we begin something new. Tell me in this thread what you would like to do, or drop a file into it."
_RECENT = 5
_TITLE = 150
"""Characters of a title."""


@dataclass
class Extras:
    """Each method takes one input."""

    talks: Talks

    # the App Home

    async def home(self, one: SlackInput) -> None:
        person = await self.talks.people.of(one.body["team"], one.body["user"])
        if person.identity is None:
            return
        workspace = self.talks.web.workspace(person.identity.owner_id)
        page = await anyio.to_thread.run_sync(_home_of, workspace)
        await self.talks.client.views_publish(user_id=person.user, view=page)

    async def pressed_at_home(self, one: SlackInput, person: Person) -> None:
        """Goes on with something in the direct messages."""
        what = str(one.body["action"]).split(":")[1]
        team, value = str(one.body["team"]), str(one.body["value"])
        assert person.identity is not None
        workspace = self.talks.web.workspace(person.identity.owner_id)
        if what == "new":
            await self.talks.begin_directly(team, person, _NEW)
            return
        conversation = value
        if what != "conversation":
            conversation = await anyio.to_thread.run_sync(_conversation_of, workspace, what, value)
        await self.go_on(team, person, conversation or None)

    async def go_on(self, team: str, person: Person, conversation_id: str | None) -> SlackThread:
        """A conversation of the web chat, or another thread, goes on in the direct messages; there once only."""
        if conversation_id is None:
            return await self.talks.begin_directly(team, person, _NEW)
        assert person.identity is not None
        for thread in await anyio.to_thread.run_sync(self.talks.store.of_conversation, conversation_id):
            if thread.person == person.user and thread.place.is_direct and thread.owner_id == person.identity.owner_id:
                await self.talks.client.chat_postMessage(
                    channel=thread.place.channel, thread_ts=thread.place.thread or None, text="Here we go on."
                )
                return thread
        workspace = self.talks.web.workspace(person.identity.owner_id)
        head = await anyio.to_thread.run_sync(workspace.transcripts.head, conversation_id)
        link = self.talks.posting.link(conversation_id)
        title = f"Here we go on with “{_title(head.title or 'our conversation')}”. All of it: {link}"
        return await self.talks.begin_directly(team, person, title, conversation_id)

    # the command

    async def command(self, one: SlackInput) -> None:
        """``/train``, ``/train WORDS``, ``/train continue``."""
        team, text = str(one.body["team"]), str(one.body["text"]).strip()
        person = await self.talks.people.of(team, str(one.body["user"]))
        if person.identity is None:
            return
        if text.casefold() in ("continue", "list"):
            await self._offer(person)
            return
        thread = await self.talks.begin_directly(team, person, f"> {_title(text)}" if text else _NEW)
        if text:
            await self.talks.take(one, thread, [Say(text)])

    async def _offer(self, person: Person) -> None:
        """The newest conversations, each with a button that continues it."""
        assert person.identity is not None
        transcripts = self.talks.web.workspace(person.identity.owner_id).transcripts
        heads = await anyio.to_thread.run_sync(transcripts.list, _RECENT)
        blocks: list[dict[str, Any]] = [
            {
                "type": "section",
                "text": mrkdwn(bold(head.title or "Without a name", _TITLE)),
                "accessory": button("Continue here", f"home:conversation:{n}", head.id),
            }
            for n, head in enumerate(heads)
        ]
        opened = await self.talks.client.conversations_open(users=person.user)
        text = "Which conversation shall we continue?" if heads else "There is no conversation yet."
        await self.talks.client.chat_postMessage(
            channel=str(opened["channel"]["id"]), text=text, blocks=blocks or None, unfurl_links=False
        )

    # thumbs

    async def thumb(self, one: SlackInput) -> None:
        """A reaction to a message of ours, by who holds the conversation."""
        kept = one.body
        value = _THUMBS.get(str(kept["reaction"]).split("::")[0])
        if value is None or kept["type"] != "reaction_added":
            return
        ts = kept["ts"]
        find = self.talks.client.conversations_replies(
            channel=kept["channel"], ts=ts, include_all_metadata=True, limit=1, latest=ts, inclusive=True
        )
        messages: list[dict[str, Any]] = (await find).get("messages", [])
        message = next((found for found in messages if found.get("ts") == ts), {})
        payload = (message.get("metadata") or {}).get("event_payload") or {}
        place = Place(str(kept["team"]), str(kept["channel"]), str(message.get("thread_ts") or ""))
        thread = await self.talks.at(place)
        if thread is None or kept["user"] != thread.person or payload.get("conversation") != thread.conversation_id:
            return
        await self._judge(thread, seq_of(message, thread.conversation_id), value)

    async def judged(self, one: SlackInput, thread: SlackThread) -> None:
        """The buttons below a result."""
        await self._judge(thread, int(one.body["value"]), 1 if ":good:" in str(one.body["action"]) else 0)
        await self.talks.whisper(thread.place, str(one.body["user"]), "Thank you. That is kept with this answer.")

    async def _judge(self, thread: SlackThread, seq: int, value: int) -> None:
        feedback = self.talks.web.workspace(thread.owner_id).feedback
        await anyio.to_thread.run_sync(feedback.put, thread.conversation_id, seq, value)

    # labelling

    async def label(self, one: SlackInput, thread: SlackThread) -> None:
        """Keeps the answer, and shows the next text in the same message."""
        step = labelling_step(one.body["pressed"], one.body["state"].get("values"))
        if step is None:
            return
        workspace = self.talks.web.workspace(thread.owner_id)
        try:
            card = await anyio.to_thread.run_sync(_labelled, workspace, thread, step)
        except WizardError as error:
            await self.talks.whisper(thread.place, str(one.body["user"]), f"{error.message} {error.next_step}")
            return
        message = message_of(card)
        await self.talks.client.chat_update(
            channel=thread.place.channel, ts=str(one.body["ts"]), text=message.text, blocks=message.blocks
        )


def _home_of(workspace: Workspace) -> dict[str, Any]:
    context = ToolContext(workspace)
    data = [c for c in list_datasets(context).cards if c.kind == "datasets"]
    runs = [c for c in list_runs(context).cards if c.kind == "runs"]
    return home_view(
        cards.DatasetsCard.of(data[0].data).datasets if data else [],
        cards.RunsCard.of(runs[0].data).runs if runs else [],
        workspace.models.list(),
    )


def _conversation_of(workspace: Workspace, what: str, id_: str) -> str:
    """The conversation in which a data set, a run or a model came up; empty where it is gone."""
    try:
        if what == "dataset":
            found = workspace.datasets.get(id_).conversation_id
        elif what == "model":
            found = workspace.runs.get(workspace.models.get(id_).run_id).conversation_id
        else:
            found = workspace.runs.get(id_).conversation_id
        return workspace.transcripts.head(found or "").id
    except NotFound:
        return ""


def conversation_of_model(workspace: Workspace, model_id: str) -> str:
    """The conversation in which a model was trained; empty where it is gone."""
    return _conversation_of(workspace, "model", model_id)


def _labelled(workspace: Workspace, thread: SlackThread, step: LabelStep) -> Card:
    """The card of the labelling after this step."""
    kind = "differences" if step.do in ("decide", "later", "undo") else "labelling"
    card = _newest(workspace, thread, kind, step.session)
    if kind == "differences":
        session = workspace.labelling.get(step.session)
        if step.do == "decide":
            decide(workspace, session, step.row, step.answer, step.labels)
        elif step.do == "undo":
            taken_back(workspace, session)
        after = None if step.do == "undo" else step.row
        return card.model_copy(
            update={"data": {**card.data, "view": differences(workspace, session, after).model_dump(mode="json")}}
        )
    desk = desk_of(workspace, step.session)
    at = None
    if step.do == "back":
        at = before(desk, step.row)
    elif step.do in ("labelled", "skipped", "unsure"):
        answer(desk, step.row, step.do, step.labels, [])
    return card.model_copy(update={"data": {**card.data, "view": view(desk, at).model_dump(mode="json")}})


def _newest(workspace: Workspace, thread: SlackThread, kind: str, session_id: str) -> Card:
    for stored in reversed(workspace.transcripts.load(thread.conversation_id).events):
        event = stored.event
        if isinstance(event, CardShown) and event.card.kind == kind and event.card.data["session_id"] == session_id:
            return event.card
    raise NotFound("LABELLING_NOT_FOUND", "This labelling is no longer here.", "Ask to label once more.")


def _title(text: str) -> str:
    return escaped(" ".join(text.split()), _TITLE)

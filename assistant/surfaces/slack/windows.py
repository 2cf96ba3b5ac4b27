"""Windows (modals) that open from a card, and what is done with what was filled in."""

import json
from dataclasses import dataclass
from typing import Any

import anyio
from pydantic import BaseModel

from assistant.inputs import Answer, Press, Say, UserInput
from assistant.surfaces.slack.blocks import (
    Filled,
    columns_modal,
    columns_values,
    plan_changes,
    plan_modal,
    plan_sentence,
    privacy_modal,
    privacy_values,
    question_modal,
    question_values,
    try_modal,
    try_text,
)
from assistant.surfaces.slack.incoming import place_of
from assistant.surfaces.slack.taking import Talks
from tools import cards
from workspace.errors import NotFound
from workspace.events import Asked, CardKind, CardShown
from workspace.slack import Place, SlackThread

_CARDS: dict[str, tuple[CardKind, str]] = {
    "plan": ("plan", "plan_id"),
    "columns": ("table", "dataset_id"),
    "privacy": ("privacy", "dataset_id"),
}
"""The kind of card that a form belongs to, and the name of the id that its button carries."""


class Opened(BaseModel):
    """What a window carries along. Nothing of it is trusted: who submits is looked at anew."""

    place: str = ""
    form: str
    value: str


@dataclass
class Windows:
    """Opens windows and reads them."""

    talks: Talks

    async def view(self, form: str, value: str, thread: SlackThread | None) -> dict[str, Any]:
        """The window for a press. Raises NotFound where what it is about is no longer there."""
        place = thread.place.id if thread else ""
        metadata = Opened(place=place, form=form, value=value).model_dump_json()
        if form == "try":
            return try_modal(value, metadata)
        if thread is None:
            raise _gone()
        found = await self._subject(thread, form, value)
        match found:
            case Asked():
                return question_modal(found, metadata)
            case cards.PlanCard():
                return plan_modal(found, metadata)
            case cards.TableCard():
                return columns_modal(found, metadata)
            case cards.PrivacyCard():
                return privacy_modal(found, metadata)
        raise _gone()

    async def read(self, opened: Opened, thread: SlackThread | None, state: dict[str, Any]) -> Filled | UserInput:
        """What a filled-in window says; with faults, those. Raises NotFound."""
        if opened.form == "try":
            found = try_text(state)
            return found if found.errors else Say(f"Try: {found.values['text']}")
        if thread is None:
            raise _gone()
        subject = await self._subject(thread, opened.form, opened.value)
        match subject:
            case Asked():
                found = question_values(subject, state)
                return found if found.errors else Answer(subject.ask_id, found.values)
            case cards.PlanCard():
                found = plan_changes(subject, state)
                if not found.errors and not found.values:
                    return found
                return found if found.errors else Say(plan_sentence(found.values))
            case cards.TableCard():
                found = columns_values(subject, state)
            case cards.PrivacyCard():
                found = privacy_values(subject, state)
            case _:
                raise _gone()
        if found.errors or subject.button is None:
            return found
        return Press(subject.button.id, found.values)

    async def _subject(self, thread: SlackThread, form: str, value: str) -> Any:
        """The newest card or question of this conversation that the form is about."""
        load = self.talks.web.workspace(thread.owner_id).transcripts.load
        events = (await anyio.to_thread.run_sync(load, thread.conversation_id)).events
        kind, name = _CARDS.get(form, ("", ""))
        for stored in reversed(events):
            event = stored.event
            if form == "question" and isinstance(event, Asked) and event.ask_id == value:
                return event
            if isinstance(event, CardShown) and event.card.kind == kind and event.card.data.get(name) == value:
                return cards.CARDS[event.card.kind].of(event.card.data)
            if form == "plan" and not value and isinstance(event, CardShown) and event.card.kind == "plan":
                return cards.PlanCard.of(event.card.data)
        return None


def opened_of(view: dict[str, Any]) -> Opened:
    """What :meth:`Windows.view` has put into a window."""
    return Opened.model_validate(json.loads(view.get("private_metadata") or "{}"))


def place_of_press(body: dict[str, Any]) -> Place | None:
    """Where a press was; None on the App Home."""
    container, message = body.get("container") or {}, body.get("message") or {}
    channel = str((body.get("channel") or {}).get("id") or container.get("channel_id") or "")
    if not channel:
        return None
    team = str((body.get("team") or {}).get("id") or (body.get("user") or {}).get("team_id") or "")
    ts = str(message.get("ts") or container.get("message_ts") or "")
    thread = str(message.get("thread_ts") or container.get("thread_ts") or "")
    return place_of({"team": team, "channel": channel, "thread": thread, "ts": ts})


def _gone() -> NotFound:
    return NotFound("WINDOW_GONE", "What this was about is no longer there.", "Go on from the newest message.")

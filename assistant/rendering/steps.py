"""Conversation events as what the web page shows: Chainlit steps and elements, as plain dicts.

The same renderer serves a stored conversation and a live one: each event gives updates, and an update with an id that
was there before replaces it. Ids follow from the conversation and the event's number, so every tab sees the same ones.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from pydantic import JsonValue

from assistant.languages import welcome_words
from assistant.rendering.markdown import safe_markdown
from assistant.rendering.names import DOING, ELEMENTS
from workspace.errors import NotFound
from workspace.events import (
    STAGES,
    SUPPORT,
    Answered,
    Asked,
    AssistantSaid,
    CardShown,
    ErrorShown,
    FileReceived,
    RunProgressed,
    Stage,
    StoredEvent,
    ToolCalled,
    ToolReturned,
    TurnEnded,
    UserSaid,
)
from workspace.transcript import Transcript

ASSISTANT = "Wizard"
PERSON = "You"
HELPER = "Support"

JsonDict = dict[str, Any]
RunState = Callable[[str], JsonDict | None]
"""A run's id -> the data of its progress card as it is now; None where there is no such run any more."""


class HasFeedback(Protocol):
    """What of a stored feedback is shown."""

    id: str
    value: int
    comment: str


@dataclass(frozen=True)
class Update:
    """A step or an element, new or anew."""

    kind: Literal["step", "element"]
    body: JsonDict


@dataclass
class Rendered:
    """A whole conversation, ready for the page."""

    steps: list[JsonDict]
    elements: list[JsonDict]
    stage: Stage


def step_id(conversation_id: str, seq: int) -> str:
    return f"{conversation_id}.{seq}"


def last_seq_of(steps: Iterable[Mapping[str, Any]]) -> int:
    """The number of the newest event among the steps of a conversation that a page was sent; 0: none."""
    numbers = [str(step["id"]).rpartition(".")[2] for step in steps]
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def seq_of(step: str) -> tuple[str, int]:
    """The conversation and the number of the event that a step shows. Raises NotFound for any other text."""
    conversation_id, _, seq = step.rpartition(".")
    if not conversation_id or not seq.isdecimal() or len(seq) > 9:
        raise NotFound("MESSAGE_NOT_FOUND", "There is no such message.", "Reload the page.")
    return conversation_id, int(seq)


@dataclass
class Renderer:
    """Turns one conversation's events into updates, in order."""

    conversation_id: str
    run_state: RunState = lambda _run_id: None
    feedback: Mapping[int, HasFeedback] = field(default_factory=dict)
    stage: Stage = "goal"
    last_seq: int = 0
    _open: dict[str, tuple[int, Asked]] = field(default_factory=dict)
    _asked: dict[str, Asked] = field(default_factory=dict)
    _calls: dict[str, JsonDict] = field(default_factory=dict)
    _progress: dict[str, list[JsonDict]] = field(default_factory=dict)

    def event(self, stored: StoredEvent) -> list[Update]:
        """The updates that one event causes; questions that it settles are closed first."""
        self.last_seq = max(self.last_seq, stored.seq)
        closed = self._close(stored)
        return [*closed, *self._updates(stored)]

    def _updates(self, stored: StoredEvent) -> list[Update]:
        match stored.event:
            case UserSaid(text=text):
                return [self._message(stored, text, by_user=True)]
            case FileReceived():
                return self._file(stored, stored.event)
            case Answered():
                words = _answer_words(stored.event, self._asked.get(stored.event.ask_id))
                return [self._message(stored, words, by_user=True)] if words else []
            case AssistantSaid(shown=text, model=model):
                update = self._message(stored, safe_markdown(text))
                update.body["name"] = HELPER if model == SUPPORT else ASSISTANT
                return [update]
            case ErrorShown():
                return self._element(stored, "ErrorCard", stored.event.model_dump(mode="json"))
            case ToolCalled():
                return [self._tool(stored, stored.event)]
            case ToolReturned():
                return self._tool_done(stored, stored.event)
            case CardShown():
                return self._card(stored, stored.event)
            case Asked():
                self._open[stored.event.ask_id] = (stored.seq, stored.event)
                self._asked[stored.event.ask_id] = stored.event
                return self._question(stored, stored.event, is_open=True)
            case TurnEnded(stage=stage):
                self.stage = stage
                return []
            case _:
                return []

    def progress(self, event: RunProgressed) -> list[Update]:
        """A tick of a training: its cards again, with the full state."""
        cards = self._progress.get(event.run_id, [])
        for card in cards:
            card["props"] = {**card["props"], "data": _ticked(card["props"], event.view)}
        return [Update("element", dict(card)) for card in cards] if event.view else []

    def progress_cards(self) -> list[Update]:
        """All cards of trainings as they were rendered last."""
        return [Update("element", dict(card)) for cards in self._progress.values() for card in cards]

    def _message(self, stored: StoredEvent, text: str, by_user: bool = False) -> Update:
        body: JsonDict = {
            "id": step_id(self.conversation_id, stored.seq),
            "threadId": self.conversation_id,
            "name": PERSON if by_user else ASSISTANT,
            "type": "user_message" if by_user else "assistant_message",
            "output": text,
            "input": "",
            "createdAt": stored.at.isoformat(),
            "streaming": False,
            "metadata": {},
        }
        if said := self.feedback.get(stored.seq):
            body["feedback"] = {
                "id": said.id,
                "forId": body["id"],
                "value": said.value,
                "comment": said.comment or None,
            }
        return Update("step", body)

    def _element(self, stored: StoredEvent, name: str, props: JsonDict, suffix: str = "card") -> list[Update]:
        """A custom element under a message of its own."""
        message = self._message(stored, "")
        element = {
            "id": f"{message.body['id']}.{suffix}",
            "threadId": self.conversation_id,
            "forId": message.body["id"],
            "type": "custom",
            "name": name,
            "display": "inline",
            "mime": "application/json",
            "props": props,
        }
        return [message, Update("element", element)]

    def _card(self, stored: StoredEvent, shown: CardShown) -> list[Update]:
        card = shown.card
        data: JsonDict = card.shown
        run_id = _run_shown(card.kind, data)
        if run_id and (now := self.run_state(run_id)):
            data = _ticked({"kind": card.kind, "data": data}, now)
        name = ELEMENTS.get(card.kind, "PlainCard")
        updates = self._element(stored, name, {"kind": card.kind, "title": card.title, "data": data})
        if run_id:
            self._progress.setdefault(run_id, []).append(updates[-1].body)
        return updates

    def _question(self, stored: StoredEvent, asked: Asked, is_open: bool, chosen: JsonValue = None) -> list[Update]:
        props = {
            **asked.model_dump(mode="json", exclude={"kind", "approval"}),
            "text": asked.text,
            "approves": asked.approval.tool if asked.approval else None,
            "open": is_open,
            "chosen": chosen,
        }
        return self._element(stored, "Question", props, suffix="ask")

    def _close(self, stored: StoredEvent) -> list[Update]:
        """The open questions that this event settles, shown as settled.

        What waits for a yes stays open while something else is asked in passing, until another one waits for a yes.
        """
        event = stored.event
        match event:
            case Answered(in_passing=False):
                settled = [event.ask_id]
            case UserSaid() | Asked(approval=None):
                settled = [ask_id for ask_id, (_, asked) in self._open.items() if asked.approval is None]
            case Asked():
                settled = list(self._open)
            case _:
                settled = []
        updates = []
        for ask_id in settled:
            if ask_id in self._open:
                seq, asked = self._open.pop(ask_id)
                chosen = event.value if isinstance(event, Answered) else None
                before = stored.model_copy(update={"seq": seq})
                updates += self._question(before, asked, is_open=False, chosen=chosen)[1:]
        return updates

    def _file(self, stored: StoredEvent, file: FileReceived) -> list[Update]:
        message = self._message(stored, file.name, by_user=True)
        message.body["metadata"] = {"file": True}
        return [message]

    def _tool(self, stored: StoredEvent, called: ToolCalled) -> Update:
        body: JsonDict = {
            "id": step_id(self.conversation_id, stored.seq),
            "threadId": self.conversation_id,
            "name": DOING.get(called.tool, called.tool.replace("_", " ").capitalize()),
            "type": "tool",
            "input": "",
            "output": "",
            "createdAt": stored.at.isoformat(),
            "start": stored.at.isoformat(),
            "streaming": False,
            "metadata": {},
        }
        self._calls[called.call_id] = body
        return Update("step", dict(body))

    def _tool_done(self, stored: StoredEvent, returned: ToolReturned) -> list[Update]:
        body = self._calls.pop(returned.call_id, None)
        if body is None:
            return []
        return [Update("step", {**body, "end": stored.at.isoformat(), "isError": not returned.ok})]


def _run_shown(kind: str, data: JsonDict) -> str | None:
    """The training whose progress a card shows, or the closer look that goes on beside the problems it lists."""
    found = data.get("run_id") if kind == "progress" else (data.get("checking") or {}).get("run_id")
    return found if isinstance(found, str) else None


def _ticked(props: JsonDict, view: JsonDict) -> JsonDict:
    """The card's data with a newer state of what it shows."""
    return view if props["kind"] == "progress" else {**props["data"], "checking": view}


def render(transcript: Transcript, run_state: RunState, feedback: Mapping[int, HasFeedback]) -> Rendered:
    """A stored conversation as it looks now."""
    renderer = Renderer(transcript.conversation.id, run_state, feedback)
    steps: dict[str, JsonDict] = {}
    elements: dict[str, JsonDict] = {}
    for stored in transcript.events:
        for update in renderer.event(stored):
            (steps if update.kind == "step" else elements)[update.body["id"]] = update.body
    if steps:
        first = transcript.conversation.created_at.isoformat()
        step, element = welcome(transcript.conversation.id, first)
        steps = {step["id"]: step, **steps}
        elements = {element["id"]: element, **elements}
    return Rendered(list(steps.values()), list(elements.values()), renderer.stage)


def welcome(conversation_id: str, at: str) -> tuple[JsonDict, JsonDict]:
    """The greeting above every conversation: shown, not stored."""
    step: JsonDict = {
        "id": f"{conversation_id}.welcome",
        "threadId": conversation_id,
        "name": ASSISTANT,
        "type": "assistant_message",
        "output": "",
        "input": "",
        "createdAt": at,
        "streaming": False,
        "metadata": {},
    }
    element: JsonDict = {
        "id": f"{conversation_id}.welcome.card",
        "threadId": conversation_id,
        "forId": step["id"],
        "type": "custom",
        "name": "Welcome",
        "display": "inline",
        "mime": "application/json",
        "props": {"stages": list(STAGES), "words": welcome_words()},
    }
    return step, element


def _answer_words(answered: Answered, asked: Asked | None) -> str:
    """What the person saw on the button, typed, or set in the form; empty where the answer follows from their words."""
    if answered.label:
        return answered.label
    if isinstance(answered.value, dict):
        labels = {field.name: field.label for field in asked.fields} if asked else {}
        return "\n".join(f"{labels.get(name, name)}: {value}" for name, value in answered.value.items())
    if asked is None or any(option.id == answered.value for option in asked.options) or answered.value in ("no", "yes"):
        return ""
    return str(answered.value)

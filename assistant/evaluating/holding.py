"""Holds the conversations: each in a workspace of its own, copied from the place at which it begins."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from langchain_core.messages import AnyMessage

from assistant.conversation import Answer, Conversation, Say, Upload, UserInput
from assistant.evaluating.scenario import PLACES, Place, Scenario, Step, write_file
from assistant.followup import Followup
from assistant.guide.journey import Journey
from assistant.history import messages_of
from tools.asking import call_of
from workspace.database import engine_for
from workspace.events import Asked, ConversationEvent, StoredEvent
from workspace.home import LOCAL_OWNER, Workspace
from workspace.migrations import upgrade
from workspace.model import Prediction
from workspace.queue import Queue
from workspace.settings import Settings

T = TypeVar("T")
_NAME = "evaluation"
_FILE = "mails.csv"
"""What the places behind the start were reached with."""


class Lab(Protocol):
    """Who trains and answers while conversations are held."""

    def queue(self, settings: Settings) -> Queue: ...

    async def finish(self, workspace: Workspace, run_id: str) -> None:
        """Lets a training that has been submitted come to its end."""


@dataclass
class HeldBack:
    """A queue that begins no training by itself: a conversation about a running one is not to depend on speed."""

    queue: Queue
    waiting: list[str] = field(default_factory=list)

    def submit_run(self, run_id: str) -> None:
        self.waiting.append(run_id)

    def predict(self, owner_id: str, model_id: str, texts: list[str], timeout: float = 60) -> list[Prediction]:
        return self.queue.predict(owner_id, model_id, texts, timeout)

    def compute(self, owner_id: str, name: str, arguments: dict[str, Any], timeout: float = 60) -> dict[str, Any]:
        return self.queue.compute(owner_id, name, arguments, timeout)


@dataclass
class Held:
    """A conversation that is over."""

    scenario: Scenario
    workspace: Workspace
    events: list[ConversationEvent]
    """What happened since it began."""
    last_turn: list[ConversationEvent]
    open: Asked | None
    journey: Journey
    """Where it stands now."""


class Holder:
    """Holds conversations with the chat model of ``settings``; the places are reached with the built-in guide."""

    def __init__(self, settings: Settings, folder: Path, lab: Lab) -> None:
        self._settings, self._folder, self._lab = settings, folder, lab
        self._places: dict[Place, Path] = {}

    async def hold(self, scenario: Scenario, judge: Callable[[Held], T]) -> T:
        """What ``judge`` says of the conversation; it must look at the workspace before that is gone.

        Raises WizardError where the workspace or the training fails.
        """
        home = self._folder / "now"
        shutil.copytree(await self._place(scenario.begin), home)
        with self._opened(home) as workspace:
            try:
                return judge(await self._talk(scenario, workspace, home))
            finally:
                shutil.rmtree(home, ignore_errors=True)

    async def messages_at(self, place: Place) -> list[AnyMessage]:
        """What a chat model reads at a place."""
        with self._opened(await self._place(place), "guide") as workspace:
            conversation = await Conversation.open(workspace, _NAME, "terminal")
            return messages_of(stored.event for stored in conversation.events)

    async def _talk(self, scenario: Scenario, workspace: Workspace, home: Path) -> Held:
        conversation = await Conversation.open(workspace, _NAME, "terminal")
        begun, turn_begun = len(conversation.events), 0
        for step in scenario.steps:
            turn_begun = len(conversation.events)
            await self._do(step, conversation, workspace, home)
        events = [stored.event for stored in conversation.events]
        return Held(
            scenario=scenario,
            workspace=workspace,
            events=events[begun:],
            last_turn=events[turn_begun:],
            open=conversation.open_ask,
            journey=Journey.of(messages_of(stored.event for stored in conversation.events)),
        )

    @contextmanager
    def _opened(self, home: Path, chat_model: str = "") -> Iterator[Workspace]:
        changed = {"home": home, "database_url": "", "storage_url": ""}
        settings = self._settings.model_copy(update=changed | ({"chat_model": chat_model} if chat_model else {}))
        try:
            yield Workspace(LOCAL_OWNER, settings, HeldBack(self._lab.queue(settings)))
        finally:
            engine_for(settings.database).dispose()

    async def _place(self, place: Place) -> Path:
        """A workspace with a conversation that has come this far; each is built on the one before, once."""
        if place in self._places:
            return self._places[place]
        home = self._folder / place
        if place == "start":
            home.mkdir(parents=True)
            upgrade(f"sqlite:///{home / 'mtw.db'}")
        else:
            shutil.copytree(await self._place(PLACES[PLACES.index(place) - 1]), home)
        with self._opened(home, "guide") as workspace:
            conversation = await Conversation.open(workspace, _NAME, "terminal")
            for step in _WAY[place]:
                await self._do(step, conversation, workspace, home)
        self._places[place] = home
        return home

    async def _do(self, step: Step, conversation: Conversation, workspace: Workspace, home: Path) -> None:
        if step.wait:
            for run in workspace.runs.list():
                if not run.status.ended:
                    await self._lab.finish(workspace, run.id)
            await Followup(workspace.settings, lambda _: workspace).look()
            await conversation.refresh()
            return
        async for item in conversation.turn(_input(step, conversation, home)):
            if isinstance(item, StoredEvent):
                pass


def _input(step: Step, conversation: Conversation, home: Path) -> UserInput:
    if step.upload:
        return Upload(write_file(step.upload, home), step.upload, step.say)
    asked = conversation.open_ask
    if step.press:
        options = asked.options if asked else []
        found = next((o for o in options if step.press in (o.id, call_of(o.id)[0])), None)
        return Answer(asked.ask_id, found.id) if asked and found else Say(step.or_)
    if step.approve is not None:
        if asked is None or asked.approval is None:
            return Say("yes" if step.approve else "no")
        return Answer(asked.ask_id, asked.approval.accept if step.approve else "no")
    return Say(step.say)


_WAY: dict[Place, list[Step]] = {
    "start": [],
    "data": [Step(upload=_FILE)],
    "plan": [Step(press="propose_plan")],
    "running": [Step(press="start")],
    "model": [Step(wait="training")],
}

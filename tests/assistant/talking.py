"""Helpers for tests that hold a conversation: one event loop, everything that happened as a list."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from assistant.conversation import Answer, Conversation, Say, Upload, UserInput
from workspace.events import Asked, AssistantSaid, ConversationEvent, ErrorShown, StoredEvent, ToolCalled, ToolReturned
from workspace.home import Workspace
from workspace.model import ClassScore, Evaluation, Mistake, RunOutcome, TrainedModel, Tried
from workspace.run import Failed, Failure, Succeeded
from workspace.run_log import RunLog

E = TypeVar("E", bound=ConversationEvent)
T = TypeVar("T")

ROWS = [
    ("please refund my last invoice", "billing"),
    ("the invoice is too high", "billing"),
    ("I was charged twice", "billing"),
    ("my payment failed", "billing"),
    ("where is my parcel", "delivery"),
    ("the parcel came late", "delivery"),
    ("delivery to a wrong address", "delivery"),
    ("nobody was at home for the parcel", "delivery"),
]


def write_csv(
    path: Path, rows: list[tuple[str, str]] | None = None, header: str = "message,team", times: int = 8
) -> Path:
    """A table that can be trained on: each row several times, numbered so that none repeats."""
    lines = [header]
    for n in range(times):
        lines += [f"{text} number {n},{label}" for text, label in rows or ROWS]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


class Talker:
    """A person in one conversation."""

    def __init__(self, workspace: Workspace, conversation_id: str | None = None) -> None:
        self.workspace = workspace
        self._runner = asyncio.Runner()
        self.conversation = self.run(lambda: Conversation.open(workspace, conversation_id, "terminal"))

    def close(self) -> None:
        self._runner.close()

    def run(self, make: Callable[[], Awaitable[T]]) -> T:
        async def call() -> T:
            return await make()

        return self._runner.run(call())

    def take(self, said: UserInput) -> list[ConversationEvent]:
        """One turn; its stored events in order."""

        async def turn() -> list[ConversationEvent]:
            return [i.event async for i in self.conversation.turn(said) if isinstance(i, StoredEvent)]

        return self.run(turn)

    def say(self, text: str) -> list[ConversationEvent]:
        return self.take(Say(text))

    def upload(self, path: Path, name: str | None = None, say: str = "") -> list[ConversationEvent]:
        return self.take(Upload(path, name or path.name, say))

    def press(self, label: str) -> list[ConversationEvent]:
        """Presses a button of the newest question."""
        asked = self.asked
        option = next(o for o in asked.options if o.label == label or o.id == label)
        return self.take(Answer(asked.ask_id, option.id))

    @property
    def asked(self) -> Asked:
        return next(s.event for s in reversed(self.conversation.events) if isinstance(s.event, Asked))

    @property
    def stored(self) -> list[ConversationEvent]:
        """What the transcript holds."""
        return [s.event for s in self.workspace.transcripts.load(self.conversation.id).events]


def of(events: list[ConversationEvent], kind: type[E]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


def words(events: list[ConversationEvent]) -> str:
    """All that the assistant said."""
    return "\n".join(event.text for event in of(events, AssistantSaid))


def calls(events: list[ConversationEvent]) -> list[str]:
    return [event.tool for event in of(events, ToolCalled)]


def failures(events: list[ConversationEvent]) -> list[Any]:
    return [event.data for event in of(events, ToolReturned) if not event.ok]


def errors(events: list[ConversationEvent]) -> list[str]:
    return [event.code for event in of(events, ErrorShown)]


def outcome_of(run_id: str) -> RunOutcome:
    """A result as a worker would store it."""
    return RunOutcome(
        model_id=f"mdl_{run_id}",
        recipe="linear",
        base=None,
        rows={"train": 40, "valid": 8, "test": 16},
        evaluation=Evaluation(
            rows=16,
            metrics={"accuracy": 0.875, "precision": 0.88, "recall": 0.875, "macro_f1": 0.87},
            intervals={"accuracy": (0.7, 0.97)},
            baseline={"accuracy": 0.5},
            per_class=[
                ClassScore(label="billing", precision=0.8, recall=1.0, f1=0.89, support=8),
                ClassScore(label="delivery", precision=1.0, recall=0.75, f1=0.86, support=8),
            ],
            labels=["billing", "delivery"],
            confusion=[[8, 0], [2, 6]],
            mistakes=[Mistake(text="where is it", expected="delivery", predicted="billing", score=0.9)],
        ),
        tried=[Tried(recipe="linear", score=0.9, seconds=1.0)],
        seconds={"data": 0.1, "train": 1.0, "evaluate": 0.1, "total": 1.2},
        peak_rss_mb=200.0,
    )


def finish_run(workspace: Workspace, run_id: str, failure: Failure | None = None) -> None:
    """Ends a run as a worker does: model first, then the event."""
    log = RunLog(workspace.engine)
    lease = log.claim(run_id, "test", 60, 3)
    assert lease is not None
    if failure is not None:
        log.append(lease, Failed(failure=failure))
        return
    outcome, run = outcome_of(run_id), lease.run
    workspace.models.add(
        TrainedModel(
            id=outcome.model_id,
            owner_id=workspace.owner_id,
            run_id=run_id,
            dataset_id=run.plan.dataset_id,
            name="mails",
            task=run.plan.task,
            recipe=outcome.recipe,
            base=None,
            labels=outcome.evaluation.labels,
            artifact_key=workspace.storage.key("models", outcome.model_id),
            outcome=outcome,
            created_at=datetime.now(UTC),
        )
    )
    log.append(lease, Succeeded(outcome=outcome))


def planned(talker: Talker, mails: Path) -> Asked:
    """A conversation in which a plan waits for Start; returns the question."""
    talker.upload(mails)
    talker.press("Right, make a plan")
    asked = talker.asked
    assert asked.approval is not None
    return asked

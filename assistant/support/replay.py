"""A stored conversation as it is replayed: what the person saw, and beside it what happened behind that.

Everything comes from stored events; no model and no tool is called.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, JsonValue

from assistant.support.desk import Head, Opened
from assistant.support.masking import masked_event, masked_text
from workspace.dataset import Dataset
from workspace.events import (
    Asked,
    AssistantSaid,
    CardShown,
    ConversationEvent,
    ErrorShown,
    StoredEvent,
    ToolCalled,
    ToolReturned,
)
from workspace.privacy import hide
from workspace.run import Failed, Progressed, Run, StoredRunEvent
from workspace.support import Access, CaseState


class Moment(BaseModel):
    """One event. ``seconds`` since the conversation began; ``took`` is how long a tool worked."""

    seq: int
    at: datetime
    seconds: float
    seen: bool
    trouble: bool
    took: float | None = None
    event: ConversationEvent


class RunStory(BaseModel):
    """A training: its plan, how it went, and why it failed."""

    id: str
    status: str
    attempt: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    plan: dict[str, JsonValue]
    failure: dict[str, JsonValue] | None
    events: list[dict[str, JsonValue]]


class VersionView(BaseModel):
    """A version of data, without anything that stands in it."""

    id: str
    name: str
    version: int
    parent_id: str | None
    rows: int
    columns: list[str]
    step: str
    created_at: datetime


class CaseView(BaseModel):
    """What its person asked the support staff."""

    state: CaseState
    message: str
    created_at: datetime


class Replay(BaseModel):
    """A whole conversation; ``masked``: without personal data and without texts of its rows."""

    conversation: Head
    masked: bool
    moments: list[Moment]
    runs: list[RunStory]
    versions: list[VersionView]
    accesses: list[Access]
    cases: list[CaseView]


def replay_of(opened: Opened, versions: Sequence[Dataset] = (), *, unmasked: bool = False) -> Replay:
    """The replay of an opened conversation, masked unless asked for otherwise."""
    return Replay(
        conversation=opened.head,
        masked=not unmasked,
        moments=_moments(opened.transcript.events, unmasked),
        runs=[_story(run, opened.run_events.get(run.id, []), unmasked) for run in opened.runs],
        versions=[_version(dataset, unmasked) for dataset in versions],
        accesses=opened.accesses,
        cases=[
            CaseView(state=case.state, message=hide(case.message), created_at=case.created_at) for case in opened.cases
        ],
    )


def _moments(events: Sequence[StoredEvent], unmasked: bool) -> list[Moment]:
    begun: dict[str, datetime] = {}
    found = []
    for stored in events:
        event = stored.event if unmasked else masked_event(stored.event)
        took = None
        if isinstance(event, ToolCalled):
            begun[event.call_id] = stored.at
        elif isinstance(event, ToolReturned):
            took = (stored.at - begun.get(event.call_id, stored.at)).total_seconds()
        found.append(
            Moment(
                seq=stored.seq,
                at=stored.at,
                seconds=round((stored.at - events[0].at).total_seconds(), 3),
                seen=_seen(event),
                trouble=isinstance(event, ErrorShown) or (isinstance(event, ToolReturned) and not event.ok),
                took=took,
                event=event,
            )
        )
    return found


def _seen(event: ConversationEvent) -> bool:
    """Whether its person saw it: what they did themselves, or a message, a card, a question, an error."""
    if isinstance(event, (AssistantSaid, CardShown, Asked, ErrorShown)):
        return True
    return event.kind in ("user_said", "file_received", "answered")


def _story(run: Run, events: Sequence[StoredRunEvent], unmasked: bool) -> RunStory:
    plan: dict[str, Any] = run.plan.model_dump(mode="json", exclude_defaults=True)
    failure = run.failure.model_dump(mode="json") if run.failure else None
    return RunStory(
        id=run.id,
        status=run.status.value,
        attempt=run.attempt,
        created_at=run.created_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
        plan=plan,
        failure=failure if unmasked or failure is None else _without_texts(failure),
        events=[_told(stored, unmasked) for stored in events],
    )


def _told(stored: StoredRunEvent, unmasked: bool) -> dict[str, JsonValue]:
    """One line of a training's story; the outcome of one that succeeded stands in the result card already."""
    event = stored.event
    body: dict[str, JsonValue] = {"seq": stored.seq, "at": stored.at.isoformat(), "kind": event.kind}
    match event:
        case Progressed():
            body |= {"stage": event.stage, "fraction": event.fraction, "message": event.message}
        case Failed(failure=failure):
            told = failure.model_dump(mode="json")
            body["failure"] = told if unmasked else _without_texts(told)
        case _:
            body |= event.model_dump(mode="json", exclude={"outcome", "kind", "result"})
    return body


def _without_texts(failure: dict[str, Any]) -> dict[str, JsonValue]:
    facts = {k: masked_text(v) if isinstance(v, str) else v for k, v in failure.get("facts", {}).items()}
    return failure | {"message": masked_text(failure["message"]), "facts": facts}


def _version(dataset: Dataset, unmasked: bool) -> VersionView:
    return VersionView(
        id=dataset.id,
        name=dataset.name if unmasked else masked_text(dataset.name),
        version=dataset.version,
        parent_id=dataset.parent_id,
        rows=dataset.rows,
        columns=[column.name for column in dataset.profile.columns],
        step=dataset.step.title if dataset.step else "",
        created_at=dataset.created_at,
    )

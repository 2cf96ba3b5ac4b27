"""The support desk: conversations of all users, found and opened. Every look into somebody's data is written down."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Engine, and_, desc, func, or_
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, exists, select

from assistant.support.masking import masked_text
from assistant.support.outcomes import IDLE, TELLING, Outcome, active_seconds, outcome_of, stuck_because
from workspace.conversations import Transcripts, conversation_of, event_of
from workspace.database import system_session
from workspace.dataset import Dataset
from workspace.events import ConversationEvent, ErrorShown, StoredEvent
from workspace.home import LOCAL_OWNER
from workspace.ids import new_id
from workspace.repositories import Datasets, missing
from workspace.run import Run, RunStatus, StoredRunEvent
from workspace.runs import TRAINING, run_event_of, run_of
from workspace.said import searched
from workspace.support import Access, SupportCase, SupportCases
from workspace.tables import (
    ConversationEventRow,
    ConversationRow,
    FeedbackRow,
    RunEventRow,
    RunRow,
    SupportAccessRow,
    SupportCaseRow,
    UserRow,
    WordsSaidRow,
    now,
)
from workspace.transcript import Transcript

_AT_ONCE = 500


class Head(BaseModel):
    """A conversation in the list. ``seconds`` is the time that was spent on it, without pauses."""

    id: str
    title: str
    user: str
    surface: str
    created_at: datetime
    updated_at: datetime
    outcome: Outcome
    stuck: str
    errors: list[str]
    events: int
    thumbs_up: int
    thumbs_down: int
    seconds: float
    asks_for_help: bool


@dataclass(frozen=True)
class Search:
    """What the list is narrowed to; empty: everything."""

    text: str = ""
    user: str = ""
    outcome: Outcome | None = None
    error: str = ""
    since: datetime | None = None
    limit: int = 50


class Opened(BaseModel):
    """A conversation with all that belongs to it, as it is stored: nothing is masked yet."""

    head: Head
    owner_id: str
    transcript: Transcript
    runs: list[Run]
    run_events: dict[str, list[StoredRunEvent]]
    accesses: list[Access]
    cases: list[SupportCase]


class SupportDesk:
    """Reads across all users, so only people with the role support, and who holds this computer, get one."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def find(self, search: Search) -> list[Head]:
        """Heads, most recently used first; titles without personal data."""
        with system_session(self.engine) as session:
            query = select(ConversationRow).order_by(desc(col(ConversationRow.updated_at))).limit(search.limit)
            rows = session.exec(query.where(*_Conditions(search).all)).all()
            return self._heads(session, rows, runs_of(session, [row.id for row in rows]))

    def open(self, conversation_id: str) -> Opened:
        """Raises NotFound."""
        with system_session(self.engine) as session:
            row = session.get(ConversationRow, conversation_id)
            if row is None:
                raise missing("conversation")
            runs = runs_of(session, [conversation_id])
            [head] = self._heads(session, [row], runs)
            own_runs = runs[conversation_id]
            stories = select(RunEventRow).where(col(RunEventRow.run_id).in_([run.id for run in own_runs]))
            run_events: dict[str, list[StoredRunEvent]] = defaultdict(list)
            for event in session.exec(stories.order_by(col(RunEventRow.run_id), col(RunEventRow.seq))):
                run_events[event.run_id].append(run_event_of(event))
            whole = select(ConversationEventRow).where(ConversationEventRow.conversation_id == conversation_id)
            events = [event_of(event) for event in session.exec(whole.order_by(col(ConversationEventRow.seq)))]
            transcript = Transcript(conversation=conversation_of(row), events=events)
        cases = SupportCases(self.engine, row.owner_id)
        return Opened(
            head=head,
            owner_id=row.owner_id,
            transcript=transcript,
            runs=own_runs,
            run_events=run_events,
            accesses=cases.accesses(conversation_id),
            cases=cases.list(conversation_id),
        )

    def versions(self, opened: Opened) -> list[Dataset]:
        """The data that belongs to the conversation, oldest version first, also what was undone."""
        found = Datasets(self.engine, opened.owner_id).list(opened.head.id, undone=True)
        return found[::-1]

    def write_down(self, opened: Opened, by: str, reason: str, *, unmasked: bool) -> None:
        """Keeps that ``by`` looked into the conversation; its person can see that."""
        with system_session(self.engine) as session:
            session.add(
                SupportAccessRow(
                    id=new_id("acc"),
                    owner_id=opened.owner_id,
                    conversation_id=opened.head.id,
                    by=by,
                    reason=reason[:500],
                    unmasked=unmasked,
                )
            )

    def may_look(self, conversation_id: str, by: str, within: timedelta, *, unmasked: bool) -> bool:
        """Whether ``by`` gave a reason for this look a short time ago, or its person asked for help."""
        if not unmasked and self._asks_for_help([conversation_id]):
            return True
        with system_session(self.engine) as session:
            query = select(SupportAccessRow).where(
                SupportAccessRow.conversation_id == conversation_id,
                SupportAccessRow.by == by,
                SupportAccessRow.created_at > now() - within,
            )
            return any(access.unmasked or not unmasked for access in session.exec(query))

    def write(self, opened: Opened, events: Sequence[ConversationEvent], *, close: bool = False) -> list[StoredEvent]:
        """Writes into the conversation as a person who helps; its open cases are answered by it, or closed."""
        stored = Transcripts(self.engine, opened.owner_id).append(opened.head.id, events)
        cases = SupportCases(self.engine, opened.owner_id)
        for case in opened.cases:
            if case.state != "closed" and (stored or close):
                cases.set_state(case.id, "closed" if close else "answered")
        return stored

    def _asks_for_help(self, ids: Sequence[str]) -> set[str]:
        with system_session(self.engine) as session:
            waiting = select(SupportCaseRow.conversation_id).where(
                col(SupportCaseRow.conversation_id).in_(ids), SupportCaseRow.state != "closed"
            )
            return set(session.exec(waiting))

    def _heads(
        self,
        session: Session,
        rows: Sequence[ConversationRow],
        runs: dict[str, list[Run]],
    ) -> list[Head]:
        ids, users = [row.id for row in rows], _users_of(session, rows)
        times, telling = _times_of(session, ids), _telling_of(session, ids)
        asking = self._asks_for_help(ids)
        thumbs: dict[str, list[int]] = defaultdict(list)
        for said in session.exec(select(FeedbackRow).where(col(FeedbackRow.conversation_id).in_(ids))):
            thumbs[said.conversation_id].append(said.value)
        at = now()
        return [
            Head(
                id=row.id,
                title=masked_text(row.title),
                user=users.get(row.owner_id, row.owner_id),
                surface=row.surface,
                created_at=row.created_at,
                updated_at=row.updated_at,
                outcome=outcome_of(runs[row.id], row.updated_at, at),
                stuck=stuck_because(telling[row.id], runs[row.id], row.updated_at, at),
                errors=list(dict.fromkeys(e.code for e in telling[row.id] if isinstance(e, ErrorShown))),
                events=len(times[row.id]),
                thumbs_up=sum(value > 0 for value in thumbs[row.id]),
                thumbs_down=sum(value <= 0 for value in thumbs[row.id]),
                seconds=round(active_seconds(times[row.id]), 1),
                asks_for_help=row.id in asking,
            )
            for row in rows
        ]


def parts_of(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many as one query may name: databases bound their number."""
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def runs_of(session: Session, ids: Sequence[str]) -> dict[str, list[Run]]:
    """The trainings of each conversation, oldest first."""
    found: dict[str, list[Run]] = defaultdict(list)
    for part in parts_of(ids):
        query = select(RunRow).where(col(RunRow.conversation_id).in_(part), RunRow.kind == TRAINING)
        for row in session.exec(query.order_by(col(RunRow.created_at))):
            found[row.conversation_id or ""].append(run_of(row))
    return found


def _times_of(session: Session, ids: Sequence[str]) -> dict[str, list[datetime]]:
    """When each event was; nothing else of it, as a conversation may be long."""
    found: dict[str, list[datetime]] = defaultdict(list)
    place = (col(ConversationEventRow.conversation_id), col(ConversationEventRow.seq))
    query = select(place[0], col(ConversationEventRow.at)).where(place[0].in_(ids)).order_by(*place)
    for conversation_id, at in session.exec(query):
        found[conversation_id].append(at)
    return found


def _telling_of(session: Session, ids: Sequence[str]) -> dict[str, list[ConversationEvent]]:
    found: dict[str, list[ConversationEvent]] = defaultdict(list)
    place = (col(ConversationEventRow.conversation_id), col(ConversationEventRow.seq))
    query = select(ConversationEventRow).where(place[0].in_(ids), col(ConversationEventRow.kind).in_(TELLING))
    for row in session.exec(query.order_by(*place)):
        found[row.conversation_id].append(event_of(row).event)
    return found


def _users_of(session: Session, rows: Sequence[ConversationRow]) -> dict[str, str]:
    query = select(UserRow).where(col(UserRow.id).in_({row.owner_id for row in rows}))
    return {LOCAL_OWNER: "local"} | {user.id: user.identifier for user in session.exec(query)}


class _Conditions:
    """A search as conditions on the list of conversations, all decided by the database."""

    def __init__(self, search: Search) -> None:
        self._search = search

    @cached_property
    def all(self) -> list[ColumnElement[bool]]:
        search, found = self._search, list[ColumnElement[bool]]()
        if search.text:
            found.append(or_(_contains(col(ConversationRow.title), search.text), self._said(search.text)))
        if search.user:
            named = select(UserRow.id).where(_contains(col(UserRow.identifier), search.user))
            found.append(or_(col(ConversationRow.owner_id).in_(named), col(ConversationRow.owner_id) == search.user))
        if search.error:
            code = col(ConversationEventRow.body)["code"].as_string() == search.error
            shown = self._event(col(ConversationEventRow.kind) == "error_shown", code)
            failed = col(RunRow.failure)["code"].as_string() == search.error
            found.append(or_(shown, self._run(RunStatus.FAILED, failed)))
        if search.since:
            found.append(col(ConversationRow.updated_at) >= search.since)
        return found + (self._outcome(search.outcome) if search.outcome else [])

    def _outcome(self, outcome: Outcome) -> list[ColumnElement[bool]]:
        """The same order as in :func:`outcome_of`."""
        trained = self._run(RunStatus.SUCCEEDED)
        under_way = or_(self._run(RunStatus.QUEUED), self._run(RunStatus.RUNNING))
        going_on = or_(under_way, col(ConversationRow.updated_at) > now() - IDLE)
        failed = self._run(RunStatus.FAILED)
        match outcome:
            case "trained":
                return [trained]
            case "in progress":
                return [~trained, going_on]
            case "failed":
                return [~trained, ~going_on, failed]
            case "gave up":
                return [~trained, ~going_on, ~failed]

    @staticmethod
    def _run(status: RunStatus, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        here = and_(
            col(RunRow.conversation_id) == col(ConversationRow.id),
            col(RunRow.kind) == TRAINING,
            col(RunRow.status) == status.value,
            *conditions,
        )
        return exists().where(here)

    @staticmethod
    def _event(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        # As a list and not as EXISTS: SQLite then reads the events once, and not once for each conversation.
        with_it = select(ConversationEventRow.conversation_id).where(*conditions)
        return col(ConversationRow.id).in_(with_it)

    @staticmethod
    def _said(text: str) -> ColumnElement[bool]:
        found = select(WordsSaidRow.conversation_id).where(
            col(WordsSaidRow.words).contains(searched(text), autoescape=True)
        )
        return col(ConversationRow.id).in_(found)


def _contains(column: ColumnElement[str] | Mapped[str], text: str) -> ColumnElement[bool]:
    return func.lower(column).contains(text.lower(), autoescape=True)

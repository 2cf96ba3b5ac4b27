"""Conversations of one owner: heads, events in order, feedback."""

import builtins
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete, desc, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from workspace.blanking import blank_events
from workspace.database import affected
from workspace.errors import Conflict
from workspace.events import Card, ConversationEvent, StoredEvent
from workspace.ids import new_conversation_id, new_id
from workspace.repositories import Repository, missing
from workspace.said import words_of
from workspace.success import SuccessCriteria
from workspace.tables import (
    ConversationEventRow,
    ConversationRow,
    FeedbackRow,
    RunRow,
    SlackThreadRow,
    SuccessCriteriaRow,
    SupportCaseRow,
    SupportNoteRow,
    WordsSaidRow,
    now,
)
from workspace.transcript import Conversation, Transcript

_CONVERSATION_EVENT: TypeAdapter[ConversationEvent] = TypeAdapter(ConversationEvent)


_PARTS = (
    ConversationEventRow,
    WordsSaidRow,
    FeedbackRow,
    SlackThreadRow,
    SuccessCriteriaRow,
    SupportCaseRow,
    SupportNoteRow,
)
"""What goes with a conversation."""


class Transcripts(Repository):
    """Conversations and their events: the one place where a conversation is kept."""

    def create(self, surface: str, conversation_id: str | None = None, title: str = "") -> Conversation:
        """A new conversation. Raises Conflict if the id is taken (also by somebody else)."""
        row = ConversationRow(
            id=conversation_id or new_conversation_id(), owner_id=self.owner_id, surface=surface, title=title
        )
        try:
            with self._session() as session:
                session.add(row)
        except IntegrityError as exc:
            raise Conflict("CONVERSATION_EXISTS", "This conversation exists already.", "Open a new one.") from exc
        return conversation_of(row)

    def head(self, conversation_id: str) -> Conversation:
        with self._session() as session:
            row = session.exec(select(ConversationRow).where(ConversationRow.id == conversation_id)).first()
        if row is None:
            raise missing("conversation")
        return conversation_of(row)

    def append(self, conversation_id: str, events: Sequence[ConversationEvent]) -> builtins.list[StoredEvent]:
        """Stores events in order, numbered without gaps, in one transaction. Raises NotFound."""
        if not events:
            return []
        with self._session() as session:
            return self._append(session, conversation_id, events)

    def report(
        self, conversation_id: str, run_id: str, events: Sequence[ConversationEvent]
    ) -> builtins.list[StoredEvent]:
        """Tells a conversation how a run ended, exactly once: one transaction marks it as told and stores the events.

        Returns no events where it was told before. Raises NotFound where the conversation is gone.
        """
        with self._session() as session:
            untold = update(RunRow).where(col(RunRow.id) == run_id, col(RunRow.reported).is_(False))
            if not affected(session, untold.values(reported=True)):
                return []
            return self._append(session, conversation_id, events)

    def _append(
        self, session: Session, conversation_id: str, events: Sequence[ConversationEvent]
    ) -> builtins.list[StoredEvent]:
        at = now()
        last = session.execute(
            update(ConversationRow)
            .where(col(ConversationRow.id) == conversation_id)
            .values(last_seq=ConversationRow.last_seq + len(events), updated_at=at)
            .returning(col(ConversationRow.last_seq))
        ).scalar_one_or_none()
        if last is None:
            raise missing("conversation")
        stored = [
            StoredEvent(conversation_id=conversation_id, seq=last - len(events) + i, at=at, event=event)
            for i, event in enumerate(events, start=1)
        ]
        for event in stored:
            session.add_all(self._rows(event))
        return stored

    def _rows(self, stored: StoredEvent) -> Iterator[ConversationEventRow | WordsSaidRow]:
        """The event, and its words for search where it has any."""
        kind, body = stored.event.kind, stored.event.model_dump(mode="json")
        place: dict[str, Any] = {
            "conversation_id": stored.conversation_id,
            "seq": stored.seq,
            "owner_id": self.owner_id,
        }
        yield ConversationEventRow(**place, kind=kind, at=stored.at, body=body)
        if words := words_of(kind, body):
            yield WordsSaidRow(**place, words=words)

    def load(self, conversation_id: str, after: int = 0) -> Transcript:
        """The head and the events with ``seq > after``. Raises NotFound."""
        with self._session() as session:
            head = session.exec(select(ConversationRow).where(ConversationRow.id == conversation_id)).first()
            if head is None:
                raise missing("conversation")
            rows = session.exec(
                select(ConversationEventRow)
                .where(ConversationEventRow.conversation_id == conversation_id, ConversationEventRow.seq > after)
                .order_by(col(ConversationEventRow.seq))
            ).all()
        return Transcript(conversation=conversation_of(head), events=[event_of(row) for row in rows])

    def blank(self, ids: Collection[str], instead: Card) -> int:
        """Takes out of all conversations what they show of deleted data (:mod:`workspace.blanking`)."""
        with self._session() as session:
            return blank_events(session, ids, instead)

    def list(self, limit: int = 50, before: datetime | None = None, search: str = "") -> builtins.list[Conversation]:
        """Heads, most recently used first; ``search`` looks into titles."""
        query = select(ConversationRow).order_by(desc(col(ConversationRow.updated_at))).limit(limit)
        if before is not None:
            query = query.where(ConversationRow.updated_at < before)
        if search:
            query = query.where(func.lower(ConversationRow.title).contains(search.lower(), autoescape=True))
        with self._session() as session:
            return [conversation_of(row) for row in session.exec(query)]

    def rename(self, conversation_id: str, title: str) -> None:
        """Raises NotFound."""
        with self._session() as session:
            renamed = update(ConversationRow).where(col(ConversationRow.id) == conversation_id)
            if not affected(session, renamed.values(title=title[:200])):
                raise missing("conversation")

    def criteria(self, conversation_id: str) -> SuccessCriteria:
        """What its person wants of the model; all open where nothing was said."""
        query = select(SuccessCriteriaRow).where(SuccessCriteriaRow.conversation_id == conversation_id)
        with self._session() as session:
            row = session.exec(query).first()
        return SuccessCriteria.model_validate(row.body) if row else SuccessCriteria()

    def set_criteria(self, conversation_id: str, criteria: SuccessCriteria) -> None:
        """Keeps them in the place of those before. Raises NotFound."""
        self.head(conversation_id)
        body = criteria.model_dump(mode="json")
        with self._session() as session:
            query = select(SuccessCriteriaRow).where(SuccessCriteriaRow.conversation_id == conversation_id)
            row = session.exec(query).first()
            row = row or SuccessCriteriaRow(owner_id=self.owner_id, conversation_id=conversation_id, body=body)
            row.body, row.updated_at = body, now()
            session.add(row)

    def delete(self, conversation_id: str) -> None:
        """Removes the conversation with its events, criteria, feedback, questions to support and their notes.

        That somebody of the support looked into it stays on record. Raises NotFound.
        """
        self.head(conversation_id)
        with self._session() as session:
            for table in _PARTS:
                session.execute(delete(table).where(col(table.conversation_id) == conversation_id))
            session.execute(delete(ConversationRow).where(col(ConversationRow.id) == conversation_id))


def conversation_of(row: ConversationRow) -> Conversation:
    return Conversation(
        id=row.id,
        owner_id=row.owner_id,
        title=row.title,
        surface=row.surface,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def event_of(row: ConversationEventRow) -> StoredEvent:
    event = _CONVERSATION_EVENT.validate_python(row.body)
    return StoredEvent(conversation_id=row.conversation_id, seq=row.seq, at=row.at, event=event)


class Feedback(Repository):
    """Thumbs on what the assistant said."""

    def put(self, conversation_id: str, seq: int, value: int, comment: str = "") -> str:
        """Sets the feedback on one event of an own conversation; a second one replaces the first. Raises NotFound."""
        Transcripts(self.engine, self.owner_id).head(conversation_id)
        with self._session() as session:
            row = self._find(session, conversation_id, seq)
            if row is None:
                row = FeedbackRow(
                    id=new_id("fb"), owner_id=self.owner_id, conversation_id=conversation_id, seq=seq, value=value
                )
            row.value, row.comment = value, comment[:2000]
            session.add(row)
            return row.id

    def of(self, conversation_id: str) -> dict[int, FeedbackRow]:
        """By the ``seq`` of the event it is about."""
        query = select(FeedbackRow).where(FeedbackRow.conversation_id == conversation_id)
        with self._session() as session:
            return {row.seq: row for row in session.exec(query)}

    def delete(self, feedback_id: str) -> bool:
        """False where there is none of that id that belongs to the owner."""
        with self._session() as session:
            return bool(affected(session, delete(FeedbackRow).where(col(FeedbackRow.id) == feedback_id)))

    @staticmethod
    def _find(session: Session, conversation_id: str, seq: int) -> FeedbackRow | None:
        query = select(FeedbackRow).where(FeedbackRow.conversation_id == conversation_id, FeedbackRow.seq == seq)
        return session.exec(query).first()

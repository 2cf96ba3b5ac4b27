"""What a user owns, read and written as the pure types. Every repository is bound to one owner."""

import builtins
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Engine, delete, desc, func, update
from sqlmodel import Session, col, select

from workspace.database import affected, owner_session
from workspace.dataset import Dataset, DatasetProfile
from workspace.errors import Conflict, NotFound
from workspace.events import ConversationEvent, StoredEvent
from workspace.ids import new_conversation_id, new_id
from workspace.model import RunOutcome, TrainedModel
from workspace.plan import StoredPlan, TrainingPlan
from workspace.run import Failure, Queued, Run, RunEvent, RunStatus, StoredRunEvent
from workspace.tables import (
    ConversationEventRow,
    ConversationRow,
    DatasetRow,
    FeedbackRow,
    ModelRow,
    PlanRow,
    RunEventRow,
    RunRow,
    now,
)
from workspace.transcript import Conversation, Transcript

_RUN_EVENT: TypeAdapter[RunEvent] = TypeAdapter(RunEvent)
_CONVERSATION_EVENT: TypeAdapter[ConversationEvent] = TypeAdapter(ConversationEvent)


class _Repository:
    def __init__(self, engine: Engine, owner_id: str) -> None:
        self.engine = engine
        self.owner_id = owner_id

    def _session(self) -> AbstractContextManager[Session]:
        return owner_session(self.engine, self.owner_id)


def _missing(what: str) -> NotFound:
    return NotFound(f"{what.upper()}_NOT_FOUND", f"There is no such {what}.", f"Ask for the list of your {what}s.")


class Datasets(_Repository):
    """Immutable versions of tables."""

    def add(self, dataset: Dataset) -> None:
        row = dataset.model_dump(mode="json", exclude={"created_at"})
        with self._session() as session:
            session.add(DatasetRow(**row, created_at=dataset.created_at))

    def get(self, dataset_id: str) -> Dataset:
        with self._session() as session:
            row = session.exec(select(DatasetRow).where(DatasetRow.id == dataset_id)).first()
        if row is None:
            raise _missing("dataset")
        return self._of(row)

    def list(self, conversation_id: str | None = None) -> builtins.list[Dataset]:
        """Newest first."""
        query = select(DatasetRow).order_by(desc(col(DatasetRow.created_at)), desc(col(DatasetRow.id)))
        if conversation_id is not None:
            query = query.where(DatasetRow.conversation_id == conversation_id)
        with self._session() as session:
            return [self._of(row) for row in session.exec(query)]

    def delete(self, dataset_id: str) -> None:
        """Removes the row; the caller removes the objects. Raises NotFound, and Conflict while a run uses it."""
        self.get(dataset_id)
        with self._session() as session:
            running = session.exec(
                select(RunRow.plan).where(col(RunRow.status).in_([RunStatus.QUEUED.value, RunStatus.RUNNING.value]))
            ).all()
            if any(plan.get("dataset_id") == dataset_id for plan in running):
                raise Conflict("DATASET_IN_USE", "A training is using this data.", "Stop the training first.")
            session.execute(delete(DatasetRow).where(col(DatasetRow.id) == dataset_id))

    @staticmethod
    def _of(row: DatasetRow) -> Dataset:
        body = row.model_dump()
        body["profile"] = DatasetProfile.model_validate(body["profile"])
        return Dataset.model_validate(body)


class Plans(_Repository):
    """Proposals, each frozen and hashed."""

    def add(self, plan: TrainingPlan, conversation_id: str | None = None, parent_id: str | None = None) -> StoredPlan:
        stored = StoredPlan(
            id=new_id("plan"), owner_id=self.owner_id, conversation_id=conversation_id, parent_id=parent_id, plan=plan
        )
        with self._session() as session:
            session.add(
                PlanRow(
                    id=stored.id,
                    owner_id=self.owner_id,
                    conversation_id=conversation_id,
                    parent_id=parent_id,
                    hash=plan.hash,
                    body=plan.model_dump(mode="json"),
                )
            )
        return stored

    def get(self, plan_id: str) -> StoredPlan:
        with self._session() as session:
            row = session.exec(select(PlanRow).where(PlanRow.id == plan_id)).first()
        if row is None:
            raise _missing("plan")
        return self._of(row)

    def latest(self, conversation_id: str) -> StoredPlan | None:
        query = select(PlanRow).where(PlanRow.conversation_id == conversation_id).order_by(desc(col(PlanRow.id)))
        with self._session() as session:
            row = session.exec(query.limit(1)).first()
        return self._of(row) if row else None

    def _of(self, row: PlanRow) -> StoredPlan:
        return StoredPlan(
            id=row.id,
            owner_id=row.owner_id,
            conversation_id=row.conversation_id,
            parent_id=row.parent_id,
            plan=TrainingPlan.model_validate(row.body),
        )


class Runs(_Repository):
    """Runs and their events, as the owner sees them. What the worker does with a run is in ``run_log``."""

    def create(self, plan: StoredPlan, conversation_id: str | None = None) -> tuple[Run, bool]:
        """The run of this plan and whether it is new: two clicks on Start make one run.

        The row and its first event are one transaction; announcing it to the queue comes after.
        """
        from sqlalchemy.exc import IntegrityError

        run_id = new_id("run")
        try:
            with self._session() as session:
                session.add(
                    RunRow(
                        id=run_id,
                        owner_id=self.owner_id,
                        plan_id=plan.id,
                        plan=plan.plan.model_dump(mode="json"),
                        conversation_id=conversation_id,
                        last_seq=1,
                    )
                )
                session.add(
                    RunEventRow(run_id=run_id, seq=1, owner_id=self.owner_id, body=Queued().model_dump(mode="json"))
                )
            return self.get(run_id), True
        except IntegrityError:
            with self._session() as session:
                row = session.exec(select(RunRow).where(RunRow.plan_id == plan.id)).one()
            return run_of(row), False

    def get(self, run_id: str) -> Run:
        with self._session() as session:
            row = session.exec(select(RunRow).where(RunRow.id == run_id)).first()
        if row is None:
            raise _missing("run")
        return run_of(row)

    def list(self, conversation_id: str | None = None) -> builtins.list[Run]:
        """Newest first."""
        query = select(RunRow).order_by(desc(col(RunRow.id)))
        if conversation_id is not None:
            query = query.where(RunRow.conversation_id == conversation_id)
        with self._session() as session:
            return [run_of(row) for row in session.exec(query)]

    def of_plan(self, plan_id: str) -> Run | None:
        """The run that this plan has started, if it has."""
        with self._session() as session:
            row = session.exec(select(RunRow).where(RunRow.plan_id == plan_id)).first()
        return run_of(row) if row else None

    def request_cancel(self, run_id: str) -> Run:
        """Asks the worker to stop; the run's end comes as an event. An ended run is returned as it is."""
        with self._session() as session:
            session.execute(update(RunRow).where(col(RunRow.id) == run_id).values(cancel_requested=True))
        return self.get(run_id)

    def events(self, run_id: str, after: int = 0, kinds: Sequence[str] = ()) -> builtins.list[StoredRunEvent]:
        """Events with ``seq > after``, oldest first."""
        query = select(RunEventRow).where(RunEventRow.run_id == run_id, RunEventRow.seq > after)
        with self._session() as session:
            rows = session.exec(query.order_by(col(RunEventRow.seq))).all()
        return [run_event_of(row) for row in rows if not kinds or row.body["kind"] in kinds]

    def unreported(self) -> builtins.list[Run]:
        """Runs of conversations whose end has not been told there yet, running ones included."""
        query = select(RunRow).where(col(RunRow.reported).is_(False), col(RunRow.conversation_id).is_not(None))
        with self._session() as session:
            return [run_of(row) for row in session.exec(query)]

    def claim_report(self, run_id: str) -> bool:
        """True for exactly one caller: who tells the conversation how the run ended."""
        with self._session() as session:
            unreported = update(RunRow).where(col(RunRow.id) == run_id, col(RunRow.reported).is_(False))
            return bool(affected(session, unreported.values(reported=True)))


def run_of(row: RunRow) -> Run:
    return Run(
        id=row.id,
        owner_id=row.owner_id,
        plan_id=row.plan_id,
        plan=TrainingPlan.model_validate(row.plan),
        conversation_id=row.conversation_id,
        status=RunStatus(row.status),
        attempt=row.attempt,
        cancel_requested=row.cancel_requested,
        failure=Failure.model_validate(row.failure) if row.failure else None,
        outcome=RunOutcome.model_validate(row.outcome) if row.outcome else None,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


def run_event_of(row: RunEventRow) -> StoredRunEvent:
    return StoredRunEvent(run_id=row.run_id, seq=row.seq, at=row.at, event=_RUN_EVENT.validate_python(row.body))


class Models(_Repository):
    """Trained models; their files are in storage below ``artifact_key``."""

    def add(self, model: TrainedModel) -> None:
        with self._session() as session:
            session.merge(
                ModelRow(
                    id=model.id,
                    owner_id=model.owner_id,
                    run_id=model.run_id,
                    dataset_id=model.dataset_id,
                    name=model.name,
                    body=model.model_dump(mode="json"),
                    created_at=model.created_at,
                )
            )

    def get(self, model_id: str) -> TrainedModel:
        with self._session() as session:
            row = session.exec(select(ModelRow).where(ModelRow.id == model_id)).first()
        if row is None:
            raise _missing("model")
        return TrainedModel.model_validate(row.body)

    def list(self) -> builtins.list[TrainedModel]:
        """Newest first."""
        with self._session() as session:
            rows = session.exec(select(ModelRow).order_by(desc(col(ModelRow.created_at)))).all()
        return [TrainedModel.model_validate(row.body) for row in rows]

    def of_run(self, run_id: str) -> TrainedModel | None:
        with self._session() as session:
            row = session.exec(select(ModelRow).where(ModelRow.run_id == run_id)).first()
        return TrainedModel.model_validate(row.body) if row else None


class Transcripts(_Repository):
    """Conversations and their events: the one place where a conversation is kept."""

    def create(self, surface: str, conversation_id: str | None = None, title: str = "") -> Conversation:
        """A new conversation. Raises Conflict if the id is taken (also by somebody else)."""
        from sqlalchemy.exc import IntegrityError

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
            raise _missing("conversation")
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
            raise _missing("conversation")
        stored = [
            StoredEvent(conversation_id=conversation_id, seq=last - len(events) + i, at=at, event=event)
            for i, event in enumerate(events, start=1)
        ]
        session.add_all(self._row(s) for s in stored)
        return stored

    def _row(self, stored: StoredEvent) -> ConversationEventRow:
        return ConversationEventRow(
            conversation_id=stored.conversation_id,
            seq=stored.seq,
            owner_id=self.owner_id,
            kind=stored.event.kind,
            at=stored.at,
            body=stored.event.model_dump(mode="json"),
        )

    def load(self, conversation_id: str, after: int = 0) -> Transcript:
        """The head and the events with ``seq > after``. Raises NotFound."""
        with self._session() as session:
            head = session.exec(select(ConversationRow).where(ConversationRow.id == conversation_id)).first()
            if head is None:
                raise _missing("conversation")
            rows = session.exec(
                select(ConversationEventRow)
                .where(ConversationEventRow.conversation_id == conversation_id, ConversationEventRow.seq > after)
                .order_by(col(ConversationEventRow.seq))
            ).all()
        events = [
            StoredEvent(
                conversation_id=r.conversation_id, seq=r.seq, at=r.at, event=_CONVERSATION_EVENT.validate_python(r.body)
            )
            for r in rows
        ]
        return Transcript(conversation=conversation_of(head), events=events)

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
                raise _missing("conversation")

    def delete(self, conversation_id: str) -> None:
        """Removes the conversation, its events and its feedback. Raises NotFound."""
        self.head(conversation_id)
        with self._session() as session:
            session.execute(
                delete(ConversationEventRow).where(col(ConversationEventRow.conversation_id) == conversation_id)
            )
            session.execute(delete(FeedbackRow).where(col(FeedbackRow.conversation_id) == conversation_id))
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


class Feedback(_Repository):
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

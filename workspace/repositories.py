"""What a user owns, read and written as the pure types. Every repository is bound to one owner."""

import builtins
from collections.abc import Sequence
from contextlib import AbstractContextManager

from pydantic import TypeAdapter
from sqlalchemy import Engine, delete, desc, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from workspace.database import affected, owner_session
from workspace.dataset import Check, Dataset, DatasetProfile
from workspace.errors import Conflict, NotFound
from workspace.ids import new_id
from workspace.model import RunOutcome, TrainedModel
from workspace.plan import StoredPlan, TrainingPlan
from workspace.run import Failure, Queued, Run, RunEvent, RunStatus, StoredRunEvent
from workspace.tables import (
    DatasetRow,
    ModelRow,
    PlanRow,
    RunEventRow,
    RunRow,
)

_RUN_EVENT: TypeAdapter[RunEvent] = TypeAdapter(RunEvent)


class Repository:
    """Rows of one owner."""

    def __init__(self, engine: Engine, owner_id: str) -> None:
        self.engine = engine
        self.owner_id = owner_id

    def _session(self) -> AbstractContextManager[Session]:
        return owner_session(self.engine, self.owner_id)


def missing(what: str) -> NotFound:
    return NotFound(f"{what.upper()}_NOT_FOUND", f"There is no such {what}.", f"Ask for the list of your {what}s.")


class Datasets(Repository):
    """Immutable versions of tables."""

    def add(self, dataset: Dataset) -> None:
        row = dataset.model_dump(mode="json", exclude={"created_at"})
        with self._session() as session:
            session.add(DatasetRow(**row, created_at=dataset.created_at))

    def get(self, dataset_id: str) -> Dataset:
        with self._session() as session:
            row = session.exec(select(DatasetRow).where(DatasetRow.id == dataset_id)).first()
        if row is None:
            raise missing("dataset")
        return self._of(row)

    def list(
        self, conversation_id: str | None = None, family_id: str | None = None, *, undone: bool = False
    ) -> builtins.list[Dataset]:
        """Newest first; without the versions that were undone, unless asked for."""
        query = select(DatasetRow).order_by(desc(col(DatasetRow.created_at)), desc(col(DatasetRow.id)))
        if conversation_id is not None:
            query = query.where(DatasetRow.conversation_id == conversation_id)
        if family_id is not None:
            query = query.where(DatasetRow.family_id == family_id)
        if not undone:
            query = query.where(col(DatasetRow.undone).is_(False))
        with self._session() as session:
            return [self._of(row) for row in session.exec(query)]

    def set_undone(self, dataset_id: str, undone: bool) -> None:
        """Takes a version out of sight, or brings it back. Raises NotFound."""
        self._update(dataset_id, undone=undone)

    def set_check(self, dataset_id: str, check: Check) -> None:
        """Keeps what a model found in a version. Raises NotFound."""
        self._update(dataset_id, check=check.model_dump(mode="json"))

    def rename(self, family_id: str, name: str) -> None:
        """Gives all versions of a data set another name."""
        with self._session() as session:
            session.execute(update(DatasetRow).where(col(DatasetRow.family_id) == family_id).values(name=name))

    def _update(self, dataset_id: str, **values: object) -> None:
        with self._session() as session:
            if not affected(session, update(DatasetRow).where(col(DatasetRow.id) == dataset_id).values(**values)):
                raise missing("dataset")

    def delete(self, dataset_id: str) -> None:
        """Removes the row; the caller removes the objects. Raises NotFound, and Conflict while a run uses it."""
        self.get(dataset_id)
        with self._session() as session:
            running = session.exec(
                select(RunRow.plan).where(col(RunRow.status).in_([RunStatus.QUEUED.value, RunStatus.RUNNING.value]))
            ).all()
            if any(dataset_id in (plan["dataset_id"], plan.get("test_dataset_id")) for plan in running):
                raise Conflict("DATASET_IN_USE", "A training is using this data.", "Stop the training first.")
            session.execute(delete(DatasetRow).where(col(DatasetRow.id) == dataset_id))

    @staticmethod
    def _of(row: DatasetRow) -> Dataset:
        body = row.model_dump()
        body["profile"] = DatasetProfile.model_validate(body["profile"])
        return Dataset.model_validate(body)


class Plans(Repository):
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
            raise missing("plan")
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


class Runs(Repository):
    """Runs and their events, as the owner sees them. What the worker does with a run is in ``run_log``."""

    def create(self, plan: StoredPlan, conversation_id: str | None = None) -> tuple[Run, bool]:
        """The run of this plan and whether it is new: two clicks on Start make one run.

        The row and its first event are one transaction; announcing it to the queue comes after.
        """
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
            raise missing("run")
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


class Models(Repository):
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
            raise missing("model")
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

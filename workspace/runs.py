"""Trainings and analyses, as their owner sees them. What the worker does with them is in ``run_log``."""

import builtins
from collections.abc import Collection, Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import desc, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from workspace.analysis import Analysis, AnalysisJob
from workspace.blanking import blank_outcomes
from workspace.database import affected
from workspace.ids import new_id
from workspace.model import RunOutcome
from workspace.plan import StoredPlan, TrainingPlan
from workspace.repositories import Repository, missing
from workspace.run import Failure, Queued, Run, RunEvent, RunStatus, StoredRunEvent
from workspace.tables import RunEventRow, RunRow

TRAINING, ANALYSIS = "training", "analysis"
_RUN_EVENT: TypeAdapter[RunEvent] = TypeAdapter(RunEvent)
_IN_VAIN = (RunStatus.FAILED.value, RunStatus.CANCELLED.value)


class _Worked(Repository):
    """What trainings and analyses have in common. ``kind`` is the only thing that tells their rows apart."""

    kind: str
    what: str

    def _row(self, session: Session, work_id: str) -> RunRow:
        row = session.exec(select(RunRow).where(RunRow.id == work_id, RunRow.kind == self.kind)).first()
        if row is None:
            raise missing(self.what)
        return row

    def _rows(self, conversation_id: str | None) -> builtins.list[RunRow]:
        query = select(RunRow).where(RunRow.kind == self.kind).order_by(desc(col(RunRow.id)))
        if conversation_id is not None:
            query = query.where(RunRow.conversation_id == conversation_id)
        with self._session() as session:
            return list(session.exec(query))

    def _untold(self) -> builtins.list[RunRow]:
        query = select(RunRow).where(RunRow.kind == self.kind)
        query = query.where(col(RunRow.reported).is_(False), col(RunRow.conversation_id).is_not(None))
        with self._session() as session:
            return list(session.exec(query))

    def _add(self, session: Session, work_id: str, **values: Any) -> None:
        """The row and its first event are one transaction; announcing it to the queue comes after."""
        session.add(RunRow(id=work_id, owner_id=self.owner_id, kind=self.kind, last_seq=1, **values))
        session.add(RunEventRow(run_id=work_id, seq=1, owner_id=self.owner_id, body=Queued().model_dump(mode="json")))

    def _ask_to_cancel(self, work_id: str) -> None:
        with self._session() as session:
            session.execute(update(RunRow).where(col(RunRow.id) == work_id).values(cancel_requested=True))

    def events(self, run_id: str, after: int = 0, kinds: Sequence[str] = ()) -> builtins.list[StoredRunEvent]:
        """Events with ``seq > after``, oldest first."""
        query = select(RunEventRow).where(RunEventRow.run_id == run_id, RunEventRow.seq > after)
        with self._session() as session:
            rows = session.exec(query.order_by(col(RunEventRow.seq))).all()
        return [run_event_of(row) for row in rows if not kinds or row.body["kind"] in kinds]

    def claim_report(self, run_id: str) -> bool:
        """True for exactly one caller: who tells the conversation how it ended."""
        with self._session() as session:
            unreported = update(RunRow).where(col(RunRow.id) == run_id, col(RunRow.reported).is_(False))
            return bool(affected(session, unreported.values(reported=True)))


class Runs(_Worked):
    """Trainings and their events."""

    kind, what = TRAINING, "run"

    def create(self, plan: StoredPlan, conversation_id: str | None = None) -> tuple[Run, bool]:
        """The run of this plan and whether it is new: two clicks on Start make one run."""
        run_id = new_id("run")
        try:
            with self._session() as session:
                body = plan.plan.model_dump(mode="json")
                self._add(session, run_id, plan_id=plan.id, plan=body, conversation_id=conversation_id)
            return self.get(run_id), True
        except IntegrityError:
            with self._session() as session:
                row = session.exec(select(RunRow).where(RunRow.plan_id == plan.id)).one()
            return run_of(row), False

    def get(self, run_id: str) -> Run:
        with self._session() as session:
            return run_of(self._row(session, run_id))

    def list(self, conversation_id: str | None = None) -> builtins.list[Run]:
        """Newest first."""
        return [run_of(row) for row in self._rows(conversation_id)]

    def of_plan(self, plan_id: str) -> Run | None:
        """The run that this plan has started, if it has."""
        with self._session() as session:
            row = session.exec(select(RunRow).where(RunRow.plan_id == plan_id)).first()
        return run_of(row) if row else None

    def request_cancel(self, run_id: str) -> Run:
        """Asks the worker to stop; the run's end comes as an event. An ended run is returned as it is."""
        self._ask_to_cancel(run_id)
        return self.get(run_id)

    def blank(self, dataset_ids: Collection[str]) -> set[str]:
        """Takes texts of deleted data out of what trainings left (:mod:`workspace.blanking`); whose ids are given."""
        with self._session() as session:
            return blank_outcomes(session, dataset_ids)

    def unreported(self) -> builtins.list[Run]:
        """Runs of conversations whose end has not been told there yet, running ones included."""
        return [run_of(row) for row in self._untold()]


class Analyses(_Worked):
    """Analyses and their events."""

    kind, what = ANALYSIS, "analysis"

    def start(self, job: AnalysisJob, conversation_id: str | None = None) -> tuple[Analysis, bool]:
        """The analysis of this job and whether it is new.

        The same job is done once: while one waits, runs or has succeeded, that one is given. One that failed or was
        cancelled makes way for a new one. The caller wakes a worker: ``queue.submit_run(analysis.id)``.
        """
        # The column that keeps two trainings of one plan apart does the same for jobs.
        key = f"{self.owner_id}/{job.hash}"
        analysis_id = new_id("an")
        try:
            with self._session() as session:
                in_vain = update(RunRow).where(col(RunRow.plan_id) == key, col(RunRow.status).in_(_IN_VAIN))
                session.execute(in_vain.values(plan_id=RunRow.id))
                body = job.model_dump(mode="json")
                self._add(session, analysis_id, plan_id=key, plan=body, conversation_id=conversation_id)
            return self.get(analysis_id), True
        except IntegrityError:
            with self._session() as session:
                row = session.exec(select(RunRow).where(RunRow.plan_id == key)).one()
            return analysis_of(row), False

    def get(self, analysis_id: str) -> Analysis:
        with self._session() as session:
            return analysis_of(self._row(session, analysis_id))

    def list(self, conversation_id: str | None = None, dataset_id: str | None = None) -> builtins.list[Analysis]:
        """Newest first."""
        found = [analysis_of(row) for row in self._rows(conversation_id)]
        return [a for a in found if dataset_id is None or a.job.dataset_id == dataset_id]

    def request_cancel(self, analysis_id: str) -> Analysis:
        """Asks the worker to stop; the end comes as an event. An ended one is returned as it is."""
        self._ask_to_cancel(analysis_id)
        return self.get(analysis_id)

    def unreported(self) -> builtins.list[Analysis]:
        """Those of conversations whose end has not been told there yet, running ones included."""
        return [analysis_of(row) for row in self._untold()]


def _common(row: RunRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "owner_id": row.owner_id,
        "conversation_id": row.conversation_id,
        "status": RunStatus(row.status),
        "attempt": row.attempt,
        "cancel_requested": row.cancel_requested,
        "failure": Failure.model_validate(row.failure) if row.failure else None,
        "created_at": row.created_at,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
    }


def run_of(row: RunRow) -> Run:
    outcome = RunOutcome.model_validate(row.outcome) if row.outcome else None
    return Run(plan_id=row.plan_id, plan=TrainingPlan.model_validate(row.plan), outcome=outcome, **_common(row))


def analysis_of(row: RunRow) -> Analysis:
    return Analysis(job=AnalysisJob.model_validate(row.plan), result=row.outcome, **_common(row))


def work_of(row: RunRow) -> Run | Analysis:
    """Whichever of the two the row is."""
    return analysis_of(row) if row.kind == ANALYSIS else run_of(row)


def run_event_of(row: RunEventRow) -> StoredRunEvent:
    return StoredRunEvent(run_id=row.run_id, seq=row.seq, at=row.at, event=_RUN_EVENT.validate_python(row.body))

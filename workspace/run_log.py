"""The worker's side of a run: the lease on it, its events, and the sweep that brings lost runs back.

Trainings and analyses are handled alike, each kind in a lane of its own: an analysis never takes a training's place,
and none begins while its owner has a training under way.

The database row is the truth. A queue message is only a wake-up, so lost and doubled messages do no harm.
Events are stored first and announced second, on a stream that carries only their numbers.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, cast

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import Engine, func, or_, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from workspace.analysis import ANALYSES_AT_ONCE, Analysis
from workspace.database import affected, lock, system_session
from workspace.run import (
    Analysed,
    Cancelled,
    Failed,
    Failure,
    MetricLogged,
    Progressed,
    Queued,
    Run,
    RunEvent,
    RunStatus,
    Started,
    Succeeded,
)
from workspace.runs import ANALYSIS, TRAINING, work_of
from workspace.tables import RunEventRow, RunRow, now


class Bell(Protocol):
    """Tells whoever listens that a run has new events. Losing a ring loses nothing but time."""

    def ring(self, run_id: str, seq: int) -> None: ...


class SilentBell:
    """For a single process without a broker."""

    def ring(self, run_id: str, seq: int) -> None:
        return None


def stream_of(run_id: str) -> str:
    """Name of the stream on which a run's event numbers are announced."""
    return f"mtw:run:{run_id}"


class StreamBell:
    """Announces on a Redis/Valkey stream of bounded length. A broker that is away is passed over."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._silent_until = 0.0

    @classmethod
    def of(cls, url: str) -> "StreamBell":
        """A bell on the broker at ``url`` that never holds anybody up for more than a second."""
        once = Retry(NoBackoff(), 0)
        return cls(redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, retry=once))

    def ring(self, run_id: str, seq: int) -> None:
        if time.monotonic() < self._silent_until:
            return
        try:
            with self._client.pipeline(transaction=False) as pipeline:
                pipeline.xadd(stream_of(run_id), {"seq": seq}, maxlen=1000, approximate=True)
                pipeline.expire(stream_of(run_id), 7 * 24 * 3600)
                pipeline.execute()
        except redis.RedisError:
            # A training must not wait a second at each event for a broker that does not answer.
            self._silent_until = time.monotonic() + 5


@dataclass(frozen=True)
class Lease:
    """Proof that this holder may write to the run, as long as heartbeats keep it alive."""

    run: Run | Analysis
    holder: str
    seconds: float


class LeaseLost(RuntimeError):
    """Another worker has taken the run; whoever gets this must stop writing at once."""


class RunLog:
    """All that workers write about runs. A *run* here is a training or an analysis."""

    def __init__(self, engine: Engine, bell: Bell | None = None) -> None:
        self._engine = engine
        self._bell = bell or SilentBell()

    def claim(self, run_id: str, holder: str, seconds: float, max_attempts: int, max_parallel: int = 0) -> Lease | None:
        """Takes a queued or orphaned run by compare-and-set.

        Returns None where the run has ended, is held by a live worker, or must wait its turn: ``max_parallel``
        trainings are under way (0: no limit), or for an analysis, another one or a training of the same owner.
        A run that asked for cancelling or has used up its attempts is ended here.
        """
        at = now()
        with system_session(self._engine) as session:
            free = or_(
                col(RunRow.status) == RunStatus.QUEUED.value,
                (col(RunRow.status) == RunStatus.RUNNING.value) & (col(RunRow.lease_until) < at),
            )
            # Claims are counted one after the other. SQLite: the write comes before any reading, and so takes the one
            # write lock. PostgreSQL: an advisory lock until the end of the transaction.
            lock(session, "runs.claim")
            won = affected(
                session,
                update(RunRow)
                .where(col(RunRow.id) == run_id, free)
                .values(
                    status=RunStatus.RUNNING.value,
                    lease_holder=holder,
                    lease_until=at + timedelta(seconds=seconds),
                    attempt=RunRow.attempt + 1,
                ),
            )
            if not won:
                return None
            run = work_of(session.exec(select(RunRow).where(RunRow.id == run_id)).one())
            ends = run.cancel_requested or run.attempt > max_attempts
            if not ends and not _has_its_turn(session, run, max_parallel):
                session.rollback()
                return None
        lease = Lease(run, holder, seconds)
        if run.cancel_requested:
            self.append(lease, Cancelled())
            return None
        if run.attempt > max_attempts:
            self.append(lease, Failed(failure=_worn_out(run)))
            return None
        if run.started_at is None:
            with system_session(self._engine) as session:
                session.execute(update(RunRow).where(col(RunRow.id) == run_id).values(started_at=at))
        self.append(lease, Started(attempt=run.attempt, worker=holder))
        return lease

    def heartbeat(self, lease: Lease) -> bool:
        """Renews the lease; True if the user asked to cancel. Raises LeaseLost."""
        with system_session(self._engine) as session:
            alive = affected(
                session,
                update(RunRow)
                .where(col(RunRow.id) == lease.run.id, col(RunRow.lease_holder) == lease.holder)
                .where(col(RunRow.status) == RunStatus.RUNNING.value)
                .values(lease_until=now() + timedelta(seconds=lease.seconds)),
            )
            if not alive:
                raise LeaseLost(lease.run.id)
            return bool(session.exec(select(RunRow.cancel_requested).where(RunRow.id == lease.run.id)).one())

    def cancel_asked(self, lease: Lease) -> bool:
        """Did the user ask to cancel? One small read, for polling several times a second. Raises LeaseLost."""
        query = select(RunRow.cancel_requested).where(
            RunRow.id == lease.run.id,
            RunRow.lease_holder == lease.holder,
            RunRow.status == RunStatus.RUNNING.value,
        )
        with system_session(self._engine) as session:
            asked = session.exec(query).one_or_none()
        if asked is None:
            raise LeaseLost(lease.run.id)
        return asked

    def append(self, lease: Lease, event: RunEvent) -> int:
        """Stores one event and, for an end event, the run's end, in one transaction; then rings. Raises LeaseLost."""
        values: dict[str, object] = {}
        if isinstance(event, (Succeeded, Analysed, Failed, Cancelled)):
            status = RunStatus.SUCCEEDED if isinstance(event, Analysed) else RunStatus(event.kind)
            values |= {"status": status.value, "ended_at": now(), "lease_holder": None, "lease_until": None}
        if isinstance(event, Succeeded):
            values["outcome"] = event.outcome.model_dump(mode="json")
        if isinstance(event, Analysed):
            values["outcome"] = event.result
        if isinstance(event, Failed):
            values["failure"] = event.failure.model_dump(mode="json")
        return self._write(lease, [event], values)

    def extend(self, lease: Lease, events: Sequence[Progressed | MetricLogged]) -> None:
        """Stores several events of a training under way in one transaction, then rings once. Raises LeaseLost."""
        if events:
            self._write(lease, events, {})

    def release(self, lease: Lease, reason: str, *, count_attempt: bool = False) -> None:
        """Puts the run back to queued and says why in its events; by default it costs no attempt. Raises LeaseLost."""
        values: dict[str, object] = {
            "status": RunStatus.QUEUED.value,
            "lease_holder": None,
            "lease_until": None,
        }
        if not count_attempt:
            values["attempt"] = RunRow.attempt - 1
        self._write(lease, [Queued(reason=reason)], values)

    def _write(self, lease: Lease, events: Sequence[RunEvent], values: dict[str, object]) -> int:
        run = lease.run
        held = update(RunRow).where(
            col(RunRow.id) == run.id,
            col(RunRow.lease_holder) == lease.holder,
            col(RunRow.status) == RunStatus.RUNNING.value,
        )
        with system_session(self._engine) as session:
            last = session.execute(
                held.values(last_seq=RunRow.last_seq + len(events), **values).returning(col(RunRow.last_seq))
            ).scalar_one_or_none()
            if last is None:
                raise LeaseLost(run.id)
            session.add_all(
                RunEventRow(run_id=run.id, seq=seq, owner_id=run.owner_id, body=event.model_dump(mode="json"))
                for seq, event in enumerate(events, start=last - len(events) + 1)
            )
        self._bell.ring(run.id, last)
        return cast(int, last)

    def live(self) -> int:
        """How many trainings are under way just now, on any worker."""
        with system_session(self._engine) as session:
            return session.exec(_live(TRAINING)).one()

    def must_give_way(self, lease: Lease) -> bool:
        """Is this an analysis whose owner has started a training?"""
        if not isinstance(lease.run, Analysis):
            return False
        with system_session(self._engine) as session:
            return session.exec(_live(TRAINING).where(RunRow.owner_id == lease.run.owner_id)).one() > 0

    def find(self, run_id: str) -> Run | Analysis | None:
        """The run, whoever owns it; None where there is no such run (any more)."""
        with system_session(self._engine) as session:
            row = session.exec(select(RunRow).where(RunRow.id == run_id)).first()
        return work_of(row) if row else None

    def ended(self, run_id: str) -> bool:
        """Has the run ended (or is it gone)?"""
        with system_session(self._engine) as session:
            status = session.exec(select(RunRow.status).where(RunRow.id == run_id)).first()
        return status is None or RunStatus(status).ended

    def cancelled_while_waiting(self) -> list[str]:
        """Queued runs that somebody asked to cancel; claiming one of them ends it."""
        query = select(RunRow.id).where(RunRow.status == RunStatus.QUEUED.value, col(RunRow.cancel_requested))
        with system_session(self._engine) as session:
            return list(session.exec(query))

    def orphans(self, waited_seconds: float = 0) -> list[str]:
        """Trainings that should be running and are not, oldest first: those whose lease ran out, and queued ones.

        Queued ones only if they have waited ``waited_seconds``: new ones are left to whom the queue's message wakes.
        """
        with system_session(self._engine) as session:
            return list(session.exec(_orphans(TRAINING, waited_seconds)))

    def next_analysis(self, waited_seconds: float = 0) -> str | None:
        """The oldest analysis that should be running and may; see :meth:`orphans`."""
        busy = select(RunRow.owner_id).where(
            RunRow.kind == TRAINING, RunRow.status == RunStatus.RUNNING.value, col(RunRow.lease_until) >= now()
        )
        waiting = _orphans(ANALYSIS, waited_seconds).where(col(RunRow.owner_id).not_in(busy))
        with system_session(self._engine) as session:
            if session.exec(_live(ANALYSIS)).one() >= ANALYSES_AT_ONCE:
                return None
            return session.exec(waiting.limit(1)).first()


def _live(kind: str) -> SelectOfScalar[int]:
    """Counts the runs of a kind that a live worker holds."""
    return select(func.count()).where(
        RunRow.kind == kind, RunRow.status == RunStatus.RUNNING.value, col(RunRow.lease_until) >= now()
    )


def _orphans(kind: str, waited_seconds: float) -> SelectOfScalar[str]:
    at = now()
    forsaken = or_(
        (col(RunRow.status) == RunStatus.QUEUED.value)
        & (col(RunRow.created_at) <= at - timedelta(seconds=waited_seconds)),
        (col(RunRow.status) == RunStatus.RUNNING.value) & (col(RunRow.lease_until) < at),
    )
    return select(RunRow.id).where(RunRow.kind == kind, forsaken).order_by(col(RunRow.id))


def _has_its_turn(session: Session, run: Run | Analysis, max_parallel: int) -> bool:
    """Whether a run that has just been marked as running may be so."""
    if isinstance(run, Analysis):
        of_owner = _live(TRAINING).where(RunRow.owner_id == run.owner_id)
        return session.exec(_live(ANALYSIS)).one() <= ANALYSES_AT_ONCE and not session.exec(of_owner).one()
    return not max_parallel or session.exec(_live(TRAINING)).one() <= max_parallel


def _worn_out(run: Run | Analysis) -> Failure:
    attempts = run.attempt - 1
    if isinstance(run, Analysis):
        return Failure(
            code="WORKER_LOST",
            message=f"The closer look at the data broke off {attempts} times, so it was not started again.",
            next_step="Training works without it. Most often the computer ran out of memory: try fewer rows.",
            facts={"attempts": attempts},
        )
    return Failure(
        code="WORKER_LOST",
        message=f"The training process died {attempts} times, so it was not started again.",
        next_step="Most often the computer ran out of memory. Try fewer rows or a lighter recipe.",
        facts={"attempts": attempts},
    )


def rings(client: redis.Redis, run_id: str, block_seconds: float) -> Iterator[None]:
    """Yields whenever the run may have news, and at least every ``block_seconds``, also while the broker is away."""
    last: bytes | str = "$"
    while True:
        try:
            found = cast(
                "list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]",
                client.xread({stream_of(run_id): last}, block=int(block_seconds * 1000), count=1000),
            )
            if found:
                last = found[0][1][-1][0]
        except redis.RedisError:
            time.sleep(block_seconds)
        yield

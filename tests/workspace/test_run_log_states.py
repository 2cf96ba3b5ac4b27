"""Whatever order claims, deaths, cancels and ends come in: one holder, bounded attempts, one end, no gaps."""

import shutil
import tempfile
from datetime import timedelta
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import update
from sqlmodel import col

from tests.fakes import FakeQueue
from tests.workspace.samples import a_plan, an_outcome
from workspace.database import engine_for, system_session
from workspace.home import Workspace
from workspace.migrations import upgrade
from workspace.run import Cancelled, Failed, Failure, Progressed, RunStatus, Started, Succeeded
from workspace.run_log import Lease, LeaseLost, RunLog
from workspace.settings import load_settings
from workspace.tables import RunRow, now

MAX_ATTEMPTS = 3
ENDS = (Succeeded, Failed, Cancelled)


@cache
def migrated() -> bytes:
    """A SQLite file with the newest schema."""
    with tempfile.TemporaryDirectory(prefix="mtw-") as folder:
        path = Path(folder) / "mtw.db"
        upgrade(f"sqlite:///{path}")
        engine_for(f"sqlite:///{path}").dispose()
        return path.read_bytes()


class Leases(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="mtw-"))
        (self.folder / "mtw.db").write_bytes(migrated())
        config = load_settings(home=self.folder)
        self.workspace = Workspace("usr_a", config, FakeQueue())
        self.log = RunLog(self.workspace.engine)
        self.run_id = self.workspace.runs.create(self.workspace.plans.add(a_plan()))[0].id
        self.leases: list[Lease] = []
        self.holder: str | None = None
        self.claims = 0

    def teardown(self) -> None:
        engine_for(self.workspace.settings.database).dispose()
        shutil.rmtree(self.folder)

    @property
    def status(self) -> RunStatus:
        return self.workspace.runs.get(self.run_id).status

    @rule()
    def claim(self) -> None:
        self.claims += 1
        name = f"w{self.claims}"
        before = self.workspace.runs.get(self.run_id)
        lease = self.log.claim(self.run_id, name, 60, MAX_ATTEMPTS)
        if lease is not None:
            assert self.holder is None
            assert not before.cancel_requested
            self.leases.append(lease)
            self.holder = name
        else:
            assert self.holder is not None or self.status.ended

    @precondition(lambda self: self.holder is not None)
    @rule()
    def holder_dies(self) -> None:
        with system_session(self.workspace.engine) as session:
            late = now() - timedelta(seconds=1)
            session.execute(update(RunRow).where(col(RunRow.id) == self.run_id).values(lease_until=late))
        self.holder = None

    @rule()
    def cancel(self) -> None:
        self.workspace.runs.request_cancel(self.run_id)

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), end=st.sampled_from([None, *ENDS, "release"]))
    def write(self, data: st.DataObject, end: object) -> None:
        """Any lease there ever was tries to write; only the last holder's counts."""
        lease = data.draw(st.sampled_from(self.leases))
        valid = lease is self.leases[-1] and self.status is RunStatus.RUNNING
        try:
            if end == "release":
                self.log.release(lease, "the worker stops")
            elif end is None:
                self.log.heartbeat(lease)
                self.log.append(lease, Progressed(stage="train", message="x", fraction=0.5))
            elif end is Succeeded:
                self.log.append(lease, Succeeded(outcome=an_outcome()))
            elif end is Failed:
                self.log.append(lease, Failed(failure=Failure(code="X", message="x")))
            else:
                self.log.append(lease, Cancelled())
        except LeaseLost:
            assert not valid
            return
        assert valid
        self.holder = lease.holder if end is None else None

    @invariant()
    def story_is_whole(self) -> None:
        run = self.workspace.runs.get(self.run_id)
        events = self.workspace.runs.events(self.run_id)
        assert [e.seq for e in events] == list(range(1, len(events) + 1))
        ends = [e for e in events if isinstance(e.event, ENDS)]
        assert len(ends) == int(run.status.ended)
        assert not ends or ends[0] is events[-1]
        assert run.attempt <= MAX_ATTEMPTS + 1
        assert sum(isinstance(e.event, Started) for e in events) == len(self.leases)
        waiting = not run.status.ended and self.holder is None
        assert self.log.orphans() == ([self.run_id] if waiting else [])


TestLeases = Leases.TestCase
TestLeases.settings = settings(
    max_examples=25, stateful_step_count=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)

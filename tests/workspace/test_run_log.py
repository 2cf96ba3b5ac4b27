"""The lease on a run: one holder at a time, whatever dies, and a story without gaps."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import redis
from sqlalchemy import update
from sqlmodel import col

from tests.workspace.conftest import WorkspaceOf
from tests.workspace.samples import a_plan, an_outcome
from workspace.database import system_session
from workspace.home import Workspace
from workspace.run import Cancelled, Failed, Failure, MetricLogged, Progressed, RunStatus, Started, Succeeded
from workspace.run_log import LeaseLost, RunLog, StreamBell, rings, stream_of
from workspace.tables import RunRow, now

SECONDS = 60.0


def queued(workspace: Workspace, seed: int = 1) -> str:
    run, _ = workspace.runs.create(workspace.plans.add(a_plan(seed=seed)), "c")
    return run.id


def let_the_lease_run_out(workspace: Workspace, run_id: str) -> None:
    with system_session(workspace.engine) as session:
        late = now() - timedelta(seconds=1)
        session.execute(update(RunRow).where(col(RunRow.id) == run_id).values(lease_until=late))


def test_claimed_once(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    log, run_id = RunLog(mine.engine), queued(mine)
    lease = log.claim(run_id, "w1", SECONDS, 3)
    assert lease is not None
    assert lease.run.attempt == 1
    assert log.claim(run_id, "w2", SECONDS, 3) is None
    run = mine.runs.get(run_id)
    assert (run.status, run.started_at is not None) == (RunStatus.RUNNING, True)
    assert mine.runs.events(run_id)[-1].event == Started(attempt=1, worker="w1")
    assert log.claim("run_unknown", "w1", SECONDS, 3) is None


def test_many_claims_at_once_have_one_winner(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    run_id, gate = queued(mine), threading.Barrier(8)

    def claim(number: int) -> bool:
        log = RunLog(mine.engine)
        gate.wait()
        return log.claim(run_id, f"w{number}", SECONDS, 3) is not None

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(claim, range(8))).count(True) == 1
    assert mine.runs.get(run_id).attempt == 1


@pytest.mark.slow
def test_many_processes_have_one_winner_each(owner: WorkspaceOf) -> None:
    """Several worker processes fight for the same runs, with room for two of them."""
    mine = owner("usr_a")
    run_ids = [queued(mine, seed) for seed in range(4)]
    code = (
        "import sys; from workspace.database import engine_for; from workspace.run_log import RunLog\n"
        "log = RunLog(engine_for(sys.argv[1])); sys.stdin.readline()\n"
        "print(*[r for r in sys.argv[3:] if log.claim(r, sys.argv[2], 60, 3, max_parallel=2)])"
    )
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", code, mine.settings.database, f"w{n}", *run_ids],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for n in range(4)
    ]  # fmt: skip
    won = [run_id for racer in racers for run_id in racer.communicate("go\n", timeout=120)[0].split()]
    assert [racer.returncode for racer in racers] == [0] * 4
    assert len(won) == 2
    assert len(set(won)) == 2


def test_no_more_than_the_allowed_number_at_once(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    log, first, second = RunLog(mine.engine), queued(mine, 1), queued(mine, 2)
    lease = log.claim(first, "w1", SECONDS, 3, max_parallel=1)
    assert lease is not None
    assert log.claim(second, "w2", SECONDS, 3, max_parallel=1) is None
    assert mine.runs.get(second).attempt == 0
    assert log.live() == 1
    log.append(lease, Cancelled())
    assert log.claim(second, "w2", SECONDS, 3, max_parallel=1) is not None


def test_heartbeat_keeps_the_lease_and_tells_of_cancelling(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    log, run_id = RunLog(mine.engine), queued(mine)
    lease = log.claim(run_id, "w1", SECONDS, 3)
    assert lease is not None
    let_the_lease_run_out(mine, run_id)
    assert log.orphans() == [run_id]
    assert log.heartbeat(lease) is False
    assert log.orphans() == []
    mine.runs.request_cancel(run_id)
    assert log.heartbeat(lease) is True
    assert log.cancel_asked(lease) is True


def test_a_lost_lease_writes_nothing_more(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    log, run_id = RunLog(mine.engine), queued(mine)
    dead = log.claim(run_id, "w1", SECONDS, 3)
    assert dead is not None
    let_the_lease_run_out(mine, run_id)
    alive = log.claim(run_id, "w2", SECONDS, 3)
    assert alive is not None
    assert alive.run.attempt == 2
    before = mine.runs.events(run_id)
    progress = Progressed(stage="train", message="x", fraction=0.5)
    for write in (
        lambda: log.heartbeat(dead),
        lambda: log.cancel_asked(dead),
        lambda: log.append(dead, progress),
        lambda: log.extend(dead, [progress]),
        lambda: log.release(dead, "x"),
        lambda: log.append(dead, Succeeded(outcome=an_outcome())),
    ):
        with pytest.raises(LeaseLost):
            write()
    assert mine.runs.events(run_id) == before
    assert mine.runs.get(run_id).status is RunStatus.RUNNING


def test_ends_are_stored_in_the_row_and_in_the_story(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    log = RunLog(mine.engine)
    failure = Failure(code="OUT_OF_MEMORY", message="m", facts={"needed_mb": 9000})
    ends = {
        RunStatus.SUCCEEDED: Succeeded(outcome=an_outcome()),
        RunStatus.FAILED: Failed(failure=failure),
        RunStatus.CANCELLED: Cancelled(),
    }
    for seed, (status, event) in enumerate(ends.items()):
        run_id = queued(mine, seed)
        lease = log.claim(run_id, "w1", SECONDS, 3)
        assert lease is not None
        log.append(lease, event)
        run = mine.runs.get(run_id)
        assert (run.status, run.ended_at is not None) == (status, True)
        assert run.outcome == (an_outcome() if status is RunStatus.SUCCEEDED else None)
        assert run.failure == (failure if status is RunStatus.FAILED else None)
        assert mine.runs.events(run_id)[-1].event == event
        assert log.ended(run_id)
        with pytest.raises(LeaseLost):
            log.append(lease, Cancelled())
        assert log.claim(run_id, "w2", SECONDS, 3) is None
    assert log.orphans() == []


def test_cancelled_before_it_started(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    log, run_id = RunLog(mine.engine), queued(mine)
    mine.runs.request_cancel(run_id)
    assert log.cancelled_while_waiting() == [run_id]
    assert log.claim(run_id, "w1", SECONDS, 3) is None
    assert mine.runs.get(run_id).status is RunStatus.CANCELLED


def test_attempts_are_bounded(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    log, run_id = RunLog(mine.engine), queued(mine)
    for attempt in (1, 2):
        lease = log.claim(run_id, "w1", SECONDS, 2)
        assert lease is not None
        assert lease.run.attempt == attempt
        let_the_lease_run_out(mine, run_id)
    assert log.claim(run_id, "w1", SECONDS, 2) is None
    failure = mine.runs.get(run_id).failure
    assert failure is not None
    assert (failure.code, failure.facts) == ("WORKER_LOST", {"attempts": 2})


def test_a_worker_that_shuts_down_costs_no_attempt(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    log, run_id = RunLog(mine.engine), queued(mine)
    for count_attempt, expected in ((False, 0), (True, 1)):
        lease = log.claim(run_id, "w1", SECONDS, 3)
        assert lease is not None
        log.release(lease, "the worker stops", count_attempt=count_attempt)
        run = mine.runs.get(run_id)
        assert (run.status, run.attempt) == (RunStatus.QUEUED, expected)


def test_events_are_numbered_without_gaps(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    log, run_id = RunLog(mine.engine), queued(mine)
    lease = log.claim(run_id, "w1", SECONDS, 3)
    assert lease is not None
    point = MetricLogged(recipe="linear", name="loss", step=1, value=0.5)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: log.extend(lease, [point, point]), range(10)))
    assert [e.seq for e in mine.runs.events(run_id)] == list(range(1, 23))
    assert log.extend(lease, []) is None


def test_new_runs_are_left_to_whom_the_message_wakes(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    log, run_id = RunLog(mine.engine), queued(mine)
    assert log.orphans(waited_seconds=60) == []
    assert log.orphans() == [run_id]


@pytest.mark.slow
def test_the_bell_wakes_a_listener(owner: WorkspaceOf, valkey_url: str) -> None:
    mine = owner("usr_a")
    log, run_id = RunLog(mine.engine, StreamBell.of(valkey_url)), queued(mine)
    listener = rings(redis.Redis.from_url(valkey_url), run_id, block_seconds=60)
    heard = threading.Event()

    def listen() -> None:
        next(listener)
        heard.set()

    threading.Thread(target=listen, daemon=True).start()
    lease = log.claim(run_id, "w1", SECONDS, 3)
    assert lease is not None
    # Nobody knows when the listener has begun to listen: ring until it hears.
    for _ in range(600):
        if heard.wait(0.1):
            break
        log.append(lease, Progressed(stage="train", message="x", fraction=0.1))
    assert heard.is_set()
    client = redis.Redis.from_url(valkey_url)
    assert client.ttl(stream_of(run_id)) > 0
    assert int(client.xrevrange(stream_of(run_id), count=1)[0][1][b"seq"]) == mine.runs.events(run_id)[-1].seq


def test_a_dead_bell_holds_nobody_up(owner: WorkspaceOf, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = owner("usr_a")
    bell = StreamBell.of("redis://127.0.0.1:1/0")
    log, run_id = RunLog(mine.engine, bell), queued(mine)
    lease = log.claim(run_id, "w1", SECONDS, 3)
    assert lease is not None
    tried: list[float] = []
    monkeypatch.setattr(bell._client, "pipeline", lambda **_: tried.append(time.monotonic()))
    log.append(lease, Progressed(stage="train", message="x", fraction=0.1))
    assert tried == []  # after the first failure it is left alone for a while
    assert len(mine.runs.events(run_id)) == 3


def test_a_lease_of_another_holder_name_is_nothing(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    log, run_id = RunLog(mine.engine), queued(mine)
    lease = log.claim(run_id, "w1", SECONDS, 3)
    assert lease is not None
    with pytest.raises(LeaseLost):
        log.heartbeat(replace(lease, holder="w2"))

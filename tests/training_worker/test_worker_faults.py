"""A training when a process that carries it is killed: real broker, real Celery workers, real signals."""

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from assistant.server.broker import Broker
from tests.training_worker.runs import ended, events_of, kinds_of, running, stored_dataset, stored_run, wait_for
from workspace.errors import Unavailable
from workspace.home import LOCAL_OWNER, Workspace
from workspace.queue import CeleryQueue
from workspace.run import Run, RunStatus
from workspace.settings import Settings, load_settings

pytestmark = pytest.mark.slow

StartWorker = Callable[[], psutil.Popen]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path / "broker")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def served(settings: Settings, broker: Broker) -> Workspace:
    """A workspace whose queue is the real one."""
    shared = load_settings(home=settings.home, redis_url=broker.url, lease_seconds=2)
    return Workspace(LOCAL_OWNER, shared, CeleryQueue(broker.url))


@pytest.fixture
def start_worker(served: Workspace, tmp_path: Path) -> Iterator[StartWorker]:
    """Starts a worker as ``mtw worker`` does, with the counting training."""
    started: list[psutil.Popen] = []
    log = (tmp_path / "worker.log").open("ab")
    environment = os.environ | {
        "MTW_HOME": str(served.settings.home),
        "REDIS_URL": served.settings.redis_url,
        "MTW_LEASE_SECONDS": str(served.settings.lease_seconds),
    }

    def start() -> psutil.Popen:
        command = [sys.executable, "-m", "tests.training_worker.counting_worker", f"--hostname=w{len(started)}@test"]
        started.append(psutil.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True))
        return started[-1]

    yield start
    for worker in started:
        if worker.is_running():
            worker.terminate()
    for worker in started:
        try:
            worker.wait(30)
        except psutil.TimeoutExpired:
            worker.kill()
    log.close()


def _launch(workspace: Workspace, **settings: int | str) -> Run:
    run = stored_run(workspace, stored_dataset(workspace), **settings)
    workspace.queue.submit_run(run.id)
    return run


def _begin_of_last_attempt(workspace: Workspace, run: Run) -> float:
    trained = [e for e in events_of(workspace, run, "progressed") if e.kind == "progressed" and e.stage == "train"]
    return trained[-1].metrics["begin"]


def test_a_killed_worker_takes_its_processes_with_it_and_another_goes_on(
    served: Workspace, start_worker: StartWorker
) -> None:
    first = start_worker()
    run = _launch(served, steps=400)
    running(served, run, step=50)
    family = first.children(recursive=True)
    first.kill()
    wait_for(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family), "all gone", 10)
    start_worker()
    assert ended(served, run).status is RunStatus.SUCCEEDED
    assert served.runs.get(run.id).attempt == 2
    assert _begin_of_last_attempt(served, run) >= 49


@pytest.mark.long
def test_a_worker_that_is_shut_down_saves_and_another_goes_on(served: Workspace, start_worker: StartWorker) -> None:
    first = start_worker()
    run = _launch(served, steps=400)
    running(served, run, step=50)
    first.terminate()
    assert first.wait(60) == 0
    waiting = served.runs.get(run.id)
    assert (waiting.status, waiting.attempt) == (RunStatus.QUEUED, 0)
    start_worker()
    assert ended(served, run).status is RunStatus.SUCCEEDED
    assert served.runs.get(run.id).attempt == 1
    assert _begin_of_last_attempt(served, run) >= 50


@pytest.mark.long
def test_a_training_outlives_its_broker(served: Workspace, start_worker: StartWorker, broker: Broker) -> None:
    worker = start_worker()
    run = _launch(served, steps=300)
    running(served, run, step=20)
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGKILL)
    assert ended(served, run).status is RunStatus.SUCCEEDED
    # No message gets through now: the sweep finds the next run in the database.
    unannounced = _launch(served, steps=3)
    assert ended(served, unannounced).status is RunStatus.SUCCEEDED
    broker.revive()
    again = _launch(served, steps=3)
    assert ended(served, again).status is RunStatus.SUCCEEDED
    assert worker.is_running()


def test_a_broker_that_is_away_is_told_and_holds_nobody_up(served: Workspace, broker: Broker) -> None:
    run = stored_run(served, stored_dataset(served), steps=3)
    broker.stop()
    served.queue.submit_run(run.id)
    assert served.runs.get(run.id).status is RunStatus.QUEUED
    with pytest.raises(Unavailable) as caught:
        served.queue.predict(LOCAL_OWNER, "mdl_any", ["text"])
    assert caught.value.code == "WORKER_UNAVAILABLE"


@pytest.mark.long
def test_one_run_sent_twice_to_two_workers_is_trained_once(served: Workspace, start_worker: StartWorker) -> None:
    start_worker(), start_worker()
    run = _launch(served, steps=100)
    served.queue.submit_run(run.id)
    served.queue.submit_run(run.id)
    assert ended(served, run).status is RunStatus.SUCCEEDED
    last = _launch(served, steps=1)
    ended(served, last)
    assert kinds_of(served, run) == ["queued", "started", "succeeded"]


@pytest.mark.long
def test_two_workers_share_the_places(served: Workspace, start_worker: StartWorker) -> None:
    start_worker(), start_worker()
    runs = [_launch(served, steps=50) for _ in range(3)]
    for run in runs:
        assert ended(served, run).status is RunStatus.SUCCEEDED
    spans = sorted((r.started_at, r.ended_at) for r in (served.runs.get(run.id) for run in runs))
    for (_, before), (after, _) in itertools.pairwise(spans):
        assert before is not None
        assert after is not None
        assert before <= after


@pytest.mark.long
def test_trainings_read_the_real_thing(served: Workspace, tmp_path: Path) -> None:
    """The worker as it is started for real, its training process killed in the middle of a real training."""
    environment = os.environ | {"MTW_HOME": str(served.settings.home), "REDIS_URL": served.settings.redis_url}
    command = [sys.executable, "-m", "celery", "-A", "training_worker.celery_app", "worker", "--without-mingle"]
    with (tmp_path / "real.log").open("wb") as log:
        worker = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        dataset = stored_dataset(served, rows=3000)
        run = stored_run(served, dataset, recipe="embed")
        served.queue.submit_run(run.id)
        running(served, run)
        lock = f"{served.settings.home / 'work' / run.id}.lock"
        (training,) = [
            p for p in psutil.Process(worker.pid).children(recursive=True) if lock in [f.path for f in p.open_files()]
        ]
        training.kill()
        done = ended(served, run)
        assert done.status is RunStatus.SUCCEEDED
        assert done.attempt == 2
        assert done.outcome is not None
        assert done.outcome.evaluation.metrics["accuracy"] > 0.8
        answers = served.queue.predict(LOCAL_OWNER, done.outcome.model_id, ["parcel late courier"])
        assert answers[0].label == "shipping"
    finally:
        worker.terminate()
        worker.wait(60)

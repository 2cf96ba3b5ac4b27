"""Supervision with real processes, signals, leases and storage; only the training itself counts instead of learning."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from tests.fakes import FakeQueue
from tests.training_worker.runs import ended, events_of, kinds_of, running, stored_dataset, stored_run, wait_for
from training_worker.checkpoints import work_folder
from training_worker.memory import MemoryWatch
from training_worker.nursery import Nursery
from training_worker.runner import run_log_of
from training_worker.supervision import Foreman
from training_worker.tidying import tidy_up_leftovers
from workspace.database import system_session
from workspace.dataset import Dataset
from workspace.home import LOCAL_OWNER, Workspace
from workspace.run import Queued, RunStatus
from workspace.settings import Settings
from workspace.tables import ConversationRow, RunRow, now


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    return stored_dataset(workspace)


@pytest.fixture
def background(foreman: Foreman) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool
        foreman.stop()


def _training_process(run_id: str, settings: Settings) -> psutil.Process:
    """The process that holds the lock of the run's work folder."""
    lock = str(work_folder(settings, run_id)) + ".lock"

    def holds(process: psutil.Process) -> bool:
        try:
            return any(file.path == lock for file in process.open_files())
        except psutil.Error:
            return False

    return next(p for p in psutil.Process().children(recursive=True) if holds(p))


def test_a_run_is_trained_and_its_model_stored_before_its_end_is_told(
    workspace: Workspace, foreman: Foreman, dataset: Dataset
) -> None:
    run = stored_run(workspace, dataset, steps=3)
    assert foreman.train(run.id)
    run = workspace.runs.get(run.id)
    assert run.status is RunStatus.SUCCEEDED
    assert kinds_of(workspace, run) == ["queued", "started", "succeeded"]
    model = workspace.models.of_run(run.id)
    assert model is not None
    assert run.outcome is not None
    assert run.outcome.model_id == model.id
    assert workspace.storage.list(model.artifact_key) == [f"{model.artifact_key}/weights"]
    assert not work_folder(workspace.settings, run.id).exists()


def test_event_numbers_have_no_gaps(workspace: Workspace, foreman: Foreman, dataset: Dataset) -> None:
    run = stored_run(workspace, dataset, steps=30)
    foreman.train(run.id)
    numbers = [stored.seq for stored in workspace.runs.events(run.id)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_killed_training_goes_on_from_its_checkpoint(
    workspace: Workspace, foreman: Foreman, dataset: Dataset
) -> None:
    run = stored_run(workspace, dataset, steps=60, fault="kill", at=40)
    foreman.train(run.id)
    run = workspace.runs.get(run.id)
    assert run.status is RunStatus.SUCCEEDED
    assert run.attempt == 2
    assert kinds_of(workspace, run) == ["queued", "started", "queued", "started", "succeeded"]
    last = events_of(workspace, run, "progressed")[-2]
    assert last.kind == "progressed"
    assert last.metrics["begin"] == 39


def test_attempts_are_bounded(workspace: Workspace, foreman: Foreman, dataset: Dataset) -> None:
    run = stored_run(workspace, dataset, steps=60, fault="kill", at=5, always=True)
    foreman.train(run.id)
    run = workspace.runs.get(run.id)
    assert run.status is RunStatus.FAILED
    assert run.failure is not None
    assert run.failure.code == "WORKER_LOST"
    assert kinds_of(workspace, run).count("started") == workspace.settings.max_attempts


def test_the_same_plan_started_again_goes_on_from_the_last_checkpoint(
    workspace: Workspace, nursery: Nursery, dataset: Dataset
) -> None:
    impatient = workspace.settings.model_copy(update={"max_attempts": 1})
    run = stored_run(workspace, dataset, steps=60, fault="kill", at=40)
    Foreman(impatient, nursery).train(run.id)
    assert workspace.runs.get(run.id).status is RunStatus.FAILED
    plan = workspace.plans.add(run.plan, parent_id=run.plan_id)
    again, _ = workspace.runs.create(plan)
    Foreman(impatient, nursery).train(again.id)
    assert workspace.runs.get(again.id).status is RunStatus.SUCCEEDED
    last = events_of(workspace, again, "progressed")[-2]
    assert last.kind == "progressed"
    assert last.metrics["begin"] == 39
    assert not work_folder(workspace.settings, run.id).exists()


def test_a_changed_plan_begins_anew(workspace: Workspace, nursery: Nursery, dataset: Dataset) -> None:
    impatient = workspace.settings.model_copy(update={"max_attempts": 1})
    run = stored_run(workspace, dataset, steps=60, fault="kill", at=40)
    Foreman(impatient, nursery).train(run.id)
    changed = run.plan.model_copy(update={"settings": {"steps": 20}})
    again, _ = workspace.runs.create(workspace.plans.add(changed, parent_id=run.plan_id))
    Foreman(impatient, nursery).train(again.id)
    last = events_of(workspace, again, "progressed")[-2]
    assert last.kind == "progressed"
    assert last.metrics["begin"] == 0


def test_checkpoints_of_a_failure_are_kept_for_a_day(
    workspace: Workspace, nursery: Nursery, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = workspace.settings.model_copy(update={"max_attempts": 1})
    run = stored_run(workspace, dataset, steps=60, fault="kill", at=5)
    Foreman(impatient, nursery).train(run.id)
    tidy_up_leftovers(workspace.settings, run_log_of(workspace.settings))
    assert work_folder(workspace.settings, run.id).exists()
    monkeypatch.setattr("training_worker.checkpoints.KEPT_FOR", timedelta(0))
    tidy_up_leftovers(workspace.settings, run_log_of(workspace.settings))
    assert not work_folder(workspace.settings, run.id).exists()


def test_a_process_killed_from_outside_is_replaced(
    workspace: Workspace, foreman: Foreman, dataset: Dataset, background: ThreadPoolExecutor
) -> None:
    run = stored_run(workspace, dataset, steps=300)
    background.submit(foreman.train, run.id)
    running(workspace, run, step=5)
    _training_process(run.id, workspace.settings).kill()
    assert ended(workspace, run).status is RunStatus.SUCCEEDED
    assert workspace.runs.get(run.id).attempt == 2


def test_cancelling_ends_the_training_and_leaves_nothing(
    workspace: Workspace, foreman: Foreman, dataset: Dataset, background: ThreadPoolExecutor
) -> None:
    run = stored_run(workspace, dataset, steps=100_000)
    done = background.submit(foreman.train, run.id)
    running(workspace, run)
    process = _training_process(run.id, workspace.settings)
    workspace.runs.request_cancel(run.id)
    assert done.result(60)
    assert workspace.runs.get(run.id).status is RunStatus.CANCELLED
    assert kinds_of(workspace, run)[-1] == "cancelled"
    assert not process.is_running()
    assert not work_folder(workspace.settings, run.id).exists()
    assert workspace.models.of_run(run.id) is None


def test_a_training_that_does_not_listen_is_cancelled_all_the_same(
    workspace: Workspace, foreman: Foreman, dataset: Dataset, background: ThreadPoolExecutor
) -> None:
    run = stored_run(workspace, dataset, steps=100_000, fault="deaf")
    done = background.submit(foreman.train, run.id)
    running(workspace, run)
    workspace.runs.request_cancel(run.id)
    assert done.result(60)
    assert workspace.runs.get(run.id).status is RunStatus.CANCELLED


def test_a_waiting_run_is_cancelled_without_a_free_place(
    workspace: Workspace, foreman: Foreman, dataset: Dataset, background: ThreadPoolExecutor
) -> None:
    first = stored_run(workspace, dataset, steps=100_000)
    background.submit(foreman.train, first.id)
    running(workspace, first)
    second = stored_run(workspace, dataset, steps=3)
    workspace.runs.request_cancel(second.id)
    foreman.sweep()
    assert workspace.runs.get(second.id).status is RunStatus.CANCELLED
    assert workspace.runs.get(first.id).status is RunStatus.RUNNING


def test_shutting_down_costs_no_attempt_and_another_worker_goes_on(
    workspace: Workspace, foreman: Foreman, dataset: Dataset, nursery: Nursery, background: ThreadPoolExecutor
) -> None:
    run = stored_run(workspace, dataset, steps=150)
    done = background.submit(foreman.train, run.id)
    running(workspace, run, step=30)
    foreman.stop()
    done.result(60)
    waiting = workspace.runs.get(run.id)
    assert waiting.status is RunStatus.QUEUED
    assert waiting.attempt == 0
    assert int((work_folder(workspace.settings, run.id) / "step").read_text()) >= 30
    assert Foreman(workspace.settings, nursery).train(run.id)
    assert workspace.runs.get(run.id).status is RunStatus.SUCCEEDED
    last = events_of(workspace, run, "progressed")[-2]
    assert last.kind == "progressed"
    assert last.metrics["begin"] >= 30


def test_who_loses_the_lease_stops_and_writes_nothing_more(
    workspace: Workspace, foreman: Foreman, dataset: Dataset, background: ThreadPoolExecutor
) -> None:
    run = stored_run(workspace, dataset, steps=100_000)
    done = background.submit(foreman.train, run.id)
    running(workspace, run)
    process = _training_process(run.id, workspace.settings)
    with system_session(workspace.engine) as session:
        row = session.get_one(RunRow, run.id)
        row.lease_holder = "another worker"
        seen = row.last_seq
    done.result(60)
    assert not process.is_running()
    assert workspace.runs.events(run.id)[-1].seq == seen
    assert workspace.runs.get(run.id).status is RunStatus.RUNNING


def test_two_workers_woken_for_one_run_train_it_once(
    settings: Settings, workspace: Workspace, dataset: Dataset, nursery: Nursery, background: ThreadPoolExecutor
) -> None:
    run = stored_run(workspace, dataset, steps=20)
    foremen = [Foreman(settings, nursery) for _ in range(3)]
    barrier = threading.Barrier(3)

    def wake(foreman: Foreman) -> bool:
        barrier.wait()
        return foreman.train(run.id)

    done = [f.result(60) for f in [background.submit(wake, foreman) for foreman in foremen]]
    assert sum(done) == 1
    assert kinds_of(workspace, run) == ["queued", "started", "succeeded"]
    assert not Foreman(settings, nursery).train(run.id)


def test_a_run_waits_for_a_free_place_and_gets_it(
    workspace: Workspace, foreman: Foreman, dataset: Dataset, background: ThreadPoolExecutor
) -> None:
    first = stored_run(workspace, dataset, steps=100)
    second = stored_run(workspace, dataset, steps=3)
    background.submit(foreman.train, first.id)
    running(workspace, first)
    assert not foreman.train(second.id)
    assert workspace.runs.get(second.id).status is RunStatus.QUEUED
    sweeping = background.submit(foreman.sweep_until_stopped)
    assert ended(workspace, second).status is RunStatus.SUCCEEDED
    assert ended(workspace, first).status is RunStatus.SUCCEEDED
    foreman.stop()
    sweeping.result(60)


def test_the_sweep_takes_runs_of_which_no_message_came(
    workspace: Workspace, foreman: Foreman, dataset: Dataset, background: ThreadPoolExecutor
) -> None:
    run = stored_run(workspace, dataset, steps=3)
    background.submit(foreman.sweep_until_stopped)
    assert ended(workspace, run).status is RunStatus.SUCCEEDED


def test_the_sweep_deletes_conversations_whose_time_is_over(
    workspace: Workspace, settings: Settings, nursery: Nursery
) -> None:
    old, new = workspace.transcripts.create("web"), workspace.transcripts.create("web")
    with system_session(workspace.engine) as session:
        row = session.get_one(ConversationRow, old.id)
        row.updated_at = now() - timedelta(days=31)
    keeping = Foreman(settings.model_copy(update={"transcript_retention_days": 30}), nursery)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(keeping.sweep_until_stopped)
        wait_for(lambda: len(workspace.transcripts.list()) == 1, "the end of the old conversation")
        keeping.stop()
    assert [head.id for head in workspace.transcripts.list()] == [new.id]


def test_work_folders_of_ended_runs_are_tidied_up(workspace: Workspace, foreman: Foreman, dataset: Dataset) -> None:
    done, waiting = stored_run(workspace, dataset, steps=1), stored_run(workspace, dataset, steps=1)
    foreman.train(done.id)
    for run in (done, waiting):
        work_folder(workspace.settings, run.id).mkdir(parents=True)
    tidy_up_leftovers(workspace.settings, run_log_of(workspace.settings))
    assert not work_folder(workspace.settings, done.id).exists()
    assert work_folder(workspace.settings, waiting.id).exists()


@pytest.mark.parametrize(
    ("fault", "code"), [("memory", "CPU_OOM"), ("disk", "DISK_FULL"), ("input", "ONE_CLASS"), ("bug", "INTERNAL_ERROR")]
)
def test_a_training_that_fails_says_why(
    workspace: Workspace, foreman: Foreman, dataset: Dataset, fault: str, code: str
) -> None:
    run = stored_run(workspace, dataset, steps=5, fault=fault, at=2)
    foreman.train(run.id)
    failed = workspace.runs.get(run.id)
    assert failed.status is RunStatus.FAILED
    assert failed.failure is not None
    assert failed.failure.code == code
    assert failed.failure.next_step
    assert "Traceback" not in failed.failure.message + failed.failure.next_step
    assert not work_folder(workspace.settings, run.id).exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only an administrator can make a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_at_saving_leaves_no_half_model(settings: Settings, nursery: Nursery, small_disk: Path) -> None:
    small = settings.model_copy(update={"storage_url": f"file://{small_disk}"})
    workspace = Workspace(LOCAL_OWNER, small, FakeQueue())
    run = stored_run(workspace, stored_dataset(workspace), steps=2, bytes=3 << 20)
    Foreman(small, nursery).train(run.id)
    failed = workspace.runs.get(run.id)
    assert failed.status is RunStatus.FAILED
    assert failed.failure is not None
    assert failed.failure.code == "DISK_FULL"
    assert workspace.models.list() == []
    assert workspace.storage.list(workspace.storage.key("models")) == []


def test_what_is_away_for_a_moment_is_tried_again(workspace: Workspace, foreman: Foreman, dataset: Dataset) -> None:
    run = stored_run(workspace, dataset, steps=5, fault="away", at=2)
    foreman.train(run.id)
    run = workspace.runs.get(run.id)
    assert run.status is RunStatus.SUCCEEDED
    assert run.attempt == 2


def test_children_lead_a_group_of_their_own(
    workspace: Workspace, foreman: Foreman, dataset: Dataset, background: ThreadPoolExecutor
) -> None:
    """Ctrl-C in the terminal reaches the worker alone, which then lets its trainings save."""
    run = stored_run(workspace, dataset, steps=100_000)
    background.submit(foreman.train, run.id)
    running(workspace, run)
    process = _training_process(run.id, workspace.settings)
    assert os.getpgid(process.pid) == process.pid
    os.kill(process.pid, signal.SIGINT)
    seen = len(workspace.runs.events(run.id))
    wait_for(lambda: len(workspace.runs.events(run.id)) > seen + 3, "the training going on")
    assert workspace.runs.get(run.id).attempt == 1


def test_a_training_killed_for_want_of_memory_gets_one_more_try_in_smaller_pieces(
    workspace: Workspace, foreman: Foreman, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the system counts cannot be made to happen here; each kill is taken for one of the system's.
    monkeypatch.setattr(
        MemoryWatch, "killed_by_system", lambda self, code: {"rss_mb": 900} if code == -signal.SIGKILL else {}
    )
    run = stored_run(workspace, dataset, steps=60, fault="kill", at=40, always=True)
    foreman.train(run.id)
    run = workspace.runs.get(run.id)
    assert kinds_of(workspace, run) == ["queued", "started", "queued", "started", "failed"]
    reasons = [event.reason for event in events_of(workspace, run) if isinstance(event, Queued)]
    assert reasons[1] == "Memory ran out; it goes on from its last checkpoint in smaller pieces."
    assert run.failure is not None
    assert run.failure.code == "CPU_OOM"
    assert "Try fewer rows" in run.failure.next_step

"""One attempt at one run, in a process of its own: train, store the model, announce the end.

The process holds its supervisor's lease: everything it writes is refused once another worker has taken the run.
"""

import fcntl
import logging
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from training_worker.artifacts import store_model
from training_worker.checkpoints import Checkpoints, work_folder
from training_worker.child_process import settle
from training_worker.failures import (
    EXIT_LEASE_LOST,
    EXIT_SHUTDOWN,
    EXIT_TRY_AGAIN,
    EXIT_UNTOLD,
    failure_of,
)
from training_worker.reporter import Stop
from training_worker.run_reporter import LeaseGone, RunReporter
from workspace.analysis import Analysis
from workspace.database import engine_for
from workspace.errors import Unavailable
from workspace.model import RunOutcome
from workspace.repositories import Datasets, Plans
from workspace.run import Analysed, Failed, Progressed, Run, RunEvent, RunStatus, Succeeded
from workspace.run_log import Lease, LeaseLost, RunLog, SilentBell, StreamBell
from workspace.runs import Runs
from workspace.settings import Settings
from workspace.storage import Storage
from workspace.versions import fixes_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Order:
    """All that a training process is told by its supervisor."""

    lease: Lease
    settings: Settings
    last_attempt: bool = False
    nice: int = 0


def run_log_of(settings: Settings) -> RunLog:
    """The log of runs in the settings' database, with a bell where there is a broker."""
    bell = StreamBell.of(settings.redis_url) if settings.redis_url else SilentBell()
    return RunLog(engine_for(settings.database), bell)


def main(order: Order) -> None:
    """The whole life of a training process. Never returns: what a library left running may not keep it alive."""
    settle(nice=order.nice, first_to_go=True)
    try:
        code = attempt(order)
    except BaseException:
        logger.exception("run %s: the attempt broke", order.lease.run.id)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    logging.shutdown()
    os._exit(code)


def attempt(order: Order) -> int:
    """Trains, and returns the exit code of the process."""
    lease, settings = order.lease, order.settings
    log = run_log_of(settings)
    checkpoints = Checkpoints(settings, lease.run)
    reporter = RunReporter(log, lease, checkpoints.keep)
    signal.signal(signal.SIGUSR1, lambda *_: reporter.ask_to_cancel())
    signal.signal(signal.SIGTERM, lambda *_: reporter.ask_to_shut_down())
    reporter.progress(Progressed(stage="data", message="Getting ready", fraction=0))
    try:
        with _alone(checkpoints.work, reporter):
            checkpoints.fetch()
            if before := _failed_before(order):
                checkpoints.adopt(before)
            done = _work(order, log, reporter, checkpoints.work)
        reporter.close()
    except Stop as stop:
        return _stopped(stop, checkpoints)
    except LeaseLost:
        return EXIT_LEASE_LOST
    except (Unavailable, SQLAlchemyError) as exc:
        if order.last_attempt or failure_of(exc).code == "DISK_FULL":
            return _failed(order, log, reporter, exc)
        # A training that is nearly done must not be lost because something was away for a moment.
        logger.warning("run %s: %s", lease.run.id, exc)
        return EXIT_TRY_AGAIN
    except Exception as exc:
        logger.exception("run %s failed", lease.run.id)
        return _failed(order, log, reporter, exc)
    return _end(log, lease, done)


def _failed_before(order: Order) -> Run | None:
    """The run with the very same plan that failed, and that this one was started after."""
    run = order.lease.run
    if isinstance(run, Analysis):
        return None
    engine = engine_for(order.settings.database)
    parent = Plans(engine, run.owner_id).get(run.plan_id).parent_id
    before = Runs(engine, run.owner_id).of_plan(parent) if parent else None
    return before if before and before.status is RunStatus.FAILED and before.plan.hash == run.plan.hash else None


def _work(order: Order, log: RunLog, reporter: RunReporter, work: Path) -> Succeeded | Analysed:
    # Loaded by the fork server beforehand; elsewhere it takes seconds, in which progress can be told already.
    run = order.lease.run
    if isinstance(run, Analysis):
        from training_worker.analysing import analyse

        return analyse(run, order.settings, work, reporter)
    return Succeeded(outcome=_train(order, run, log, reporter, work))


def _train(order: Order, run: Run, log: RunLog, reporter: RunReporter, work: Path) -> RunOutcome:
    from training_worker.energy import Energy
    from training_worker.training import train
    from training_worker.vector_cache import StoredVectors

    settings = order.settings
    engine = engine_for(settings.database)
    datasets, storage = Datasets(engine, run.owner_id), Storage.of(settings, run.owner_id)
    dataset = datasets.get(run.plan.dataset_id)
    with ExitStack() as files:
        table = files.enter_context(storage.as_file(dataset.table_key))
        test_table = None
        if run.plan.test_dataset_id:
            test_table = files.enter_context(storage.as_file(datasets.get(run.plan.test_dataset_id).table_key))
        vectors = StoredVectors(storage, datasets, dataset)
        cleaned, energy = fixes_of(datasets, dataset), Energy.of(settings)
        trained = train(run.plan, table, test_table, work, reporter, dataset.name, vectors, cleaned, energy)
    reporter.check()
    reporter.progress(
        Progressed(stage="save", message="Storing the model", fraction=0.999, best=None, recipe=trained.outcome.recipe)
    )
    log.heartbeat(order.lease)
    return store_model(engine, storage, run, trained, dataset.name)


@contextmanager
def _alone(work: Path, reporter: RunReporter) -> Iterator[None]:
    """Only one process works in a run's folder: one whose worker lost its lease may still be on its way out."""
    work.mkdir(parents=True, exist_ok=True)
    with work.with_name(work.name + ".lock").open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                reporter.check()
                time.sleep(0.1)
        yield


def _stopped(stop: Stop, checkpoints: Checkpoints) -> int:
    if isinstance(stop, LeaseGone):
        return EXIT_LEASE_LOST
    if stop.reason == "shutdown":
        checkpoints.keep(now=True)
    return EXIT_SHUTDOWN


def _failed(order: Order, log: RunLog, reporter: RunReporter, exc: BaseException) -> int:
    failure = failure_of(exc)
    if failure.code == "DISK_FULL":
        # The database may lie on the same disk: make room for the message that says so.
        shutil.rmtree(work_folder(order.settings, order.lease.run.id), ignore_errors=True)
    try:
        reporter.close()
    except LeaseLost:
        return EXIT_LEASE_LOST
    except SQLAlchemyError as error:
        logger.warning("the last progress could not be stored: %s", error)
    return _end(log, order.lease, Failed(failure=failure))


def _end(log: RunLog, lease: Lease, event: RunEvent) -> int:
    """Stores how the run ended; patient with a database that is away, because all the work is done."""
    for pause in (0.2, 0.5, 1, 2, 4, 8, 16, 30, 0):
        try:
            log.append(lease, event)
            return 0
        except LeaseLost:
            return EXIT_LEASE_LOST
        except SQLAlchemyError as exc:
            logger.warning("the end of run %s could not be stored yet: %s", lease.run.id, exc)
            time.sleep(pause)
    return EXIT_UNTOLD

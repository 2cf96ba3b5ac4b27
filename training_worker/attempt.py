"""One claimed run and the process that trains it, from the claim until the run is in order again."""

import logging
import signal
import threading
import time
from enum import Enum

from sqlalchemy.exc import SQLAlchemyError

from training_worker import runner
from training_worker.checkpoints import work_folder
from training_worker.failures import EXIT_TRY_AGAIN, out_of_memory, out_of_time
from training_worker.memory import MemoryWatch
from training_worker.nursery import Nursery
from training_worker.runner import Order, run_log_of
from training_worker.thrift import Thrift
from training_worker.tidying import tidy_up
from workspace.run import Cancelled, Failed, Failure
from workspace.run_log import Lease, LeaseLost
from workspace.settings import Settings

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.2
CANCEL_GRACE_SECONDS = 0.5
SHUTDOWN_GRACE_SECONDS = 20.0


class _Asked(Enum):
    """What a training was asked to do last."""

    NOTHING = "nothing"
    GIVE_WAY = "give way"
    SHUT_DOWN = "shut down"
    CANCEL = "cancel"
    VANISH = "vanish"


class Attempt:
    """Looks after one training process: keeps its lease alive, passes on what it is asked, sorts out how it ended."""

    def __init__(
        self, settings: Settings, nursery: Nursery, lease: Lease, stopping: threading.Event, nice: int = 0
    ) -> None:
        self._settings = settings
        self._lease = lease
        self._run = lease.run
        self._log = run_log_of(settings)
        self._stopping = stopping
        self._asked = _Asked.NOTHING
        self._deadline = float("inf")
        self._next_beat = time.monotonic() + lease.seconds / 4
        self._memory = MemoryWatch()
        last = lease.run.attempt >= settings.max_attempts
        self._child = nursery.start(runner.main, Order(lease, settings, last, nice))

    def supervise(self) -> bool:
        """Returns when the process has ended and its run is in order. True: the run deserves another attempt now."""
        try:
            while not self._child.wait(POLL_SECONDS):
                self._look_after()
        except Exception:
            # The process could not even be started (no memory, no process table entry left).
            logger.exception("run %s: the training process could not be watched", self._run.id)
            self._child.kill()
        return self._patiently()

    def _look_after(self) -> None:
        try:
            if self._asked is not _Asked.CANCEL and self._log.cancel_asked(self._lease):
                self._ask(_Asked.CANCEL, signal.SIGUSR1, CANCEL_GRACE_SECONDS)
            if self._asked is _Asked.NOTHING and self._log.must_give_way(self._lease):
                self._ask(_Asked.GIVE_WAY, signal.SIGTERM, CANCEL_GRACE_SECONDS)
            if time.monotonic() >= self._next_beat:
                self._log.heartbeat(self._lease)
                self._next_beat = time.monotonic() + self._lease.seconds / 4
        except LeaseLost:
            self._lost_lease()
        except SQLAlchemyError as exc:
            logger.warning("run %s: the database does not answer: %s", self._run.id, exc)
        if self._stopping.is_set() and self._asked is _Asked.NOTHING:
            self._ask(_Asked.SHUT_DOWN, signal.SIGTERM, SHUTDOWN_GRACE_SECONDS)
        elif self._asked in (_Asked.SHUT_DOWN, _Asked.GIVE_WAY):
            self._child.signal(signal.SIGTERM)  # again, in case it was not listening yet
        if time.monotonic() >= self._deadline:
            self._child.kill()
        self._memory.look(self._child.pid)

    def _ask(self, what: _Asked, number: int, grace: float) -> None:
        if self._child.pid is None:
            return  # still being started: asked again at the next look
        self._asked = what
        self._deadline = time.monotonic() + grace
        self._child.signal(number)

    def _lost_lease(self) -> None:
        """The run is no longer ours: its process has just ended it by itself, or another worker has taken it."""
        if self._asked is _Asked.VANISH:
            return
        self._asked = _Asked.VANISH
        self._deadline = time.monotonic() + (5 if self._log.ended(self._run.id) else 0)

    def _patiently(self) -> bool:
        """Puts the run in order, however long the database is away; gives up when the worker is shut down."""
        while True:
            try:
                return self._settle()
            except LeaseLost:
                return False
            except SQLAlchemyError as exc:
                logger.warning("run %s: its end could not be stored yet: %s", self._run.id, exc)
                if self._stopping.wait(2):
                    return False

    def _settle(self) -> bool:
        if self._log.ended(self._run.id):
            tidy_up(self._settings, self._log, self._run.id)
            return False
        if self._asked is _Asked.VANISH:
            return False
        if self._asked is _Asked.CANCEL or self._log.cancel_asked(self._lease):
            self._log.append(self._lease, Cancelled())
            tidy_up(self._settings, self._log, self._run.id)
            return False
        if self._stopping.is_set():
            self._log.release(self._lease, "The worker is being shut down; this goes on where it was.")
            return False
        if self._asked is _Asked.GIVE_WAY:
            self._log.release(self._lease, "A training goes first; this goes on when it has ended.")
            return False
        return self._lost_process()

    def _lost_process(self) -> bool:
        code = self._child.exit_code
        logger.warning("run %s: the training process ended with %s", self._run.id, code)
        facts = self._memory.killed_by_system(code)
        if facts and not Thrift.of(work_folder(self._settings, self._run.id)).killed():
            return self._end(out_of_memory(facts))
        if code == -signal.SIGXCPU:
            return self._end(out_of_time({"attempt": self._run.attempt}))
        if facts:
            reason = "Memory ran out; it goes on from its last checkpoint in smaller pieces."
        elif code == EXIT_TRY_AGAIN:
            self._hold(2.0 * self._run.attempt)
            reason = "Something that is needed is away for the moment; it is tried again."
        else:
            reason = "The process was lost; it goes on from its last checkpoint."
        self._log.release(self._lease, reason, count_attempt=True)
        return True

    def _end(self, failure: Failure) -> bool:
        self._log.append(self._lease, Failed(failure=failure))
        tidy_up(self._settings, self._log, self._run.id)
        return False

    def _hold(self, seconds: float) -> None:
        """Waits with the lease in hand."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self._stopping.wait(POLL_SECONDS):
            if time.monotonic() >= self._next_beat:
                self._log.heartbeat(self._lease)
                self._next_beat = time.monotonic() + self._lease.seconds / 4

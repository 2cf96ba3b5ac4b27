"""Who looks after the trainings of a worker: claims runs, starts their processes, keeps the leases alive.

What may go wrong, and what happens then:

- the training process dies: another attempt at once, from the last checkpoint, a bounded number of times;
- this worker dies: its trainings die with it, the leases run out, and any worker's ``sweep`` takes the runs;
- the worker is shut down: trainings write a checkpoint, their runs wait for another worker at no cost;
- the broker loses messages or is away: ``sweep`` finds the waiting runs in the database.

Analyses are looked after in the same way, one at a time beside the trainings, and give way to them.
"""

import logging
import os
import socket
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from training_worker.attempt import SHUTDOWN_GRACE_SECONDS, Attempt
from training_worker.nursery import Nursery
from training_worker.runner import run_log_of
from training_worker.tidying import tidy_up, tidy_up_leftovers
from workspace.analysis import Analysis
from workspace.retention import AT_ONCE, delete_old_conversations
from workspace.run_log import Lease
from workspace.settings import Settings

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 0.5
AVOID_SECONDS = 60.0
"""How long a run that could not even be claimed is left alone."""
ANALYSIS_NICE = 15
"""How much an analysis steps back: behind trainings and the chat on the same computer."""
FORGET_SECONDS = 3600.0
"""How often conversations are looked for whose time is over."""
FOR_WHOM_THE_MESSAGE_WAKES = 2.0
"""New runs are left for so long to the worker that the queue's message wakes."""


class Foreman:
    """Looks after any number of trainings, each from a thread of its own. All methods may be called from any thread."""

    def __init__(self, settings: Settings, nursery: Nursery, *, nice: int = 0) -> None:
        """``nice``: how much trainings step back for the chat on the same computer."""
        self._settings = settings
        self._nursery = nursery
        self._nice = nice
        self._log = run_log_of(settings)
        self._stopping = threading.Event()
        self._guard = threading.Lock()
        self._at_work: set[str] = set()
        self._analysing: set[str] = set()
        self._threads: list[threading.Thread] = []
        self._news = threading.Event()
        self._avoid: dict[str, float] = {}
        self._turned_away: deque[str] = deque(maxlen=1000)
        self._forget_at = 0.0

    @property
    def busy(self) -> int:
        """How many trainings run here."""
        return len(self._at_work)

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def stop(self) -> None:
        """Asks all trainings to write a checkpoint and end. Returns at once; usable in a signal handler."""
        self._stopping.set()
        self._news.set()

    def join(self, seconds: float = SHUTDOWN_GRACE_SECONDS + 5) -> None:
        """Waits until the trainings that ``sweep`` started have ended."""
        end = time.monotonic() + seconds
        for thread in list(self._threads):
            thread.join(max(0.0, end - time.monotonic()))

    def train(self, run_id: str, *, limited: bool = True) -> bool:
        """Sees the run, a training or an analysis, to its end, over several attempts if need be.

        False: it was not, or not any more, ours.

        Args:
            limited: wait for a free place among ``max_parallel_runs``; without it the run starts at once.
        """
        if isinstance(self._log.find(run_id), Analysis):
            return self._analyse(run_id)
        with self._guard:
            if self.stopping or run_id in self._at_work:
                return False
            if limited and self._at_work:
                # Left to an idle worker; this one takes it when it has a place and nobody else did.
                self._turned_away.append(run_id)
                return False
            self._at_work.add(run_id)
        try:
            return self._attempts(run_id, limited)
        finally:
            with self._guard:
                self._at_work.discard(run_id)
            self._news.set()

    def sweep(self) -> None:
        """Takes waiting and orphaned runs, as far as places are free; ends cancelled ones that never started."""
        for run_id in self._log.cancelled_while_waiting():
            self._claim(run_id, limited=False)
        if not self._analysing and (analysis_id := self._log.next_analysis(FOR_WHOM_THE_MESSAGE_WAKES)):
            self._begin(self._analyse, analysis_id)
        free = self._settings.max_parallel_runs - self._log.live()
        if free <= 0:
            return
        for run_id in self._waiting()[:free]:
            self._begin(self._take, run_id)

    def _begin(self, see_through: Callable[[str], object], run_id: str) -> None:
        thread = threading.Thread(target=see_through, args=[run_id], name=f"see-{run_id}", daemon=True)
        self._threads = [t for t in self._threads if t.is_alive()] + [thread]
        thread.start()

    def sweep_until_stopped(self) -> None:
        """Sweeps twice a second and whenever a training has ended; a database that is away is waited for."""
        tidy_up_leftovers(self._settings, self._log)
        while not self.stopping:
            try:
                self.sweep()
                self._forget_old()
            except SQLAlchemyError as exc:
                logger.warning("the database cannot be read just now: %s", exc)
                self._stopping.wait(2)
            self._news.wait(SWEEP_SECONDS)
            self._news.clear()

    def _forget_old(self) -> None:
        """Deletes conversations whose time is over, a part of them at once, so that no training waits for it."""
        if time.monotonic() >= self._forget_at and delete_old_conversations(self._settings) < AT_ONCE:
            self._forget_at = time.monotonic() + FORGET_SECONDS

    def _waiting(self) -> list[str]:
        """What may be taken now, oldest first; a worker that trains already gives idle ones more time to be first."""
        waiting = self._log.orphans(FOR_WHOM_THE_MESSAGE_WAKES * (1 + self.busy))
        if not self.busy:
            with self._guard:
                waiting += sorted(set(self._turned_away) - set(waiting))
                self._turned_away.clear()
        at = time.monotonic()
        return [run_id for run_id in waiting if self._avoid.get(run_id, 0) <= at]

    def _take(self, run_id: str) -> None:
        with self._guard:
            if self.stopping or run_id in self._at_work:
                return
            self._at_work.add(run_id)
        try:
            self._attempts(run_id, limited=True)
        except Exception:
            # One run that cannot even be read must not keep the others waiting.
            logger.exception("run %s could not be taken", run_id)
            self._avoid[run_id] = time.monotonic() + AVOID_SECONDS
        finally:
            with self._guard:
                self._at_work.discard(run_id)
            self._news.set()

    def _analyse(self, run_id: str) -> bool:
        """One at a time here; whether others do one already, the claim says."""
        with self._guard:
            if self.stopping or self._analysing or self._avoid.get(run_id, 0) > time.monotonic():
                return False
            self._analysing.add(run_id)
        try:
            return self._attempts(run_id, limited=True)
        except Exception:
            logger.exception("analysis %s could not be taken", run_id)
            self._avoid[run_id] = time.monotonic() + AVOID_SECONDS
            return False
        finally:
            with self._guard:
                self._analysing.discard(run_id)
            self._news.set()

    def _attempts(self, run_id: str, limited: bool) -> bool:
        done = False
        while not self.stopping and (lease := self._claim(run_id, limited)):
            done = True
            nice = ANALYSIS_NICE if isinstance(lease.run, Analysis) else self._nice
            if not Attempt(self._settings, self._nursery, lease, self._stopping, nice).supervise():
                break
        return done

    def _claim(self, run_id: str, limited: bool) -> Lease | None:
        holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        settings = self._settings
        slots = settings.max_parallel_runs if limited else 0
        lease = self._log.claim(run_id, holder, settings.lease_seconds, settings.max_attempts, slots)
        if lease is None:
            # Claiming ends runs that were cancelled while they waited, and those that have used up their attempts.
            tidy_up(settings, self._log, run_id)
        return lease

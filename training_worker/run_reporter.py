"""The reporter of a real run: stores what the training tells, from a thread of its own, under the run's lease."""

import logging
import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from training_worker.reporter import CancelAsked, ShutdownAsked, Stop
from training_worker.thinning import MIN_SECONDS, Thinner
from workspace.run import MetricLogged, Progressed
from workspace.run_log import Lease, LeaseLost, RunLog

logger = logging.getLogger(__name__)


class LeaseGone(Stop):
    """Another worker has the run: end at once, keep nothing, write nothing."""

    reason = "lease"


class RunReporter:
    """The training's thread only leaves notes here; a second thread stores them, so no training waits for a database.

    A database that is away for a while loses nothing: the notes are kept (bounded) and stored when it is back.
    """

    def __init__(self, log: RunLog, lease: Lease, keep: Callable[[], None] = lambda: None) -> None:
        self._log = log
        self._lease = lease
        self._keep = keep
        self._thinner = Thinner()
        self._guard = threading.Lock()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._stop: type[Stop] | None = None
        self._thread = threading.Thread(target=self._write_until_closed, name="run-reporter", daemon=True)
        self._thread.start()

    def progress(self, event: Progressed) -> None:
        with self._guard:
            urgent = self._thinner.progress(event, time.monotonic())
        if urgent:
            self._wake.set()

    def metric(self, event: MetricLogged) -> None:
        with self._guard:
            self._thinner.metric(event)

    def check(self) -> None:
        if self._stop is not None:
            raise self._stop

    def checkpointed(self) -> None:
        self._keep()

    def ask_to_cancel(self) -> None:
        """For a signal handler: the next ``check`` ends the training for good."""
        self._stop = CancelAsked

    def ask_to_shut_down(self) -> None:
        """For a signal handler: the next ``check`` ends this attempt, the checkpoint stays."""
        self._stop = self._stop or ShutdownAsked

    def close(self) -> None:
        """Stores what is still open. Raises SQLAlchemyError, and LeaseLost where the run is no longer ours."""
        self._closing.set()
        self._wake.set()
        self._thread.join()
        self._write(everything=True)

    def _write_until_closed(self) -> None:
        while not self._closing.is_set():
            self._wake.wait(MIN_SECONDS)
            self._wake.clear()
            try:
                self._write()
            except LeaseLost:
                self._stop = LeaseGone
                return
            except SQLAlchemyError as exc:
                logger.warning("progress could not be stored yet: %s", exc)
                self._closing.wait(1)

    def _write(self, *, everything: bool = False) -> None:
        with self._guard:
            events = self._thinner.due(time.monotonic(), everything=everything)
        try:
            self._log.extend(self._lease, events)
        except SQLAlchemyError:
            with self._guard:
                self._thinner.put_back(events)
            raise

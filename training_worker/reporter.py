"""How a training tells what it does, and how it is told to stop. The runner gives the real reporter."""

from typing import Protocol

from workspace.run import MetricLogged, Progressed


class Stop(BaseException):
    """The training was asked to end. Not an ``Exception``: no handler in a recipe may swallow it."""

    reason = "stop"


class CancelAsked(Stop):
    """A person pressed stop: nothing is kept."""

    reason = "cancel"


class ShutdownAsked(Stop):
    """The worker goes down: the checkpoint is kept, another attempt goes on from there."""

    reason = "shutdown"


class Reporter(Protocol):
    """What a training needs from whoever supervises it. Calls come from the training's main thread."""

    def progress(self, event: Progressed) -> None:
        """Tells the full state; may be called often, the receiver thins out."""

    def metric(self, event: MetricLogged) -> None:
        """Adds one point to a curve."""

    def check(self) -> None:
        """Raises ``Stop`` when the training shall end. Cheap; called at least every 0.2 s."""

    def checkpointed(self) -> None:
        """Says that everything up to here survives a ``kill -9``."""


class ListReporter:
    """Keeps everything in lists; for tests, benchmarks and trainings without a supervisor."""

    def __init__(self, stop_after_checks: int | None = None) -> None:
        self.progressed: list[Progressed] = []
        self.metrics: list[MetricLogged] = []
        self.checkpoints = 0
        self.checks = 0
        self._stop_after_checks = stop_after_checks

    def progress(self, event: Progressed) -> None:
        self.progressed.append(event)

    def metric(self, event: MetricLogged) -> None:
        self.metrics.append(event)

    def check(self) -> None:
        self.checks += 1
        if self._stop_after_checks is not None and self.checks > self._stop_after_checks:
            raise CancelAsked

    def checkpointed(self) -> None:
        self.checkpoints += 1

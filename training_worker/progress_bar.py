"""How a training looks in the terminal: one bar on standard error; plain lines where that is no terminal."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from workspace.run import Progressed

_STAGES = {"data": "Data", "train": "Train", "evaluate": "Check", "save": "Save"}
_TOO_EARLY = 0.02
"""Share that must be done before anything is said of the rest."""


class ProgressBar:
    """A context in which reading and training are shown."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._live = self._console.is_terminal
        self._progress = Progress(
            TextColumn("[bold]{task.fields[stage]:<5}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[left]}"),
            TextColumn("{task.description}"),
            console=self._console,
            transient=True,
            disable=not self._live,
        )
        self._task: TaskID | None = None
        self._last = ("", "")

    def __enter__(self) -> "ProgressBar":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Clears the bar, so that text can follow."""
        self._progress.stop()

    @contextmanager
    def reading(self, name: str) -> Iterator[Callable[[float], None]]:
        """Shows a file being read, and when it will be; yields what to call with the fraction done."""
        begun = time.monotonic()

        def progress(fraction: float) -> None:
            left = (time.monotonic() - begun) * (1 - fraction) / fraction if fraction > _TOO_EARLY else None
            self._progress.update(task, completed=fraction, left=time_left(left))

        description = f"Reading {escape(name)}"
        self._line("Read", f"Reading {name}")
        task = self._progress.add_task(description, total=1.0, stage="Read", left="")
        try:
            yield progress
        finally:
            self._progress.remove_task(task)

    def show(self, event: Progressed) -> None:
        """The newest state of the training."""
        stage = _STAGES[event.stage]
        if self._task is None:
            self._task = self._progress.add_task("", total=1.0, stage=stage, left="")
        self._line(stage, event.message)
        self._progress.update(
            self._task,
            completed=event.fraction,
            description=escape(event.message),
            stage=stage,
            left=time_left(event.eta_seconds),
        )

    def _line(self, stage: str, message: str) -> None:
        """Without a terminal: a line for each new thing that happens, no line for each percent."""
        if not self._live and self._last != (stage, message):
            self._last = (stage, message)
            self._console.print(f"{stage}: {message}", markup=False, soft_wrap=True)


def time_left(seconds: float | None) -> str:
    """``"about 2 min left"``; empty where nobody knows."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min left"
    return f"about {seconds / 3600:.1f} h left"

"""A child process that is watched, logged to a rotated file, started again when it dies, and ended with its group."""

import logging
import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

from workspace.processes import die_with_parent

_LOG_BYTES = 5_000_000
_LOG_FILES = 3
_STEADY_SECONDS = 30.0
_LONGEST_PAUSE = 30.0


class LogFile:
    """Takes what a child writes and keeps the last 20 MB of it. The write end can be given to several starts."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.tail: deque[str] = deque(maxlen=20)
        self._handler = RotatingFileHandler(path, maxBytes=_LOG_BYTES, backupCount=_LOG_FILES, encoding="utf-8")
        reader, writer = os.pipe()
        self.writer: IO[bytes] = os.fdopen(writer, "wb")
        self._thread = threading.Thread(target=self._pump, args=(os.fdopen(reader, "rb"),), daemon=True)
        self._thread.start()

    def _pump(self, lines: IO[bytes]) -> None:
        logging.raiseExceptions = False  # a full disk must not fill the terminal
        for line in lines:
            text = line.decode("utf-8", "replace").rstrip("\n")
            self.tail.append(text)
            self._handler.emit(logging.makeLogRecord({"msg": text}))

    def close(self) -> None:
        """Ends after the last child that wrote here has ended."""
        with suppress(OSError):
            self.writer.close()
        self._thread.join(2)
        self._handler.close()


class Child:
    """One program that should be running. Start it from the main thread (see ``workspace.processes``)."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        log: LogFile,
        environment: Mapping[str, str],
        pass_fds: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.log = log
        self._arguments = list(arguments)
        self._environment = dict(environment)
        self._pass_fds = list(pass_fds)
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._next_start = 0.0
        self._pause = 0.5

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll() if self._process else None

    def start(self) -> None:
        """A session of its own: Ctrl-C in the terminal reaches the parent alone, which then ends all in order."""
        self._process = subprocess.Popen(
            self._arguments,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log.writer,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=self._pass_fds,
            preexec_fn=die_with_parent,
        )
        self._started_at = time.monotonic()
        self._next_start = 0.0

    def revive(self) -> bool:
        """Starts it again if it ended, after a pause that doubles from crash to crash; True when it was started."""
        if self._process is None or self._process.poll() is None:
            return False
        at = time.monotonic()
        if not self._next_start:
            self._sweep()
            if at - self._started_at > _STEADY_SECONDS:
                self._pause = 0.5
            self._next_start = at + self._pause
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        if at < self._next_start:
            return False
        self.start()
        return True

    def ask_to_end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def end(self, seconds: float) -> None:
        """Waits ``seconds`` for the end that was asked for, then ends the process and all of its group by force."""
        if self._process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(max(seconds, 0))
        self._sweep()
        self._process.wait()

    def _sweep(self) -> None:
        """What the child itself started and left behind is in its process group."""
        assert self._process is not None
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

"""Starts child processes from a fork server that has everything heavy loaded, and ends them reliably."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import suppress
from multiprocessing import connection, forkserver
from multiprocessing.context import ForkServerProcess
from typing import Any

PRELOAD = "training_worker.preload"
"""The module that the fork server imports before it starts anything."""


class Child:
    """A child process, possibly still being started. Leads a process group of its own."""

    def __init__(self, starting: "Future[ForkServerProcess]", guard: threading.Lock) -> None:
        self._starting = starting
        self._guard = guard

    def wait(self, seconds: float) -> bool:
        """Waits until the process has ended, at most ``seconds``. True if it has. Raises what starting it raised."""
        if not self._starting.done():
            wait_for([self._starting], timeout=seconds)
            return False
        process = self._starting.result()
        if not connection.wait([process.sentinel], timeout=seconds):
            return False
        with self._guard:
            process.join()
        return True

    @property
    def pid(self) -> int | None:
        """None while it is being started, or could not be."""
        if not self._starting.done() or self._starting.exception():
            return None
        return self._starting.result().pid

    @property
    def exit_code(self) -> int | None:
        """None while it lives; minus the signal where a signal killed it."""
        if not self._starting.done() or self._starting.exception():
            return None
        with self._guard:
            return self._starting.result().exitcode

    def signal(self, number: int) -> None:
        """Sends a signal to the process itself. Nothing happens where it has ended."""
        if self.pid is not None and self.exit_code is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """Ends the process and all that it started, at once, and waits for it."""
        wait_for([self._starting])
        if self.pid is None or self.exit_code is not None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        # Killed before it could lead its group, it is still in ours.
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.wait(10)


class Nursery:
    """One fork server and its children.

    A single thread that lives as long as this process starts everything: the parent-death signal of the kernel
    follows the thread that started a process, not the process.
    """

    def __init__(self, preload: str | None = None) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._preload = preload or PRELOAD
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="nursery")
        self._guard = threading.Lock()

    def warm(self) -> "Future[None]":
        """Begins to load everything; a later ``start`` waits for it by itself."""
        return self._starter.submit(self._ensure_server)

    def _ensure_server(self) -> None:
        self._context.set_forkserver_preload([self._preload])
        forkserver.ensure_running()

    def start(self, target: Callable[..., None], *args: Any, daemon: bool = False) -> Child:
        """Starts ``target(*args)`` in a process of its own. Returns at once.

        Args:
            daemon: ends with this process without being waited for; such a child can have no children of its own.
        """

        def start() -> ForkServerProcess:
            self._ensure_server()
            process = self._context.Process(target=target, args=args, daemon=daemon)
            with self._guard:
                process.start()
            return process

        return Child(self._starter.submit(start), self._guard)

"""Predictions and computations in a process of their own: torch stays out of the worker, models stay loaded."""

import threading
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from training_worker.child_process import settle
from training_worker.nursery import Child, Nursery
from workspace.settings import Settings

TIMEOUT_SECONDS = 55.0
"""A little less than whoever asks is ready to wait."""


class PredictorProcess:
    """Starts the process at the first request, and again where it has died. One request at a time."""

    def __init__(self, settings: Settings, nursery: Nursery, timeout: float = TIMEOUT_SECONDS) -> None:
        self._settings = settings
        self._nursery = nursery
        self._timeout = timeout
        self._guard = threading.Lock()
        self._child: Child | None = None
        self._pipe: Connection[Any, Any] | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that answers, or None before the first request."""
        return self._child.pid if self._child else None

    def answer(self, owner_id: str, model_id: str, texts: list[str]) -> dict[str, Any]:
        """What :meth:`ModelShelf.answer` gives, or an error of kind Unavailable where the process dies or hangs."""
        return self._ask(("predict", owner_id, model_id, texts))

    def compute(self, owner_id: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """What :meth:`Computer.answer` gives, or an error as above."""
        return self._ask(("compute", owner_id, name, arguments))

    def _ask(self, request: tuple[Any, ...]) -> dict[str, Any]:
        with self._guard:
            for _ in range(2):
                # A process that died while nobody asked (somebody killed it) deserves one more try.
                pipe, fresh = self._ready()
                try:
                    pipe.send(request)
                    if not pipe.poll(self._timeout):
                        break
                    answer: dict[str, Any] = pipe.recv()
                    return answer
                except (EOFError, OSError):
                    self._end()
                    if fresh:
                        break
            self._end()
        return {
            "error": {
                "kind": "Unavailable",
                "code": "MODEL_NOT_ANSWERING",
                "message": "The model did not answer.",
                "next_step": "Try again with fewer or shorter texts.",
            }
        }

    def close(self) -> None:
        """Ends the process."""
        with self._guard:
            self._end()

    def _ready(self) -> tuple["Connection[Any, Any]", bool]:
        if self._pipe is not None and self._child is not None and self._child.exit_code is None:
            return self._pipe, False
        self._end()
        self._pipe, theirs = Pipe()
        self._child = self._nursery.start(_serve, theirs, self._settings, daemon=True)
        while self._child.pid is None and not self._child.wait(0.05):
            pass
        # Only the child may hold its end, or its death would not be noticed.
        theirs.close()
        return self._pipe, True

    def _end(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        if self._child is not None:
            self._child.kill()
        self._pipe = self._child = None


def _serve(pipe: "Connection[Any, Any]", settings: Settings) -> None:
    """The life of the process: answers until the other end is closed."""
    settle()
    from training_worker.computations import Computer
    from training_worker.model_shelf import ModelShelf

    answers: dict[str, Callable[..., dict[str, Any]]] = {
        "predict": ModelShelf(settings).answer,
        "compute": Computer(settings).answer,
    }
    while True:
        try:
            what, *request = pipe.recv()
        except EOFError:
            return
        pipe.send(answers[what](*request))

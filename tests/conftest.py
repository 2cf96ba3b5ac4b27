"""Shared fixtures: a workspace of its own for each test, and real servers for the slow tests."""

import os
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.fakes import FakeQueue
from tests.servers import S3Server, postgres, seaweedfs
from workspace.database import engine_for
from workspace.home import LOCAL_OWNER, Workspace
from workspace.migrations import upgrade
from workspace.settings import Settings, load_settings

# The continuous integration asks the same questions each time; who works on the code meets new ones at every run.
# How slowly an example is made says something about the machine, not about the code.
hypothesis_settings.register_profile(
    "ours",
    max_examples=50,  # of the usual 100: readers are mangled in many tests
    derandomize="CI" in os.environ,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("ours")


def _mend_chainlit() -> None:
    """Chainlit answers a missing attribute with KeyError, on which skops, which asks every loaded module, fails.

    No process of the program loads both; this test process does.
    """
    chainlit = sys.modules.get("chainlit")
    found = vars(chainlit).get("__getattr__") if chainlit else None
    if found is None or hasattr(found, "mended"):
        return

    def getattr_(name: str) -> object:
        try:
            return found(name)
        except KeyError as exc:
            raise AttributeError(name) from exc

    getattr_.mended = True  # type: ignore[attr-defined]
    vars(chainlit)["__getattr__"] = getattr_


def pytest_collectstart() -> None:
    _mend_chainlit()


@pytest.fixture(autouse=True)
def _own_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test sees the settings, the home or the .env of who runs it."""
    _mend_chainlit()
    for name in [n for n in os.environ if n in Settings.names() or n.startswith(("MTW_", "AWS_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MTW_HOME", str(tmp_path_factory.mktemp("home")))
    # Tests of the closer look ask for it; it would take the processor from all others that upload a file.
    monkeypatch.setenv("MTW_CHECK_SECONDS", "0")
    monkeypatch.setitem(Settings.model_config, "env_file", None)


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "mtw.db"
    upgrade(f"sqlite:///{path}")
    engine_for(f"sqlite:///{path}").dispose()  # the last connection writes everything into the one file
    return path


@pytest.fixture
def settings(tmp_path: Path, migrated_database: Path) -> Settings:
    """Settings of an empty home with a migrated SQLite database and a storage folder."""
    home = tmp_path / "mtw-home"
    home.mkdir()
    shutil.copy(migrated_database, home / "mtw.db")
    return load_settings(home=home)


@pytest.fixture
def queue() -> FakeQueue:
    return FakeQueue()


@pytest.fixture
def workspace(settings: Settings, queue: FakeQueue) -> Workspace:
    """The local user's workspace: temporary home, migrated SQLite, fake queue."""
    return Workspace(LOCAL_OWNER, settings, queue)


@pytest.fixture
def workspace_of(settings: Settings, queue: FakeQueue) -> Callable[[str], Workspace]:
    """``workspace_of("usr_b")``: another owner's workspace in the same home."""
    return lambda owner_id: Workspace(owner_id, settings, queue)


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a real Valkey server that asks for a password. Shared: use keys of your own."""
    from assistant.server.broker import Broker

    broker = Broker(tmp_path_factory.mktemp("valkey"))
    broker.start()
    yield broker.url
    broker.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a real PostgreSQL server's maintenance database."""
    with postgres() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """URL of an empty PostgreSQL database, dropped after the test."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
    url = postgres_server.rsplit("/", 1)[0] + f"/{name}"
    yield url
    engine_for(Settings(database_url=url).database).dispose()
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[call-overload]


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """A real S3 server (SeaweedFS). Shared: use an owner of your own."""
    with seaweedfs() as server:
        yield server


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The system's Chromium."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    pytest.fail("Chromium is missing: install the package chromium")

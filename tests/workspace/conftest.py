"""The same tests on every database and every storage that the settings can name."""

from collections.abc import Callable

import pytest

from tests.fakes import FakeQueue
from tests.servers import S3Server
from workspace.home import Workspace
from workspace.migrations import upgrade
from workspace.settings import Settings, load_settings

WorkspaceOf = Callable[[str], Workspace]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database_settings(request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that name an empty, migrated database: SQLite, and a real PostgreSQL server by DATABASE_URL alone."""
    if request.param == "sqlite":
        return settings
    monkeypatch.setenv("DATABASE_URL", request.getfixturevalue("postgres_url"))
    found = load_settings(home=settings.home)
    upgrade(found.database)
    return found


@pytest.fixture
def owner(database_settings: Settings, queue: FakeQueue) -> WorkspaceOf:
    """``owner("usr_a")``: the workspace of that owner, on each database in turn."""
    return lambda owner_id: Workspace(owner_id, database_settings, queue)


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.slow)])
def storage_settings(request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that name an empty storage: a folder, and a real S3 server by the environment alone."""
    if request.param == "folder":
        return settings
    server: S3Server = request.getfixturevalue("s3_server")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("STORAGE_URL", f"s3://{server.bucket}/{settings.home.parent.name}")
    return load_settings(home=settings.home)

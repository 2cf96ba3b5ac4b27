"""The schema is made by migrations alone, and equals the tables."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlmodel import SQLModel

import workspace.migrations
from workspace.conversations import Transcripts
from workspace.database import engine_for
from workspace.errors import Unavailable
from workspace.events import ConversationEvent, ToolCalled, UserSaid
from workspace.migrations import HEAD, revision, upgrade


def differences(url: str) -> list[object]:
    """What alembic would still change to make the database equal to the tables."""
    with engine_for(url).connect() as connection:
        return compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)


def test_migrated_database_equals_the_tables(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a folder' / 'mtw.db'}"
    assert upgrade(url) is True
    assert differences(url) == []
    assert revision(engine_for(url)) == HEAD
    assert upgrade(url) is False


def test_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(workspace.migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_up_to_date_database_needs_no_alembic(migrated_database: Path) -> None:
    code = (
        "import sys; from workspace.migrations import upgrade; "
        f"assert upgrade('sqlite:///{migrated_database}') is False; assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_processes_may_migrate_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'mtw.db'}"
    code = f"from workspace.migrations import upgrade; print(upgrade('{url}'))"
    racers = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(4)]
    faults = [racer.communicate()[1] for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * 4, faults
    assert differences(url) == []


def test_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'mtw.db'}"
    upgrade(url)
    with engine_for(url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unavailable) as caught:
        upgrade(url)
    assert caught.value.code == "DATABASE_TOO_NEW"


def test_unreachable_database_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        upgrade("postgresql+psycopg://someone:hush@127.0.0.1:1/mtw")
    assert caught.value.code == "DATABASE_UNAVAILABLE"
    assert "127.0.0.1:1" in str(caught.value)
    assert "hush" not in str(caught.value)


def test_what_was_said_before_there_was_a_search_is_found(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'mtw.db'}"
    upgrade(url)
    engine = engine_for(url)
    call = ToolCalled(call_id="c", tool="list_runs", args={})
    events: list[ConversationEvent] = [UserSaid(text="Grüße: MEINE Rechnung"), call]
    said = Transcripts(engine, "usr_1").append(Transcripts(engine, "usr_1").create("web").id, events)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE words_said"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))
    assert upgrade(url) is True
    with engine.connect() as connection:
        [row] = connection.execute(text("SELECT owner_id, conversation_id, seq, words FROM words_said"))
    assert tuple(row) == ("usr_1", said[0].conversation_id, 1, "grüsse: meine rechnung")


@pytest.mark.slow
def test_migrates_postgresql(postgres_url: str) -> None:
    url = postgres_url.replace("postgresql://", "postgresql+psycopg://")
    code = f"from workspace.migrations import upgrade; print(upgrade('{url}'))"
    racers = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(3)]
    faults = [racer.communicate()[1] for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * 3, faults
    assert differences(url) == []
    assert upgrade(url) is False


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "mtw.db").write_text("this is no database" * 1000)
    with pytest.raises(Unavailable) as caught:
        upgrade(f"sqlite:///{tmp_path / 'mtw.db'}")
    assert caught.value.code == "DATABASE_UNAVAILABLE"
    assert str(tmp_path / "mtw.db") in caught.value.message

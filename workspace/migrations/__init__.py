"""Brings a database to the newest schema: ``workspace.migrations.upgrade(url)``. No alembic.ini is needed.

A new revision is one file in ``versions/`` and one line here (a test keeps the two equal).
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, OperationalError, ProgrammingError

from workspace.database import engine_for
from workspace.errors import Unavailable

HEAD = "0006"
"""The newest revision. Known without alembic, so that a start with an up-to-date database does not import it."""

_NEXT_SQLITE = "Bring back a copy of this file, or set MTW_HOME to a new folder."
_NEXT_SERVER = "Check DATABASE_URL, and that the database server runs."
_PG_LOCK = 0x4D5457  # any number, the same in every process


def upgrade(url: str) -> bool:
    """Creates or upgrades the schema; True if there was something to do. Safe in several processes at once.

    Raises:
        Unavailable: the database cannot be reached, is damaged, or was made by a newer version of this program.
    """
    engine = engine_for(url)
    try:
        if revision(engine) == HEAD:
            return False
        with _one_at_a_time(engine) as connection:
            _run_alembic(connection)
    except DatabaseError as exc:
        sqlite = engine.dialect.name == "sqlite"
        where = engine.url.database if sqlite else engine.url.render_as_string(hide_password=True)
        raise Unavailable(
            "DATABASE_UNAVAILABLE",
            f"The database {where} cannot be used: {_one_line(exc.orig)}.",
            _NEXT_SQLITE if sqlite else _NEXT_SERVER,
        ) from exc
    return True


def revision(engine: Engine) -> str | None:
    """The revision a database is at; None for one that was never migrated. Raises OperationalError."""
    try:
        with engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except OperationalError as exc:
        if "no such table" in str(exc):
            return None
        raise
    except ProgrammingError:  # PostgreSQL: the table does not exist
        return None
    return str(found) if found is not None else None


def _one_line(error: BaseException | None) -> str:
    return " ".join(str(error).split()).rstrip(".")


@contextmanager
def _one_at_a_time(engine: Engine) -> Iterator[Connection]:
    """A connection whose holder is the only one that migrates: a lock file for SQLite, an advisory lock otherwise."""
    if engine.dialect.name == "sqlite":
        path = Path(make_url(str(engine.url)).database or "")
        with path.with_name(path.name + ".migrating").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            with engine.connect() as connection:
                yield connection
        return
    with engine.connect() as connection:
        connection.execute(text(f"SELECT pg_advisory_lock({_PG_LOCK})"))
        connection.commit()
        try:
            yield connection
        finally:
            connection.rollback()
            connection.execute(text(f"SELECT pg_advisory_unlock({_PG_LOCK})"))
            connection.commit()


def _run_alembic(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as exc:
        raise Unavailable(
            "DATABASE_TOO_NEW",
            "The database was made by a newer version of this program.",
            "Install the newest version, or use another MTW_HOME or DATABASE_URL.",
        ) from exc
    except DatabaseError:
        connection.rollback()
        raise

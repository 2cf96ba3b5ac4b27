"""The engine, its sessions, and the guard that lets no query go without an owner."""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

from sqlalchemy import CursorResult, Engine, Executable, Update, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria
from sqlalchemy.orm.interfaces import ORMOption
from sqlmodel import Session, col

from workspace.tables import Owned


class OwnerMissing(RuntimeError):
    """A programming error: a session touched owned rows without saying whose."""


class _OwnedSession(Session):
    """Sees and writes one owner's rows only. ``owner=None`` is the system's own view (worker, support, migration)."""


_WIPE = "secure_delete=ON"
"""What is deleted is overwritten: texts of deleted data must not be left in the free pages of the file."""


@cache
def engine_for(url: str) -> Engine:
    """One engine per URL and process. SQLite gets WAL, a busy timeout and foreign keys."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
    Path(make_url(url).database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _pragmas(connection: sqlite3.Connection, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", _WIPE):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


@contextmanager
def owner_session(engine: Engine, owner_id: str) -> Iterator[Session]:
    """A transaction that can only see and write the rows of ``owner_id``. Commits at the end, rolls back on error."""
    if not owner_id:
        raise OwnerMissing("owner_session needs an owner")
    with _OwnedSession(engine, expire_on_commit=False) as session, session.begin():
        session.info["owner"] = owner_id
        yield session


@contextmanager
def system_session(engine: Engine) -> Iterator[Session]:
    """A transaction across all owners, for the worker's bookkeeping and the support role only."""
    with _OwnedSession(engine, expire_on_commit=False) as session, session.begin():
        session.info["system"] = True
        yield session


def affected(session: Session, statement: Executable) -> int:
    """Executes an UPDATE or DELETE and returns how many rows it touched."""
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def lock(session: Session, name: str) -> None:
    """Waits until no other transaction holds the lock ``name``; it is released with this transaction.

    SQLite has one writer at a time anyway, so there the first write of the transaction is the lock.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(select(func.pg_advisory_xact_lock(zlib.crc32(name.encode()))))


@event.listens_for(_OwnedSession, "do_orm_execute")
def _filter_by_owner(state: ORMExecuteState) -> None:
    info = state.session.info
    if info.get("system"):
        return
    owner = info.get("owner")
    if not owner:
        raise OwnerMissing("query without an owner")
    # Plain SQL and bulk inserts would pass by the two guards of this module, so an owner's session takes neither.
    if not state.is_orm_statement or state.is_insert or (state.is_update and state.parameters):
        raise OwnerMissing("an owner's session reads and writes through the mapped tables only")
    if state.is_update and "owner_id" in cast("Update", state.statement).compile().params:
        raise OwnerMissing("rows are not given to another owner")
    if state.is_select or state.is_update or state.is_delete:
        state.statement = state.statement.options(*_rows_of(owner))


@lru_cache(maxsize=1024)
def _rows_of(owner: str) -> tuple[ORMOption, ...]:
    """One criterion for each table: the mixin itself is no table and has no column that could be compared.

    Kept, because building them takes longer than many a query.
    """
    return tuple(
        with_loader_criteria(table, col(table.owner_id) == owner, include_aliases=True)
        for table in Owned.__subclasses__()
    )


@event.listens_for(_OwnedSession, "before_flush")
def _check_writes(session: Session, *_: Any) -> None:
    if session.info.get("system"):
        return
    owner = session.info.get("owner")
    for row in [*session.new, *session.dirty, *session.deleted]:
        if isinstance(row, Owned) and row.owner_id != owner:
            raise OwnerMissing(f"{type(row).__name__} of another owner")

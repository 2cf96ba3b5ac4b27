"""No query goes without an owner, and none of an owner reaches a row of another."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, delete, func, insert, select, text, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from workspace.database import OwnerMissing, _OwnedSession, affected, owner_session, system_session
from workspace.home import Workspace
from workspace.tables import ConversationRow, FeedbackRow, PlanRow, RunRow, UserRow


@pytest.fixture
def engine(workspace: Workspace) -> Engine:
    """Two owners with a plan and a conversation each."""
    with system_session(workspace.engine) as session:
        for owner in ("usr_a", "usr_b"):
            session.add(PlanRow(id=f"plan_{owner}", owner_id=owner, hash="h", body={}))
            session.add(ConversationRow(id=f"conversation_{owner}", owner_id=owner, title=owner))
            session.add(
                FeedbackRow(id=f"fb_{owner}", owner_id=owner, conversation_id=f"conversation_{owner}", seq=1, value=1)
            )
    return workspace.engine


def owners(engine: Engine) -> set[str]:
    with system_session(engine) as session:
        return set(session.scalars(select(PlanRow.owner_id)))


READS: dict[str, Callable[[Session], object]] = {
    "rows": lambda s: list(s.scalars(select(PlanRow).where(col(PlanRow.id) == "plan_usr_b"))),
    "columns": lambda s: list(s.scalars(select(PlanRow.owner_id).where(col(PlanRow.owner_id) == "usr_b"))),
    "get": lambda s: s.get(PlanRow, "plan_usr_b"),
    "count": lambda s: s.scalar(select(func.count()).select_from(PlanRow).where(col(PlanRow.owner_id) == "usr_b")),
    "aggregate": lambda s: s.scalar(select(func.max(PlanRow.id)).where(col(PlanRow.owner_id) != "usr_a")),
    "alias": lambda s: list(s.scalars(select(aliased(PlanRow)).where(text("owner_id = 'usr_b'")))),
    "join": lambda s: list(
        s.execute(
            select(PlanRow.id, ConversationRow.title)
            .join(ConversationRow, col(ConversationRow.title) != col(PlanRow.owner_id))
        )
    ),
    "subquery": lambda s: s.scalar(
        select(func.count()).select_from(select(PlanRow.id).where(col(PlanRow.owner_id) == "usr_b").subquery())
    ),
    "exists": lambda s: s.scalar(select(1).where(select(PlanRow.id).where(col(PlanRow.owner_id) == "usr_b").exists())),
    "in a list of ids": lambda s: list(
        s.scalars(
            select(ConversationRow).where(col(ConversationRow.title).in_(select(PlanRow.owner_id))).where(
                col(ConversationRow.title) == "usr_b"
            )
        )
    ),
    "union": lambda s: [
        owner
        for owner in s.scalars(select(PlanRow.owner_id).union_all(select(ConversationRow.owner_id)))
        if owner != "usr_a"
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", READS)
def test_reads_nothing_of_others(engine: Engine, name: str) -> None:
    with owner_session(engine, "usr_a") as session:
        assert not READS[name](session)
    # The same statement again for the other owner: what was compiled for the first must not stick.
    with owner_session(engine, "usr_b") as session:
        assert {row.owner_id for row in session.scalars(select(PlanRow))} == {"usr_b"}


def test_owner_sees_own_rows(engine: Engine) -> None:
    for owner in ("usr_a", "usr_b"):
        with owner_session(engine, owner) as session:
            assert session.get(PlanRow, f"plan_{owner}") is not None
            assert session.scalar(select(func.count()).select_from(PlanRow)) == 1


def test_update_and_delete_touch_own_rows_only(engine: Engine) -> None:
    with owner_session(engine, "usr_a") as session:
        assert affected(session, update(PlanRow).values(hash="changed")) == 1
        assert affected(session, update(PlanRow).where(col(PlanRow.id) == "plan_usr_b").values(hash="x")) == 0
        assert affected(session, delete(FeedbackRow).where(col(FeedbackRow.id) == "fb_usr_b")) == 0
        assert affected(session, delete(PlanRow)) == 1
    assert owners(engine) == {"usr_b"}
    with system_session(engine) as session:
        assert session.scalars(select(PlanRow.hash)).all() == ["h"]


WRITES: dict[str, Callable[[Session], object]] = {
    "new row of another": lambda s: s.add(PlanRow(id="plan_new", owner_id="usr_b", hash="h", body={})),
    "bulk insert": lambda s: s.execute(insert(PlanRow), [{"id": "p", "owner_id": "usr_b", "hash": "h", "body": {}}]),
    "plain SQL": lambda s: s.execute(text("DELETE FROM plans")),
    "table instead of class": lambda s: s.execute(select(PlanRow.__table__)),
    "giving a row away": lambda s: setattr(s.get(PlanRow, "plan_usr_a"), "owner_id", "usr_b"),
    "merging over another's row": lambda s: s.merge(PlanRow(id="plan_usr_b", owner_id="usr_b", hash="h", body={})),
    "bulk update": lambda s: s.execute(update(PlanRow), [{"id": "plan_usr_b", "hash": "x"}]),
    "giving rows away by update": lambda s: s.execute(update(PlanRow).values(owner_id="usr_b")),
}


@pytest.mark.parametrize("name", WRITES)
def test_writing_for_others_is_refused(engine: Engine, name: str) -> None:
    with pytest.raises(OwnerMissing), owner_session(engine, "usr_a") as session:
        WRITES[name](session)
    with system_session(engine) as session:
        assert sorted(session.scalars(select(PlanRow.id))) == ["plan_usr_a", "plan_usr_b"]
        assert sorted(session.scalars(select(PlanRow.owner_id))) == ["usr_a", "usr_b"]


def test_session_without_an_owner_reads_nothing(engine: Engine) -> None:
    with _OwnedSession(engine) as session:
        for statement in (select(PlanRow), select(UserRow), delete(RunRow), text("SELECT 1")):
            with pytest.raises(OwnerMissing):
                session.execute(statement)
        session.add(PlanRow(id="p", owner_id="usr_a", hash="h", body={}, created_at=datetime.now(UTC)))
        with pytest.raises(OwnerMissing):
            session.flush()
    with pytest.raises(OwnerMissing), owner_session(engine, ""):
        pass


def test_every_table_with_rows_of_users_is_guarded() -> None:
    """A new table either mixes in Owned or is named here, with the reason."""
    from sqlmodel import SQLModel

    without_owner = {
        "users": "the owners themselves; read in system sessions by the login only",
        "revoked_tokens": "hashes of logins that were given up; belong to nobody",
        "slack_inputs": "requests as Slack sends them: whose they are is found out when they are worked on",
    }
    tables = {name for name, table in SQLModel.metadata.tables.items() if "owner_id" not in table.columns}
    assert tables == set(without_owner)


def test_concurrent_owners_do_not_mix(engine: Engine) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def seen(number: int) -> set[str]:
        owner = ("usr_a", "usr_b")[number % 2]
        with owner_session(engine, owner) as session:
            return {owner} ^ set(session.scalars(select(PlanRow.owner_id)))

    with ThreadPoolExecutor(4) as pool:
        assert all(not mixed for mixed in pool.map(seen, range(40)))

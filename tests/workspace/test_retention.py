"""How conversations end, by deletion and by time."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from tests.workspace.samples import a_dataset, a_plan
from workspace import retention
from workspace.database import system_session
from workspace.events import FileReceived, UserSaid
from workspace.home import Workspace
from workspace.retention import delete_old_conversations
from workspace.settings import Settings
from workspace.support import SupportCases
from workspace.tables import ConversationRow, now


def talk(workspace: Workspace, days_ago: float, *files: str) -> str:
    id_ = workspace.transcripts.create("web").id
    received = [FileReceived(name="a.csv", key=key, bytes=1) for key in files]
    workspace.transcripts.append(id_, [UserSaid(text="hello"), *received])
    workspace.cases.open(id_, "Help.")
    with system_session(workspace.engine) as session:
        here = update(ConversationRow).where(col(ConversationRow.id) == id_)
        session.execute(here.values(updated_at=now() - timedelta(days=days_ago)))
    return id_


def left(*workspaces: Workspace) -> set[str]:
    return {head.id for workspace in workspaces for head in workspace.transcripts.list()}


@pytest.fixture
def for_30_days(database_settings: Settings) -> Settings:
    return database_settings.model_copy(update={"transcript_retention_days": 30})


def test_nothing_goes_unless_a_time_is_set(owner: Callable[[str], Workspace], database_settings: Settings) -> None:
    ann = owner("usr_ann")
    old = talk(ann, 4000)
    assert delete_old_conversations(database_settings) == 0
    assert left(ann) == {old}


def test_what_is_old_goes_for_everybody_with_all_that_belongs_to_it(
    owner: Callable[[str], Workspace], for_30_days: Settings
) -> None:
    ann, bob = owner("usr_ann"), owner("usr_bob")
    unread, data = ann.storage.key("datasets", "ds_gone", "a.csv"), ann.storage.key("datasets", "ds_1", "a.csv")
    ann.datasets.add(a_dataset(ann.owner_id, id="ds_1"))
    for key in (unread, data):
        with ann.storage.write(key) as file:
            file.write(b"a")
    talk(ann, 31, unread, data)
    talk(bob, 400)
    kept = talk(ann, 29)
    assert delete_old_conversations(for_30_days) == 2
    assert left(ann, bob) == {kept}
    assert [case.conversation_id for who in (ann, bob) for case in SupportCases(who.engine, who.owner_id).list()] == [
        kept
    ]
    assert not ann.storage.exists(unread), "a file that became no data"
    assert ann.storage.exists(data), "data has a deletion of its own"
    assert delete_old_conversations(for_30_days) == 0


def test_a_conversation_waits_for_its_training_and_many_go_part_by_part(
    owner: Callable[[str], Workspace], for_30_days: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = owner("usr_ann")
    waiting = talk(ann, 0)
    ann.runs.create(ann.plans.add(a_plan(), waiting), waiting)
    with system_session(ann.engine) as session:
        session.execute(update(ConversationRow).values(updated_at=now() - timedelta(days=90)))
    for _ in range(3):
        talk(ann, 60)
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    assert [delete_old_conversations(for_30_days) for _ in range(3)] == [2, 1, 0]
    assert left(ann) == {waiting}

"""Models that are online: versions behind a name, keys of which only the hash is kept, sums of use."""

import pytest
from sqlmodel import select

from tests.workspace.conftest import WorkspaceOf
from workspace.database import system_session
from workspace.deployments import KEY_PREFIX, deployment_of_key
from workspace.errors import NotFound
from workspace.tables import ApiKeyRow, now


def test_a_name_keeps_every_version_and_one_of_them_answers(owner: WorkspaceOf) -> None:
    online = owner("usr_a").deployments
    first = online.add("mails", "mdl_1", {"chars": 12.5})
    second = online.add("mails", "mdl_2")
    assert (first.live, first.current.model_id, first.current.reference) == (1, "mdl_1", {"chars": 12.5})
    assert (second.id, second.live, [v.model_id for v in second.versions]) == (first.id, 2, ["mdl_1", "mdl_2"])
    back = online.promote(first.id, 1)
    assert (back.current.model_id, back.version_of("mdl_2")) == ("mdl_1", second.current)
    assert online.add("mails", "mdl_3").live == 3
    with pytest.raises(NotFound, match="no version 9"):
        online.promote(first.id, 9)


def test_a_key_opens_its_deployment_until_it_is_revoked(owner: WorkspaceOf) -> None:
    workspace = owner("usr_a")
    online, engine = workspace.deployments, workspace.engine
    mails, tickets = online.add("mails", "mdl_1"), online.add("tickets", "mdl_2")
    first, second, other = online.new_key(mails.id), online.new_key(mails.id), online.new_key(tickets.id)
    found = deployment_of_key(engine, first)
    assert found is not None
    assert (found.owner_id, found.id, len(found.keys)) == ("usr_a", mails.id, 2)
    mine = next(key for key in found.keys if first.startswith(f"{KEY_PREFIX}{key.id.removeprefix('key_')}"))
    assert first.startswith(mine.hint.removesuffix("…"))
    assert online.revoke_keys(mails.id, mine.id) == 1
    assert deployment_of_key(engine, first) is None
    assert deployment_of_key(engine, second) is not None
    assert online.revoke_keys(mails.id) == 1
    assert deployment_of_key(engine, second) is None
    assert deployment_of_key(engine, other) is not None


def test_a_key_cannot_be_read_guessed_or_bent(owner: WorkspaceOf) -> None:
    workspace = owner("usr_a")
    key = workspace.deployments.new_key(workspace.deployments.add("mails", "mdl_1").id)
    digits, secret = key.removeprefix(KEY_PREFIX).split("_", 1)
    with system_session(workspace.engine) as session:
        row = session.exec(select(ApiKeyRow)).one()
        assert secret not in str(row.model_dump())
        kept = row.key_hash
    bent = ["", "mtw_", key[:-1], key + "x", key.upper(), f"mtw_{digits}_", f"mtw_{digits}_{kept}", kept, f"x{key}"]
    assert [deployment_of_key(workspace.engine, wrong) for wrong in bent] == [None] * len(bent)


def test_use_is_summed_by_day_and_version(owner: WorkspaceOf) -> None:
    online = owner("usr_a").deployments
    mails = online.add("mails", "mdl_1")
    online.count(mails.id, 1, requests=1, texts=2, chars=30, scores=[0.5, 1.0])
    online.count(mails.id, 1, requests=1, texts=1, chars=10, scores=[])
    online.count(mails.id, 2, requests=1, texts=5, chars=50, scores=[0.25])
    newest, oldest = online.usage(mails.id)
    assert (newest.version, newest.texts, newest.day) == (2, 5, now().date().isoformat())
    assert oldest.model_dump(exclude={"day"}) == {
        "version": 1,
        "requests": 2,
        "texts": 3,
        "chars": 40,
        "scored": 2,
        "score_sum": 1.5,
    }
    assert online.usage(mails.id, since="9999-01-01") == []


def test_what_belongs_to_others_is_neither_seen_nor_changed(owner: WorkspaceOf) -> None:
    theirs, mine = owner("usr_b").deployments, owner("usr_a").deployments
    mails = theirs.add("mails", "mdl_1")
    key = theirs.new_key(mails.id)
    for look in (
        lambda: mine.get(mails.id),
        lambda: mine.named("mails"),
        lambda: mine.promote(mails.id, 1),
        lambda: mine.new_key(mails.id),
    ):
        with pytest.raises(NotFound):
            look()
    assert (mine.list(), mine.revoke_keys(mails.id), mine.usage(mails.id)) == ([], 0, [])
    assert mine.add("mails", "mdl_9").id != mails.id
    assert deployment_of_key(theirs.engine, key) == theirs.get(mails.id)

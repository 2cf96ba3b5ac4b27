"""Finding conversations of all users, and opening one."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from assistant.support.desk import Search, SupportDesk
from assistant.support.replay import replay_of
from tests.assistant.talking import Talker, finish_run
from workspace.database import system_session
from workspace.errors import NotFound
from workspace.events import ErrorShown, UserSaid
from workspace.home import Workspace
from workspace.retention import delete_conversation
from workspace.run import Failure
from workspace.tables import ConversationRow, now


@pytest.fixture
def desk(workspace: Workspace) -> SupportDesk:
    return SupportDesk(workspace.engine)


def conversation(workspace: Workspace, title: str, *said: str, error: str = "", days_ago: float = 1) -> str:
    head = workspace.transcripts.create("web", title=title)
    workspace.transcripts.append(head.id, [UserSaid(text=text) for text in said])
    if error:
        workspace.transcripts.append(head.id, [ErrorShown(code=error, message="It failed.", next_step="Try again.")])
    with system_session(workspace.engine) as session:
        session.execute(
            update(ConversationRow)
            .where(ConversationRow.id == head.id)  # type: ignore[arg-type]
            .values(updated_at=now() - timedelta(days=days_ago))
        )
    return head.id


def test_words_users_errors_and_days_narrow_the_list(workspace: Workspace, desk: SupportDesk) -> None:
    other = Workspace("usr_other", workspace.settings, workspace.queue)
    invoices = conversation(workspace, "Invoices", "sort my Rechnungen für 2025")
    broken = conversation(workspace, "Broken", "read this 100%_file", error="FILE_EMPTY", days_ago=40)
    foreign = conversation(other, "Parcels", "hello\x00 Grüße \udcff")

    def found(**wanted: object) -> list[str]:
        return [head.id for head in desk.find(Search(**wanted))]  # type: ignore[arg-type]

    assert set(found()) == {invoices, broken, foreign}
    assert found(text="RECHNUNGEN FÜR") == [invoices] == found(text="invoices")
    assert found(text="GRÜSSE") == [foreign]
    assert found(text="file_EMPTY") == [broken]
    assert found(text="user_said") == [], "what is searched is words, and no names of ours"
    assert found(text="100%_") == [broken]
    assert found(text="100%x") == []
    assert found(error="FILE_EMPTY") == [broken]
    assert found(user="usr_other") == [foreign]
    assert broken not in found(since=now() - timedelta(days=2))
    assert len(found(limit=1)) == 1


def test_the_outcome_that_the_database_finds_is_the_one_that_is_shown(
    talker: Talker, mails: Path, desk: SupportDesk
) -> None:
    talker.upload(mails)
    talker.press("Right, make a plan")
    talker.press("Start")
    id_ = talker.conversation.id
    gave_up = conversation(talker.workspace, "Nothing", "hello")

    def agrees(outcome: str) -> None:
        [head] = desk.find(Search(outcome=outcome, text="mails.csv"))  # type: ignore[arg-type]
        assert (head.id, head.outcome) == (id_, outcome)

    agrees("in progress")
    run = talker.workspace.runs.list()[0]
    finish_run(talker.workspace, run.id, Failure(code="CPU_OOM", message="Not enough memory."))
    with system_session(talker.workspace.engine) as session:
        session.execute(update(ConversationRow).values(updated_at=now() - timedelta(days=1)))
    agrees("failed")
    assert [head.id for head in desk.find(Search(outcome="gave up"))] == [gave_up]
    assert [head.id for head in desk.find(Search(error="CPU_OOM"))] == [id_]
    assert desk.find(Search(outcome="trained")) == []


def test_a_replay_holds_what_was_seen_and_what_was_not(talker: Talker, mails: Path, desk: SupportDesk) -> None:
    talker.upload(mails)
    talker.press("Right, make a plan")
    talker.press("Start")
    run = talker.workspace.runs.list()[0]
    finish_run(talker.workspace, run.id, Failure(code="CPU_OOM", message="Not enough memory.", facts={"rows": 64}))
    opened = desk.open(talker.conversation.id)
    replay = replay_of(opened, desk.versions(opened))
    assert [moment.event.kind for moment in replay.moments] == [event.kind for event in talker.stored]
    assert {moment.event.kind for moment in replay.moments if not moment.seen} == {
        "tool_called",
        "tool_returned",
        "turn_ended",
    }
    assert [story.status for story in replay.runs] == ["failed"]
    assert replay.runs[0].failure == {
        "code": "CPU_OOM",
        "message": "Not enough memory.",
        "next_step": "",
        "facts": {"rows": 64},
    }
    assert [version.columns for version in replay.versions] == [["message", "team"]]
    assert "refund my last invoice" not in replay.model_dump_json()
    assert "refund my last invoice" in replay_of(opened, unmasked=True).model_dump_json()


def test_looks_are_kept_and_a_reason_counts_for_its_giver_alone(workspace: Workspace, desk: SupportDesk) -> None:
    opened = desk.open(conversation(workspace, "Parcels", "hello"))
    hour = timedelta(hours=1)
    assert not desk.may_look(opened.head.id, "sue", hour, unmasked=False)
    desk.write_down(opened, "sue", "case 512", unmasked=False)
    assert desk.may_look(opened.head.id, "sue", hour, unmasked=False)
    assert not desk.may_look(opened.head.id, "sue", hour, unmasked=True)
    assert not desk.may_look(opened.head.id, "tom", hour, unmasked=False)
    assert not desk.may_look(opened.head.id, "sue", timedelta(0), unmasked=False)
    assert [(a.by, a.reason, a.unmasked) for a in desk.open(opened.head.id).accesses] == [("sue", "case 512", False)]


def test_what_is_deleted_here_is_gone_for_its_person(workspace: Workspace, desk: SupportDesk) -> None:
    id_ = conversation(workspace, "Parcels", "hello")
    delete_conversation(workspace.settings, desk.open(id_).owner_id, id_)
    with pytest.raises(NotFound):
        desk.open(id_)
    with pytest.raises(NotFound):
        workspace.transcripts.load(id_)

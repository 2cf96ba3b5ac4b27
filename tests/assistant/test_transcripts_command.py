"""``mtw transcripts``."""

import json
from pathlib import Path

import pytest

from assistant.cli import run
from tests.assistant.talking import Talker


@pytest.fixture
def held(talker: Talker, mails: Path, monkeypatch: pytest.MonkeyPatch) -> Talker:
    """A conversation with data and a plan, in the home that the command looks into."""
    monkeypatch.setenv("MTW_HOME", str(talker.workspace.settings.home))
    talker.say("write to bob@example.com about sorting mails")
    talker.upload(mails)
    talker.press("Right, make a plan")
    return talker


def test_the_list_names_every_conversation(held: Talker, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["transcripts", "list", "--json"]) == 0
    [head] = json.loads(capsys.readouterr().out)
    assert (head["id"], head["outcome"], head["user"]) == (held.conversation.id, "in progress", "local")
    assert run(["transcripts", "list", "--outcome", "trained", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run(["transcripts", "list"]) == 0
    assert "[EMAIL]" in capsys.readouterr().out


def test_export_is_json_without_personal_data_and_rows(
    held: Talker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["transcripts", "export", held.conversation.id]) == 0
    printed = capsys.readouterr().out
    assert json.loads(printed)["conversation"]["id"] == held.conversation.id
    page = tmp_path / "page.html"
    assert run(["transcripts", "export", held.conversation.id, "--html", str(page)]) == 0
    for text in (printed, page.read_text("utf-8")):
        assert "bob@example.com" not in text
        assert "refund my last invoice" not in text
    assert run(["transcripts", "export", held.conversation.id, "--html", str(tmp_path / "no" / "page.html")]) == 2


def test_replay_shows_what_was_seen_and_show_also_what_was_not(
    held: Talker, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["transcripts", "replay", held.conversation.id, "--speed", "0"]) == 0
    seen = capsys.readouterr().out
    assert "Shall I start?" in seen
    assert "propose_plan" not in seen
    assert run(["transcripts", "show", held.conversation.id]) == 0
    assert "propose_plan answered" in capsys.readouterr().out


def test_texts_are_shown_for_a_reason_that_is_kept(held: Talker, capsys: pytest.CaptureFixture[str]) -> None:
    show = ["transcripts", "show", held.conversation.id, "--json", "--unmasked"]
    assert run(show) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "REASON_NEEDED"
    assert run([*show, "--reason", "case 512"]) == 0
    assert "bob@example.com" in capsys.readouterr().out
    assert run(["transcripts", "export", held.conversation.id]) == 0
    [look] = json.loads(capsys.readouterr().out)["accesses"]
    assert (look["reason"], look["unmasked"]) == ("case 512", True)


def test_delete_removes_it_for_good(held: Talker, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["transcripts", "delete", held.conversation.id, "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"deleted": held.conversation.id}
    assert run(["transcripts", "show", held.conversation.id, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "CONVERSATION_NOT_FOUND"


def test_a_conversation_runs_again_and_is_saved_as_a_test(
    held: Talker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = tmp_path / "mails.json"
    assert run(["transcripts", "rerun", held.conversation.id, "--json", "--out", str(saved)]) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["compared"], again["differing"]) == (3, 0)
    assert "bob@example.com" not in saved.read_text("utf-8")
    before = saved.read_text("utf-8")
    saved.write_text(before.replace("Shall I start?", "Go?"), "utf-8")
    assert run(["transcripts", "accept", str(saved)]) == 0
    assert run(["transcripts", "rerun", held.conversation.id]) == 0
    assert "3 of 3 turns were run again; 0 differ." in capsys.readouterr().out


def test_notes_are_printed_by_show_and_stand_in_no_export(held: Talker, capsys: pytest.CaptureFixture[str]) -> None:
    id_ = held.conversation.id
    assert run(["transcripts", "note", id_, "She has a [bold]zebra[/bold]."]) == 0
    assert run(["transcripts", "note", id_, "  "]) == 2
    assert "this one has 0" in capsys.readouterr().err
    assert run(["transcripts", "show", id_]) == 0
    assert "She has a [bold]zebra[/bold]." in capsys.readouterr().out
    assert run(["transcripts", "show", id_, "--json"]) == 0
    assert [note["text"] for note in json.loads(capsys.readouterr().out)["notes"]] == ["She has a [bold]zebra[/bold]."]
    for command in ("export", "replay"):
        assert run(["transcripts", command, id_, "--json"]) == 0
        assert "zebra" not in capsys.readouterr().out

"""Stored conversations run again through today's code: the same where nothing changed; planted changes are found."""

import asyncio
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant import turn
from assistant.agent import ToolDone
from assistant.support.fixtures import COMPLAINTS, Fixture, as_of_today, fixture_of, read, save
from assistant.support.rerun import Rerun, run_again
from tests.assistant.talking import Talker, finish_run, planned
from tools.registry import Tool
from workspace.errors import InputError
from workspace.events import Asked, AssistantSaid, CardShown, ConversationEvent, StoredEvent, ToolCalled
from workspace.home import Workspace
from workspace.run import Failure
from workspace.starter import starter_onnx_folder

RECORDED = Path(__file__).parents[2] / "data" / "conversations.jsonl.xz"


@pytest.fixture(scope="module")
def recorded() -> dict[str, Fixture]:
    with lzma.open(RECORDED, "rt", encoding="utf-8") as lines:
        return {fixture.title: fixture for fixture in map(Fixture.model_validate_json, lines)}


@pytest.fixture
def again(workspace: Workspace, by_rules: None) -> Callable[[Fixture | list[StoredEvent]], Rerun]:
    def run(given: Fixture | list[StoredEvent]) -> Rerun:
        return asyncio.run(run_again(given.stored if isinstance(given, Fixture) else given, workspace))

    return run


def found(rerun: Rerun) -> list[tuple[str, str]]:
    return [(one.what, one.says) for turn_ in rerun.turns for one in turn_.differences]


def test_twenty_recorded_conversations_go_on_as_they_went(
    recorded: dict[str, Fixture], again: Callable[[Fixture], Rerun]
) -> None:
    assert len(recorded) == 20
    differing = {title: found(again(fixture)) for title, fixture in recorded.items()}
    assert {title: what for title, what in differing.items() if what} == {}
    assert sum(again(recorded[title]).compared for title in ("spam", "repairs", "names in text")) >= 12


@pytest.mark.parametrize("path", sorted(COMPLAINTS.glob("*.json")), ids=lambda path: path.stem)
def test_saved_complaints_go_on_as_they_were_saved(
    path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixture = read(path)
    if not fixture.starter:
        monkeypatch.setattr("assistant.agent.starter_onnx_folder", lambda _: None)
    elif starter_onnx_folder(workspace.settings) is None:
        pytest.skip("the starter model is not installed here")
    assert found(asyncio.run(run_again(fixture.stored, workspace))) == [], fixture.complaint


def test_another_wording_after_one_tool_is_found(
    recorded: dict[str, Fixture], again: Callable[[Fixture], Rerun], monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.guide import respond, texts

    real = texts.after
    monkeypatch.setattr(
        respond,
        "after",
        lambda tool, **about: real(tool, **about) + (" Good luck!" if tool == "explain_concept" else ""),
    )
    rerun = again(recorded["questions while a yes is awaited"])
    [(what, _)] = found(rerun)
    assert what == "words"
    [one] = [one for turn_ in rerun.turns for one in turn_.differences]
    assert isinstance(one.now, AssistantSaid)
    assert one.now.text.endswith("Good luck!")
    assert found(again(recorded["an empty file"])) == []


def test_another_order_another_tool_and_other_arguments_are_found(
    recorded: dict[str, Fixture], again: Callable[..., Rerun], monkeypatch: pytest.MonkeyPatch
) -> None:
    fixture = recorded["French"]
    real = turn.Turn._returned

    async def cards_first(self: turn.Turn, done: ToolDone) -> None:
        await self._emit(*(CardShown(card=card, call_id=done.call_id) for card in done.outcome.output.cards))
        bare = done.outcome.output.model_copy(update={"cards": []})
        await real(self, type(done)(done.call_id, done.tool, type(done.outcome)(True, done.outcome.data, bare)))

    with monkeypatch.context() as planted:
        planted.setattr(turn.Turn, "_returned", cards_first)
        assert {what for what, _ in found(again(fixture))} == {"order"}

    def changed(event: ConversationEvent) -> ConversationEvent:
        if isinstance(event, ToolCalled) and event.tool == "propose_plan":
            return event.model_copy(update={"args": {"budget_minutes": 7}})
        if isinstance(event, Asked) and event.approval:
            return event.model_copy(update={"text": "Go?"})
        return event

    other = fixture.model_copy(update={"events": [changed(event) for event in fixture.events]})
    assert {what for what, _ in found(again(other))} >= {"arguments"}

    def renamed(event: ConversationEvent) -> ConversationEvent:
        if event.kind in ("tool_called", "tool_returned") and getattr(event, "tool", "") == "propose_plan":
            return event.model_copy(update={"tool": "plan_it"})
        return event

    old = fixture.model_copy(update={"events": [renamed(event) for event in fixture.events]})
    assert ("tool", "It calls propose_plan in place of plan_it.") in found(again(old))


def test_a_tool_that_no_longer_takes_what_it_took_is_found(
    recorded: dict[str, Fixture], again: Callable[[Fixture], Rerun], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Tool.validate

    def stricter(self: Tool, args: dict[str, object]) -> object:
        if self.name == "explain_concept":
            raise InputError("ARGUMENTS_INVALID", "Another form is wanted.", "Say it anew.")
        return real(self, args)

    monkeypatch.setattr(Tool, "validate", stricter)
    assert "result" in {what for what, _ in found(again(recorded["questions while a yes is awaited"]))}


def test_no_tool_is_called_and_nothing_is_stored(
    talker: Talker, mails: Path, again: Callable[..., Rerun], monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(talker, mails)
    talker.press("Start")
    run = talker.workspace.runs.list()[0]
    finish_run(talker.workspace, run.id, Failure(code="CPU_OOM", message="Not enough memory."))
    talker.say("why did it fail?")
    stored = talker.workspace.transcripts.load(talker.conversation.id).events

    def never(*_: object) -> None:
        raise AssertionError("a tool was called")

    monkeypatch.setattr(Tool, "__call__", never)
    rerun = again(stored)
    assert found(rerun) == []
    assert (rerun.compared, len(rerun.turns)) == (4, 4)
    assert len(talker.workspace.runs.list()) == 1
    assert talker.workspace.transcripts.load(talker.conversation.id).events == stored


def test_what_cannot_be_run_again_says_why(recorded: dict[str, Fixture], again: Callable[..., Rerun]) -> None:
    events = recorded["asks before anything"].events
    hosted = [e.model_copy(update={"model": "gpt-9"}) if isinstance(e, AssistantSaid) else e for e in events]
    rerun = again(Fixture(title="", events=hosted))
    assert rerun.compared == 0
    assert all("gpt-9" in one.why_not for one in rerun.turns)
    assert again(Fixture(title="", events=events[:-1])).turns[-1].why_not == "It broke off with the process."


def test_a_complaint_is_saved_without_personal_data_and_passes(
    talker: Talker, mails: Path, tmp_path: Path, again: Callable[[Fixture], Rerun]
) -> None:
    talker.say("write to bob@example.com about sorting mails")
    planned(talker, mails)
    talker.say("try it: please refund my last invoice at once, my number is 030 1234567")
    stored = talker.workspace.transcripts.load(talker.conversation.id).events
    fixture = asyncio.run(fixture_of(stored, talker.workspace, title="Mails", complaint="It did not listen."))
    path = save(fixture, "mails", tmp_path / "complaints")
    text = path.read_text("utf-8")
    assert "bob@example.com" not in text
    assert "please refund my last invoice number" not in text
    assert read(path).complaint == "It did not listen."
    rerun = again(read(path))
    assert (found(rerun), rerun.compared) == ([], 4)
    changed = read(path)
    first = next(i for i, event in enumerate(changed.events) if isinstance(event, AssistantSaid))
    changed.events[first] = AssistantSaid(text="Good evening.", model="guide")
    assert [what for what, _ in found(again(changed))] == ["words"]
    accepted = asyncio.run(as_of_today(changed.events, talker.workspace))
    assert found(again(changed.model_copy(update={"events": accepted}))) == []
    with pytest.raises(InputError, match="no tests"):
        save(fixture, "mails", tmp_path / "nowhere" / "complaints")

"""``mtw chat`` as lines of JSON and as people see it."""

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from assistant import uploads
from assistant.inputs import Answer, Say, Upload
from assistant.surfaces.terminal import terminal
from assistant.surfaces.terminal_cards import card_view
from assistant.surfaces.terminal_lines import Lines, Quit, Wait, as_json, parse
from assistant.surfaces.terminal_talk import Talk
from tests.assistant import card_samples
from tests.assistant.talking import Talker, finish_run, write_csv
from workspace.errors import InputError, NotFound
from workspace.events import Asked, Card, FormField, RunProgressed, TurnEnded
from workspace.settings import Settings


def test_lines_that_are_understood() -> None:
    assert parse('{"say": "hello"}') == Say("hello")
    assert parse('{"upload": "/a/b.csv"}') == Upload(Path("/a/b.csv"), "b.csv")
    assert parse('{"upload": "b.csv", "say": "look"}') == Upload(Path("b.csv"), "b.csv", "look")
    assert parse('{"answer": "start", "ask": "ask_1"}') == Answer("ask_1", "start")
    assert parse('{"answer": {"seed": 7}, "ask": "ask_1"}') == Answer("ask_1", {"seed": 7})
    assert isinstance(parse('{"wait": "run"}'), Wait)
    assert isinstance(parse('{"quit": true}'), Quit)


@pytest.mark.parametrize(
    "line",
    ["", "hello", "[]", "null", "{}", '{"say": 1}', '{"say": "a", "x": 1}', '{"quit": false}', '{"answer": "a"}',
     '{"wait": "forever"}', '{"upload": null}', "{" * 100_000],
)  # fmt: skip
def test_lines_that_are_not(line: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(line)
    assert caught.value.next_step


@given(st.recursive(st.none() | st.booleans() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)))
def test_no_json_breaks_it(value: Any) -> None:
    try:
        parse(json.dumps(value))
    except InputError:
        return


def test_events_as_lines() -> None:
    field = FormField(name="seed", label="Seed", kind="number")
    asked = as_json(Asked(ask_id="ask_1", ask="form", text="?", fields=[field]))
    assert asked is not None
    assert asked["event"] == "ask"
    assert asked["options"] == []
    assert asked["fields"][0]["name"] == "seed"  # type: ignore[index,call-overload]
    progress = as_json(RunProgressed(run_id="run_1", fraction=0.5, eta_seconds=None, message="Learning"))
    assert progress is not None
    assert (progress["run"], progress["fraction"], progress["eta_seconds"]) == ("run_1", 0.5, None)
    assert as_json(TurnEnded(stage="data")) == {"event": "turn_end", "stage": "data"}


def show(card: Card) -> str:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(card_view(card))
    return console.export_text()


@pytest.mark.parametrize("make", card_samples.ALL, ids=lambda make: make.__name__)
def test_every_card_can_be_seen(make: Callable[[], Card]) -> None:
    card = make()
    shown = show(card)
    assert card.title.split()[0] in shown
    assert len(shown.splitlines()) > 3, "the frame alone is no card"


def test_what_stands_in_cells_is_shown_as_it_is() -> None:
    shown = show(card_samples.mistakes())
    assert "[/bold]" not in shown
    assert "\x1b" not in shown


class Typed:
    """Stands in for standard input."""

    def __init__(self, lines: list[str]) -> None:
        self.buffer = self
        self._lines = [line.encode() + b"\n" for line in lines]

    def readline(self) -> bytes:
        return self._lines.pop(0) if self._lines else b""


def hold(settings: Settings, resume: str | None, lines: list[dict[str, Any] | str]) -> None:
    async def scenario() -> None:
        async with terminal(settings, resume) as opened:
            await Lines(opened).serve()

    sys.stdin = Typed([line if isinstance(line, str) else json.dumps(line) for line in lines])  # type: ignore[assignment]
    asyncio.run(scenario())


@pytest.fixture
def restored_input() -> Iterator[None]:
    before = sys.stdin
    yield
    sys.stdin = before


def events_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_long_reading_tells_how_far_it_is(
    settings: Settings,
    by_rules: None,
    restored_input: None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(uploads, "_QUIET_SECONDS", 0)
    hold(settings, None, [{"upload": str(write_csv(tmp_path / "mails.csv"))}])
    seen = events_of(capsys.readouterr().out)
    assert seen[0]["event"] == "progress"
    assert (seen[0]["run"], seen[0]["message"]) == (None, "Reading mails.csv")
    assert 0 <= seen[0]["fraction"] <= 1
    assert seen[-1]["event"] == "turn_end"


def test_each_line_is_closed_by_one_turn_end(
    settings: Settings, by_rules: None, restored_input: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mails = write_csv(tmp_path / "mails.csv")
    given_lines: list[dict[str, Any] | str] = [
        {"say": "hi"},
        "not json",
        {"upload": str(mails)},
        {"upload": str(tmp_path / "gone.csv")},
        {"answer": "x", "ask": "ask_none"},
        {"wait": "run"},
        {"say": "make a plan"},
        {"quit": True},
        {"say": "never read"},
    ]
    hold(settings, None, given_lines)
    seen = events_of(capsys.readouterr().out)
    turns: list[list[dict[str, Any]]] = [[]]
    for event in seen:
        if event["event"] == "turn_end":
            turns.append([])
        else:
            turns[-1].append(event)
    assert len(turns) == 8
    assert turns[-1] == []
    assert [t[0]["event"] for t in turns[:2]] == ["message", "error"]
    assert [e["event"] for e in turns[2]][:2] == ["tool_call", "tool_result"]
    assert turns[3][0]["code"] == "FILE_MISSING"
    assert turns[4][0]["code"] == "QUESTION_NOT_FOUND"
    assert turns[5] == []
    assert turns[6][-1]["kind"] == "confirm"
    assert {option["id"] for option in turns[6][-1]["options"]} == {"start", "change", "set_success_criteria"}


def test_waiting_brings_the_result(
    workspace: Any, by_rules: None, restored_input: None, mails: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    talker = Talker(workspace)
    talker.upload(mails)
    talker.say("yes")
    talker.say("start")
    finish_run(workspace, workspace.runs.list()[0].id)
    hold(workspace.settings, talker.conversation.id, [{"wait": "run"}, {"say": "thanks"}])
    talker.close()
    seen = events_of(capsys.readouterr().out)
    kinds = [e["event"] for e in seen if e["event"] != "progress"]
    first = kinds[: kinds.index("turn_end")]
    assert [e["kind"] for e in seen if e["event"] == "card"] == ["metrics", "confusion", "mistakes"]
    assert "message" in first
    assert first[-1] == "ask"
    assert kinds.count("turn_end") == 2


def test_only_own_conversations_can_be_resumed(settings: Settings) -> None:
    with pytest.raises(NotFound, match="no such conversation"):
        hold(settings, "0190aaaa-0000-7000-8000-000000000000", [])


def test_people_choose_by_number(
    settings: Settings, by_rules: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter(["hi", "4", "1", "what is F1?", "/quit"])
    monkeypatch.setattr("builtins.input", lambda *_: next(typed))

    async def scenario() -> None:
        async with terminal(settings, None) as opened:
            await Talk(opened).serve()

    asyncio.run(scenario())
    shown = capsys.readouterr().out
    assert "Sort messages" in shown
    assert "1,500 rows" in shown
    assert "Shall I start?" in shown
    assert "F1 score" in shown
    assert "mtw chat --resume" in shown


@pytest.mark.slow
def test_the_whole_journey_as_a_program_sees_it(tmp_path: Path) -> None:
    """Real tools, a real training in a child process, the real command."""
    mails = write_csv(tmp_path / "mails.csv", times=30)
    command = [sys.executable, "-c", "import sys; from assistant.cli import run; sys.exit(run(['chat', '--jsonl']))"]
    process = subprocess.Popen(
        command, env=os.environ | {"MTW_HOME": str(tmp_path / "home")}, stdin=-1, stdout=-1, text=True
    )
    assert process.stdin
    assert process.stdout

    def send(line: dict[str, Any]) -> list[dict[str, Any]]:
        process.stdin.write(json.dumps(line) + "\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
        events: list[dict[str, Any]] = []
        while not events or events[-1]["event"] != "turn_end":
            events.append(json.loads(process.stdout.readline()))  # type: ignore[union-attr]
        return events

    def asked(events: list[dict[str, Any]]) -> str:
        return str(next(e["id"] for e in events if e["event"] == "ask"))

    send({"say": "I want to send each mail to the right team"})
    assert any(e["event"] == "card" for e in send({"upload": str(mails), "say": "here it is"}))
    send({"say": "make a plan"})
    plan = send({"say": "only word statistics, in 20 seconds"})
    started = send({"answer": "start", "ask": asked(plan)})
    assert [e["tool"] for e in started if e["event"] == "tool_call"] == ["launch_training"]
    result = send({"wait": "run"})
    progress = [e for e in result if e["event"] == "progress"]
    assert progress
    assert progress[-1]["fraction"] == 1.0
    assert {e["kind"] for e in result if e["event"] == "card"} >= {"metrics", "confusion", "mistakes"}
    tried = send({"say": "try: please refund the invoice"})
    answer = next(e for e in tried if e["event"] == "tool_result")
    assert answer["data"]["predictions"][0]["label"] == "«billing»"
    process.stdin.write('{"quit": true}\n')
    process.stdin.close()
    assert process.wait(timeout=60) == 0

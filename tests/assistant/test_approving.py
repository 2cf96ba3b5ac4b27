"""What a yes releases, what a no does, and what neither of them is."""

import asyncio
from pathlib import Path

import pytest

from assistant.conversation import Answer, Conversation
from tests.assistant.talking import Talker, calls, errors, of, planned
from tests.fakes import FakeQueue
from workspace.events import (
    Answered,
    Asked,
    Option,
    StoredEvent,
    ToolCalled,
    UserSaid,
)


def test_start_runs_exactly_the_plan_that_was_shown(talker: Talker, mails: Path, queue: FakeQueue) -> None:
    asked = planned(talker, mails)
    happened = talker.press("Start")
    assert of(happened, Answered)[0].label == "Start"
    assert of(happened, ToolCalled)[0].args == asked.approval.args  # type: ignore[union-attr]
    runs = talker.workspace.runs.list()
    assert [run.id for run in runs] == queue.submitted
    assert runs[0].plan.hash == asked.approval.fingerprint  # type: ignore[union-attr]
    assert talker.conversation.stage == "train"


@pytest.mark.parametrize(
    "yes",
    [
        "yes",
        "Start",
        "ok!",
        "go",
        "los",
        "ja",
        "oui",
        "sí",
        "  Yes, please. ",
        "looks good, go",
        "1",
        "Ja, sieht gut aus!",
        "ok thanks",
    ],
)
def test_a_typed_yes_starts(talker: Talker, mails: Path, yes: str) -> None:
    planned(talker, mails)
    happened = talker.say(yes)
    assert [type(e) for e in happened[:3]] == [UserSaid, Answered, ToolCalled]
    assert len(talker.workspace.runs.list()) == 1


@pytest.mark.parametrize("other", ["no", "cancel", "change", "yes but with seed 7"])
def test_a_no_or_another_plan_starts_nothing_and_closes_the_question(talker: Talker, mails: Path, other: str) -> None:
    asked = planned(talker, mails)
    happened = talker.say(other)
    answer = of(happened, Answered)[0]
    assert answer.ask_id == asked.ask_id
    assert answer.value == "change"
    assert "launch_training" not in calls(happened)
    assert talker.workspace.runs.list() == []
    # The old button is dead now.
    assert errors(talker.take(Answer(asked.ask_id, "start"))) == ["ALREADY_DECIDED"]
    assert talker.workspace.runs.list() == []


@pytest.mark.parametrize("other", ["what is F1?", "do not start yet", "is it good to go?", "go to the data"])
def test_who_asks_something_in_passing_starts_nothing_and_may_still_press_start(
    talker: Talker, mails: Path, other: str
) -> None:
    asked = planned(talker, mails)
    happened = talker.say(other)
    assert of(happened, Answered)[0].in_passing
    assert "launch_training" not in calls(happened)
    assert talker.workspace.runs.list() == []
    assert errors(talker.take(Answer(asked.ask_id, "start"))) == []
    assert len(talker.workspace.runs.list()) == 1
    assert errors(talker.take(Answer(asked.ask_id, "start"))) == ["ALREADY_DECIDED"]


def test_a_plan_shown_again_in_passing_starts_nothing_and_start_is_one_press_away(talker: Talker, mails: Path) -> None:
    asked = planned(talker, mails)
    happened = talker.say("start? what happens")
    assert of(happened, Answered)[0].in_passing
    assert "launch_training" not in calls(happened)
    assert talker.workspace.runs.list() == []
    assert calls(talker.press("Start")) == ["launch_training"]
    assert len(talker.workspace.runs.list()) == 1
    assert errors(talker.take(Answer(asked.ask_id, "start"))) == ["ALREADY_DECIDED"]


def test_an_upload_also_declines(talker: Talker, mails: Path) -> None:
    asked = planned(talker, mails)
    happened = talker.upload(mails)
    assert of(happened, Answered)[0].ask_id == asked.ask_id
    assert talker.workspace.runs.list() == []


def test_the_approval_of_one_plan_never_starts_another(talker: Talker, mails: Path) -> None:
    first = planned(talker, mails)
    talker.say("seed 7")
    second = talker.asked
    assert second.approval is not None
    assert first.approval is not None
    assert second.approval.fingerprint != first.approval.fingerprint
    talker.press("Start")
    assert [run.plan.seed for run in talker.workspace.runs.list()] == [7]


@pytest.mark.parametrize("way", ["press", "Start", "yes", "looks good, go", "1", "START!"])
def test_after_a_question_in_passing_start_takes_one_step(talker: Talker, mails: Path, way: str) -> None:
    asked = planned(talker, mails)
    talker.say("what is F1?")
    assert talker.asked.approval is None
    happened = talker.press("Start") if way == "press" else talker.say(way)
    assert calls(happened) == ["launch_training"]
    assert [run.plan.hash for run in talker.workspace.runs.list()] == [asked.approval.fingerprint]  # type: ignore[union-attr]


def test_an_older_start_button_asks_before_it_starts_its_own_plan(talker: Talker, mails: Path) -> None:
    planned(talker, mails)
    talker.say("what is F1?")
    older = talker.asked
    assert older.options[0].id.startswith("launch_training?plan_id=")
    talker.say("seed 7")
    happened = talker.take(Answer(older.ask_id, older.options[0].id))
    assert calls(happened) == []
    assert talker.workspace.runs.list() == []
    assert talker.asked.approval is not None
    assert older.options[0].id.endswith(str(talker.asked.approval.args["plan_id"]))


def test_a_button_of_a_plan_that_was_never_shown_asks_first(talker: Talker, mails: Path) -> None:
    planned(talker, mails)
    plan = talker.workspace.plans.latest(talker.conversation.id)
    assert plan is not None
    other = talker.workspace.plans.add(plan.plan.model_copy(update={"seed": 99}), talker.conversation.id)
    start = Option(id=f"launch_training?plan_id={other.id}", label="Start", style="primary")
    forged = Asked(ask_id="ask_x", ask="choice", text="?", options=[start])
    talker.workspace.transcripts.append(talker.conversation.id, [forged])
    talker.run(talker.conversation.refresh)
    assert calls(talker.press("Start")) == []
    assert talker.workspace.runs.list() == []
    assert talker.asked.approval is not None


def test_what_has_changed_since_is_not_started(talker: Talker, mails: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.toolbelt import Toolbelt
    from tools.registry import ApprovalRequest

    planned(talker, mails)
    changed = ApprovalRequest(text="Start?", fingerprint="another", accept_label="Start")
    monkeypatch.setattr(Toolbelt, "describe", lambda *_: changed)
    assert errors(talker.press("Start")) == ["APPROVAL_OUTDATED"]
    assert talker.workspace.runs.list() == []


def test_two_tabs_that_press_start_at_once_make_one_run(talker: Talker, mails: Path, queue: FakeQueue) -> None:
    asked = planned(talker, mails)

    async def both() -> list[list[str]]:
        async def press(origin: str) -> list[str]:
            tab = await Conversation.open(talker.workspace, talker.conversation.id, "web", origin)
            items = [i.event async for i in tab.turn(Answer(asked.ask_id, "start")) if isinstance(i, StoredEvent)]
            return errors(items)

        return list(await asyncio.gather(press("a"), press("b")))

    assert sorted(talker.run(both)) == [[], ["ALREADY_DECIDED"]]
    assert len(talker.workspace.runs.list()) == 1
    assert len(queue.submitted) == 1

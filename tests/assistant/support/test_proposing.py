"""What support proposes: its person's press starts it, and nothing else does."""

from pathlib import Path

import pytest

from assistant.conversation import Answer
from assistant.support.desk import Opened, SupportDesk
from assistant.support.proposing import Change, Fix, offer_of, propose
from tests.assistant.talking import Talker, calls, errors, finish_run, of, planned
from workspace.errors import Conflict, InputError
from workspace.events import Asked, AssistantSaid, CardShown
from workspace.run import Failure


def opened(talker: Talker) -> Opened:
    return SupportDesk(talker.workspace.engine).open(talker.conversation.id)


def write(talker: Talker, text: str, proposal: Fix | Change) -> None:
    found = opened(talker)
    SupportDesk(talker.workspace.engine).write(found, propose(found, talker.workspace, text, proposal))
    talker.run(talker.conversation.refresh)


def failed(talker: Talker, mails: Path) -> str:
    planned(talker, mails)
    talker.press("Start")
    run = talker.workspace.runs.list()[0]
    finish_run(talker.workspace, run.id, Failure(code="CPU_OOM", message="Not enough memory."))
    return run.id


def test_another_plan_waits_for_its_persons_start(talker: Talker, mails: Path) -> None:
    planned(talker, mails)
    talker.workspace.cases.open(talker.conversation.id, "It takes too long.")
    names = {field.name for field in offer_of(opened(talker), talker.workspace).fields}
    assert {"recipe", "budget_seconds"} <= names
    write(talker, "A shorter one.", Change(changes={"budget_seconds": 30, "recipe": "linear"}))
    assert talker.workspace.runs.list() == []
    assert talker.workspace.cases.list()[0].state == "answered"
    said = of(talker.stored, AssistantSaid)[-1]
    assert (said.text, said.shown) == ("A shorter one.", "**Support:** A shorter one.")
    assert of(talker.stored, CardShown)[-1].card.kind == "plan"
    talker.press("Start")
    [run] = talker.workspace.runs.list()
    assert (run.plan.budget_seconds, run.plan.recipe) == (30, "linear")


def test_the_fix_of_a_failure_is_a_press_away_and_a_no_starts_nothing(talker: Talker, mails: Path) -> None:
    run_id = failed(talker, mails)
    assert offer_of(opened(talker), talker.workspace).fix_run_id == run_id
    write(talker, "This needs less memory.", Fix(run_id=run_id))
    asked = talker.asked
    assert asked.approval is not None
    assert (asked.approval.tool, asked.approval.args) == ("apply_fix", {"run_id": run_id})
    talker.press("no")
    assert len(talker.workspace.runs.list()) == 1
    write(talker, "Really.", Fix(run_id=run_id))
    assert calls(talker.press("yes")) == ["apply_fix"]
    assert len(talker.workspace.runs.list()) == 2


def test_a_proposal_that_has_become_outdated_starts_nothing(talker: Talker, mails: Path) -> None:
    run_id = failed(talker, mails)
    write(talker, "This needs less memory.", Fix(run_id=run_id))
    write(talker, "Or this.", Fix(run_id=run_id))
    talker.press("yes")
    run = talker.workspace.runs.list()[0]
    finish_run(talker.workspace, run.id, Failure(code="CPU_OOM", message="Not enough memory."))
    first = next(e for e in of(talker.stored, Asked) if e.approval and e.approval.tool == "apply_fix")
    assert errors(talker.take(Answer(first.ask_id, "yes"))) == ["APPROVAL_OUTDATED"]
    assert len(talker.workspace.runs.list()) == 2


def test_what_cannot_be_proposed_is_told_to_support_and_written_nowhere(talker: Talker, mails: Path) -> None:
    planned(talker, mails)
    before = talker.stored
    with pytest.raises(InputError, match="words"):
        write(talker, "  ", Change(changes={"budget_seconds": 30}))
    with pytest.raises(InputError, match="time_limmit"):
        write(talker, "So.", Change(changes={"time_limmit": 3}))
    with pytest.raises(Conflict):
        write(talker, "So.", Change(changes={"budget_seconds": 120}))
    assert talker.stored == before
    assert offer_of(opened(talker), talker.workspace).fix_run_id is None

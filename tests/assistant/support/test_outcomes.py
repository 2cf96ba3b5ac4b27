"""How a conversation went."""

from datetime import UTC, datetime, timedelta

import pytest

from assistant.support.outcomes import Outcome, active_seconds, outcome_of, stuck_because
from tests.workspace.samples import a_plan
from workspace.events import Approval, Asked, AssistantSaid, ConversationEvent, ErrorShown, UserSaid
from workspace.run import Failure, Run, RunStatus

START = datetime(2026, 7, 1, 9, tzinfo=UTC)
LATER = START + timedelta(hours=5)
ERROR = ErrorShown(code="FILE_EMPTY", message="The file is empty.", next_step="Choose another one.")


def run(status: RunStatus) -> Run:
    failure = Failure(code="CPU_OOM", message="Not enough memory.") if status is RunStatus.FAILED else None
    return Run(
        id="run_1", owner_id="usr_1", plan_id="plan_1", plan=a_plan(), status=status, failure=failure, created_at=START
    )


@pytest.mark.parametrize(
    ("states", "last", "outcome"),
    [
        ([RunStatus.FAILED, RunStatus.SUCCEEDED], START, "trained"),
        ([RunStatus.RUNNING], START, "in progress"),
        ([RunStatus.QUEUED, RunStatus.FAILED], START, "in progress"),
        ([RunStatus.FAILED], LATER, "in progress"),
        ([RunStatus.FAILED], START, "failed"),
        ([RunStatus.CANCELLED], START, "gave up"),
        ([], START, "gave up"),
        ([], LATER, "in progress"),
    ],
)
def test_outcome(states: list[RunStatus], last: datetime, outcome: Outcome) -> None:
    assert outcome_of([run(state) for state in states], last, LATER) == outcome


def test_the_same_error_again_and_again_needs_a_look_at_once() -> None:
    assert stuck_because([ERROR] * 3, [], START, START) == "The same error 3 times: FILE_EMPTY."


def test_who_left_after_an_error_or_a_question_is_named_when_they_do_not_come_back() -> None:
    after_error: list[ConversationEvent] = [UserSaid(text="hello"), ERROR]
    assert stuck_because(after_error, [], START, START) == ""
    assert stuck_because(after_error, [], START, LATER) == "They left after an error: FILE_EMPTY."
    approval = Approval(tool="launch_training", args={}, fingerprint="f", accept="yes")
    asked = Asked(ask_id="a", ask="confirm", text="Shall I start?", approval=approval)
    assert stuck_because([asked], [], START, LATER) == "They were asked to agree and left: launch_training."


def test_a_failed_training_needs_a_look_and_one_that_worked_does_not() -> None:
    said: list[ConversationEvent] = [UserSaid(text="train"), AssistantSaid(text="I train.")]
    assert stuck_because(said, [run(RunStatus.FAILED)], START, LATER) == "The last training failed: CPU_OOM."
    assert stuck_because(said, [run(RunStatus.SUCCEEDED)], START, LATER) == ""


def test_pauses_are_not_time_that_was_spent() -> None:
    assert active_seconds([START + timedelta(seconds=10 * n) for n in range(3)]) == 20
    assert active_seconds([START + timedelta(hours=n) for n in range(3)]) == 0
    assert active_seconds([]) == 0

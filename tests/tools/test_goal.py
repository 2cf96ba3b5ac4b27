"""From what people say they want to the kind of task."""

import pytest

from tests.tools.conftest import Call

SORTING = [
    "sort our support mails by team",
    "we get 300 mails a day and I forward each one by hand",
    "detect spam",
    "I want to know if reviews are positive or negative",
    "which department should handle a complaint?",
    "classify tweets by sentiment",
    "decide whether a mail is urgent",
    "put tickets into the right category",
    "SORT MESSAGES",
    "tell complaints from praise",
]
FINDING = [
    "find names in text",
    "extract invoice numbers from mails",
    "pull order numbers out of emails",
    "anonymise documents",
    "find names and amounts in contracts",
]
WRITING = ["write text", "draft answers to emails", "write replies in our style", "summarise meeting notes"]
SEVERAL = ["each article can have several topics", "tag tickets with all labels that apply"]
ELSEWHERE = ["recognise faces in photos", "predict sales next month", "transcribe phone calls"]
UNCLEAR = ["hello", "make an AI", "improve our business", "?"]


@pytest.mark.parametrize(
    ("goal", "task"),
    [(g, "classification") for g in SORTING]
    + [(g, "ner") for g in FINDING]
    + [(g, "generation") for g in WRITING]
    + [(g, "multilabel") for g in SEVERAL],
)
def test_a_goal_gets_its_task_with_reason_and_needs(call: Call, goal: str, task: str) -> None:
    output = call("recommend_task", goal=goal)
    assert output.data["task"] == task
    assert output.data["reason"]
    assert output.data["needs"]
    assert output.ask is not None


@pytest.mark.parametrize("goal", UNCLEAR)
def test_an_unclear_goal_is_asked_about(call: Call, goal: str) -> None:
    output = call("recommend_task", goal=goal)
    assert output.data["task"] is None
    assert output.data["missing"]
    assert output.ask is not None
    assert len(output.ask.options) >= 3


@pytest.mark.parametrize("goal", ELSEWHERE)
def test_what_is_not_about_text_is_said_plainly(call: Call, goal: str) -> None:
    output = call("recommend_task", goal=goal)
    assert output.data["task"] is None
    assert "outside" in str(output.data["reason"])


def test_the_buttons_of_an_unclear_goal_lead_to_a_clear_one(call: Call) -> None:
    from tools.asking import call_of

    asked = call("recommend_task", goal="hello").ask
    assert asked is not None
    goals = [call_of(o.id)[1]["goal"] for o in asked.options if call_of(o.id)[0] == "recommend_task"]
    assert len(goals) >= 3
    assert all(call("recommend_task", goal=goal).data["task"] for goal in goals)

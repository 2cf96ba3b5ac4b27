"""Questions as buttons; a press is exactly one option of the question."""

import pytest
from hypothesis import given, settings

from assistant.surfaces.slack.blocks import answered_of, chosen_option, question_of
from tests.assistant.surfaces.slack.blocks.hostile import hostile_texts
from tests.assistant.surfaces.slack.blocks.slack_limits import elements_of, message_faults, words_of
from workspace.events import Approval, Asked, FormField, Option


def asked(*options: Option, approval: Approval | None = None, fields: list[FormField] | None = None) -> Asked:
    return Asked(
        ask_id="ask_1", ask="choice", text="What next?", options=list(options), approval=approval, fields=fields or []
    )


START = Option(id="launch_training?plan_id=plan_1", label="Start", style="primary")
CHANGE = Option(id="change", label="Change something")


def test_each_option_is_a_button_with_its_own_value() -> None:
    question = asked(START, CHANGE)
    buttons = elements_of(question_of(question).blocks)
    assert [b["value"] for b in buttons] == [START.id, "change"]
    assert [b["action_id"] for b in buttons] == ["answer:ask_1:0", "answer:ask_1:1"]
    assert [b.get("style") for b in buttons] == ["primary", None]
    assert [chosen_option(question, button) for button in buttons] == [START, CHANGE]


def test_more_than_25_options_become_a_menu() -> None:
    options = [Option(id=f"show?{'x' * 200}={n}", label=f"Number {n}") for n in range(40)]
    question = asked(*options)
    message = question_of(question)
    assert message_faults(message.text, message.blocks) == []
    (menu,) = elements_of(message.blocks)
    assert len(menu["options"]) == 40
    action = {"action_id": menu["action_id"], "selected_option": menu["options"][31]}
    assert chosen_option(question, action) == options[31]


@pytest.mark.parametrize(
    "action",
    [
        {"action_id": "answer:ask_2:0"},
        {"action_id": "answer:ask_1:9"},
        {"action_id": "answer:ask_1:-1"},
        {"action_id": "answer:ask_1:²"},
        {"action_id": "answer:ask_1"},
        {"action_id": "answer:ask_1:select", "selected_option": None},
        {},
    ],
)
def test_a_press_of_something_else_is_no_option(action: dict[str, object]) -> None:
    assert chosen_option(asked(START, CHANGE), action) is None


def test_what_destroys_is_asked_twice() -> None:
    approval = Approval(tool="delete_dataset", args={"dataset_id": "ds_1"}, fingerprint="f", accept="yes")
    yes, no = elements_of(
        question_of(asked(Option(id="yes", label="Delete it"), Option(id="no", label="No"), approval=approval)).blocks
    )
    assert yes["confirm"]["confirm"]["text"] == "Delete it"
    assert yes["style"] == "danger"
    assert "confirm" not in no
    (start, _) = elements_of(question_of(asked(START, CHANGE)).blocks)
    assert "confirm" not in start


def test_a_file_is_dropped_and_not_pressed_for() -> None:
    question = asked(Option(id="upload", label="Upload a file"), Option(id="load_sample", label="Use an example"))
    message = question_of(question)
    (example,) = elements_of(message.blocks)
    assert chosen_option(question, example) == question.options[1]
    assert "Drop the file" in "".join(words_of(message.blocks))


def test_a_form_opens_in_a_window() -> None:
    field = FormField(name="rows", label="Rows", kind="number", value=10)
    send, leave = Option(id="revise_plan?plan_id=p", label="Use this"), Option(id="no", label="Leave it")
    opening, other = elements_of(question_of(asked(send, leave, fields=[field])).blocks)
    assert (opening["action_id"], opening["value"]) == ("open:question", "ask_1")
    assert other["value"] == "no"


def test_what_was_answered_has_no_buttons_any_more() -> None:
    message = answered_of(asked(START, CHANGE), "Start")
    assert elements_of(message.blocks) == []
    assert "✓ Start" in "".join(words_of(message.blocks))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(text=hostile_texts)
def test_no_question_breaks_its_message(text: str) -> None:
    approval = Approval(tool="delete_model", args={}, fingerprint="f", accept="yes")
    options = [Option(id="yes", label=text), Option(id=f"x{text}", label=text, style="danger")]
    question = Asked(ask_id="ask_1", ask="confirm", text=text, options=options, approval=approval)
    for message in (question_of(question), answered_of(question, text)):
        assert message_faults(message.text, message.blocks) == []

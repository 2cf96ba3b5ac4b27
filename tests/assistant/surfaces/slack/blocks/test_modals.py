"""Windows that open from a card: what they show, what comes back, what is refused and where."""

from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import JsonValue

from assistant.questions import form_call
from assistant.surfaces.slack.blocks import (
    columns_modal,
    columns_values,
    plan_changes,
    plan_modal,
    plan_sentence,
    privacy_modal,
    privacy_values,
    question_modal,
    question_values,
    try_modal,
    try_text,
)
from tests.assistant import card_samples
from tests.assistant.surfaces.slack.blocks.hostile import filled_with, hostile_texts
from tests.assistant.surfaces.slack.blocks.slack_limits import view_faults
from tools.cards import PlanCard, PrivacyCard, TableCard
from workspace.events import Asked, FormField, Option

PLAN = PlanCard.of(card_samples.plan().data)
TABLE = TableCard.of(card_samples.table().data)
PRIVACY = PrivacyCard.of(card_samples.privacy().data)


def state_of(view: dict[str, Any], **typed: JsonValue) -> dict[str, Any]:
    """What Slack sends of a window in which only ``typed`` was changed, by the names of the fields."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element, name = block["element"], block["block_id"].split(":", 2)[2]
        answer: dict[str, Any] = {"type": element["type"]}
        if element["type"] == "plain_text_input":
            answer["value"] = typed.get(name, element.get("initial_value"))
        elif element["type"] == "static_select":
            chosen = [o for o in element["options"] if o["text"]["text"] == typed.get(name)]
            answer["selected_option"] = chosen[0] if chosen else element.get("initial_option")
        else:
            wanted = typed.get(name)
            chosen = [o for o in element["options"] if isinstance(wanted, list) and o["text"]["text"] in wanted]
            answer["selected_options"] = chosen if wanted is not None else element.get("initial_options", [])
        values[block["block_id"]] = {"value": answer}
    return {"values": values}


def test_the_plan_is_shown_as_it_is_and_sent_back_unchanged_means_no_change() -> None:
    view = plan_modal(PLAN, "thread-1")
    assert view_faults(view) == []
    assert view["callback_id"] == "plan"
    assert view["private_metadata"] == "thread-1"
    labels = [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"]
    assert labels == [setting.label for setting in PLAN.settings]
    found = plan_changes(PLAN, state_of(view))
    assert (found.values, found.errors) == ({}, {})


def test_small_numbers_are_written_as_people_write_them() -> None:
    shown = {b["block_id"]: b["element"] for b in plan_modal(PLAN, "")["blocks"] if b["type"] == "input"}
    assert shown["field:2:learning_rate"]["initial_value"] == "0.00002"


def test_what_differs_from_the_plan_is_what_changes() -> None:
    view = plan_modal(PLAN, "")
    typed = state_of(view, budget_seconds="300", recipe="linear", learning_rate="0.0001")
    found = plan_changes(PLAN, typed)
    assert found.errors == {}
    assert found.values == {"budget_seconds": 300, "recipe": "linear", "learning_rate": 0.0001}
    assert plan_sentence(found.values) == "Change the plan: budget_seconds=300, recipe=linear, learning_rate=0.0001"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("four", "Write a number"),
        ("nan", "Write a number"),
        ("1e999", "Write a number"),
        ("4", "5 to 600"),
        ("601", "5 to 600"),
        ("30.5", "whole number"),
    ],
)
def test_a_fault_stands_by_its_field_and_nothing_is_changed(typed: str, said: str) -> None:
    found = plan_changes(PLAN, state_of(plan_modal(PLAN, ""), budget_seconds=typed, recipe="linear"))
    assert found.values == {}
    assert list(found.errors) == ["field:0:budget_seconds"]
    assert said in found.errors["field:0:budget_seconds"]


def test_all_faults_are_told_at_once() -> None:
    found = plan_changes(PLAN, state_of(plan_modal(PLAN, ""), budget_seconds="x", learning_rate="9"))
    assert len(found.errors) == 2


def test_a_forged_choice_is_no_choice() -> None:
    state = state_of(plan_modal(PLAN, ""))
    for value in ("99", "-1", "recipe", "²"):
        state["values"]["field:1:recipe"]["value"]["selected_option"] = {"value": value}
        assert plan_changes(PLAN, state).values == {}


def test_columns_are_chosen_in_a_window() -> None:
    view = columns_modal(TABLE, "")
    assert view_faults(view) == []
    found = columns_values(TABLE, state_of(view, text=["Body", "Date"]))
    assert found.errors == {}
    assert found.values == {"text": ["Date", "Body"], "label": "Team"}
    both = columns_values(TABLE, state_of(view, text=["Body", "Team"]))
    assert list(both.errors) == ["field:1:label"]
    none = columns_values(TABLE, state_of(view, text=[]))
    assert list(none.errors) == ["field:0:text"]


def test_what_is_done_with_personal_data_is_chosen_in_a_window() -> None:
    view = privacy_modal(PRIVACY, "")
    assert view_faults(view) == []
    kept = privacy_values(PRIVACY, state_of(view))
    assert kept.values == {"kinds": {"email": "mask", "card": "mask"}}
    column = PRIVACY.columns[1].name
    shown = next(
        b["element"]["options"][0]["text"]["text"] for b in view["blocks"] if "column:" in b.get("block_id", "")
    )
    typed = {"email": "Keep", "column:": [shown]}
    found = privacy_values(PRIVACY, state_of(view, **typed))
    assert found.values == {"kinds": {"email": "keep", "card": "mask"}, "drop_columns": [column]}


def test_a_question_with_fields_is_answered_in_a_window() -> None:
    fields = [
        FormField(name="rows", label="Rows", kind="number", value=10, minimum=1),
        FormField(name="quick", label="Quick", kind="boolean", value=False),
        FormField(name="name", label="Name", kind="text"),
    ]
    button = Option(id="revise_plan?plan_id=plan_1", label="Use this")
    question = Asked(ask_id="ask_1", ask="form", text="What should be different?", fields=fields, options=[button])
    view = question_modal(question, "")
    assert view_faults(view) == []
    found = question_values(question, state_of(view, rows="20", quick="yes"))
    assert found.errors == {}
    assert form_call(question, found.values) == (
        "revise_plan", {"plan_id": "plan_1", "changes": {"rows": 20, "quick": True}}
    )  # fmt: skip
    unchanged = question_values(question, state_of(view))
    assert form_call(question, unchanged.values) == ("", {})


def test_a_text_is_tried_in_a_window() -> None:
    view = try_modal("mdl_1", "thread-1")
    assert view_faults(view) == []
    assert view["callback_id"] == "try:mdl_1"
    assert try_text(state_of(view, text="Where is\nmy parcel?")).values == {"text": "Where is\nmy parcel?"}
    assert try_text(state_of(view, text="  ")).errors == {"field:0:text": "Write something here."}


def test_metadata_that_slack_would_refuse_is_refused_here() -> None:
    with pytest.raises(ValueError, match="3,000"):
        try_modal("mdl_1", "x" * 3_001)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(text=hostile_texts)
def test_no_text_breaks_a_window(text: str) -> None:
    cards = [filled_with(sample(), text, times=20).data for sample in (card_samples.plan, card_samples.table)]
    views = [plan_modal(PlanCard.of(cards[0]), ""), columns_modal(TableCard.of(cards[1]), "")]
    privacy = PrivacyCard.of(filled_with(card_samples.privacy(), text).data)
    field = FormField(name=text, label=text, kind="choice", value=text, options=[text, "b"], help=text)
    question = Asked(ask_id="a", ask="form", text=text, fields=[field], options=[Option(id="x", label=text)])
    for view in (*views, privacy_modal(privacy, ""), question_modal(question, "")):
        assert view_faults(view) == []


@settings(max_examples=30, deadline=None, derandomize=True)
@given(text=hostile_texts)
def test_whatever_is_typed_gives_values_or_faults_that_slack_can_show(text: str) -> None:
    view = plan_modal(PLAN, "")
    found = plan_changes(PLAN, state_of(view, budget_seconds=text, learning_rate=text))
    ids = {block["block_id"] for block in view["blocks"] if "block_id" in block}
    assert set(found.errors) <= ids
    assert not (found.values and found.errors)

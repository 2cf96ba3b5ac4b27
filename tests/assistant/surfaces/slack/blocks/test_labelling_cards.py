"""Labelling by buttons: a press comes back as exactly the step that it shows."""

from typing import Any

import pytest

from assistant.surfaces.slack.blocks import message_of
from assistant.surfaces.slack.blocks.labelling_cards import labelling_step
from tests.assistant import card_samples
from tests.assistant.surfaces.slack.blocks.slack_limits import elements_of, message_faults, words_of
from tools import cards

LABELLING = cards.LabelCard.of(card_samples.labelling().data)
SESSION = LABELLING.session_id


def shown(card: cards.LabelCard | cards.DifferencesCard) -> list[dict[str, Any]]:
    message = message_of(card.card("24 texts labelled so far"))
    assert message_faults(message.text, message.blocks) == []
    return elements_of(message.blocks)


def with_view(**changes: Any) -> cards.LabelCard:
    return LABELLING.model_copy(update={"view": LABELLING.view.model_copy(update=changes)})


def classes(number: int) -> list[cards.LabelClassView]:
    return [cards.LabelClassView(key=f"c{n}", name=f"Category {n}", colour=n, count=0) for n in range(number)]


def test_each_category_is_a_button_and_the_suggested_one_stands_out() -> None:
    buttons = [e for e in shown(LABELLING) if e["action_id"].startswith("label:")]
    steps = [labelling_step(button) for button in buttons]
    assert [(s.do, s.row, s.labels) for s in steps if s] == [
        ("labelled", 7, ["c0"]),
        ("labelled", 7, ["c1"]),
        ("labelled", 7, ["c2"]),
        ("skipped", 7, []),
        ("unsure", 7, []),
        ("back", 7, []),
    ]
    assert {s.session for s in steps if s} == {SESSION}
    assert [b.get("style") for b in buttons[:3]] == [None, "primary", None]


def test_many_categories_are_a_menu() -> None:
    menu = shown(with_view(classes=classes(60)))[0]
    assert len(menu["options"]) == 60
    step = labelling_step({"action_id": menu["action_id"], "selected_option": menu["options"][59]})
    assert step is not None
    assert (step.do, step.labels) == ("labelled", ["c59"])


def test_several_categories_are_chosen_and_then_saved() -> None:
    menu, save = shown(with_view(task="multilabel", classes=classes(4)))[:2]
    assert [o["value"] for o in menu["initial_options"]] == ["c1"]
    chosen = {"type": "multi_static_select", "selected_options": [menu["options"][0], menu["options"][3]]}
    assert labelling_step({**chosen, "action_id": menu["action_id"]}) is None
    step = labelling_step(save, {"labelling": {menu["action_id"]: chosen}})
    assert step is not None
    assert (step.do, step.labels) == ("labelled", ["c0", "c3"])


def test_words_are_not_marked_in_a_message_and_it_says_where() -> None:
    message = message_of(with_view(task="ner").card("Mark the names"))
    assert "web chat" in "".join(words_of(message.blocks))


def test_a_difference_is_decided_by_the_number_of_the_answer() -> None:
    card = cards.DifferencesCard.of(card_samples.differences().data)
    steps = [labelling_step(e) for e in shown(card)]
    assert [(s.do, s.answer, s.labels) for s in steps if s] == [
        ("decide", 3, []),
        ("decide", 9, []),
        ("decide", None, ["c2"]),
        ("later", None, []),
        ("undo", None, []),
    ]


@pytest.mark.parametrize(
    "action",
    [
        {"action_id": "label:1", "value": "{"},
        {"action_id": "label:1", "value": '{"session": "s", "do": "delete"}'},
        {"action_id": "label:1", "value": '{"session": "s", "do": "back", "row": -1}'},
        {"action_id": "press:1", "value": '{"session": "s", "do": "back"}'},
        {},
    ],
)
def test_a_forged_press_is_no_step(action: dict[str, Any]) -> None:
    assert labelling_step(action) is None

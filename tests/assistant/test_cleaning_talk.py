"""Cleaning in a conversation with the guide: buttons on cards, their words, JSON lines, and what may be pressed."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from assistant.conversation import Answer, Press
from tests.assistant.talking import Talker, calls, errors, failures, of, words
from tests.assistant.web_client import Site
from tests.tools.conftest import mails
from tests.tools.test_cleaning import messy
from workspace.events import Answered, CardShown, ConversationEvent, UserSaid
from workspace.settings import Settings


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    path = tmp_path / "mails.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("body", "team"), *messy()])
    return path


def card(events: list[ConversationEvent], kind: str) -> dict[str, Any]:
    return next(e.card.data for e in reversed(of(events, CardShown)) if e.card.kind == kind)


def mend(events: list[ConversationEvent], code: str) -> dict[str, Any]:
    return next(p["button"] for p in card(events, "problems")["problems"] if p["code"] == code)


def test_a_button_on_a_card_calls_its_tool_and_is_told(talker: Talker, upload: Path) -> None:
    button = mend(talker.upload(upload), "EXACT_DUPLICATES")
    happened = talker.take(Press(button["id"]))
    assert calls(happened) == ["clean_dataset"]
    assert [(a.ask_id, a.label) for a in of(happened, Answered)] == [("", button["label"])]
    assert card(happened, "changes")["rows_after"] == 92
    assert "92 rows" in words(happened)
    assert "can be undone" in words(happened)
    undone = talker.take(Press(card(happened, "changes")["buttons"][0]["id"]))
    assert card(undone, "changes")["done"] == "undone"
    assert "104 rows" in words(undone)


def test_the_words_on_a_card_are_a_press(talker: Talker, upload: Path) -> None:
    talker.upload(upload)
    happened = talker.say("do all three")
    assert calls(happened) == ["clean_dataset"]
    assert of(happened, UserSaid)
    assert card(happened, "changes")["rows_after"] == 90
    assert calls(talker.say("Undo")) == ["clean_dataset"]
    assert talker.workspace.datasets.list()[0].rows == 104


def test_a_program_answers_with_the_id_of_a_cards_button(talker: Talker, upload: Path) -> None:
    button = mend(talker.upload(upload), "LABEL_VARIANTS")
    happened = talker.take(Answer(talker.asked.ask_id, button["id"]))
    assert calls(happened) == ["clean_dataset"]
    assert card(happened, "changes")["fixes"][0]["cells_changed"] == 4


def test_fix_all_leads_to_the_plan_and_the_plan_can_be_started(talker: Talker, upload: Path) -> None:
    talker.upload(upload)
    happened = talker.press("Fix all 3, then plan")
    assert calls(happened) == ["clean_dataset"]
    assert [e.card.kind for e in of(happened, CardShown)] == ["changes", "plan"]
    started = talker.press("Start")
    assert calls(started) == ["launch_training"]
    run = talker.workspace.runs.list()[0]
    assert talker.workspace.datasets.get(run.plan.dataset_id).rows == 90


def test_yes_and_no_do_what_the_question_asks(talker: Talker, upload: Path) -> None:
    talker.upload(upload)
    assert talker.asked.text.endswith("Shall I first fix the 3 problems that I found?")
    happened = talker.say("yes")
    assert calls(happened) == ["clean_dataset"]
    assert [e.card.kind for e in of(happened, CardShown)] == ["changes", "plan"]
    assert talker.workspace.datasets.list()[0].rows == 90
    talker.upload(upload)
    happened = talker.say("no")
    assert calls(happened) == ["propose_plan"]
    proposed = talker.workspace.plans.latest(talker.conversation.id)
    assert proposed is not None
    assert talker.workspace.datasets.get(proposed.plan.dataset_id).rows == 104


def test_texts_are_labelled_in_words_and_buttons(talker: Talker, tmp_path: Path) -> None:
    path = tmp_path / "mails.csv"
    path.write_text("no,body\n" + "\n".join(f'{i},"{text}"' for i, (text, _) in enumerate(mails(20))), "utf-8")
    talker.upload(path)
    assert calls(talker.say("label some rows, categories: Orders, Returns")) == ["label_examples"]
    for number in range(4):
        assert calls(talker.press(("Orders", "Returns")[number % 2]))
    happened = talker.say("I am done labelling")
    assert calls(happened) == ["finish_labelling"]
    assert errors(happened) == []


def test_columns_chosen_on_the_card_are_arguments_of_its_button(talker: Talker, tmp_path: Path) -> None:
    path = tmp_path / "mails.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = [(text, team, ("high", "low")[i % 2]) for i, (text, team) in enumerate(messy())]
        csv.writer(file).writerows([("body", "team", "prio"), *rows])
    shown = card(talker.upload(path), "table")
    other = "team" if shown["label"] == "prio" else "prio"
    happened = talker.take(Press(shown["button"]["id"], {"text": ["body"], "label": other}))
    assert card(happened, "table")["label"] == other
    plan = talker.press("No, plan as it is")
    assert card(plan, "plan")["hash"]
    assert talker.workspace.plans.latest(talker.conversation.id).plan.label == other  # type: ignore[union-attr]


def test_only_what_was_shown_can_be_pressed(talker: Talker, upload: Path) -> None:
    button = mend(talker.upload(upload), "EXACT_DUPLICATES")
    for made_up in ("delete_dataset", "clean_dataset?fixes=drop_rare_classes", "", "launch_training"):
        happened = talker.take(Press(made_up))
        assert errors(happened) == ["BUTTON_NOT_FOUND"]
        assert calls(happened) == []
    happened = talker.take(Press(button["id"], {"dataset_id": "ds_other", "nonsense": 1}))
    assert [failure["code"] for failure in failures(happened)] == ["TOOL_ARGUMENTS"]
    assert talker.workspace.datasets.list()[0].rows == 104


def test_the_list_of_changes_is_downloaded(settings: Settings, talker: Talker, upload: Path) -> None:
    talker.upload(upload)
    shown = card(talker.say("do all three"), "changes")
    answer = Site(settings).get(shown["url"])
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(lines) == 1 + 18
    assert Path(shown["path"]).read_bytes() == answer.content
    missing = Site(settings).get("/api/v1/datasets/ds_none/changes")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "DATASET_NOT_FOUND")

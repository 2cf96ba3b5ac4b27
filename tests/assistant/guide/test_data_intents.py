"""What the guide reads out of wishes about data: repairs by name, undo, categories, names."""

from typing import Any

import pytest

from assistant.guide.data_intents import clean, fixes_in, redo, rename, share, undo
from assistant.guide.intents import act
from assistant.guide.journey import Journey
from assistant.guide.label_intents import change_categories, label
from assistant.guide.reply import Reply
from assistant.guide.slots import words
from workspace.cleaning import FIXES

DATA = Journey(dataset_id="ds_1", columns=["Body", "Team"], text=["Body"], label="Team", ready=True, at="data")


def only_call(reply: Reply) -> tuple[str, dict[str, Any]]:
    (call,) = reply.calls
    return call.tool, dict(call.args)


@pytest.mark.parametrize(
    ("text", "fixes"),
    [
        ("remove the duplicates", ["drop_duplicates"]),
        ("the near duplicates as well please", ["drop_near_duplicates"]),
        ("strip the HTML and the signatures", ["strip_html", "strip_signatures"]),
        ("merge the spellings and drop rows without a label", ["merge_label_variants", "drop_missing_label"]),
        ("leave out the suspicious ones", ["drop_suspicious"]),
        ("correct the wrong labels", ["relabel_suspicious"]),
        ("clean it up", []),
    ],
)
def test_repairs_are_known_by_their_usual_names(text: str, fixes: list[str]) -> None:
    assert sorted(fixes_in(text)) == sorted(fixes)


def test_every_named_repair_exists() -> None:
    assert set(words()["fixes"]) <= set(FIXES)


def test_cleaning_by_words() -> None:
    assert only_call(clean("fix everything", DATA)) == ("clean_dataset", {"dataset_id": "ds_1", "fixes": "all"})
    looked = only_call(clean("what would you change about the duplicates? show me first", DATA))
    assert looked[1] == {"dataset_id": "ds_1", "fixes": ["drop_duplicates"], "preview": True}
    assert only_call(clean("do the same clean-up as last month", DATA))[1]["recipe"] == "last"
    assert only_call(undo("undo", DATA))[1] == {"dataset_id": "ds_1", "undo": True}
    assert only_call(redo("redo", DATA))[1] == {"dataset_id": "ds_1", "redo": True}
    assert not clean("fix everything", Journey()).calls


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("rename Billing to Invoices", {"rename": {"Billing": "Invoices"}}),
        ("rename “Billing and tax” to “Invoices”.", {"rename": {"Billing and tax": "Invoices"}}),
        ("merge Refund and Returns", {"merge": ["Refund", "Returns"]}),
        ("merge Refund, Returns and Money back into Refunds", {"merge": ["Refund", "Returns", "Money back"]}),
        ("add the category Complaints", {"add": ["Complaints"]}),
        ("please add a category Praise and Complaints", {"add": ["Praise", "Complaints"]}),
        ("remove the category Other", {"remove": ["Other"]}),
        ("suggest more categories", {"suggest": True}),
    ],
)
def test_categories_are_changed_by_words(text: str, args: dict[str, Any]) -> None:
    tool, given = only_call(change_categories(text, DATA))
    assert tool == "change_categories"
    assert args.items() <= given.items()


def test_categories_that_cannot_be_read_are_asked_for() -> None:
    assert not change_categories("I need one more group", DATA).calls


def test_labelling_by_words() -> None:
    assert only_call(label("label some rows here", DATA)) == ("label_examples", {"dataset_id": "ds_1"})
    named = only_call(label("label with the categories: Billing, Delivery and Other", DATA))
    assert named[1]["categories"] == ["Billing", "Delivery", "Other"]
    assert only_call(label("label with code K7Q2-XMTR", Journey())) == ("label_examples", {"code": "K7Q2-XMTR"})
    assert only_call(act("finish_labelling", "", DATA)) == ("finish_labelling", {})


def test_names_and_people() -> None:
    assert only_call(rename("call this data “Mails of March”", DATA))[1]["name"] == "Mails of March"
    assert only_call(rename("rename my data to March 2026", DATA))[1]["name"] == "March 2026"
    assert not rename("rename my data", DATA).calls
    assert only_call(share("share it with anna@example.com", DATA))[1]["colleague"] == "anna@example.com"
    assert not share("share my data with a colleague", DATA).calls

"""What the guide reads out of wishes about data: repairs by name, undo, categories, names."""

from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import BaseMessage, ToolMessage

from assistant.guide.data_intents import clean, delete, fixes_in, redact, redo, rename, share, undo
from assistant.guide.intents import act, load_sample
from assistant.guide.journey import Journey
from assistant.guide.label_intents import change_categories, label
from assistant.guide.matcher import WordMatcher
from assistant.guide.reply import Reply
from assistant.guide.slots import words
from assistant.guide.understand import understand
from tools.asking import ask, button
from tools.samples import load_samples
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


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("delete my data", "ds_1"),
        ("please delete everything you have from me", "ds_1"),
        ("lösche die Datei", "ds_1"),
        ("delete Kundenmails", "Kundenmails"),
        ("please delete the Kundenmails", "Kundenmails"),
        ("delete Mails of March", "ds_0"),
        ("lösche „Anfragen Mai“", "Anfragen Mai"),
        ("delete tickets.csv", "tickets.csv"),
    ],
)
def test_the_data_that_is_named_is_deleted_and_no_other(text: str, wanted: str) -> None:
    journey = replace(DATA, names={"mails": "ds_9", "mails of march": "ds_0"})
    assert only_call(delete(text, journey)) == ("delete_dataset", {"dataset_id": wanted})


def test_data_is_compared_with_the_one_that_is_named() -> None:
    journey = replace(DATA, names={"May": "ds_0"})
    assert only_call(act("compare_datasets", "compare it with may", journey)) == (
        "compare_datasets",
        {"before": "ds_0", "after": "ds_1"},
    )


@pytest.mark.parametrize(
    ("text", "intent", "sure"),
    [
        ("share it with anna.b@example.com", "share_dataset", True),
        ("give bob@example.org access to my data", "share_dataset", True),
        ("delete my data", "delete_dataset", True),
        ("go to the data", "delete_dataset", False),
    ],
)
def test_addresses_do_not_count_and_what_destroys_is_offered_when_unsure(text: str, intent: str, sure: bool) -> None:
    match = WordMatcher().match(text)
    assert (match.intent, match.sure) == (intent, sure)


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
        ("merge “Billing and tax” with R&D into “Other”", {"merge": ["Billing and tax", "R&D"], "into": "Other"}),
        ("benenne die Kategorie Neutral in Ausgewogen um", {"rename": {"Neutral": "Ausgewogen"}}),
        ("fasse Lob und Dank zu Freude zusammen", {"merge": ["Lob", "Dank"], "into": "Freude"}),
        ("füge die Kategorie Lob hinzu", {"add": ["Lob"]}),
        ("renomme Neutre en Équilibré", {"rename": {"Neutre": "Équilibré"}}),
        ("fusionne Retard et Perte en Livraison", {"merge": ["Retard", "Perte"], "into": "Livraison"}),
        ("cambia el nombre de Neutral a Igual", {"rename": {"Neutral": "Igual"}}),
        ("une Retraso y Pérdida en Entrega", {"merge": ["Retraso", "Pérdida"], "into": "Entrega"}),
    ],
)
def test_categories_are_changed_by_words(text: str, args: dict[str, Any]) -> None:
    tool, given = only_call(change_categories(text, DATA))
    assert tool == "change_categories"
    assert args.items() <= given.items()


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("rename Neutral to Balanced", "change_categories"),
        ("can you merge Late and Lost into Delivery?", "change_categories"),
        ("führe Lob und Dank zu Freude zusammen", "change_categories"),
        ("add Other", "change_categories"),
        ("füge Lob hinzu", "change_categories"),
        ("rename “My files” to “Papers”", "change_categories"),
        ("rename the file to Mails of March", "rename_dataset"),
        ("add artificial rows", "augment_dataset"),
        ("rename my data to Mails of March", "rename_dataset"),
    ],
)
def test_while_labelling_a_name_alone_is_a_category(text: str, tool: str) -> None:
    labelling = replace(DATA, labelling=True)
    assert only_call(understand(text, labelling, WordMatcher().match))[0] == tool


@pytest.mark.parametrize(
    "text",
    ["rename the file to March 2026.", "benenne die Daten in March 2026 um", "renombra el archivo a March 2026"],
)
def test_data_gets_another_name_by_words(text: str) -> None:
    assert only_call(understand(text, DATA, WordMatcher().match)) == (
        "rename_dataset",
        {"dataset_id": "ds_1", "name": "March 2026"},
    )


def test_what_is_not_understood_while_labelling_leaves_the_question_there() -> None:
    asked = ask("Which category?", button("Billing", "answer_example", row="1"), button("Skip", "answer_example"))
    reply = understand("hmm, well", replace(DATA, labelling=True, asked=asked), WordMatcher().match)
    assert not reply.calls
    assert reply.ask
    assert (reply.ask.text, list(reply.ask.options)) == (asked.text, asked.options)


def test_otherwise_a_name_alone_is_none() -> None:
    reply = understand("rename Neutral to Balanced", DATA, WordMatcher().match)
    assert all(call.tool != "change_categories" for call in reply.calls)


def test_labelling_lasts_until_something_else_is_done() -> None:
    talk: list[BaseMessage] = []
    for name, expected in (("label_examples", True), ("answer_example", True), ("finish_labelling", False)):
        talk.append(ToolMessage("{}", tool_call_id=name, name=name))
        assert Journey.of(talk).labelling is expected


def test_categories_that_cannot_be_read_are_asked_for() -> None:
    assert not change_categories("I need one more group", DATA).calls


def test_labelling_by_words() -> None:
    assert only_call(label("label some rows here", DATA)) == ("label_examples", {"dataset_id": "ds_1"})
    named = only_call(label("label with the categories: Billing, Delivery and Other", DATA))
    assert named[1]["categories"] == ["Billing", "Delivery", "Other"]
    assert only_call(label("label with code K7Q2-XMTR", Journey())) == ("label_examples", {"code": "K7Q2-XMTR"})
    assert only_call(label("mark the names in the texts", DATA))[1]["task"] == "ner"
    assert only_call(act("finish_labelling", "", DATA)) == ("finish_labelling", {})


def test_names_and_people() -> None:
    assert only_call(rename("call this data “Mails of March”", DATA))[1]["name"] == "Mails of March"
    assert only_call(rename("rename my data to March 2026", DATA))[1]["name"] == "March 2026"
    assert not rename("rename my data", DATA).calls
    assert only_call(share("share it with anna@example.com", DATA))[1]["colleague"] == "anna@example.com"
    assert not share("share my data with a colleague", DATA).calls


@pytest.mark.parametrize(
    ("said", "everything"),
    [
        ("mask them by type", "mask"),
        ("hide all of it", "mask"),
        ("bitte alles ausblenden", "mask"),
        ("use stand-ins", "pseudonym"),
        ("all of them, but not the names", None),
        ("only the phone numbers", None),
    ],
)
def test_words_answer_what_becomes_of_personal_data(said: str, everything: str | None) -> None:
    hide = [button(way, "redact_dataset", dataset_id="ds_1", everything=way) for way in ("mask", "pseudonym")]
    asked = replace(DATA, asked=ask("Shall I hide it?", *hide))
    tool, args = only_call(redact(said, asked))
    assert (tool, args.get("everything")) == ("redact_dataset", everything)
    assert "everything" not in only_call(redact(said, DATA))[1]


@pytest.mark.parametrize(
    "said", ["which samples do you have?", "Welche Beispieldaten gibt es?", "list the sample data"]
)
def test_somebody_asks_which_samples_there_are(said: str) -> None:
    reply = load_sample(said, DATA)
    assert not reply.calls
    assert reply.ask is not None
    assert [option.id for option in reply.ask.options] == [f"load_sample?name={name}" for name in load_samples()]


@pytest.mark.parametrize("said", ["label the rest", "label what is missing", "die übrigen Zeilen labeln"])
def test_the_rest_means_the_gaps_alone(said: str) -> None:
    assert only_call(label(said, DATA))[1]["gaps_only"] is True
    assert "gaps_only" not in only_call(label("label some texts", DATA))[1]

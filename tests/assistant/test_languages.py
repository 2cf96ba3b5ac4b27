"""The wizard's own words in other languages: complete, and the right ones for a person."""

import re
from collections.abc import Sequence

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from assistant.followup import Followup
from assistant.guide.journey import Journey
from assistant.guide.texts import after, say, texts
from assistant.languages import (
    WELCOME,
    asked_in,
    catalogue,
    language_of,
    language_written,
    languages,
    placeholders,
    speaking,
    translated,
    welcome_words,
)
from tests.assistant.talking import Talker, calls, finish_run, of, words, write_csv
from tools.asking import CHANGE, UPLOAD, button, form
from workspace.events import FormField, ToolReturned

OTHERS = languages()[1:]
MOST_USED = (
    "welcome welcome_ask greeting thanks goodbye help who privacy cost duration leave language restart amount unsure "
    "declined declined_run where next_ask upload upload_ask change_columns change_plan no_plan_yet no_data_yet "
    "no_model_yet not_running goal_first file_error run_cancelled run_failed"
).split()
JOURNEYS = [
    Journey(),
    Journey(dataset_id="ds_1", dataset_name="mails", columns=["x"], ready=True, plan_id="p", at="plan"),
]


def test_there_are_five_languages_one_of_them_from_right_to_left() -> None:
    assert languages() == ("en", "ar", "de", "es", "fr")


@pytest.mark.parametrize("code", OTHERS)
def test_every_translation_has_the_same_places(code: str) -> None:
    own = catalogue(code)
    pairs = [(texts("says.yaml")[key], said) for key, said in own.says.items()]
    pairs += [(texts("after.yaml")[tool], said) for tool, said in own.after.items()]
    assert {k: placeholders(said) for k, said in pairs} == {k: placeholders(k) for k, _ in pairs}
    for pattern, said in own.sentences:
        assert set(pattern.groupindex) == placeholders(said), said


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_used_most_is_translated(code: str) -> None:
    own, german = catalogue(code), catalogue("de")
    assert set(MOST_USED) <= set(own.says)
    assert set(german.phrases) - set(own.phrases) <= {"What next"}
    assert [p.pattern for p, _ in own.sentences] == [p.pattern for p, _ in german.sentences]
    assert set(welcome_words()[code]) == set(WELCOME)


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_renders(code: str) -> None:
    with speaking(code):
        for key in catalogue(code).says:
            for journey in JOURNEYS:
                text = say(key, journey=journey, data_is_there=True, file="f", seconds=3, methods=[])
                assert text
                assert not re.search(r"\{[{%]", text)


def test_the_places_of_a_template_are_seen() -> None:
    assert placeholders("{{ data.rows|number }} {% if journey.plan_id and x == 'a b' %}{{ data['n'] }}{% endif %}") == {
        "data.rows",
        "journey.plan_id",
        "x",
        "data",
    }
    assert placeholders("Use {name}") == {"name"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Mach bitte einen Plan", "de"),
        ("wie lange dauert das?", "de"),
        ("Je veux trier nos courriels par service", "fr"),
        ("c'est quoi le F1 ?", "fr"),
        ("Quiero clasificar correos por departamento", "es"),
        ("¿cuánto cuesta?", "es"),
        ("أريد تصنيف الرسائل", "ar"),
        ("show me the mistakes", "en"),
        ("lr 3e-5", ""),
        ("Billing", ""),
        ("42", ""),
    ],
)
def test_the_language_of_a_message(text: str, code: str) -> None:
    assert language_written(text) == code


def talk(*said: str) -> list[BaseMessage]:
    return [HumanMessage(text) for text in said]


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([], "en"),
        (talk("Ich möchte Mails sortieren", "ok"), "de"),
        (talk("Ich möchte Mails sortieren", "now please show me the plan"), "en"),
        (talk("answer in French please", "show me the plan"), "fr"),
        (talk("auf Deutsch bitte", "show me the plan", "in English please"), "en"),
        ([*talk("show me"), HumanMessage("ich bin eine Antwort", additional_kwargs={"answer": {}})], "en"),
    ],
)
def test_the_language_of_a_conversation(messages: Sequence[BaseMessage], code: str) -> None:
    assert language_of(messages) == code


def test_texts_for_the_model_say_nothing_of_the_person() -> None:
    call = {"name": "try_model", "args": {}, "id": "1"}
    tried = [HumanMessage("wo ist mein Paket und warum dauert das"), AIMessage("", tool_calls=[call])]
    assert language_of([*talk("I want to try the model"), *tried]) == "en"
    assert language_of(talk('please try "wo ist mein Paket und warum dauert das"')) == "en"


def test_questions_keep_their_ids() -> None:
    field = FormField(name="use", label="Who are you?", kind="text")
    said = asked_in(form("What next?", [field], UPLOAD, CHANGE, button("Use a.csv (12 rows)", "x")), "de")
    assert said.text == "Was nun?"
    assert [(o.id, o.label) for o in said.options] == [
        ("upload", "Datei hochladen"),
        ("change", "Etwas ändern"),
        ("x", "a.csv nehmen (12 Zeilen)"),
    ]
    assert (said.fields[0].name, said.fields[0].label) == ("use", "Wer bist du?")


def test_data_is_never_translated() -> None:
    with speaking("de"):
        assert translated("sorting") == "Sortieren"
        assert "«sorting»" not in after("rename_dataset", data={"before": "«sorting»", "name": "«x»"})
        assert "sorting" in after("rename_dataset", data={"before": "«sorting»", "name": "«x»"})


def test_a_whole_conversation_in_german(talker: Talker, tmp_path: object) -> None:
    from pathlib import Path

    happened = talker.say("Ich möchte unsere Mails nach Team sortieren")
    assert "Sortieren" in words(happened)
    assert [o.label for o in talker.asked.options] == ["Datei hochladen", "An einem Beispiel zeigen"]
    happened = talker.upload(write_csv(Path(str(tmp_path)) / "mails.csv"))
    assert "Ich habe mails" in words(happened)
    happened = talker.say("mach einen Plan")
    assert "Mein Plan: Ich lege" in words(happened)
    assert "Sekunden" in words(happened)
    assert [o.label for o in talker.asked.options][:2] == ["Starten", "Etwas ändern"]
    talker.say("Starten")
    finish_run(talker.workspace, talker.workspace.runs.list()[0].id)
    talker.run(Followup(talker.workspace.settings, lambda _: talker.workspace).look)
    ended = [stored.event for stored in talker.run(talker.conversation.refresh)]
    assert "Es ordnet 88 von 100 ungesehenen Texten richtig zu" in words(ended)
    assert talker.asked.text == "Was möchtest du als Nächstes tun?"
    assert "Gern geschehen" in words(talker.say("danke"))


def test_somebody_may_ask_for_a_language(talker: Talker) -> None:
    assert "español" in words(talker.say("en español por favor"))
    assert "No cuesta nada" in words(talker.say("what does it cost"))


def test_arabic_is_understood_and_spoken(talker: Talker) -> None:
    assert "مرحبًا" in words(talker.say("مرحبا"))
    assert "لا يكلّف شيئًا" in words(talker.say("كم يكلف هذا"))


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize(
    ("english", "tool"),
    [
        ("I want to sort messages into groups", "recommend_task"),
        ("I want to find names and other details in text", "recommend_task"),
        ("I want a model that writes text", "recommend_task"),
        ("Show me how it works with sample data", "load_sample"),
    ],
)
def test_the_first_buttons_are_understood_in_every_language(talker: Talker, code: str, english: str, tool: str) -> None:
    happened = talker.say(welcome_words()[code][english])
    assert calls(happened) == [tool]
    assert language_written(welcome_words()[code][english]) == code
    task = next(event.data for event in of(happened, ToolReturned))
    assert isinstance(task, dict)
    assert task.get("task", "") is not None

"""Every card has a form in Slack that Slack takes, whatever stands in it."""

import pytest
from hypothesis import given, settings

from assistant.surfaces.slack.blocks import message_of, message_of_progress
from assistant.surfaces.slack.blocks.cards import VIEWS, message_of_secret
from tests.assistant import card_samples
from tests.assistant.surfaces.slack.blocks.hostile import ATTACKS, filled_with, hostile_texts
from tests.assistant.surfaces.slack.blocks.slack_limits import elements_of, message_faults, words_of
from tools import cards
from workspace.events import Card, Option

BASE = "https://wizard.example"
SAMPLES = [sample() for sample in card_samples.ALL]


def extra_samples() -> list[Card]:
    """Kinds of cards that the shared samples lack."""
    dataset = cards.DatasetRowView(
        dataset_id="ds_1", name="mails", version=2, rows=1_772, task="classification", labels=6,
        created_at="2026-01-01",
        current=True, steps=["412 repeated rows removed"],
    )  # fmt: skip
    model = cards.ModelRowView(
        name="all-MiniLM-L6-v2", title="MiniLM", summary="Knows the meaning of sentences.", good_for=["classification"],
        languages="English", parameters_millions=22.7, download_mb=90, memory_mb=900, licence="Apache-2.0",
        speed="fast",
        available=True, where="packaged",
    )  # fmt: skip
    return [
        cards.DatasetsCard(datasets=[dataset]).card("One data set"),
        cards.ModelsCard(models=[model]).card("One model to start from"),
    ]


ALL = [*SAMPLES, *extra_samples()]


def _undrawn(card: Card) -> Card:
    """Without what is drawn, which takes long; drawing is tested by itself."""
    left_out = {"problems": {"verdict": None}, "metrics": {"per_class": []}, "confusion": {"labels": [], "matrix": []}}
    return card.model_copy(update={"data": {**card.data, **left_out.get(card.kind, {})}})


def test_every_kind_of_card_has_a_form() -> None:
    assert set(VIEWS) == set(cards.CARDS) == {card.kind for card in ALL}


@pytest.mark.parametrize("card", ALL, ids=lambda card: card.kind)
def test_slack_takes_each_card_and_its_title_says_the_finding(card: Card) -> None:
    message = message_of(card, BASE)
    assert message_faults(message.text, message.blocks) == []
    assert message.blocks[0]["text"]["text"] == card.title
    assert len(message.blocks) > 1
    assert all(picture.alt and len(picture.alt) <= 2_000 for picture in message.pictures)


@pytest.mark.parametrize("card", ALL, ids=lambda card: card.kind)
def test_no_text_of_a_card_breaks_its_form(card: Card) -> None:
    @settings(max_examples=10, deadline=None, derandomize=True)
    @given(text=hostile_texts)
    def check(text: str) -> None:
        message = message_of(filled_with(_undrawn(card), text), BASE)
        assert message_faults(message.text, message.blocks) == []

    check()


@pytest.mark.parametrize("card", ALL, ids=lambda card: card.kind)
def test_cards_of_many_rows_are_cut_and_say_so(card: Card) -> None:
    message = message_of(filled_with(_undrawn(card), "many words " * 40, times=60), BASE)
    assert message_faults(message.text, message.blocks) == []


def test_what_is_left_out_is_said() -> None:
    problem = cards.ProblemView(code="A", severity="info", count=1, message="x" * 900)
    card = cards.ProblemsCard(dataset_id="ds_1", problems=[problem] * 20).card("Many")
    assert "the web chat shows all of it" in "\n".join(words_of(message_of(card).blocks))


@pytest.mark.parametrize("card", ALL, ids=lambda card: card.kind)
def test_every_button_of_a_card_can_be_pressed(card: Card) -> None:
    """The value of a button is the id of the option that stands on the card."""
    shown = {e["value"] for e in elements_of(message_of(_undrawn(card)).blocks) if e["action_id"].startswith("press:")}
    there = {button.id for button in buttons_of(cards.CARDS[card.kind].of(card.data))}
    assert shown <= there
    assert there - shown <= {option.id for option in form_buttons(card)}


def buttons_of(part: object) -> list[Option]:
    """What stands under ``button`` or ``buttons``, anywhere in a card."""
    found = []
    for name in getattr(type(part), "model_fields", {}):
        value = getattr(part, name)
        values = value if isinstance(value, list) else [value]
        if name in ("button", "buttons"):
            found += [one for one in values if one]
        else:
            found += [option for one in values for option in buttons_of(one)]
    return found


def form_buttons(card: Card) -> list[Option]:
    """Buttons that send what was chosen: here a window does; and the one that decides where nobody differs."""
    button = getattr(cards.CARDS[card.kind].of(card.data), "button", None)
    return [button] if button else []


def test_links_go_to_the_web_chat_and_are_left_out_without_one() -> None:
    card = card_samples.download()
    links = [e["url"] for e in elements_of(message_of(card, BASE).blocks) if "url" in e]
    assert links == [f"{BASE}/api/v1/models/mdl_1/download"]
    assert not elements_of(message_of(card).blocks)


def test_a_key_is_never_in_what_slack_keeps() -> None:
    card = card_samples.deployment()
    card = card.model_copy(update={"once": {"key": "mtw_secret_key_1"}})
    kept = message_of(card, BASE)
    assert "mtw_secret_key_1" not in kept.model_dump_json()
    told = message_of_secret(card)
    assert told is not None
    assert "mtw_secret_key_1" in "".join(words_of(told.blocks))
    assert message_faults(told.text, told.blocks) == []
    assert message_of_secret(card_samples.download()) is None


def test_progress_is_one_message_that_can_be_stopped_until_it_has_ended() -> None:
    running = message_of_progress(card_samples.progress().data)
    stop = elements_of(running.blocks)
    assert [e["value"] for e in stop] == ["Stop the training"]
    assert stop[0]["confirm"]["style"] == "danger"
    assert not running.pictures
    ended = message_of_progress(card_samples.progress("succeeded", 1.0).data)
    assert not elements_of(ended.blocks)
    assert [picture.name for picture in ended.pictures] == ["training.png"]


@pytest.mark.parametrize("attack", ATTACKS[-5:])
def test_results_are_drawn_whatever_the_answers_are_called(attack: str) -> None:
    message = message_of(filled_with(card_samples.confusion(), attack), BASE)
    assert message_faults(message.text, message.blocks) == []
    assert message.pictures[0].png.startswith(b"\x89PNG")

"""What support staff see of a conversation before they give a reason."""

import json
from collections.abc import Callable
from typing import get_args

import pytest

from assistant.support.masking import masked_card, masked_event, masked_text
from tests.assistant import card_samples
from tools import cards
from workspace.events import (
    ROW_TEXTS,
    Answered,
    AssistantSaid,
    Card,
    CardKind,
    ConversationEvent,
    FileReceived,
    ToolCalled,
    ToolReturned,
    UserSaid,
)

TEXT = "Where is my parcel? It was due on Monday and nobody answers the phone."


@pytest.mark.parametrize("make", card_samples.ALL, ids=lambda make: make.__name__)
def test_no_card_shows_texts_of_rows_and_each_can_still_be_drawn(make: Callable[[], Card]) -> None:
    masked = masked_card(make())
    said = json.dumps(masked.data, ensure_ascii=False)
    for text, _ in card_samples.MAILS:
        assert text not in said
    kind = cards.CARDS.get(masked.kind)
    assert kind is None or kind.of(masked.shown)


def test_every_kind_of_card_says_where_rows_stand() -> None:
    assert set(ROW_TEXTS) == set(get_args(CardKind))


def test_a_kind_that_nobody_thought_of_is_masked_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("assistant.support.masking.ROW_TEXTS")
    monkeypatch.setattr("assistant.support.masking.ROW_TEXTS", {}, raising=False)
    masked = masked_card(Card(kind="plan", title="A plan", data={"anything": [{"deep": TEXT}], "count": 3}))
    assert masked.data == {"anything": [{"deep": f"▒ {len(TEXT)}"}], "count": 3}


def test_cells_that_are_numbers_are_masked_too() -> None:
    masked = masked_card(Card(kind="table", title="2 rows", data={"preview": [[491701234567, TEXT]], "rows": 2}))
    assert masked.data == {"preview": [["▒ 12", f"▒ {len(TEXT)}"]], "rows": 2}


def test_personal_data_is_replaced_wherever_it_stands() -> None:
    mail = "bob@example.com"
    events: list[ConversationEvent] = [
        UserSaid(text=f"write to {mail}"),
        AssistantSaid(text=f"I shall write to {mail}"),
        FileReceived(name=f"{mail}.csv", key="uploads/1", bytes=3),
        Answered(ask_id="a", value={"who": mail}, label=mail),
        ToolCalled(call_id="c", tool="try_model", args={"texts": [f"from {mail}"]}),
        ToolReturned(call_id="c", tool="try_model", ok=True, data={"deep": [{"er": mail}]}),
    ]
    masked = [masked_event(event).model_dump_json() for event in events]
    assert not any(mail in text for text in masked)
    assert "uploads/1" not in masked[2]


def test_long_quotations_go_and_names_of_columns_stay() -> None:
    assert masked_text(f"“{TEXT}” is about «Orders» in “Team”.") == f"“▒ {len(TEXT)}” is about «Orders» in “Team”."

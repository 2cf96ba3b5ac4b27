"""Texts that are almost the same, and those that only look alike."""

from pathlib import Path

import pytest

from tests.workspace.cleaning.tables import write
from workspace.judging.near_duplicates import find_near_duplicates

_QUESTIONS = [
    "How do I activate my new card?",
    "Why was my transfer declined yesterday?",
    "Can I change my PIN at an ATM abroad?",
    "The exchange rate of my cash withdrawal is wrong",
    "Which currencies do you accept for adding money?",
    "My parcel has not arrived and the tracking page is empty",
    "Please cancel the order that I made this morning",
    "I was charged twice for the same thing in a shop",
    "Is there a limit for payments with a virtual card?",
    "Where can I see the invoice of the last month?",
]


def _found(tmp_path: Path, texts: list[str], labels: list[str] | None = None) -> list[tuple[int, int]]:
    columns = {"text": texts} | ({"label": labels} if labels else {})
    found = find_near_duplicates(write(tmp_path / "t.parquet", **columns), ["text"], "label" if labels else None)
    return list(zip(found.rows.tolist(), found.like.tolist(), strict=True))


@pytest.mark.parametrize(
    "copy",
    [
        "how do i activate my new CARD",
        "How do I activate my new card ?!",
        "Re: How do I activate my new card?",
        "AW: RE: How do I activate my new card?",
        "How do I actvate my new card?",
        "How do I activate my  new  card?",
        "How do I activate my newcard?",
    ],
)
def test_a_copy_with_a_small_difference_is_found(tmp_path: Path, copy: str) -> None:
    assert _found(tmp_path, [*_QUESTIONS, copy]) == [(10, 0)]


@pytest.mark.parametrize(
    "other",
    [
        "How do I block my new card?",
        "How do I activate my new account?",
        "my new card: how do I activate another?",
        "How do I activate 2 cards?",
        "Why was my payment declined today?",
    ],
)
def test_another_question_is_not(tmp_path: Path, other: str) -> None:
    assert _found(tmp_path, [*_QUESTIONS, other]) == []


def test_a_word_more_in_a_long_text_is_found(tmp_path: Path) -> None:
    long = "My parcel with the blue shoes has not arrived and the tracking page says it waits in a depot since Monday"
    assert _found(tmp_path, [*_QUESTIONS, long, long.replace("has not", "still has not")]) == [(11, 10)]


def test_equal_texts_are_repeats_and_other_answers_no_copies(tmp_path: Path) -> None:
    texts = [_QUESTIONS[0], _QUESTIONS[0], _QUESTIONS[0].upper()]
    assert _found(tmp_path, texts) == [(2, 0)]
    assert _found(tmp_path, texts, ["a", "b", "b"]) == [(2, 1)]
    assert _found(tmp_path, texts[1:], ["a", "b"]) == []


def test_texts_without_words_and_empty_ones_are_left_alone(tmp_path: Path) -> None:
    assert _found(tmp_path, ["!!", "??", "", " ", "😀", "😀😀"]) == []


def test_signs_are_compared_where_no_blanks_are_written(tmp_path: Path) -> None:
    chinese = ["我的银行卡还没有收到请帮我查一下", "请问如何取消我昨天的订单", "我的银行卡还没有收到,请帮我查一下!"]
    assert _found(tmp_path, chinese) == [(2, 0)]


def test_a_slot_with_many_fillings_means_something(tmp_path: Path) -> None:
    cities = [f"{chr(97 + i)}{chr(98 + j)}ville" for i in range(8) for j in range(8)]
    assert _found(tmp_path, [f"What is the weather in {city} today" for city in cities]) == []

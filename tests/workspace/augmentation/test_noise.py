"""Changed texts: different from what they were made from and from each other, and still the same message."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workspace.augmentation import METHODS, same_text_key, source_key, variants

TEXT = "I was charged twice for the same order, please write to [EMAIL] or anna@web.de about invoice 4711"


def test_each_method_does_what_it_says() -> None:
    words = TEXT.split()
    (typo,) = variants(TEXT, ["typo"], 1, random.Random(1))
    (drop,) = variants(TEXT, ["drop"], 1, random.Random(1))
    (swap,) = variants(TEXT, ["swap"], 1, random.Random(1))

    changed = [(a, b) for a, b in zip(words, typo.text.split(), strict=True) if a != b]
    assert 1 <= len(changed) <= 2
    assert all(abs(len(a) - len(b)) <= 1 and a[0] == b[0] for a, b in changed)
    assert len(drop.text.split()) == len(words) - 1
    assert sorted(swap.text.split()) == sorted(words)
    assert swap.text != TEXT


def test_masks_addresses_and_numbers_keep_their_letters() -> None:
    for variant in variants(TEXT, ["typo"], 40, random.Random(2)):
        assert "[EMAIL]" in variant.text
        assert "anna@web.de" in variant.text
        assert "4711" in variant.text


def test_the_same_seed_gives_the_same_rows() -> None:
    first, again, other = (variants(TEXT, list(METHODS), 6, random.Random(seed)) for seed in (3, 3, 4))

    assert first == again != other
    assert {variant.method for variant in first} == set(METHODS)


@given(st.text(max_size=60), st.integers(0, 5), st.integers(0, 99))
def test_any_text_gives_different_texts_or_none(text: str, count: int, seed: int) -> None:
    found = [variant.text for variant in variants(text, list(METHODS), count, random.Random(seed))]

    assert len(found) <= count
    assert len(set(found)) == len(found)
    assert all(new.strip() and new != " ".join(text.split()) for new in found)


@pytest.mark.parametrize("text", ["", "ok", "yes no", "4711"])
def test_too_short_a_text_is_not_torn_apart(text: str) -> None:
    assert variants(text, ["drop", "swap", "typo"], 3, random.Random(0)) == []


def test_a_text_is_known_by_its_letters() -> None:
    assert source_key("Hello,  World!") == source_key("hello world") != source_key("hello word")
    assert len(source_key("x")) == 16
    assert same_text_key("ﬁne — “Text”") == "fine text"

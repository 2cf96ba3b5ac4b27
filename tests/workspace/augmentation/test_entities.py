"""Names exchanged for others of their kind: tags and places stay right, in every scheme."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workspace.augmentation import Mention, mentions_in, swap_in_text, swap_in_words
from workspace.augmentation.entities import names_by_kind


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("B-PER I-PER O B-LOC", [Mention(0, 2, "PER"), Mention(3, 4, "LOC")]),
        ("I-PER I-PER O I-LOC", [Mention(0, 2, "PER"), Mention(3, 4, "LOC")]),
        ("B-PER B-PER I-PER", [Mention(0, 1, "PER"), Mention(1, 3, "PER")]),
        ("B-PER E-PER S-LOC O", [Mention(0, 2, "PER"), Mention(2, 3, "LOC")]),
        ("B-PER L-PER U-LOC", [Mention(0, 2, "PER"), Mention(2, 3, "LOC")]),
        ("I-PER I-LOC", [Mention(0, 1, "PER"), Mention(1, 2, "LOC")]),
        ("O O", []),
    ],
)
def test_names_are_read_from_tags_of_every_scheme(tags: str, found: list[Mention]) -> None:
    assert mentions_in(tags.split()) == found


@pytest.mark.parametrize(
    ("tags", "after"),
    [
        ("O O B-LOC O", "O O B-LOC I-LOC I-LOC O"),
        ("O O S-LOC O", "O O B-LOC I-LOC E-LOC O"),
        ("O O U-LOC O", "O O B-LOC I-LOC L-LOC O"),
    ],
)
def test_a_longer_name_gets_tags_in_the_rows_own_scheme(tags: str, after: str) -> None:
    others = {"LOC": [("Rio", "de", "Janeiro")]}
    swapped = swap_in_words("We met Paris .".split(), tags.split(), others, random.Random(0))

    assert swapped == ("We met Rio de Janeiro .".split(), after.split())


def test_without_another_name_of_that_kind_nothing_is_made() -> None:
    words, tags = ["in", "Paris"], ["O", "B-LOC"]

    assert swap_in_words(words, tags, {"PER": [("Ada",)]}, random.Random(0)) is None
    assert swap_in_words(words, tags, {"LOC": [("Paris",)]}, random.Random(0)) is None
    assert swap_in_text("in Paris", '[{"start": 3, "end": 8, "label": "LOC"}]', {}, random.Random(0)) is None


NAMES = {"PER": ["Ada", "Grace Hopper", "Li"], "LOC": ["Rome", "New York City", "Ur"]}


@given(st.lists(st.sampled_from(["said", "PER", "LOC", "in", "and"]), min_size=1, max_size=12), st.integers(0, 99))
def test_every_span_marks_the_name_that_was_put_in(plan: list[str], seed: int) -> None:
    pick = random.Random(seed)
    text, spans = "", []
    for item in plan:
        word = pick.choice(NAMES[item]) if item in NAMES else item
        if item in NAMES:
            spans.append({"start": len(text), "end": len(text) + len(word), "label": item, "text": word})
        text += word + " "
    swapped = swap_in_text(text, json.dumps(spans), NAMES, pick)

    if not spans:
        assert swapped is None
        return
    assert swapped is not None
    new_text, marked = swapped[0], json.loads(swapped[1])
    assert [s["label"] for s in marked] == [s["label"] for s in spans]
    assert all(new_text[s["start"] : s["end"]] == s["text"] in NAMES[s["label"]] for s in marked)
    assert new_text != text


def test_overlapping_names_are_left_alone() -> None:
    spans = json.dumps([{"start": 0, "end": 8, "label": "LOC"}, {"start": 4, "end": 8, "label": "LOC"}])

    assert swap_in_text("New York", spans, NAMES, random.Random(0)) is None


def test_names_are_gathered_by_kind() -> None:
    rows = [(["Ada", "in", "New", "York"], ["B-PER", "O", "B-LOC", "I-LOC"]), (["Ada"], ["B-PER"])]

    assert names_by_kind(rows) == {"PER": [("Ada",)], "LOC": [("New", "York")]}

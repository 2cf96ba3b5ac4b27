import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training_worker.samples import banking
from training_worker.data import LabelledRows, same_text_key
from training_worker.split import Split, sample, split_rows
from workspace.errors import InputError


def _split(rows: LabelledRows, test: LabelledRows | None = None, seed: int = 1) -> Split:
    return split_rows(rows, test, test_fraction=0.2, valid_fraction=0.15, seed=seed)


def _rows(counts: dict[str, int]) -> LabelledRows:
    labels = [label for label, count in counts.items() for _ in range(count)]
    return LabelledRows([f"text {i} of {label}" for i, label in enumerate(labels)], labels)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcdefghijklmnop"), st.sampled_from("xyz")), min_size=8, max_size=60),
    st.integers(0, 5),
)
def test_no_text_stands_on_both_sides(pairs: list[tuple[str, str]], seed: int) -> None:
    rows = LabelledRows([f"{text.upper()}!" if seed % 2 else text for text, _ in pairs], [label for _, label in pairs])
    try:
        split = _split(rows, seed=seed)
    except InputError as error:
        assert error.code in ("ONE_CLASS", "RARE_CLASS_SPLIT")  # noqa: PT017
        return
    learned = {same_text_key(t) for t in split.learn.texts}
    assert learned.isdisjoint(same_text_key(t) for t in split.test.texts)
    assert len(split.learn) + len(split.test) == len(rows)
    for train, valid in split.folds:
        seen = {same_text_key(split.learn.texts[i]) for i in train}
        assert seen.isdisjoint(same_text_key(split.learn.texts[i]) for i in valid)


def test_labels_keep_their_share_and_every_label_is_learned_and_tested() -> None:
    texts, labels = banking()
    split = _split(LabelledRows(texts, labels))
    assert 0.15 < len(split.test) / len(texts) < 0.25
    assert set(split.learn.labels) == set(split.test.labels) == set(labels)


def test_the_same_seed_gives_the_same_rows_and_another_gives_others() -> None:
    rows = LabelledRows(*banking())
    assert _split(rows).test.texts == _split(rows).test.texts
    assert _split(rows).test.texts != _split(rows, seed=2).test.texts


def test_few_rows_are_cross_validated_and_many_are_not() -> None:
    few = _split(_rows({"a": 30, "b": 30}))
    assert len(few.folds) == 5
    judged, known = few.judged
    assert sorted(judged) == list(range(len(few.learn)))
    assert known.all()
    many = _split(_rows({"a": 2000, "b": 1000}))
    assert len(many.folds) == 1
    assert many.rows["valid"] == pytest.approx(360, abs=3)


def test_texts_of_a_test_file_are_not_learned_from() -> None:
    rows = LabelledRows(["Where is it?", "Block my card", "Top up", "Hello"], ["a", "b", "a", "b"])
    test = LabelledRows(["where is it", "New text"], ["a", "c"])
    split = _split(rows, test)
    assert split.learn.texts == ["Block my card", "Top up", "Hello"]
    assert split.test is test
    assert split.dropped == {"also_in_test": 1}
    assert len(split.notes) == 3  # rows left out, a label with one row, a label that only the test file has


def test_a_label_with_one_row_stays_among_the_learned() -> None:
    split = _split(_rows({"a": 20, "b": 20, "rare": 1}))
    assert "rare" in split.learn.labels
    assert "rare" not in split.test.labels
    assert any("rare" in note for note in split.notes)


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        ({}, "EMPTY_DATASET"),
        ({"only": 50}, "ONE_CLASS"),
        ({f"label {i}": 1 for i in range(12)}, "RARE_CLASS_SPLIT"),
        ({f"label {i}": 2 for i in range(1001)}, "TOO_MANY_LABELS"),
    ],
)
def test_rows_that_cannot_be_learned_from_are_refused(counts: dict[str, int], code: str) -> None:
    with pytest.raises(InputError) as error:
        _split(_rows(counts))
    assert error.value.code == code
    assert error.value.next_step


def test_the_same_text_everywhere_is_refused() -> None:
    with pytest.raises(InputError) as error:
        _split(LabelledRows(["same", "Same!", "same "], ["a", "b", "a"]))
    assert error.value.code == "RARE_CLASS_SPLIT"


def test_an_empty_test_file_is_refused() -> None:
    with pytest.raises(InputError) as error:
        _split(_rows({"a": 5, "b": 5}), LabelledRows([], []))
    assert error.value.code == "NO_TEST_ROWS"


def test_a_sample_keeps_shares_and_every_label() -> None:
    classes = np.array([0] * 800 + [1] * 190 + [2] * 10)
    found = Counter(classes[sample(range(1000), classes, 100, seed=3)].tolist())
    assert found[0] == pytest.approx(80, abs=2)
    assert found[1] == pytest.approx(19, abs=2)
    assert found[2] >= 1


def test_near_copies_of_a_text_are_on_one_side() -> None:
    rng = random.Random(0)
    words = [f"word{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(300)]
    texts, labels = [], []
    for number in range(200):
        texts.append("please " + " ".join(rng.choices(words, k=9)))
        labels.append("ab"[number % 2])
        if number % 5 == 0:
            texts.append(texts[-1].removeprefix("please "))
            labels.append(labels[-1])
    split = split_rows(LabelledRows(texts, labels), None, test_fraction=0.3, valid_fraction=0.3, seed=1)
    learn, test = ([text.removeprefix("please ") for text in part.texts] for part in (split.learn, split.test))
    assert len(learn) + len(test) == 240
    assert not set(learn) & set(test)
    learned = split.learn.texts
    for train, valid in split.folds:
        sides = [{learned[i].removeprefix("please ") for i in side} for side in (train, valid)]
        assert not sides[0] & sides[1]


def test_texts_of_one_pattern_can_still_be_divided() -> None:
    texts = [f"Your order number {number} has been sent to you today" for number in range(100)]
    split = split_rows(LabelledRows(texts, ["a", "b"] * 50), None, test_fraction=0.2, valid_fraction=0.2, seed=1)
    assert len(split.test) == 20

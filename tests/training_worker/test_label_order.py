"""Which text is next, on vectors whose groups are known; and categories from groups of real questions."""

import csv

import numpy as np
import pytest
from numpy.typing import NDArray

from training_worker.label_groups import suggest
from training_worker.label_order import (
    chances_of,
    chances_of_several,
    doubt_of_several,
    judge,
    order,
    spread,
    usefulness,
)
from workspace.intervals import wilson

GROUPS, EACH = 5, 40


@pytest.fixture
def groups() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Five clouds of unit vectors, and the number of each row's cloud."""
    rng = np.random.default_rng(3)
    classes = np.repeat(np.arange(GROUPS), EACH)
    vectors = np.eye(GROUPS, 16)[classes] + rng.normal(0, 0.12, (len(classes), 16))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), classes


def test_the_first_texts_come_from_every_group(groups: tuple[NDArray[np.float32], NDArray[np.int64]]) -> None:
    vectors, classes = groups
    nothing = np.zeros(len(vectors), dtype=bool)
    none = np.zeros((len(vectors), 0))
    picks = order(vectors, nothing, none, np.zeros(GROUPS, dtype=np.int64), 10, np.random.default_rng(0))
    typical = [pick.row for pick in picks if pick.by == "start"]
    assert len({pick.row for pick in picks}) == 10
    assert [pick.by for pick in picks].count("chance") == 2
    assert set(classes[typical]) == set(range(GROUPS))


def test_then_the_ones_between_two_groups(groups: tuple[NDArray[np.float32], NDArray[np.int64]]) -> None:
    vectors, classes = groups
    between = (vectors[0] + vectors[EACH]) / np.linalg.norm(vectors[0] + vectors[EACH])
    vectors = np.vstack([vectors, between[None]]).astype(np.float32)
    known = np.zeros(len(vectors), dtype=bool)
    known[: GROUPS * EACH : 2] = True
    learnt = classes[known[:-1]]
    chances = chances_of(vectors[known], learnt, GROUPS, vectors)
    counts = np.bincount(learnt, minlength=GROUPS)
    picks = order(vectors, known, chances, counts, 5, np.random.default_rng(0))
    assert len(vectors) - 1 in [pick.row for pick in picks if pick.by == "useful"][:2]
    assert not known[[pick.row for pick in picks]].any()


def test_a_rare_category_makes_a_text_more_useful() -> None:
    chances = np.array([[0.5, 0.4, 0.1], [0.5, 0.1, 0.4]])
    few, many = usefulness(chances, np.array([50, 50, 1]))[::-1]
    assert few > many


def test_texts_that_are_least_alike_come_first() -> None:
    line = np.array([[1.0, 0.0], [0.99, 0.14], [0.0, 1.0], [0.71, 0.71]], dtype=np.float32)
    assert spread(line, 3) == [0, 2, 3]


def test_nothing_left_is_no_error(groups: tuple[NDArray[np.float32], NDArray[np.int64]]) -> None:
    vectors, classes = groups
    known = np.ones(len(vectors), dtype=bool)
    chances = chances_of(vectors, classes, GROUPS, vectors)
    assert order(vectors, known, chances, np.bincount(classes), 5, np.random.default_rng(0)) == []
    known[7] = False
    assert [p.row for p in order(vectors, known, chances, np.bincount(classes), 5, np.random.default_rng(0))] == [7]


def test_the_estimate_is_of_texts_that_were_not_learnt_from(
    groups: tuple[NDArray[np.float32], NDArray[np.int64]],
) -> None:
    vectors, classes = groups
    judged = np.arange(len(classes)) % 3 == 0
    rng = np.random.default_rng(0)
    assert judge(vectors, classes, judged, rng).mean() > 0.95
    shuffled = np.random.default_rng(1).permutation(classes)
    # Who had learnt from what is judged would know it by heart.
    assert judge(vectors, shuffled, judged, rng).mean() < 0.5
    low, high = wilson(9, 10)
    assert (round(low, 3), round(high, 3)) == (0.596, 0.982)


def test_several_categories_a_text() -> None:
    rng = np.random.default_rng(0)
    marks = rng.random((120, 2)) < 0.5
    vectors = (marks @ np.eye(2, 8) + rng.normal(0, 0.1, (120, 8))).astype(np.float32)
    chances = chances_of_several(vectors[:80], marks[:80], vectors[80:])
    assert ((chances > 0.5) == marks[80:]).mean() > 0.95
    assert doubt_of_several(np.array([[0.9, 0.55], [0.01, 0.99]])).round(2).tolist() == [[0.55, 0.45], [0.01, 0.99]]


@pytest.mark.slow
def test_categories_are_suggested_in_the_words_of_the_texts() -> None:
    from tools.samples import load_samples
    from training_worker.embedding import load_encoder, vectors_of
    from training_worker.starter import STARTER, resolve_base

    with load_samples()["bank_questions"].path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    column = next(name for name in rows[0] if name != "text")
    kept = [row for row in rows if row[column] in sorted({r[column] for r in rows})[:4]][:160]
    texts = [row["text"] for row in kept]
    vectors = vectors_of(load_encoder(resolve_base(STARTER)), texts, 64, lambda _done: None)
    found = suggest(texts, vectors)
    assert 2 <= len(found) <= 10
    assert len({group.name.casefold() for group in found}) == len(found)
    everything = " ".join(texts).casefold()
    assert all(word.casefold() in everything for group in found for word in group.words)
    # Most of a group's texts are of one topic, which nobody has told it.
    pure = [max(np.unique([kept[i][column] for i in g.rows], return_counts=True)[1]) / len(g.rows) for g in found]
    assert np.average(pure, weights=[len(g.rows) for g in found]) > 0.7
    assert suggest(texts[:10], vectors[:10]) == []

"""What more rows would bring."""

import random

from tests.training_worker.samples import banking
from training_worker.evaluating.more_rows import LEAST_ROWS, learning_curve


def test_the_curve_rises_and_looks_ahead_with_an_interval() -> None:
    texts, labels = banking()
    order = list(range(len(texts)))
    random.Random(1).shuffle(order)
    cut = len(order) * 3 // 4
    learn, exam = order[:cut], order[cut:]
    found = learning_curve(
        [texts[i] for i in learn], [labels[i] for i in learn], [texts[i] for i in exam], [labels[i] for i in exam], 1
    )
    assert found is not None
    assert found.points[-1].rows == len(learn)
    assert found.points[-1].score > found.points[0].score + 0.2
    assert [p.rows for p in found.expected] == [len(learn), round(1.5 * len(learn)), 2 * len(learn)]
    assert found.expected[0].score <= found.expected[-1].score
    assert all(p.low <= p.score <= p.high for p in found.expected)


def test_nothing_is_said_of_few_rows_one_label_or_no_words() -> None:
    few = ["some words"] * (LEAST_ROWS - 1)
    assert learning_curve(few, ["a", "b"] * 24 + ["a"], few, few, 1) is None
    many = ["some words"] * 100
    assert learning_curve(many, ["a"] * 100, many, ["a"] * 100, 1) is None
    assert learning_curve(["!"] * 100, ["a", "b"] * 50, ["!"] * 100, ["a", "b"] * 50, 1) is None

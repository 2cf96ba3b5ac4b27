import numpy as np
import pytest

from training_worker.evaluating.slices import slices_of
from workspace.intervals import wilson


def test_long_texts_that_go_wrong_are_seen() -> None:
    texts = ["a" * (1 + i) for i in range(90)]
    right = np.arange(90) < 60
    assert [(s.column, s.value, s.rows, s.accuracy) for s in slices_of(right, texts)] == [
        ("length", "up to 30 characters", 30, 1.0),
        ("length", "31 to 60 characters", 30, 1.0),
        ("length", "more than 60 characters", 30, 0.0),
    ]


def test_groups_of_a_column_are_parts_where_they_are_few_and_large_enough() -> None:
    right = np.array([True] * 25 + [False] * 25 + [True] * 5)
    texts = ["same length"] * 55
    language = ["en"] * 25 + ["de"] * 25 + ["fr"] * 5
    found = slices_of(right, texts, {"language": language, "number": [str(i) for i in range(55)]})
    assert [(s.column, s.value, s.accuracy) for s in found] == [("language", "de", 0.0), ("language", "en", 1.0)]


def test_the_interval_is_that_of_wilson() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-3)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(20, 20)[1] == 1.0

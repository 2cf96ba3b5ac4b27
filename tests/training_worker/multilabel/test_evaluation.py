"""Scores of several labels a text: the same figures as scikit-learn's, and what people read."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from training_worker.multilabel.evaluation import bootstrap_intervals, evaluate, flags_of, metrics_of

LABELS = ["a", "b", "c"]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 40), st.integers(2, 6))
def test_the_figures_are_those_of_scikit_learn(seed: int, rows: int, labels: int) -> None:
    rng = np.random.default_rng(seed)
    true, given_ = rng.random((rows, labels)) < 0.4, rng.random((rows, labels)) < 0.4
    seen = (true | given_).any(axis=0)
    found = metrics_of(true, given_)
    options = {"zero_division": 0}
    assert found["micro_f1"] == pytest.approx(sk.f1_score(true, given_, average="micro", **options))
    assert found["weighted_f1"] == pytest.approx(sk.f1_score(true, given_, average="weighted", **options))
    assert found["subset_accuracy"] == pytest.approx(sk.accuracy_score(true, given_))
    assert found["hamming_loss"] == pytest.approx(sk.hamming_loss(true, given_))
    if seen.sum() > 1:
        true, given_ = true[:, seen], given_[:, seen]  # a label that nobody has and nobody gives says nothing
        assert found["macro_f1"] == pytest.approx(sk.f1_score(true, given_, average="macro", **options))
        assert found["precision"] == pytest.approx(sk.precision_score(true, given_, average="macro", **options))
        assert found["recall"] == pytest.approx(sk.recall_score(true, given_, average="macro", **options))


def test_what_people_read() -> None:
    texts = ["one", "two", "three", "four"]
    targets = [("a", "b"), (), ("c",), ("new",)]
    probabilities = np.array([[0.9, 0.2, 0.1], [0.8, 0.1, 0.1], [0.1, 0.1, 0.6], [0.1, 0.1, 0.1]])
    plain = np.array([[True, True, False], [False] * 3, [False] * 3, [False] * 3])
    found = evaluate(texts, targets, probabilities, LABELS, np.array([0.5, 0.5, 0.5]), commonest=("a",), plain=plain)
    assert found.rows == 4
    assert found.linear_baseline["micro_f1"] == pytest.approx(2 * 2 / (2 + 4))
    assert sum(part.rows for part in found.reliability) == 4 * 3
    assert found.labels == ["a", "b", "c", "new"]
    assert found.thresholds == {"a": 0.5, "b": 0.5, "c": 0.5}
    assert {score.label: score.support for score in found.per_class} == {"a": 1, "b": 1, "c": 1, "new": 1}
    shown = {m.text: (m.expected, m.predicted) for m in found.mistakes}
    assert shown == {"one": ("a, b", "a"), "two": ("no label", "a"), "four": ("new", "no label")}
    assert [m.score for m in found.mistakes] == [1.0, 0.8, 0.8]
    assert found.metrics["subset_accuracy"] == 0.25
    assert found.baseline["micro_f1"] == pytest.approx(2 / (4 + 4))


def test_intervals_hold_the_figures_and_are_the_same_every_time() -> None:
    rng = np.random.default_rng(5)
    true = rng.random((300, 4)) < 0.3
    given_ = true ^ (rng.random((300, 4)) < 0.1)
    found = metrics_of(true, given_)
    intervals = bootstrap_intervals(true, given_, seed=1)
    assert intervals == bootstrap_intervals(true, given_, seed=1)
    for name, (low, high) in intervals.items():
        assert low <= found[name] <= high
        assert high - low < 0.15


def test_flags_leave_out_labels_that_are_not_listed() -> None:
    assert flags_of([("a", "z"), ()], LABELS).tolist() == [[True, False, False], [False, False, False]]

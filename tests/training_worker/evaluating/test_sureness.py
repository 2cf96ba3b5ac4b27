from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from training_worker.calibration import softmax
from training_worker.evaluating.sureness import (
    prices,
    ranking_metrics,
    reliability,
    sharpening_of,
    sureness_table,
    unscaled,
)


def test_who_answers_only_when_sure_answers_less_and_better() -> None:
    confidence = np.array([0.55, 0.55, 0.65, 0.85, 0.85, 0.99, 0.99, 0.99])
    right = np.array([0, 1, 0, 1, 0, 1, 1, 1], dtype=bool)
    table = sureness_table(right, confidence)
    assert [s.threshold for s in table] == [0.6, 0.7, 0.9]  # 0.5 answers all; 0.8 and 0.95 change nothing
    assert [s.answered for s in table] == [0.75, 0.625, 0.375]
    assert [s.accuracy for s in table] == pytest.approx([4 / 6, 4 / 5, 1.0], abs=1e-5)
    assert [(s.wrong_let_pass, s.right_held_back) for s in table] == [(2, 1), (1, 1), (0, 2)]


def test_two_labels_are_ranked_by_the_rarer_one() -> None:
    rng = np.random.default_rng(0)
    true = (rng.random(400) < 0.9).astype(np.int64)  # label 0 is the rarer one
    rare = np.clip(0.3 + 0.3 * (true == 0) + rng.normal(size=400) * 0.2, 0, 1)
    found = ranking_metrics(true, np.stack([rare, 1 - rare], axis=1))
    assert found["roc_auc"] == pytest.approx(roc_auc_score(true == 0, rare))
    assert found["pr_auc"] == pytest.approx(average_precision_score(true == 0, rare))


def test_of_more_labels_each_is_ranked_against_the_rest() -> None:
    rng = np.random.default_rng(0)
    true = rng.integers(0, 4, 300)
    scores = rng.random((300, 4)) + 2 * np.eye(4)[true] * rng.random((300, 1))
    probabilities = scores / scores.sum(axis=1, keepdims=True)
    found = ranking_metrics(true, probabilities)
    assert found["roc_auc"] == pytest.approx(roc_auc_score(true, probabilities, multi_class="ovr"))
    assert 0.5 < found["pr_auc"] < 1


def test_one_label_alone_is_not_ranked() -> None:
    assert ranking_metrics(np.array([1, 1]), np.full((2, 2), 0.5)) == {}


def test_the_threshold_that_was_asked_for_is_always_told() -> None:
    right, confidence = np.array([True, False, True]), np.array([0.97, 0.98, 0.99])
    assert sureness_table(right, confidence) == []
    (asked,) = sureness_table(right, confidence, 0.45)
    assert (asked.threshold, asked.answered, round(asked.accuracy, 3)) == (0.45, 1.0, 0.667)


def test_bins_say_how_sure_and_how_often_right() -> None:
    confidence = np.array([0.51, 0.55, 0.59, 0.91, 0.99, 1.0])
    right = np.array([1, 0, 0, 1, 1, 1], dtype=bool)
    low, high = reliability(right, confidence)
    assert (low.low, low.high, low.rows, round(low.right, 3)) == (0.5, 0.6, 3, 0.333)
    assert (high.rows, high.right, round(high.confidence, 3)) == (3, 1.0, 0.967)


def test_missing_less_costs_false_alarms() -> None:
    true = np.array([0, 0, 0, 1, 1, 1, 1, 1])  # label 0 is the rarer one
    rare = np.array([0.95, 0.65, 0.25, 0.55, 0.15, 0.05, 0.05, 0.05])
    found = prices(true, np.stack([rare, 1 - rare], axis=1), ["urgent", "other"])
    at = {p.threshold: (p.missed, p.false_alarms, p.found) for p in found}
    assert {p.label for p in found} == {"urgent"}
    assert (at[0.1], at[0.5], at[0.9]) == ((0, 2, 3), (1, 1, 2), (2, 0, 1))
    assert prices(np.array([0, 1, 2]), np.full((3, 3), 1 / 3), ["a", "b", "c"]) == []


def test_scaling_is_taken_back() -> None:
    scores = np.random.default_rng(0).normal(size=(50, 4))
    assert unscaled(softmax(scores * 3.5), 3.5) == pytest.approx(softmax(scores))


def test_what_made_a_model_believable() -> None:
    assert sharpening_of(SimpleNamespace(scale=2.5)) == 2.5
    assert sharpening_of(SimpleNamespace(scale=2.5, weights=np.array([0.5, 0.75]))) == 1.25
    assert sharpening_of(SimpleNamespace(weights={"a": 1.0, "b": 2.0})) == 3.0
    assert sharpening_of(object()) == 1.0

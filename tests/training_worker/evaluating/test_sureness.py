import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from training_worker.evaluating.sureness import ranking_metrics, sureness_table


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


def test_more_labels_or_one_alone_are_not_ranked() -> None:
    assert ranking_metrics(np.array([0, 1, 2]), np.full((3, 3), 1 / 3)) == {}
    assert ranking_metrics(np.array([1, 1]), np.full((2, 2), 0.5)) == {}

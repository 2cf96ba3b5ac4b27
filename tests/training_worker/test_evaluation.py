import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from training_worker.calibration import fit_scale, softmax
from training_worker.evaluation import bootstrap_intervals, calibration_error, confusion_matrix, evaluate, metrics_of


def _example(seed: int, rows: int = 300, labels: int = 6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    true = rng.integers(0, labels, rows)
    return true, np.where(rng.random(rows) < 0.7, true, rng.integers(0, labels, rows))


@pytest.mark.parametrize("seed", range(4))
def test_metrics_are_those_of_scikit_learn(seed: int) -> None:
    true, predicted = _example(seed)
    predicted[true == 5] = 2  # a label that is never predicted
    predicted[predicted == 5] = 1
    ours = metrics_of(confusion_matrix(true, predicted, 8))  # and two that never occur
    for average, prefix in (("macro", "macro_f1"), ("micro", "micro_f1"), ("weighted", "weighted_f1")):
        assert ours[prefix] == pytest.approx(sklearn_metrics.f1_score(true, predicted, average=average))
    assert ours["accuracy"] == pytest.approx(sklearn_metrics.accuracy_score(true, predicted))
    assert ours["balanced_accuracy"] == pytest.approx(sklearn_metrics.balanced_accuracy_score(true, predicted))
    for name in ("precision", "recall"):
        expected = getattr(sklearn_metrics, f"{name}_score")(true, predicted, average="macro", zero_division=0)
        assert ours[name] == pytest.approx(expected)


def test_intervals_are_those_of_drawing_rows_anew() -> None:
    true, predicted = _example(7)
    found = bootstrap_intervals(confusion_matrix(true, predicted, 6), seed=0)
    rng = np.random.default_rng(1)
    slow = []
    for _ in range(1000):
        rows = rng.integers(0, len(true), len(true))
        slow.append(sklearn_metrics.f1_score(true[rows], predicted[rows], average="macro"))
    assert found["macro_f1"] == pytest.approx(np.quantile(slow, [0.025, 0.975]), abs=0.012)
    right = (true == predicted).mean()
    spread = 1.96 * np.sqrt(right * (1 - right) / len(true))
    assert found["accuracy"] == pytest.approx((right - spread, right + spread), abs=0.012)


def test_an_evaluation_tells_the_baseline_the_labels_and_the_surest_mistakes() -> None:
    texts = [f"text {i}" for i in range(6)]
    expected = ["ham", "ham", "ham", "spam", "spam", "new"]
    ham = np.array([0.9, 0.8, 0.3, 0.95, 0.2, 0.6])
    found = evaluate(texts, expected, np.stack([ham, 1 - ham], axis=1), ["ham", "spam"], most_frequent="ham")
    assert found.rows == 6
    assert found.labels == ["ham", "spam", "new"]
    assert found.confusion == [[2, 1, 0], [1, 1, 0], [1, 0, 0]]
    assert found.baseline["accuracy"] == pytest.approx(0.5)
    assert [(m.text, m.score) for m in found.mistakes] == [("text 3", 0.95), ("text 2", 0.7), ("text 5", 0.6)]
    assert {s.label: s.support for s in found.per_class} == {"ham": 3, "spam": 2, "new": 1}
    assert set(found.intervals) == {"accuracy", "macro_f1", "precision", "recall"}
    assert {
        "accuracy",
        "macro_f1",
        "precision",
        "recall",
        "micro_f1",
        "weighted_f1",
        "roc_auc",
        "pr_auc",
        "balanced_accuracy",
        "ece",
    } == set(found.metrics)


def test_calibration_error_is_the_gap_between_confidence_and_truth() -> None:
    assert calibration_error(np.array([True, True, False, False]), np.full(4, 0.9)) == pytest.approx(0.4)
    assert calibration_error(np.array([True] * 9 + [False]), np.full(10, 0.9)) == pytest.approx(0.0, abs=1e-9)


def test_the_scale_makes_overconfident_scores_honest() -> None:
    rng = np.random.default_rng(0)
    honest = rng.normal(size=(4000, 3)) * 1.5
    true = np.array([rng.choice(3, p=row) for row in softmax(honest)])
    assert fit_scale(honest * 10, true) == pytest.approx(0.1, rel=0.1)
    assert fit_scale(honest[:0], true[:0]) == 3.0

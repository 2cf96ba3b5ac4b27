"""Thresholds: high F1, held together where a label has few rows, and never chosen on the rows they are scored on."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from training_worker.multilabel import thresholds
from training_worker.multilabel.evaluation import metrics_of


def draw(seed: int, rows: int, shares: list[float]) -> tuple[thresholds.Scores, thresholds.Flags]:
    """Probabilities that mean what they say, and what came of them."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(0, 1.5, (rows, len(shares))) + np.log(np.array(shares) / (1 - np.array(shares)))
    probabilities = 1 / (1 + np.exp(-odds))
    return probabilities, rng.random(probabilities.shape) < probabilities


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_each_label_of_many_rows_gets_nearly_its_best_threshold(seed: int) -> None:
    probabilities, targets = draw(seed, 3000, [0.3, 0.1, 0.05])
    chosen = thresholds.choose(probabilities, targets, "macro_f1")
    for i, threshold in enumerate(chosen):
        found = f1_score(targets[:, i], probabilities[:, i] >= threshold)
        best = max(f1_score(targets[:, i], probabilities[:, i] >= t) for t in np.linspace(0.05, 0.6, 12))
        assert found > best - 0.05


def test_a_label_with_hardly_any_rows_takes_the_threshold_of_the_others() -> None:
    probabilities, targets = draw(1, 2000, [0.3, 0.3, 0.1])
    probabilities[:, 2] *= 0.5
    probabilities[:2, 2] = 0.999, 0.99
    targets[:, 2] = np.arange(2000) == 0  # the best threshold on its single row would be over 0.99
    assert 0.1 < thresholds.choose(probabilities, targets, "macro_f1")[2] < 0.8


def test_micro_f1_takes_one_threshold_for_all() -> None:
    probabilities, targets = draw(2, 500, [0.5, 0.1])
    assert len(set(thresholds.choose(probabilities, targets, "micro_f1"))) == 1


def test_without_rows_a_half_is_taken() -> None:
    assert thresholds.choose(np.zeros((0, 3)), np.zeros((0, 3), bool), "macro_f1").tolist() == [0.5] * 3


def test_equal_probabilities_are_not_told_apart() -> None:
    probabilities = np.full((10, 1), 0.4)
    targets = np.array([[True]] * 6 + [[False]] * 4)
    assert (probabilities >= thresholds.choose(probabilities, targets, "macro_f1")).all()


def test_the_score_never_uses_a_threshold_that_was_chosen_on_the_same_rows() -> None:
    rng = np.random.default_rng(3)
    probabilities, targets = rng.random((60, 8)), rng.random((60, 8)) < 0.1  # nothing to be learned from these
    halves = np.arange(60) % 2 == 0
    chosen_on: list[int] = []
    real = thresholds.choose

    def measure(true: thresholds.Flags, given: thresholds.Flags) -> float:
        for side in (halves, ~halves):
            other = real(probabilities[~side], targets[~side], "macro_f1")
            assert np.array_equal(given[side], probabilities[side] >= other)
            chosen_on.append(int(side.sum()))
        return metrics_of(true, given)["macro_f1"]

    score = thresholds.score_fairly(probabilities, targets, "macro_f1", measure, halves)
    assert chosen_on == [30, 30]
    assert 0 < score < 0.5

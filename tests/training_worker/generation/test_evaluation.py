"""Figures of written answers."""

import numpy as np
import pytest

from training_worker.generation.evaluation import _measure, answered_rows, rouge_l, within


@pytest.mark.parametrize(
    ("answer", "reference", "score"),
    [
        # The example of the library rouge-score, and its value for rougeL.
        ("The quick brown dog jumps on the log.", "The quick brown fox jumps over the lazy dog", 0.5882352941176471),
        ("police killed the gunman", "the gunman killed police", 0.5),
        ("", "something", 0.0),
        ("Yes!", "yes", 1.0),
    ],
)
def test_rouge_l(answer: str, reference: str, score: float) -> None:
    assert rouge_l(answer, reference) == pytest.approx(score)


def test_figures_weigh_every_token_the_same_and_lie_in_their_intervals() -> None:
    losses = np.array([[10.0, 5], [1.0, 20], [6.0, 3], [2.0, 8]])
    answers, wished = ["a red car", "no", "two dogs", ""], ["a red car", "yes", "two cats", "it"]
    metrics, intervals = _measure(losses, answers, wished, np.random.default_rng(0))
    assert metrics["loss"] == pytest.approx(19 / 36, abs=1e-5)
    assert metrics["perplexity"] == pytest.approx(np.exp(19 / 36), abs=1e-5)
    assert metrics["token_probability"] * metrics["perplexity"] == pytest.approx(1, abs=1e-4)
    assert metrics["rouge_l"] == pytest.approx((1 + 0 + 0.5 + 0) / 4)
    assert 0 < metrics["chrf"] < 100
    for name, (low, high) in intervals.items():
        assert low <= metrics[name] <= high
        assert low < high


def test_a_longer_budget_judges_more_rows() -> None:
    assert answered_rows(1000, 120) < answered_rows(1000, 300) <= answered_rows(1000, None)
    assert answered_rows(5, None) == 5
    assert within([100] * 50, 2000) == 20
    assert within([1000] * 50, 2000) == 8  # a few in any case
    assert within([1000] * 3, 2000) == 3

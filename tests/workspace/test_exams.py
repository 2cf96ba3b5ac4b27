import pytest
from scipy.stats import binomtest

from workspace.exams import compare_exams, exam_of, holm, mcnemar

TEXTS = [f"text {i}" for i in range(100)]
LABELS = ["a", "b"] * 50


def test_two_models_are_compared_on_the_same_rows_in_any_order() -> None:
    first = exam_of(TEXTS, LABELS, [i < 90 for i in range(100)])
    back = list(range(99, -1, -1))
    second = exam_of([TEXTS[i] for i in back], [LABELS[i] for i in back], [i < 70 or i >= 98 for i in back])
    found = compare_exams(first, second)
    assert found is not None
    assert (found.only_first, found.only_second, found.rows) == (20, 2, 100)
    assert found.real
    assert found.sentence.startswith("A real difference, the first is better")
    assert len(first.right) == 20


def test_other_rows_or_labels_are_not_compared() -> None:
    right = [True] * 100
    exam = exam_of(TEXTS, LABELS, right)
    assert compare_exams(exam, exam_of(TEXTS, ["b", "a"] * 50, right)) is None
    assert compare_exams(exam, exam_of(TEXTS[:99], LABELS[:99], right[:99])) is None
    assert compare_exams(exam, None) is None


@pytest.mark.parametrize(("one", "other"), [(0, 0), (3, 1), (10, 25), (400, 330), (6000, 6200)])
def test_the_probability_is_that_of_the_exact_test(one: int, other: int) -> None:
    expected = binomtest(one, one + other).pvalue if one + other else 1.0
    assert mcnemar(one, other) == pytest.approx(min(1.0, expected), rel=1e-6)


def test_a_small_difference_could_be_chance() -> None:
    first = exam_of(TEXTS, LABELS, [i < 90 for i in range(100)])
    second = exam_of(TEXTS, LABELS, [i < 88 for i in range(100)])
    found = compare_exams(first, second)
    assert found is not None
    assert not found.real
    assert "could be chance" in found.sentence
    same = compare_exams(first, first)
    assert same is not None
    assert same.sentence == "Both are right and wrong on the same 100 texts."


def _entities(hits: int) -> list[list[float]]:
    """100 texts with two places each; in the first ``hits`` both are found."""
    return [[2.0, 2.0, 2.0] if i < hits else [0.0, 2.0, 2.0] for i in range(100)]


def test_places_are_compared_by_a_paired_bootstrap() -> None:
    right = [True] * 100
    first, second, third = (exam_of(TEXTS, LABELS, right, "f1", _entities(n)) for n in (60, 80, 61))
    found = compare_exams(first, second)
    assert found is not None
    assert (found.real, found.second_better) == (True, True)
    assert found.difference == pytest.approx(0.2)
    assert 0.1 < found.low < 0.2 < found.high < 0.3
    close = compare_exams(first, third)
    assert close is not None
    assert not close.real
    assert close.low <= 0.01 <= close.high
    same = compare_exams(first, first)
    assert same is not None
    assert same.p == 1


def test_less_loss_is_better_and_other_measures_are_not_compared() -> None:
    losses = [[10.0 + i % 3, 5.0] for i in range(100)]
    less = [[loss - 1.0, tokens] for loss, tokens in losses]
    first, second = (exam_of(TEXTS, LABELS, [False] * 100, "loss", parts) for parts in (losses, less))
    found = compare_exams(first, second)
    assert found is not None
    assert (found.real, found.second_better) == (True, True)
    assert found.difference == pytest.approx(-0.2)
    assert found.sentence == "A real difference, the second is better (of 100)."
    assert compare_exams(first, exam_of(TEXTS, LABELS, [False] * 100)) is None


def test_the_interval_of_shares_holds_what_it_promises() -> None:
    found = compare_exams(
        exam_of(TEXTS, LABELS, [i < 90 for i in range(100)]), exam_of(TEXTS, LABELS, [i < 70 for i in range(100)])
    )
    assert found is not None
    assert found.difference == pytest.approx(-0.2)
    assert found.low < -0.2 < found.high < 0


def test_many_comparisons_need_stronger_evidence() -> None:
    assert holm([0.04]) == [0.04]
    assert holm([0.04, 0.01, 0.5]) == pytest.approx([0.08, 0.03, 0.5])
    assert holm([0.5, 0.9, 0.9]) == [1.0, 1.0, 1.0]

import pytest
from scipy.stats import binomtest

from workspace.exams import compare_exams, exam_of, mcnemar

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

"""Scores of found names, beside those of nervaluate."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nervaluate import Evaluator

from training_worker.ner.evaluation import bootstrap_intervals
from training_worker.ner.scoring import count, count_rows, entity_f1, metrics_of
from training_worker.ner.tags import Span

TRUE = [Span(0, 4, "a"), Span(10, 18, "b"), Span(20, 24, "a")]


@pytest.mark.parametrize(
    ("found", "strict", "by_type", "partial"),
    [
        (TRUE, 3, 3, 3),
        ([Span(0, 4, "b")], 0, 0, 1),  # wrong kind
        ([Span(10, 14, "b")], 0, 1, 0.5),  # wrong border
        ([Span(5, 9, "a")], 0, 0, 0),  # invented
        ([], 0, 0, 0),  # missed
        ([Span(0, 8, "a"), Span(10, 18, "b")], 1, 2, 1.5),
    ],
)
def test_what_a_found_name_counts(found: list[Span], strict: float, by_type: float, partial: float) -> None:
    assert count(TRUE, found).tolist() == [strict, by_type, partial, len(found), 3]


@st.composite
def rows(draw: st.DrawFn) -> list[Span]:
    edges = sorted(draw(st.sets(st.integers(0, 30), max_size=8)))
    return [Span(a, b, draw(st.sampled_from("ab"))) for a, b in list(pairwise(edges))[::2]]


@given(st.lists(st.tuples(rows(), rows()), min_size=1, max_size=3))
@settings(max_examples=60)
def test_strict_and_exact_scores_are_those_of_nervaluate(pairs: list[tuple[list[Span], list[Span]]]) -> None:
    true, found = [a for a, _ in pairs], [b for _, b in pairs]
    sums = count_rows(true, found).sum(axis=0)
    # nervaluate takes the last character of a name, not the one after it.
    plain = [
        [[{"start": s.start, "end": s.end - 1, "label": s.label} for s in r] for r in side] for side in (true, found)
    ]
    theirs = Evaluator(plain[0], plain[1], tags=["a", "b"], loader="dict").evaluate()["overall"]
    assert metrics_of(sums)["entity_f1"] == pytest.approx(theirs["strict"].f1)
    assert metrics_of(sums)["entity_recall"] == pytest.approx(theirs["strict"].recall)


def test_no_names_at_all_are_no_division_by_zero() -> None:
    assert entity_f1([[]], [[]]) == 0.0
    intervals = bootstrap_intervals(count_rows([[], []], [[], []]), 0)
    assert intervals["entity_f1"] == (0.0, 0.0)


def test_the_interval_holds_the_score_and_follows_the_seed() -> None:
    rng = np.random.default_rng(0)
    counts = count_rows([TRUE] * 60, [[s for s in TRUE if rng.random() < 0.7] for _ in range(60)])
    score = float(metrics_of(counts.sum(axis=0))["entity_recall"])
    low, high = bootstrap_intervals(counts, 7)["entity_recall"]
    assert low < score < high
    assert high - low < 0.2
    assert bootstrap_intervals(counts, 7)["entity_recall"] == (low, high)

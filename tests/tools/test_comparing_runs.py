"""Trainings side by side: what is real, what could be chance, and what cannot be compared."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.tools.conftest import Call, Worker, evaluation_of, mails
from tools.cards import RunComparisonCard
from tools.context import ToolContext
from workspace.dataset import Dataset
from workspace.errors import Conflict, InputError, NotFound
from workspace.exams import exam_of
from workspace.model import Evaluation, Exam
from workspace.run import Run

TEXTS = [f"text {i}" for i in range(100)]
LABELS = ["Billing", "Orders"]
Train = Callable[..., Run]


def _exam(right: int, shift: int = 0, rows: int = 100) -> Exam:
    return exam_of(TEXTS[:rows], (LABELS * 50)[:rows], [shift <= i < right + shift for i in range(rows)])


def _evaluation(right: int, exam: Exam | None) -> Evaluation:
    half = right // 2
    return evaluation_of([[half, 50 - half], [50 - right + half, right - half]], LABELS, exam=exam)


@pytest.fixture
def train(context: ToolContext, call: Call, load: Callable[..., Dataset], worker: Worker) -> Train:
    load(mails(30, LABELS))

    def run(evaluation: Evaluation, seed: int) -> Run:
        plan = str(call("propose_plan", seed=seed).data["plan_id"])
        return worker.train(context.workspace.plans.get(plan), evaluation, context.conversation_id)

    return run


def _card(output: Any) -> RunComparisonCard:
    return RunComparisonCard.of(output.cards[0].data)


def test_the_last_two_are_compared_row_by_row(train: Train, call: Call) -> None:
    older, newer = train(_evaluation(70, _exam(70)), 1), train(_evaluation(90, _exam(90)), 2)
    output = call("compare_runs")
    card = _card(output)
    assert [(run.run_id, run.name, run.best) for run in card.runs] == [
        (older.id, "the older one", False),
        (newer.id, "the newer one", True),
    ]
    assert card.sentence == "The newer one is really better."
    pair = card.pairs[0]
    assert pair.paired
    assert (pair.real, round(pair.difference, 6)) == (True, 0.2)
    assert 0.1 < pair.low < 0.2 < pair.high < 0.3
    assert "20 only the newer one (of 100)" in pair.sentence
    assert output.data["real"] is True


def test_a_small_difference_is_called_chance(train: Train, call: Call) -> None:
    train(_evaluation(88, _exam(88)), 1)
    train(_evaluation(90, _exam(90)), 2)
    card = _card(call("compare_runs"))
    assert card.sentence == "The newer one looks better, but the difference could be chance."
    assert not card.pairs[0].real


def test_other_exam_rows_are_said_and_only_intervals_compared(train: Train, call: Call) -> None:
    train(_evaluation(60, _exam(60)), 1)
    train(_evaluation(90, exam_of(TEXTS[1:], (LABELS * 50)[1:], [True] * 99)), 2)
    card = _card(call("compare_runs"))
    assert not card.pairs[0].paired
    assert card.pairs[0].sentence.startswith("On different rows")
    assert "may have had the easier exam" in card.note


def test_an_older_training_without_an_exam_says_so(train: Train, call: Call) -> None:
    train(_evaluation(60, None), 1)
    train(_evaluation(90, _exam(90)), 2)
    assert _card(call("compare_runs")).note.startswith("An older training did not keep")


def test_several_are_measured_against_the_best(train: Train, call: Call) -> None:
    runs = [train(_evaluation(n, _exam(n)), n) for n in (60, 90, 88)]
    card = _card(call("compare_runs", run_ids=[run.id for run in runs]))
    assert [run.name for run in card.runs] == ["number 1", "number 2", "number 3"]
    assert {(pair.first, pair.second): pair.real for pair in card.pairs} == {
        ("number 1", "number 2"): True,
        ("number 3", "number 2"): False,
    }
    assert card.sentence == "Number 2 looks best, but the difference to number 3 could be chance."


def test_what_cannot_be_compared(train: Train, call: Call, context: ToolContext) -> None:
    with pytest.raises(NotFound) as nothing:
        call("compare_runs")
    assert nothing.value.code == "NOTHING_TO_COMPARE"
    one = train(_evaluation(90, _exam(90)), 1)
    with pytest.raises(InputError) as twice:
        call("compare_runs", run_ids=[one.id, one.id])
    assert twice.value.code == "WRONG_NUMBER_OF_RUNS"
    waiting, _ = context.workspace.runs.create(
        context.workspace.plans.get(str(call("propose_plan", seed=9).data["plan_id"])), context.conversation_id
    )
    with pytest.raises(Conflict) as going:
        call("compare_runs", run_ids=[one.id, waiting.id])
    assert going.value.code == "RUN_HAS_NO_RESULT"

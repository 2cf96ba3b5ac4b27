"""Results in plain words: right numbers, the right weak spots, no invented ones."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.conftest import Call, evaluation_of
from tools.cards import ConfusionCard, MetricsCard, MistakesCard
from tools.context import ToolContext
from tools.result_cards import (
    advice,
    class_rows,
    confused_pairs,
    confusion_card,
    mistakes_in_all,
    verdict_of,
)
from tools.task_words import baseline_sentence, headline
from tools.words import duration, duration_range, listed, memory, of_100
from workspace.dataset import TaskKind
from workspace.errors import Conflict, InputError
from workspace.run import Run

Trained = Callable[..., Run]
SORTING = TaskKind.CLASSIFICATION


def test_the_headline_is_what_a_manager_understands() -> None:
    evaluation = evaluation_of(
        [[93, 7], [0, 0]], ["a", "b"], intervals={"accuracy": (0.9, 0.951)}, baseline={"accuracy": 0.344}
    )
    assert headline(SORTING, evaluation) == (
        "It gets 93 of 100 unseen texts right (between 90 and 95, to be fair to chance)."
    )
    assert baseline_sentence(SORTING, evaluation) == "Always guessing the largest group would get 34 of 100."


@pytest.mark.parametrize(
    ("rows", "open_"), [(20, "up to 15 of 100"), (299, "up to 2 of 100"), (2_000, "fewer than 1 of 100")]
)
def test_no_mistake_is_not_sold_as_perfect(rows: int, open_: str) -> None:
    evaluation = evaluation_of([[rows, 0], [0, 0]], ["a", "b"], intervals={"accuracy": (1.0, 1.0)})
    assert (
        headline(SORTING, evaluation)
        == f"It gets all {rows:,} unseen texts right; of new ones, {open_} may still go wrong."
    )


@pytest.mark.parametrize(
    ("accuracy", "low", "baseline", "f1", "verdict"),
    [(0.93, 0.9, 0.34, 0.9, "good"), (0.9, 0.88, 0.5, 0.6, "fair"), (0.88, 0.85, 0.87, 0.5, "weak")],
)
def test_the_verdict_is_against_guessing(accuracy: float, low: float, baseline: float, f1: float, verdict: str) -> None:
    evaluation = evaluation_of(
        [[1, 0], [0, 1]],
        ["a", "b"],
        metrics={"accuracy": accuracy, "macro_f1": f1},
        intervals={"accuracy": (low, 1.0)},
        baseline={"accuracy": baseline},
    )
    assert verdict_of(SORTING, evaluation) == verdict


def test_results_show_sentence_scores_and_weakest_first(call: Call, trained: Trained) -> None:
    run = trained()
    output = call("explain_results")
    card = MetricsCard.of(output.cards[0].data)
    assert output.cards[0].title == "90 of 100 unseen texts right"
    assert [m.name for m in card.metrics] == ["accuracy", "precision", "recall", "macro_f1"]
    assert "90 of 100 texts" in card.metrics[0].meaning
    assert card.per_class[0].label == "Returns"
    assert (card.per_class[0].confused_with, card.per_class[0].confused_count) == ("Orders", 7)
    assert card.run_id == run.id
    confusion = ConfusionCard.of(output.cards[1].data)
    assert confusion.matrix == [[40, 0, 0], [1, 29, 0], [2, 7, 21]]
    assert output.cards[1].title == "Most often “Returns” is taken for “Orders”: 7 of 30"
    assert output.data["weakest"][0]["taken_for"] == "«Orders»"  # type: ignore[index,call-overload]
    assert output.stage == "check"


def test_advice_names_the_rare_label_by_its_counted_rows() -> None:
    evaluation = evaluation_of([[90, 0, 0], [0, 80, 0], [1, 3, 4]], ["a", "b", "rare"])
    found = advice(SORTING, evaluation, {"a": 450, "b": 400, "rare": 40})
    assert found[0].startswith("“rare” has 40 rows; 400 is usual here.")
    assert any("“rare” is taken for “b” 3 times of 8" in line for line in found)
    assert not any("rows;" in line for line in advice(SORTING, evaluation, {}))


def test_advice_warns_of_what_is_too_good_and_of_a_small_exam() -> None:
    perfect = evaluation_of([[200, 0], [0, 200]], ["a", "b"])
    assert "almost too good" in advice(SORTING, perfect, {})[0]
    small = evaluation_of([[9, 1], [1, 9]], ["a", "b"])
    assert "Only 20 rows judged it" in advice(SORTING, small, {})[-1]
    guessing = evaluation_of([[90, 0], [10, 0]], ["a", "b"])
    assert "not clearly better than guessing" in advice(SORTING, guessing, {})[0]


@st.composite
def matrices(draw: st.DrawFn) -> list[list[int]]:
    size = draw(st.integers(2, 45))
    row = st.lists(st.integers(0, 9), min_size=size, max_size=size)
    rows = draw(st.lists(row, min_size=size, max_size=size))
    rows[0][0] += 1
    return rows


@given(matrices())
def test_folding_the_matrix_loses_no_text(matrix: list[list[int]]) -> None:
    labels = [f"l{i}" for i in range(len(matrix))]
    evaluation = evaluation_of(matrix, labels)
    card = confusion_card("run_1", evaluation)
    assert len(card.labels) == len(card.matrix) == min(len(labels), 20)
    assert sum(map(sum, card.matrix)) == sum(map(sum, matrix))
    assert card.folded == max(0, len(labels) - 19 if len(labels) > 20 else 0)
    assert mistakes_in_all(evaluation) == sum(map(sum, matrix)) - sum(matrix[i][i] for i in range(len(matrix)))
    shown = {row.label: row for row in class_rows(evaluation)}
    for pair in confused_pairs(evaluation):
        assert shown[pair.true].confused_count >= pair.times


def test_mistakes_come_surest_first_and_are_counted_in_full(call: Call, trained: Trained) -> None:
    trained()
    output = call("show_mistakes")
    card = MistakesCard.of(output.cards[0].data)
    assert len(card.mistakes) == 10
    assert (card.total, card.rows) == (10, 100)
    assert [m.score for m in card.mistakes] == sorted((m.score for m in card.mistakes), reverse=True)
    three = call("show_mistakes", limit=3)
    assert three.cards[0].title == "10 mistakes among 100 unseen texts; the 3 it was surest about"


def test_mistakes_about_one_label(call: Call, trained: Trained) -> None:
    trained()
    card = MistakesCard.of(call("show_mistakes", label="«returns»").cards[0].data)
    assert (card.label, card.total) == ("Returns", 9)
    assert MistakesCard.of(call("show_mistakes", label="Orders").cards[0].data).mistakes == []
    with pytest.raises(InputError, match="Did you mean “Returns”"):
        call("show_mistakes", label="Retruns")


def test_a_model_without_mistakes(call: Call, trained: Trained) -> None:
    trained([[40, 0, 0], [0, 30, 0], [0, 0, 30]], mistakes=[])
    output = call("show_mistakes")
    assert output.cards[0].title == "No mistakes among 100 unseen texts"
    assert "sorted right" in call("explain_results").cards[1].title


def test_results_outlive_their_data(call: Call, trained: Trained, context: ToolContext) -> None:
    trained()
    call("delete_dataset")
    assert call("explain_results").data["verdict"] == "good"


def test_a_training_that_goes_on_has_no_result_yet(call: Call, load: Callable[..., object]) -> None:
    from tests.tools.conftest import mails

    load(mails())
    call("propose_plan")
    call("launch_training")
    with pytest.raises(Conflict) as caught:
        call("explain_results")
    assert caught.value.code == "RUN_NOT_ENDED"


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.934, "93 of 100"), (1.0, "100 of 100"), (0.9962, "99.6 of 100"), (0.0, "0 of 100"), (0.001, "0.1 of 100")],
)
def test_shares_are_never_rounded_to_all_or_nothing(value: float, said: str) -> None:
    assert of_100(value) == said


def test_numbers_as_people_say_them() -> None:
    assert [duration(s) for s in (0, 7.4, 43, 61, 200, 7_200)] == [
        "1 second",
        "7 seconds",
        "45 seconds",
        "60 seconds",
        "3 minutes",
        "2 hours",
    ]
    assert duration_range(10, 31) == "10 to 30 seconds"
    assert duration_range(40, 150) == "40 seconds to 2 minutes"
    assert (memory(512), memory(1500), memory(2000)) == ("512 MB", "1.5 GB", "2 GB")
    assert listed(["a", "b", "c", "d"]) == "a, b, c and 1 more"

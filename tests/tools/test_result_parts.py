"""What a result says beyond its single figures, and plans that ask for "not sure"."""

from collections.abc import Callable

import pytest

from tests.tools.conftest import Call, mails
from tools.cards import MetricsCard, PlanCard
from tools.registry import ToolOutput
from workspace.dataset import CurvePoint, Dataset
from workspace.errors import InputError
from workspace.model import LearningCurve, Prediction, ReliabilityBin, Slice, Sureness, ThresholdPrice
from workspace.run import Run


def _card(output: ToolOutput) -> MetricsCard:
    return MetricsCard.of(output.cards[0].data)


def test_all_of_it_is_told_in_words(trained: Callable[..., Run], call: Call) -> None:
    point = CurvePoint(rows=800, score=0.9, low=0.88, high=0.92)
    trained(
        [[45, 5], [10, 40]],
        ["Billing", "Orders"],
        metrics={"accuracy": 0.85, "macro_f1": 0.85, "precision": 0.85, "recall": 0.85, "ece": 0.02, "ece_before": 0.2,
                 "roc_auc": 0.95},
        linear_baseline={"accuracy": 0.8},
        sureness=[Sureness(threshold=0.8, answered=0.91, accuracy=0.98, wrong_let_pass=2, right_held_back=4)],
        prices=[ThresholdPrice(label="Orders", threshold=0.3, missed=5, false_alarms=15, found=45)],
        reliability=[ReliabilityBin(low=0.9, high=1.0, rows=60, confidence=0.95, right=0.93)],
        slices=[
            Slice(column="length", value="short", rows=50, accuracy=0.96, interval=(0.87, 0.99)),
            Slice(column="length", value="long", rows=50, accuracy=0.6, interval=(0.46, 0.72)),
        ],
        curve=LearningCurve(points=[point], expected=[point, CurvePoint(rows=1600, score=0.94, low=0.91, high=0.96)]),
    )  # fmt: skip
    output = call("explain_results")
    card = _card(output)
    assert "A plain model that counts words gets 80 of 100 right." in card.baseline
    assert card.sureness[0].sentence.startswith("From 80% sure on, it answers 91 of 100 texts and is wrong in 2 of 100")
    assert card.prices[0].sentence == "Said from 30% on: 5 of 50 missed, 15 of 60 false alarms."
    assert (card.prices[0].missed, card.prices[0].false_alarms) == (0.1, 0.25)
    assert card.calibration is not None
    assert "off by 2.0 points" in card.calibration.sentence
    assert "20.0 points" in card.calibration.sentence
    assert [part.name for part in card.parts] == ["length: long", "length: short"]
    assert card.parts_sentence == "Weakest where length is “long”: 60 of 100 right (50 rows), 78 of 100 on the whole."
    assert card.more_rows is not None
    assert "With 1,600 rows instead of 800, about 4 more of 100 would be right" in card.more_rows.sentence
    assert {m.name for m in card.details} == {"ece", "ece_before", "roc_auc"}
    assert output.data["more_rows"] == card.more_rows.sentence


def test_an_older_result_has_none_of_it(trained: Callable[..., Run], call: Call) -> None:
    trained()
    card = _card(call("explain_results"))
    assert (card.sureness, card.prices, card.parts, card.calibration, card.more_rows) == ([], [], [], None, None)
    assert card.parts_sentence == ""


def test_a_plan_that_may_say_not_sure(load: Callable[..., Dataset], call: Call) -> None:
    load(mails(20))
    call("propose_plan")
    revised = call("revise_plan", changes={"not_sure_below": 0.8})
    assert any(
        "less than 80% sure of an answer, it will say “not sure”" in s
        for s in PlanCard.of(revised.cards[0].data).sentences
    )
    back = call("revise_plan", changes={"answer_from": None})
    assert [change.field for change in PlanCard.of(back.cards[0].data).changes] == ["answer_from"]
    with pytest.raises(InputError) as fault:
        call("revise_plan", changes={"answer_from": 1.5})
    assert fault.value.code == "SETTING_INVALID"


@pytest.mark.parametrize(("score", "least", "sure"), [(0.7, 0.8, False), (0.85, 0.8, True), (0.7, None, True)])
def test_a_prediction_is_as_sure_as_its_plan_asks_for(score: float, least: float | None, sure: bool) -> None:
    found = Prediction(text="x", label="a", score=score, scores={"a": score, "b": 1 - score}, answer_from=least)
    assert found.sure is sure
    assert ("answer_from" in found.as_json()) == (least is not None)

"""What would make a model better, as buttons under its result."""

from collections.abc import Callable

from tests.tools.conftest import Call, evaluation_of, mails, outcome_of
from tools.cards import AimView
from tools.improvements import better_buttons
from workspace.dataset import Dataset
from workspace.run import Run
from workspace.success import MistakeLimit

GOOD = [[40, 0, 0], [0, 40, 0], [0, 0, 40]]
LABELS = ["Billing", "Orders", "Returns"]
MISSED = AimView(sentence="", met="no")


def test_a_good_result_needs_none(call: Call, trained: Callable[..., Run]) -> None:
    run = trained(GOOD)
    assert better_buttons(run, outcome_of(run, evaluation_of(GOOD, LABELS)), [], {"Billing": 60}) == []


def test_an_aim_that_was_missed_asks_for_a_plan_that_knows_it(trained: Callable[..., Run]) -> None:
    run = trained(GOOD)
    outcome = outcome_of(run, evaluation_of(GOOD, LABELS))
    (option,) = better_buttons(run, outcome, [MISSED], {"Billing": 60})
    assert option.label == "Train again with these aims"
    limit = MistakeLimit(kind="missed", label="Billing", at_most=0.01)
    limited = run.model_copy(update={"plan": run.plan.model_copy(update={"limits": (limit,)})})
    assert better_buttons(limited, outcome, [MISSED], {"Billing": 60}) == []


def test_rare_weak_labels_and_too_little_time(call: Call, trained: Callable[..., Run]) -> None:
    weak = [[90, 0, 0], [0, 90, 0], [8, 0, 2]]
    run = trained(weak)
    outcome = outcome_of(run, evaluation_of(weak, LABELS))
    late = outcome.model_copy(update={"notes": ["Fine-tuning would take about 168 seconds: more than was left of it."]})
    found = better_buttons(run, late, [], {"Billing": 300, "Orders": 300, "Returns": 20})
    assert [option.label for option in found] == [
        "Make rows for rare answers",
        "Try the methods left out, 8 minutes at most",
    ]
    plan = call(*found[1].id.split("?")[:1], dataset_id=run.plan.dataset_id, budget_seconds="480")
    assert plan.data["budget_seconds"] == 480
    assert better_buttons(run, late, [], {}) == []


def test_they_stand_under_the_result(call: Call, load: Callable[..., Dataset], trained: Callable[..., Run]) -> None:
    load(mails(30))
    call("set_success_criteria", worse="missed", label="Returns", at_most_percent=1)
    trained()
    output = call("explain_results")
    assert output.ask is not None
    assert output.data["aims"]
    assert "Try it" in [option.label for option in output.ask.options]

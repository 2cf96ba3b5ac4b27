"""Unwise settings: each is named with a better value, and good ones are not."""

from collections.abc import Callable
from typing import Any

import pytest

from assistant.guide.slots import wishes_in
from tests.tools.conftest import Call, mails
from tools import plan_advice
from tools.cards import PlanCard
from tools.plan_advice import advice_on
from tools.registry import ToolOutput
from workspace.dataset import Dataset, TaskKind
from workspace.plan import SettingValue, TrainingPlan


def _advised(
    rows: int = 400, labels: dict[str, int] | None = None, base: str = "all-MiniLM-L6-v2", **settings: Any
) -> dict[str, SettingValue]:
    task = TaskKind.CLASSIFICATION
    plan = TrainingPlan(dataset_id="d", task=task, text=("t",), label="l", base=base, settings=settings)
    return {a.setting: a.better for a in advice_on(plan, rows, 80.0, labels or {"a": 300, "b": 100})}


@pytest.mark.parametrize(
    ("settings", "better"),
    [
        ({"learning_rate": 3e-5}, {"learning_rate": 1e-4}),
        ({"learning_rate": 5e-3}, {"learning_rate": 1e-3}),
        ({"batch_size": 1024}, {"batch_size": 16}),
        ({"batch_size": 64, "accumulation": 16}, {"accumulation": 1}),
        ({"max_tokens": 4096}, {"max_tokens": 256}),
        ({"epochs": 100}, {"epochs": 5}),
        ({"frozen_layers": 6}, {"frozen_layers": 3}),
        ({"learning_rate": 1e-4, "batch_size": 64, "epochs": 3, "class_weight": "balanced", "dropout": 0.1}, {}),
        ({}, {}),
    ],
)
def test_what_is_unwise_is_named_with_a_better_value(settings: dict[str, Any], better: dict[str, Any]) -> None:
    assert _advised(**settings) == better


def test_what_is_unwise_depends_on_the_data_and_the_base_model() -> None:
    assert _advised(labels={"a": 100, "b": 100}, class_weight="balanced") == {"class_weight": "none"}
    assert _advised(base="FacebookAI/roberta-base", learning_rate=3e-4) == {"learning_rate": 2e-5}
    assert _advised(base="FacebookAI/roberta-base", learning_rate=3e-5) == {}
    assert _advised(rows=50_000, epochs=30) == {}


def test_what_this_computer_lacks_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_advice, "has_gpu", lambda: False)
    monkeypatch.setattr(plan_advice, "processor_has_bfloat16", lambda: False)
    assert _advised(device="gpu", precision="bfloat16") == {"device": "auto", "precision": "float32"}
    monkeypatch.setattr(plan_advice, "has_gpu", lambda: True)
    assert _advised(device="gpu", precision="bfloat16") == {}


def test_the_plan_card_says_what_had_better_be_set(call: Call, load: Callable[..., Dataset]) -> None:
    load(mails(30))
    call("propose_plan", recipe="finetune")
    warned = str(call("revise_plan", changes={"lr": 3e-5}).data["warnings"])
    assert "Better: “learning_rate 0.0001”" in warned
    better = str(call("revise_plan", changes={"learning_rate": 1e-4}).data["warnings"])
    assert "Better" not in better


def test_a_press_makes_it_better(call: Call, load: Callable[..., Dataset]) -> None:
    load(mails(30))
    call("propose_plan", recipe="finetune")
    (better,) = plan_card(call("revise_plan", changes={"lr": 3e-5})).better
    assert better.label == "Set learning rate to 0.0001"
    changed = plan_card(call("revise_plan", changes=wishes_in(better.said).changes))
    assert changed.better == []
    assert [change.after for change in changed.changes] == ["0.0001"]


def test_what_the_time_is_too_short_for_is_a_press_away(call: Call, load: Callable[..., Dataset]) -> None:
    load(mails(2000))
    short = plan_card(call("propose_plan", budget_seconds=10))
    assert not all(recipe.chosen for recipe in short.recipes)
    longest = short.better[-1]
    assert "does not fit into 10 seconds" in longest.sentence
    enough = plan_card(call("revise_plan", changes=wishes_in(longest.said).changes))
    assert all(recipe.chosen for recipe in enough.recipes)
    assert enough.better == []


def test_trials_are_counted(call: Call, load: Callable[..., Dataset]) -> None:
    load(mails(200))
    once = plan_card(call("propose_plan", recipe="finetune", budget_seconds=3600))
    often = plan_card(call("revise_plan", changes={"trials": 5}))
    assert often.estimated_seconds_low > 3 * once.estimated_seconds_low


def plan_card(output: ToolOutput) -> PlanCard:
    return PlanCard.model_validate(output.cards[0].data)

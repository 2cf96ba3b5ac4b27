"""Every recipe is described, and every description has a recipe."""

import importlib
from pathlib import Path

import pytest

from training_worker import recipes
from workspace.dataset import TaskKind
from workspace.recipe import load_recipes

FOLDER = Path(next(iter(recipes.__path__)))


def test_every_description_has_a_trainer_and_every_trainer_a_description() -> None:
    modules = {p.stem for p in FOLDER.glob("*.py")} - {"__init__"}
    assert modules == set(load_recipes())
    for name in modules:
        trainer = importlib.import_module(f"training_worker.recipes.{name}").TRAINER
        assert {"estimate", "least_seconds", "train"} <= set(dir(trainer))


@pytest.mark.parametrize("task", list(TaskKind))
def test_recipes_come_in_the_order_of_their_cost(task: TaskKind) -> None:
    """But for those that an earlier one contains: they are tried only where that one could not be."""
    recipes = [r for r in load_recipes().values() if task in r.tasks]
    contained = {name for r in recipes for name in r.contains}
    per_row = [r.seconds_per_1000_rows for r in recipes if r.name not in contained]
    assert per_row
    assert per_row == sorted(per_row)
    order = [r.name for r in recipes]
    assert all(order.index(r.name) < order.index(name) for r in recipes for name in r.contains if name in order)


@pytest.mark.parametrize("name", list(load_recipes()))
def test_every_setting_has_a_valid_default_an_explanation_and_is_used(name: str) -> None:
    recipe = load_recipes()[name]
    source = "".join(p.read_text("utf-8") for p in FOLDER.parent.rglob("*.py"))
    for setting, knob in recipe.settings.items():
        assert knob.fault(knob.default) is None, setting
        assert knob.help.endswith("."), setting
        assert knob.effect.endswith("."), setting
        assert f'"{setting}"' in source, f"{setting} is described but never read"
        if knob.type in ("int", "float"):
            assert knob.minimum is not None, setting
            assert knob.maximum is not None, setting

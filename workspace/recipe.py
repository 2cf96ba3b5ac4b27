"""Recipes as data: what can be set, in which range, and why. One YAML beside each trainer module.

The files lie in ``training_worker/recipes``; they are read as data, without importing the worker.
"""

import importlib.util
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from workspace.dataset import TaskKind
from workspace.plan import SettingValue


class Knob(BaseModel):
    """One thing that can be set. ``help`` says what it does, ``effect`` what it does to time and memory."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["int", "float", "bool", "choice"]
    default: SettingValue
    minimum: float | None = None
    maximum: float | None = None
    choices: list[str] = Field(default_factory=list)
    help: str
    effect: str = ""

    def fault(self, value: SettingValue) -> str | None:
        """Why ``value`` cannot be used, or None."""
        if self.type == "choice":
            return None if value in self.choices else f"must be one of {', '.join(self.choices)}"
        if self.type == "bool":
            return None if isinstance(value, bool) else "must be true or false"
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return "must be a number"
        if self.type == "int" and float(value) != int(value):
            return "must be a whole number"
        if self.minimum is not None and value < self.minimum:
            return f"must be at least {self.minimum:g}"
        if self.maximum is not None and value > self.maximum:
            return f"must be at most {self.maximum:g}"
        return None


class Recipe(BaseModel):
    """A way to train. ``auto`` tries recipes in ascending ``cost_rank`` while the budget lasts."""

    model_config = ConfigDict(extra="forbid")

    name: str
    title: str = Field(description="for people, such as 'Word statistics'")
    summary: str = Field(description="one plain sentence: how it learns and when it is good")
    tasks: list[TaskKind]
    uses_base: bool = Field(description="does it need a base model?")
    contains: list[str] = Field(default_factory=list, description="recipes that auto need not try where this one was")
    cost_rank: int
    fixed_seconds: float = Field(description="rough seconds on two CPU cores, whatever the rows")
    seconds_per_1000_rows: float = Field(description="rough seconds on two CPU cores")
    settings: dict[str, Knob] = Field(default_factory=dict)


@cache
def load_recipes() -> dict[str, Recipe]:
    """Every recipe by name, cheapest first."""
    spec = importlib.util.find_spec("training_worker")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package training_worker is not installed")
    folder = Path(next(iter(spec.submodule_search_locations))) / "recipes"
    recipes = [Recipe.model_validate(yaml.safe_load(f.read_text("utf-8"))) for f in sorted(folder.glob("*.yaml"))]
    return {r.name: r for r in sorted(recipes, key=lambda r: r.cost_rank)}

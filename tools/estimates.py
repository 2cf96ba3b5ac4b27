"""How long a plan takes and how much memory, from what the recipes' files say and from this computer's cores."""

import os
from dataclasses import dataclass

from workspace.plan import TrainingPlan
from workspace.recipe import Recipe, load_recipes

_USUAL_CHARS = 80
"""Length of the texts that the recipes' figures were measured on (short messages)."""
_LOW, _HIGH = 0.6, 1.8
"""The figures are rough, so a span is told: measured runs lie well inside it."""


@dataclass(frozen=True)
class RecipeEstimate:
    """One recipe of the plan. ``fits``: it is tried within the budget."""

    recipe: Recipe
    low: float
    high: float
    fits: bool


@dataclass(frozen=True)
class Estimate:
    """Seconds from start to result, and megabytes at the peak."""

    low: float
    high: float
    memory_mb: int
    recipes: list[RecipeEstimate]


def estimate(plan: TrainingPlan, rows: int, mean_chars: float) -> Estimate:
    """What a training of ``rows`` rows in all, of ``mean_chars`` characters on average, is likely to take."""
    cores = available_cores()
    learned = rows * (1 - plan.test_fraction) if plan.test_dataset_id is None else rows
    stretch = min(max(mean_chars / _USUAL_CHARS, 0.5), 10.0)
    parts: list[RecipeEstimate] = []
    spent = 0.0
    for recipe in recipes_of(plan):
        if any(recipe.name in part.recipe.contains for part in parts if part.fits):
            continue
        # Only a part of the work spreads over more cores, and the figures are for two.
        seconds = recipe.fixed_seconds + recipe.seconds_per_1000_rows * learned / 1000 * stretch * (2 / cores) ** 0.7
        fits = not parts or plan.recipe != "auto" or spent + seconds <= plan.budget_seconds
        spent += seconds if fits else 0.0
        parts.append(RecipeEstimate(recipe, seconds * _LOW, seconds * _HIGH, fits))
    around = 1.5 + rows * plan.test_fraction / 2000  # starting, reading, judging, saving
    low = sum(p.low for p in parts if p.fits) + around
    high = sum(p.high for p in parts if p.fits) + 4 * around  # a worker that was not warm takes seconds to start
    return Estimate(
        low=min(low, plan.budget_seconds),
        high=max(min(high, plan.budget_seconds * 1.2), min(low, plan.budget_seconds)),
        memory_mb=max((p.recipe.memory_mb for p in parts if p.fits), default=0),
        recipes=parts,
    )


def recipes_of(plan: TrainingPlan) -> list[Recipe]:
    """The recipes that the plan may try, cheapest first."""
    return [r for r in load_recipes().values() if plan.recipe in ("auto", r.name) and plan.task in r.tasks]


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1

"""How long a plan takes and how much memory, from what the recipes' files say and from this computer's cores."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from tools.base_models import load_base_models
from tools.words import memory
from workspace.machine import memory_free_mb
from workspace.memory_plan import SHAPES, BaseShape, Texts, fit_into, settings_of, shape_of_folder, shape_of_size
from workspace.plan import STARTER, TrainingPlan, usual_base
from workspace.recipe import Recipe, load_recipes

_USUAL_CHARS = 80
"""Length of the texts that the recipes' figures were measured on (short messages)."""
_LOW, _HIGH = 0.6, 1.8
"""The figures are rough, so a span is told: measured runs lie well inside it."""
_SHARE_OF_FIRST = 0.7
_LONGEST = 3.0
"""The longest text against the mean, where only the mean is known."""
_USUAL_PARAMETERS = 110e6


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
    memory_notes: list[str] = field(default_factory=list)
    """What does not fit into the memory that is free here, and what is done about it, in sentences for people."""


def estimate(
    plan: TrainingPlan, rows: int, mean_chars: float, labels: int = 2, models_dir: Path | None = None
) -> Estimate:
    """What a training of ``rows`` rows in all, of ``mean_chars`` characters on average, is likely to take.

    Args:
        labels: how many different answers there are.
        models_dir: where base models lie whose shape can be read.
    """
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
        if "trials" in recipe.settings:  # one after the other, each a whole training
            seconds *= int(plan.settings.get("trials", 1))
        fits = not parts or plan.recipe != "auto" or spent + seconds <= plan.budget_seconds
        spent += seconds if fits else 0.0
        parts.append(RecipeEstimate(recipe, seconds * _LOW, seconds * _HIGH, fits))
    around = 1.5 + rows * plan.test_fraction / 2000  # starting, reading, judging, saving
    # Where the budget is too short for all rows, fewer are learned from.
    shown = learned * min(1.0, _SHARE_OF_FIRST * plan.budget_seconds / (parts[0].high / _HIGH)) if parts else 0.0
    needs, notes = _memory(plan, parts, Texts(round(shown), mean_chars, _LONGEST * mean_chars, labels), models_dir)
    low = sum(p.low for p in parts if p.fits) + around
    high = sum(p.high for p in parts if p.fits) + 4 * around  # a worker that was not warm takes seconds to start
    return Estimate(
        low=min(low, plan.budget_seconds),
        high=max(min(high, plan.budget_seconds * 1.2), min(low, plan.budget_seconds)),
        memory_mb=round(max(needs, default=0.0)),
        recipes=parts,
        memory_notes=notes,
    )


def _memory(
    plan: TrainingPlan, parts: list[RecipeEstimate], texts: Texts, models_dir: Path | None
) -> tuple[list[float], list[str]]:
    """Megabytes of each recipe that is tried, and what to say where they are more than is free."""
    free = memory_free_mb()
    needs, notes = [], []
    for part in parts:
        if not part.fits:
            continue
        recipe, settings = part.recipe, settings_of(part.recipe, plan)
        fit = fit_into(free, recipe, settings, texts, _shape(plan, models_dir), available_cores())
        needs.append(fit.need.memory_mb)
        if not fit.fits:
            notes.append(
                f"“{recipe.title}” needs about {memory(fit.need.memory_mb)} of memory and {memory(free)} are free "
                "here: it is left out or learns from fewer rows. A smaller base model or shorter texts need less."
            )
        elif fit.halvings:
            notes.append(f"Memory is short here: “{recipe.title}” works in smaller pieces and takes longer.")
    return needs, notes


def _shape(plan: TrainingPlan, models_dir: Path | None) -> BaseShape:
    """The shape of the plan's base model, as far as it is known here."""
    name = usual_base(plan.task) if plan.base == STARTER else plan.base
    if name in SHAPES:
        return SHAPES[name]
    entry = next((e for e in load_base_models() if e.is_called(name)), None)
    found = shape_of_folder(models_dir / name) if models_dir else None
    return found or shape_of_size(entry.parameters_millions * 1e6 if entry else _USUAL_PARAMETERS)


def recipes_of(plan: TrainingPlan) -> list[Recipe]:
    """The recipes that the plan may try, cheapest first."""
    return [r for r in load_recipes().values() if plan.recipe in ("auto", r.name) and plan.task in r.tasks]


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1

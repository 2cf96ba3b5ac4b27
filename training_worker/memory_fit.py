"""Before a training begins: what it needs of memory and disk, beside what there is; what does not fit is adapted."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil as psutil

from training_worker.job import read_json, write_json
from training_worker.lanes import processors as processors
from training_worker.split import Split
from training_worker.starter import STARTER, resolve_base
from training_worker.thrift import Thrift
from workspace.errors import InputError, TrainingFailed
from workspace.machine import disk_free_mb, memory_free_mb
from workspace.memory_plan import SHAPES, BaseShape, Fit, Texts, fit_into, settings_of, shape_of_folder, shape_of_size
from workspace.plan import TrainingPlan, usual_base
from workspace.recipe import Recipe

SAFETY = 0.9
"""Share of the free memory that is planned with; the rest is for what others begin meanwhile."""
USUAL_PARAMETERS = 110e6
FILE = "rows.json"
LEAST_ROWS = 200
"""With fewer rows than this nothing is learned worth having."""


@dataclass(frozen=True)
class Kept:
    """What is left of a plan: the recipes that fit, the rows, and what people should know."""

    recipes: list[Recipe]
    split: Split
    notes: list[str]


def fit_to_machine(
    plan: TrainingPlan, split: Split, recipes: list[Recipe], work: Path, thin: Callable[[Split, int, int], Split]
) -> Kept:
    """Leaves out recipes that cannot fit into memory, has others compute in smaller pieces, or learns from fewer rows.

    Args:
        thin: gives a split with so many learning rows, by a seed.

    Raises:
        TrainingFailed: ``CPU_OOM`` where not even few rows fit, ``DISK_FULL`` where the disk has no room for the model.
    """
    own = psutil.Process().memory_info().rss >> 20
    free = int((memory_free_mb() + own) * SAFETY)
    fits = [(recipe, _fit(plan, split, recipe, len(split.learn), work, free)) for recipe in recipes]
    kept = [(recipe, fit) for recipe, fit in fits if fit.fits]
    notes = [
        f"{recipe.title} was left out: it needs about {fit.need.memory_mb:,.0f} MB of memory and {free:,} MB are free."
        for recipe, fit in fits
        if not fit.fits
    ]
    if not kept:
        recipe, fit = fits[0]
        # Another attempt goes on with the rows of the first, whatever is free then.
        count = read_json(work / FILE) or _rows_that_fit(plan, split, recipe, work, free)
        write_json(work / FILE, count)
        if count < min(LEAST_ROWS, len(split.learn)):
            raise TrainingFailed(
                "CPU_OOM",
                f"This training needs about {fit.need.memory_mb:,.0f} MB of memory, and {free:,} MB are free.",
                "Close other programs, choose a smaller base model or shorter texts, or give the computer more memory.",
            )
        split = thin(split, count, plan.seed)
        kept = [(recipe, _fit(plan, split, recipe, count, work, free))]
        notes = [
            f"To keep within {free:,} MB of free memory, {len(split.learn):,} rows were learned from with "
            f"{recipe.title.lower()}; all would take about {fit.need.memory_mb:,.0f} MB."
        ]
    _check_disk(kept, work)
    thrift = Thrift.of(work)
    while thrift.halvings < max(fit.halvings for _, fit in kept):
        thrift.halve()
    return Kept([recipe for recipe, _ in kept], split, notes)


def _fit(plan: TrainingPlan, split: Split, recipe: Recipe, rows: int, work: Path, free: int) -> Fit:
    lengths = sorted(map(len, split.learn.texts))
    texts = Texts(rows, sum(lengths) / len(lengths), lengths[-1], max(len(split.labels), 1))
    halvings = Thrift.of(work).halvings
    return fit_into(free, recipe, settings_of(recipe, plan), texts, shape_of(plan, recipe), processors(), halvings)


def _rows_that_fit(plan: TrainingPlan, split: Split, recipe: Recipe, work: Path, free: int) -> int:
    least, most = 0, len(split.learn)
    while most - least > max(least // 50, 1):
        middle = (least + most) // 2
        if _fit(plan, split, recipe, middle, work, free).fits:
            least = middle
        else:
            most = middle
    return least


def shape_of(plan: TrainingPlan, recipe: Recipe) -> BaseShape:
    """The shape of the base model that a recipe starts from, without loading it; a usual one where it is not here."""
    name = usual_base(plan.task) if plan.base == STARTER else plan.base
    if name in SHAPES or not recipe.uses_base:
        return SHAPES.get(name, SHAPES[STARTER])
    try:
        base = resolve_base(name)
    except InputError:
        return shape_of_size(USUAL_PARAMETERS)  # the recipe says what is wrong with the name
    return (shape_of_folder(Path(base.source)) if base.local else None) or shape_of_size(USUAL_PARAMETERS)


def _check_disk(kept: list[tuple[Recipe, Fit]], work: Path) -> None:
    need, free = max(fit.need.disk_mb for _, fit in kept), disk_free_mb(work)
    if need > free:
        raise TrainingFailed(
            "DISK_FULL",
            f"The model and its checkpoints need about {need:,.0f} MB on the disk, and {free:,} MB are free.",
            "Free some space (old models and files can be deleted), then start the training again.",
        )

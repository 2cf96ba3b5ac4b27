"""What would make a model better, as buttons: only what its own result speaks for, the likeliest first."""

from collections.abc import Mapping, Sequence

from tools.asking import button
from tools.cards import AimView
from tools.result_cards import rare_weak_labels
from tools.words import duration
from workspace.dataset import TaskKind
from workspace.events import Option
from workspace.model import RunOutcome
from workspace.recipe import load_recipes
from workspace.run import Run

_MOST = 2
_LONGER = 4
_LONGEST = 3600
_LIMITED = "more than was left"
"""Stands in the note about a method that was left out for want of time."""


def better_buttons(
    run: Run, outcome: RunOutcome, aims: Sequence[AimView], rows_per_label: Mapping[str, int]
) -> list[Option]:
    """At most two.

    An aim that was missed and that the plan did not know yet; rare labels that are weak; methods that were left out for
    want of time. None where its data is gone.
    """
    if not rows_per_label:
        return []
    found: list[Option] = []
    data = run.plan.dataset_id
    missed = any(aim.met in ("no", "unlikely") for aim in aims)
    if missed and not run.plan.limits and run.plan.task is TaskKind.CLASSIFICATION:
        found.append(button("Train again with these aims", "propose_plan", dataset_id=data))
    if run.plan.task is TaskKind.CLASSIFICATION and rare_weak_labels(outcome.evaluation, rows_per_label):
        found.append(button("Make rows for rare answers", "augment_dataset", dataset_id=data))
    if run.plan.recipe not in load_recipes() and any(_LIMITED in note for note in outcome.notes):
        longer = min(_LONGER * run.plan.budget_seconds, max(_LONGEST, run.plan.budget_seconds))
        if longer > run.plan.budget_seconds:
            label = f"Try the methods left out, {duration(longer)} at most"
            found.append(button(label, "propose_plan", budget_seconds=str(longer), dataset_id=data))
    return found[:_MOST]

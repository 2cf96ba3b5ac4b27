"""What can be done about a failed training at a press: the first of its cause's mends that would change something.

The same thing is never done twice: the plans that have failed already, the one before included, are looked at first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from tools.estimates import recipes_of
from tools.troubleshooting.entry import Mend, TroubleshootingEntry
from workspace import versions
from workspace.dataset import Dataset
from workspace.errors import InputError, NotFound
from workspace.home import Workspace
from workspace.plan import MOST_SECONDS, SettingValue, TrainingPlan, usual_base
from workspace.planning import PlanWishes, plan_from_profile
from workspace.recipe import Knob, load_recipes
from workspace.run import Run, RunStatus

MOST_TRIES = 2
"""After that many failures in a row nothing more is offered but help by people."""
_AGAIN = Mend(says="start it again")


@dataclass(frozen=True)
class Mending:
    """What is done at a press. ``plan`` is what is trained then; with ``repair`` its data is repaired first."""

    says: str
    plan: TrainingPlan
    repair: str | None = None


def mending_for(workspace: Workspace, run: Run, entry: TroubleshootingEntry | None) -> Mending | None:
    """The next thing to try for a failed run; None where nothing is left, or its data is gone.

    Args:
        entry: the cause; None where nobody knows it: then starting again is all there is to try.
    """
    try:
        dataset = versions.current(workspace, workspace.datasets.get(run.plan.dataset_id))
    except NotFound:
        return None
    if failures_in_a_row(workspace, run) > MOST_TRIES:
        return None
    tried = [*_failed_before(workspace, run), *(then.plan for then in tried_since(workspace, run))]
    for mend in entry.mends if entry else (_AGAIN,):
        if mend.only and run.failure and run.failure.code not in mend.only:
            continue
        if mend.repair:
            done = {fix.code for fix in versions.fixes_of(workspace.datasets, dataset)}
            if mend.repair not in done and mend.repair in _found_in(dataset):
                return Mending(mend.says, run.plan.model_copy(update={"dataset_id": dataset.id}), mend.repair)
            continue
        plan = _changed(workspace, run.plan, dataset, mend.plan) if mend.plan else run.plan
        if plan is not None and [p.hash for p in tried].count(plan.hash) == (0 if mend.plan else 1):
            return Mending(mend.says, plan)
    return None


def _found_in(dataset: Dataset) -> set[str]:
    """The repairs that have something to do in this data and leave enough of it."""
    return {problem.fix.code for problem in dataset.profile.problems if problem.fix}


def failures_in_a_row(workspace: Workspace, run: Run) -> int:
    """This failure, and those of the trainings that it came from."""
    return len(_failed_before(workspace, run))


def tried_since(workspace: Workspace, run: Run) -> list[Run]:
    """The trainings that were started because this one failed, oldest first."""
    plans = workspace.plans.made_from(run.plan_id)
    return [then for plan in plans if (then := workspace.runs.of_plan(plan.id)) is not None]


def _failed_before(workspace: Workspace, run: Run) -> list[TrainingPlan]:
    """The plans of this run and of those that it came from, as long as they failed."""
    found = [run.plan]
    parent = workspace.plans.get(run.plan_id).parent_id
    while parent and len(found) <= MOST_TRIES:
        earlier = workspace.runs.of_plan(parent)
        if earlier is None or earlier.status is not RunStatus.FAILED:
            break
        found.append(earlier.plan)
        parent = workspace.plans.get(parent).parent_id
    return found


def _changed(
    workspace: Workspace, plan: TrainingPlan, dataset: Dataset, patch: Mapping[str, JsonValue]
) -> TrainingPlan | None:
    """The plan with the changes; None where they change nothing or do not fit."""
    before = plan.model_copy(update={"dataset_id": dataset.id}).hash
    fields: dict[str, Any] = {}
    settings: dict[str, SettingValue] = {}
    for name, verb in patch.items():
        if name == "settings":
            plan = plan.model_copy(update={"settings": _valid(plan) if verb == "valid" else {}})
        elif name in PlanWishes.model_fields:
            fields[name] = _field(name, verb, plan, dataset)
        else:
            settings |= _setting(name, verb, plan)
    if fields.get("recipe") is not None:
        settings = {}
    wishes = PlanWishes(**fields, settings=settings or None)
    try:
        made = plan_from_profile(dataset, workspace.settings, wishes, plan)
    except InputError:
        return None
    return None if made.hash == before else made


def _field(name: str, verb: JsonValue, plan: TrainingPlan, dataset: Dataset) -> Any:
    """A field's new value; None leaves it as it is."""
    guess = dataset.profile.task
    match name, verb:
        case "base", "usual":
            return usual_base(plan.task)
        case "budget_seconds", "double":
            return min(2 * plan.budget_seconds, MOST_SECONDS)
        case "recipe", "lightest":
            fits = [r for r in load_recipes().values() if plan.task in r.tasks and not r.uses_base]
            return fits[0].name if fits else None
        case "text", "from_data":
            return list(guess.text) or None
        case "label", "from_data":
            return guess.label
    return verb


def _setting(name: str, verb: JsonValue, plan: TrainingPlan) -> dict[str, SettingValue]:
    """A recipe's setting with its new value; empty where no recipe of the plan has it or nothing would change."""
    knobs = [recipe.settings[name] for recipe in recipes_of(plan) if name in recipe.settings]
    if not knobs:
        return {}
    now = plan.settings.get(name, _largest(knobs))
    value = _by_verb(verb, now, knobs)
    return {} if value == now else {name: value}


def _valid(plan: TrainingPlan) -> dict[str, SettingValue]:
    """The plan's settings without those that its recipes do not have, or not with such a value."""
    found: dict[str, SettingValue] = {}
    for name, value in plan.settings.items():
        knobs = [recipe.settings[name] for recipe in recipes_of(plan) if name in recipe.settings]
        if knobs and not any(knob.fault(value) for knob in knobs):
            found[name] = value
    return found


def _by_verb(verb: JsonValue, now: SettingValue, knobs: Sequence[Knob]) -> SettingValue:
    if verb == "usual":
        return knobs[0].default
    if verb == "at_most_usual":
        usual = knobs[0].default
        too_much = isinstance(now, (int, float)) and isinstance(usual, (int, float)) and now > usual
        return usual if too_much else now
    factor = {"halve": 0.5, "double": 2.0, "divide_10": 0.1}.get(str(verb))
    if factor is None or isinstance(now, (bool, str)):
        return verb if isinstance(verb, (bool, int, float, str)) and factor is None else now
    lowest = max((k.minimum for k in knobs if k.minimum is not None), default=float("-inf"))
    highest = min((k.maximum for k in knobs if k.maximum is not None), default=float("inf"))
    wanted = max(lowest, min(highest, now * factor))
    return round(wanted) if knobs[0].type == "int" else wanted


def _largest(knobs: Sequence[Knob]) -> SettingValue:
    """What the recipes would use, where nothing is set: the largest, for that is what memory has to hold."""
    numbers = [k.default for k in knobs if isinstance(k.default, (int, float)) and not isinstance(k.default, bool)]
    return max(numbers) if numbers else knobs[0].default

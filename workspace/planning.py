"""From a profile and wishes to a training plan. Pure: no file, no database, no model is touched.

Used by ``mtw train`` and by the chat's ``propose_plan`` and ``revise_plan``.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from workspace.dataset import Dataset, DatasetProfile, TaskKind
from workspace.metrics import TASK_METRICS
from workspace.plan import STARTER, WRITER, PlanChange, SettingValue, TrainingPlan, usual_base
from workspace.plan_columns import columns_of, label_form
from workspace.plan_split import FIELDS as DIVIDED_BY
from workspace.plan_split import exam_columns
from workspace.plan_wishes import Faults, PlanWishes
from workspace.recipe import Knob, Recipe, load_recipes
from workspace.settings import Settings

__all__ = ["AUTO", "PlanWishes", "parse_settings", "plan_changes", "plan_from_profile", "typed_value"]

AUTO = "auto"


def plan_from_profile(
    dataset: Dataset, settings: Settings, wishes: PlanWishes | None = None, plan: TrainingPlan | None = None
) -> TrainingPlan:
    """The plan for this dataset: the wishes, else what ``plan`` said, else what the profile suggests.

    Args:
        dataset: what to learn from.
        settings: gives the default budget.
        wishes: what was asked for.
        plan: the plan to change; without one, a new plan is made.

    Raises:
        InputError: naming every fault at once. ``code`` is the common code of all faults, else PLAN_INVALID.
    """
    wishes = wishes or PlanWishes()
    faults = Faults()
    profile = dataset.profile
    several = TaskKind.MULTILABEL if wishes.label_columns else None
    task = wishes.task or several or (plan.task if plan else None) or profile.task.kind
    if task is None:
        faults.add("TASK_UNKNOWN", "It is not clear what a model should learn from this file; name the task.")
    form = label_form(profile, task, wishes, plan, faults)
    text, label = columns_of(profile, wishes, plan, form.columns, faults)
    divided = exam_columns(profile, wishes, plan, (*text, label, *form.columns), faults)
    if task is TaskKind.CLASSIFICATION and label:
        _check_answers(profile, label, faults)
    recipe = wishes.recipe or (plan.recipe if plan else AUTO)
    candidates = _candidates(recipe, task, faults)
    metrics = TASK_METRICS[task or TaskKind.CLASSIFICATION].choosing
    if wishes.metric is not None and wishes.metric not in metrics:
        faults.add("SETTING_INVALID", f"metric must be one of {', '.join(metrics)}.")
    body = _body(wishes, plan, settings, candidates, faults)
    if wishes.answer_from and task not in (None, TaskKind.CLASSIFICATION):
        faults.add("SETTING_INVALID", "answer_from is for models that give each text one label.")
    if not body.get("answer_from") or task is not TaskKind.CLASSIFICATION:
        body["answer_from"] = None  # 0 is what always answers
    if not wishes.base and (plan is None or plan.base == usual_base(plan.task)):
        body["base"] = usual_base(task or TaskKind.CLASSIFICATION)
    if task is TaskKind.GENERATION and body["base"] == STARTER:
        faults.add("WRONG_TASK_HEAD", f"The base model {STARTER} reads texts and cannot write any; {WRITER} can.")
    if body.get("metric") not in metrics:
        body["metric"] = metrics[0]
    if task is not TaskKind.CLASSIFICATION:
        body["limits"] = ()
    body |= {
        "dataset_id": dataset.id,
        "task": task or TaskKind.CLASSIFICATION,
        "text": tuple(text) or ("?",),
        "label": label or "?",
        "label_columns": form.columns,
        "label_separator": form.separator,
        "recipe": recipe,
        **divided,
    }
    try:
        made = TrainingPlan.model_validate(body)
    except ValidationError as exc:
        for error in exc.errors():
            faults.add("SETTING_INVALID", f"{'.'.join(map(str, error['loc']))}: {error['msg']}.")
        faults.raise_if_any()
        raise
    faults.raise_if_any()
    return made


def parse_settings(pairs: Iterable[str]) -> dict[str, SettingValue]:
    """``KEY=VALUE`` texts of a command line. Raises InputError with all that have no ``=``."""
    faults = Faults()
    found: dict[str, SettingValue] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            faults.add("SETTING_INVALID", f"'{pair}' must have the form KEY=VALUE.")
        else:
            found[name.strip()] = value.strip()
    faults.raise_if_any()
    return found


def plan_changes(before: TrainingPlan, after: TrainingPlan) -> list[PlanChange]:
    """What differs between two plans, setting by setting, in the order of the plan's fields."""
    old, new = (plan.model_dump(mode="json") | {"limits": list(plan.limits)} for plan in (before, after))
    old |= {f"settings.{k}": v for k, v in old.pop("settings").items()}
    new |= {f"settings.{k}": v for k, v in new.pop("settings").items()}
    names = [*old, *(name for name in new if name not in old)]
    return [
        PlanChange(field=name, before=_shown(old.get(name)), after=_shown(new.get(name)))
        for name in names
        if old.get(name) != new.get(name)
    ]


def _shown(value: Any) -> str:
    if value is None:
        return "default"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)


def _check_answers(profile: DatasetProfile, label: str, faults: Faults) -> None:
    column = profile.column(label)
    if column is None:
        return
    filled = profile.rows - column.missing
    if filled == 0:
        faults.add("EMPTY_DATASET", f"The column '{label}' is empty, so there is nothing to learn from.")
    elif column.unique < 2:
        faults.add(
            "ONE_CLASS", f"Every row has the same answer in '{label}'; a model needs at least two to tell apart."
        )
    elif column.unique == filled:
        faults.add("RARE_CLASS_SPLIT", f"Every row has its own answer in '{label}', so no pattern can be learned.")


def _candidates(recipe: str, task: TaskKind | None, faults: Faults) -> list[Recipe]:
    """The recipes that may be used: the one that is named, or for ``auto`` all that know the task."""
    recipes = load_recipes()
    if recipe == AUTO:
        return [r for r in recipes.values() if task is None or task in r.tasks]
    found = recipes.get(recipe)
    if found is None:
        faults.add("RECIPE_UNKNOWN", f"There is no recipe '{recipe}'; there are: {', '.join([AUTO, *recipes])}.")
        return []
    if task is not None and task not in found.tasks:
        can = ", ".join(found.tasks)
        faults.add("TASK_UNSUPPORTED", f"The recipe {recipe} cannot learn the task {task}; it can: {can}.")
    return [found]


def _body(
    wishes: PlanWishes, plan: TrainingPlan | None, settings: Settings, candidates: list[Recipe], faults: Faults
) -> dict[str, Any]:
    body: dict[str, Any] = plan.model_dump() if plan else {"budget_seconds": settings.default_budget_seconds}
    elsewhere = {"task", "text", "label", "label_columns", "label_separator", "recipe", "settings", *DIVIDED_BY}
    asked = wishes.model_dump(exclude_none=True, exclude=elsewhere)
    body |= asked
    kept = dict(plan.settings) if plan else {}
    if plan and wishes.recipe and wishes.recipe != plan.recipe:
        # Settings belong to a recipe; those that the new one does not know go with the old one.
        known = {name for recipe in candidates for name in recipe.settings}
        kept = {name: value for name, value in kept.items() if name in known}
    body["settings"] = kept | _checked(wishes.settings or {}, candidates, faults)
    return body


def _checked(asked: Mapping[str, SettingValue], candidates: list[Recipe], faults: Faults) -> dict[str, SettingValue]:
    """The asked values in their proper types; for ``auto`` a setting must suit every recipe that knows it."""
    found: dict[str, SettingValue] = {}
    names = sorted({name for recipe in candidates for name in recipe.settings})
    for name, given in asked.items():
        knobs = [recipe.settings[name] for recipe in candidates if name in recipe.settings]
        if not knobs:
            if candidates:
                faults.add("SETTING_INVALID", f"There is no setting '{name}'; there are: {', '.join(names)}.")
            continue
        value = typed_value(given, knobs[0])
        wrong = next((fault for knob in knobs if (fault := knob.fault(value))), None)
        if wrong:
            faults.add("SETTING_INVALID", f"{name} {wrong}.")
        else:
            found[name] = int(value) if knobs[0].type == "int" else value
    return found


def typed_value(given: SettingValue, knob: Knob) -> SettingValue:
    """A text such as ``"2e-5"`` or ``"yes"`` as the type of the knob; what does not fit stays as it is."""
    if not isinstance(given, str) or knob.type == "choice":
        return given
    if knob.type == "bool":
        return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
            given.strip().lower(), given
        )
    try:
        value = float(given)
    except ValueError:
        return given
    if not math.isfinite(value):
        return given
    return int(value) if knob.type == "int" and value.is_integer() else value

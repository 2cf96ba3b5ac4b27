"""From a profile and wishes to a training plan. Pure: no file, no database, no model is touched.

Used by ``mtw train`` and by the chat's ``propose_plan`` and ``revise_plan``.
"""

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from workspace.dataset import ColumnProfile, ColumnRole, Dataset, DatasetProfile, TaskKind
from workspace.errors import InputError
from workspace.metrics import TASK_METRICS
from workspace.plan import PlanChange, SettingValue, TrainingPlan
from workspace.recipe import Knob, Recipe, load_recipes
from workspace.settings import Settings

AUTO = "auto"


class PlanWishes(BaseModel):
    """What somebody asked for. None means: decide from the data, or keep what the plan says."""

    model_config = ConfigDict(extra="forbid")

    task: TaskKind | None = None
    text: list[str] | None = None
    label: str | None = None
    label_columns: list[str] | None = None
    label_separator: str | None = None
    test_dataset_id: str | None = None
    recipe: str | None = None
    base: str | None = None
    budget_seconds: int | None = None
    metric: str | None = None
    test_fraction: float | None = None
    valid_fraction: float | None = None
    seed: int | None = None
    settings: dict[str, SettingValue] | None = None


@dataclass
class _Faults:
    """Collects everything that is wrong, so that it can be told at once."""

    found: list[tuple[str, str]] = field(default_factory=list)

    def add(self, code: str, message: str) -> None:
        self.found.append((code, message))

    def raise_if_any(self) -> None:
        if not self.found:
            return
        codes = {code for code, _ in self.found}
        code = codes.pop() if len(codes) == 1 else "PLAN_INVALID"
        message = " ".join(message for _, message in self.found)
        raise InputError(code, message, "Change the plan and try again.")


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
    faults = _Faults()
    profile = dataset.profile
    several = TaskKind.MULTILABEL if wishes.label_columns else None
    task = wishes.task or several or (plan.task if plan else None) or profile.task.kind
    if task is None:
        faults.add("TASK_UNKNOWN", "It is not clear what a model should learn from this file; name the task.")
    form = _label_form(profile, task, wishes, plan, faults)
    text, label = _columns(profile, wishes, plan, form.columns, faults)
    if task is TaskKind.CLASSIFICATION and label:
        _check_answers(profile, label, faults)
    recipe = wishes.recipe or (plan.recipe if plan else AUTO)
    candidates = _candidates(recipe, task, faults)
    metrics = TASK_METRICS[task or TaskKind.CLASSIFICATION].choosing
    if wishes.metric is not None and wishes.metric not in metrics:
        faults.add("SETTING_INVALID", f"metric must be one of {', '.join(metrics)}.")
    body = _body(wishes, plan, settings, candidates, faults)
    if body.get("metric") not in metrics:
        body["metric"] = metrics[0]
    body |= {
        "dataset_id": dataset.id,
        "task": task or TaskKind.CLASSIFICATION,
        "text": tuple(text) or ("?",),
        "label": label or "?",
        "label_columns": form.columns,
        "label_separator": form.separator,
        "recipe": recipe,
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
    faults = _Faults()
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
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
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
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@dataclass(frozen=True)
class _LabelForm:
    """How several labels a text are written: in a yes-or-no column each, or in one cell with a separator."""

    columns: tuple[str, ...] = ()
    separator: str | None = None


def _label_form(
    profile: DatasetProfile, task: TaskKind | None, wishes: PlanWishes, plan: TrainingPlan | None, faults: _Faults
) -> _LabelForm:
    """What was asked for, else what the plan said, else what was found in the file."""
    if task is not TaskKind.MULTILABEL:
        return _LabelForm()
    names = [c.name for c in profile.columns]
    if wishes.label_columns:
        return _LabelForm(tuple(found for n in wishes.label_columns if (found := _known(n, names, faults))))
    if wishes.label is None and plan and plan.task is task:
        return _LabelForm(plan.label_columns, wishes.label_separator or plan.label_separator)
    guess = profile.task
    asked = wishes.label and wishes.label.strip().casefold()
    if asked in (None, (guess.label or "").strip().casefold()):
        columns = () if asked else tuple(guess.label_columns)
        return _LabelForm(columns, wishes.label_separator or guess.label_separator)
    return _LabelForm(separator=wishes.label_separator)


def _columns(
    profile: DatasetProfile,
    wishes: PlanWishes,
    plan: TrainingPlan | None,
    label_columns: tuple[str, ...],
    faults: _Faults,
) -> tuple[list[str], str | None]:
    """The text columns and the label column, by the names they have in the file.

    With one column for each label, the label is all their names: what is learned, for people to read.
    """
    names = [c.name for c in profile.columns]
    if label_columns:
        label: str | None = ", ".join(label_columns)
    elif wishes.label:
        label = _known(wishes.label, names, faults)
    else:
        label = plan.label if plan and not plan.label_columns else profile.task.label
    answers = label_columns or (label,)
    if wishes.text:
        text = [found for name in wishes.text if (found := _known(name, names, faults))]
    else:
        text = list(plan.text) if plan else [name for name in profile.task.text if name not in answers]
    if not text and not wishes.text:
        longest = sorted((c for c in profile.columns if _readable(c, answers)), key=lambda c: -c.mean_length)
        text = [c.name for c in longest[:1]]
    if not text and not wishes.text:
        faults.add("MISSING_COLUMN", f"No column holds text to read; name one of: {_listed(names)}.")
    if label is None and not wishes.label:
        label = _guess_label(profile, text)
    if label is None and not wishes.label:
        faults.add("MISSING_COLUMN", f"No column holds the answers to learn; name one of: {_listed(names)}.")
    for both in text:
        if both in answers:
            faults.add("PLAN_INVALID", f"The column '{both}' cannot be both the text and the answer.")
    return text, label


def _readable(column: ColumnProfile, answers: Iterable[str | None]) -> bool:
    return column.name not in answers and (column.role is ColumnRole.TEXT or column.type == "text")


def _guess_label(profile: DatasetProfile, text: list[str]) -> str | None:
    labels = [c for c in profile.columns if c.role in (ColumnRole.LABEL, ColumnRole.LABELS) and c.name not in text]
    return labels[0].name if labels else None


def _known(name: str, names: list[str], faults: _Faults) -> str | None:
    """The column meant by ``name``: that very name, or the only one equal but for case and outer spaces."""
    if name in names:
        return name
    alike = [n for n in names if n.strip().casefold() == name.strip().casefold()]
    if len(alike) == 1:
        return alike[0]
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"Did you mean '{near[0]}'?" if near else f"There are: {_listed(names)}."
    faults.add("MISSING_COLUMN", f"There is no column '{name}'. {hint}")
    return None


def _listed(names: list[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def _check_answers(profile: DatasetProfile, label: str, faults: _Faults) -> None:
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


def _candidates(recipe: str, task: TaskKind | None, faults: _Faults) -> list[Recipe]:
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
    wishes: PlanWishes, plan: TrainingPlan | None, settings: Settings, candidates: list[Recipe], faults: _Faults
) -> dict[str, Any]:
    body: dict[str, Any] = plan.model_dump() if plan else {"budget_seconds": settings.default_budget_seconds}
    asked = wishes.model_dump(
        exclude_none=True, exclude={"task", "text", "label", "label_columns", "label_separator", "recipe", "settings"}
    )
    body |= asked
    kept = dict(plan.settings) if plan else {}
    if plan and wishes.recipe and wishes.recipe != plan.recipe:
        # Settings belong to a recipe; those that the new one does not know go with the old one.
        known = {name for recipe in candidates for name in recipe.settings}
        kept = {name: value for name, value in kept.items() if name in known}
    body["settings"] = kept | _checked(wishes.settings or {}, candidates, faults)
    return body


def _checked(asked: Mapping[str, SettingValue], candidates: list[Recipe], faults: _Faults) -> dict[str, SettingValue]:
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

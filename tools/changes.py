"""From changes as somebody names them (``lr``, ``budget``) to wishes for a plan, with all faults at once."""

import difflib
from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue, ValidationError

from tools.base_models import choose_base
from tools.finding import find_column
from tools.quoting import plain, unquote
from workspace.dataset import DatasetProfile, TaskKind
from workspace.errors import InputError
from workspace.plan import TrainingPlan
from workspace.plan_split import FIELDS as DIVIDED_BY
from workspace.planning import PlanWishes
from workspace.recipe import Recipe, load_recipes
from workspace.settings import Settings

Reason = tuple[str, str, str]

_FIELDS = (
    "task",
    "text",
    "label",
    "recipe",
    "base",
    "budget_seconds",
    "metric",
    "limits",
    "test_fraction",
    "valid_fraction",
    "seed",
    "answer_from",
    *DIVIDED_BY,
)
_ALIASES = {
    "budget": "budget_seconds",
    "time": "budget_seconds",
    "time_limit": "budget_seconds",
    "seconds": "budget_seconds",
    "method": "recipe",
    "model": "base",
    "base_model": "base",
    "confidence": "answer_from",
    "not_sure_below": "answer_from",
    "unsure_below": "answer_from",
    "out_of_scope": "answer_from",
    "split": "split_column",
    "fold": "split_column",
    "group": "group_column",
    "groups": "group_column",
    "date_column": "time_column",
    "text_column": "text",
    "label_column": "label",
    "answer": "label",
    "target": "label",
    "test": "test_fraction",
    "test_size": "test_fraction",
    "validation_fraction": "valid_fraction",
    "random_state": "seed",
    "lr": "learning_rate",
    "num_epochs": "epochs",
    "num_train_epochs": "epochs",
    "epoch": "epochs",
    "bs": "batch_size",
    "batch": "batch_size",
    "c": "C",
    "max_len": "max_tokens",
    "max_length": "max_tokens",
    "wd": "weight_decay",
    "warmup_ratio": "warmup",
    "freeze_embeddings": "freeze_word_embeddings",
    "n_epochs": "epochs",
}


def wishes_from(
    changes: dict[str, JsonValue], plan: TrainingPlan, profile: DatasetProfile, settings: Settings
) -> tuple[PlanWishes, list[Reason]]:
    """The wishes that are understood, and a reason (code, message, what to do) for each one that is not."""
    reasons: list[Reason] = []
    fields: dict[str, Any] = {}
    knobs: dict[str, Any] = {}
    recipes = _recipes(changes, plan)
    names = sorted({name for recipe in recipes for name in recipe.settings})
    nested = changes.get("settings")
    flat = {k: v for k, v in changes.items() if k != "settings"} | (nested if isinstance(nested, dict) else {})
    now = plan.model_dump(mode="json")
    for given, value in flat.items():
        name = _proper(given, names)
        if name in now and value == now[name]:
            continue  # a whole plan that was pasted holds much that is not changed
        if name in _FIELDS:
            fields[name] = _usual(name, settings) if value is None else value
        elif owners := [r for r in (*recipes, *load_recipes().values()) if name in r.settings]:
            usual = [r.settings[name].default for r in owners if r in recipes] or [owners[0].settings[name].default]
            wanted = usual[0] if value is None else value
            if wanted == plan.settings.get(name, usual[0]):
                continue  # it is so already; a form sends everything, also what was left as it was shown
            if name in names:
                knobs[name] = wanted
            else:
                reasons.append(
                    ("SETTING_INVALID", f"{name} is a setting of “{owners[0].title}”, not of this method.", "")
                )
        else:
            reasons.append(_unknown(given, names))
    _columns(fields, profile, reasons)
    _base(fields, settings, reasons)
    return _validated(fields | ({"settings": knobs} if knobs else {}), reasons), reasons


def _validated(body: dict[str, Any], reasons: list[Reason]) -> PlanWishes:
    """The wishes without those of a wrong type, which become reasons."""
    try:
        return PlanWishes.model_validate(body)
    except ValidationError as exc:
        for error in exc.errors():
            where = [str(part) for part in error["loc"]]
            name = where[1] if where[0] == "settings" and len(where) > 1 else where[0]
            kind = next((words for start, words in _KINDS.items() if error["type"].startswith(start)), error["msg"])
            reason = ("SETTING_INVALID", f"{name} {kind}.", "")
            if reason not in reasons:
                reasons.append(reason)
        wrong = {str(error["loc"][0]) for error in exc.errors()}
        return PlanWishes.model_validate({key: value for key, value in body.items() if key not in wrong})


_KINDS = {
    "int": "must be a whole number",
    "float": "must be a number",
    "string": "must be a text",
    "enum": f"must be one of {', '.join(TaskKind)}",
}
"""What is said for pydantic's types of errors, by how they begin."""


def _proper(given: str, knobs: list[str]) -> str:
    """The name as it is in the plan: case, spaces, hyphens and usual short forms do not matter."""
    name = unquote(given).strip().replace("-", "_").replace(" ", "_").removeprefix("settings.")
    if name in knobs or name in _FIELDS:
        return name
    lower = name.lower()
    alias = _ALIASES.get(lower, lower)
    return next((knob for knob in knobs if knob.lower() == alias.lower()), alias)


def _usual(field: str, settings: Settings) -> Any:
    """What a field is where nobody says anything. None for those that follow from the data."""
    if field == "budget_seconds":
        return settings.default_budget_seconds
    if field in DIVIDED_BY:
        return ""
    if field == "answer_from":
        return 0.0
    usual = TrainingPlan.model_fields[field]
    return None if usual.is_required() else usual.default


def _recipes(changes: dict[str, JsonValue], plan: TrainingPlan) -> list[Recipe]:
    """The recipes whose settings can be meant: those of the recipe that is asked for, else of the plan's."""
    wanted = changes.get("recipe", changes.get("method")) or plan.recipe
    known = load_recipes()
    return [known[str(wanted)]] if str(wanted) in known else [r for r in known.values() if plan.task in r.tasks]


def _unknown(given: str, knobs: list[str]) -> Reason:
    everything = [*_FIELDS, *knobs]
    near = difflib.get_close_matches(_proper(given, knobs).lower(), [*everything, *_ALIASES], n=2, cutoff=0.6)
    meant = list(dict.fromkeys(_ALIASES.get(n, n) for n in near if _ALIASES.get(n, n) in everything))
    hint = f"Did you mean {' or '.join(meant)}?" if meant else f"What can be set: {', '.join(everything)}."
    return ("SETTING_INVALID", f"There is no setting “{plain(given, 60)}”. {hint}", "")


def _columns(fields: dict[str, Any], profile: DatasetProfile, reasons: list[Reason]) -> None:
    """Puts the columns' own names in place of those that were written."""
    if isinstance(text := fields.get("text"), str):
        alone = any(c.name == unquote(text) for c in profile.columns) or "," not in text
        fields["text"] = [text] if alone else [part.strip() for part in text.split(",")]
    given = {key: fields.pop(key) for key in ("text", "label", *DIVIDED_BY) if key in fields}
    fields |= columns_meant(given, profile, reasons)


def columns_meant(given: Mapping[str, Any], profile: DatasetProfile, reasons: list[Reason]) -> dict[str, Any]:
    """The columns' own names, as a list for ``text``; those that are not there become reasons.

    An empty name stays for what divides the rows: it means by chance.
    """
    found: dict[str, Any] = {key: "" for key in DIVIDED_BY if given.get(key) == ""}
    for key, wanted in given.items():
        for name in wanted if isinstance(wanted, list) else [wanted] if wanted else []:
            try:
                column = find_column(profile, str(name))
            except InputError as fault:
                reasons.append((fault.code, f"{fault.message} {fault.next_step}", ""))
                continue
            found[key] = [*found.get(key, []), column] if key == "text" else column
    return found


def _base(fields: dict[str, Any], settings: Settings, reasons: list[Reason]) -> None:
    if not fields.get("base"):
        return
    choice = choose_base(str(fields["base"]), settings)
    fields["base"] = choice.name
    if choice.fault:
        fields.pop("base")
        reasons.append(("BASE_NOT_AVAILABLE", choice.fault, ""))

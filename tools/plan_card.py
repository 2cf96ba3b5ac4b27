"""A plan in plain words, and in all its details."""

import math
from dataclasses import dataclass

import yaml

from tools.aims import limit_sentence
from tools.base_models import load_base_models
from tools.cards import BetterView, Cell, ChangeView, PlanCard, RecipeView, SettingView
from tools.estimates import Estimate, recipes_of
from tools.plan_advice import CHANGE_THE_PLAN, Advice
from tools.quoting import plain
from tools.task_words import CHOSEN_BY, answer_fact, what_is_learned
from tools.words import count, duration, duration_range, listed, memory, of_100
from workspace.dataset import Dataset
from workspace.events import FormField
from workspace.metrics import TASK_METRICS
from workspace.plan import MOST_SECONDS, PlanChange, StoredPlan, TrainingPlan, usual_base
from workspace.recipe import Knob, Recipe, load_recipes

_FIELD_LABELS = {
    "recipe": "Method",
    "base": "Base model",
    "budget_seconds": "Time limit in seconds",
    "metric": "The best is chosen by",
    "limits": "Mistakes that are bearable",
    "test_fraction": "Share kept aside as the exam",
    "valid_fraction": "Share used to choose by",
    "seed": "Seed",
    "text": "Text column",
    "label": "Answer column",
    "task": "Task",
    "dataset_id": "Data",
    "test_dataset_id": "Data of the exam",
    "answer_from": "Says “not sure” below this probability",
    "split_column": "Column that names the exam's rows",
    "group_column": "Column whose groups stay together",
    "time_column": "Column by whose time the latest rows are the exam",
}


@dataclass(frozen=True)
class Rows:
    """Rows with an answer, and what happens to them."""

    learn: int
    exam: int
    left_out: int


def rows_of(dataset: Dataset, plan: TrainingPlan) -> Rows:
    """How the rows are divided; about right, as rows of equal text stay together."""
    column = dataset.profile.column(plan.label)
    filled = dataset.rows - (column.missing if column else 0)
    exam = round(filled * plan.test_fraction) if plan.test_dataset_id is None else 0
    return Rows(learn=filled - exam, exam=exam, left_out=dataset.rows - filled)


def plan_card(
    stored: StoredPlan,
    dataset: Dataset,
    groups: int,
    estimate: Estimate,
    warnings: list[str],
    advised: list[Advice],
    changes: list[PlanChange],
) -> PlanCard:
    """Everything about a proposal. ``groups``: different answers in the label column."""
    plan = stored.plan
    return PlanCard(
        plan_id=stored.id,
        hash=plan.hash,
        dataset_id=dataset.id,
        dataset_name=plain(dataset.name),
        sentences=_sentences(plan, dataset, groups, estimate),
        facts=_facts(plan, dataset, groups, estimate),
        recipes=[
            RecipeView(
                name=part.recipe.name,
                title=part.recipe.title,
                summary=" ".join(part.recipe.summary.split()),
                seconds_low=round(part.low, 1),
                seconds_high=round(part.high, 1),
                chosen=part.fits,
            )
            for part in estimate.recipes
        ],
        estimated_seconds_low=round(estimate.low, 1),
        estimated_seconds_high=round(estimate.high, 1),
        memory_mb=estimate.memory_mb,
        warnings=[*warnings, *estimate.memory_notes],
        better=[*(advice.view for advice in advised), *_left_out(plan, estimate)],
        settings=setting_views(plan, [part.recipe for part in estimate.recipes]),
        changes=[change_view(c) for c in changes],
        yaml=_yaml(plan),
    )


def _yaml(plan: TrainingPlan) -> str:
    """As people write it; escaped where a name holds characters that would hide or turn round other text."""
    body = plan.model_dump(mode="json")
    text = yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=120)
    words = [" ".join(line.split()) for line in text.splitlines()]
    readable = all(plain(line, len(line) + 1) == line for line in words)
    return text if readable else yaml.safe_dump(body, sort_keys=False, width=120)


def plan_title(card: PlanCard) -> str:
    """How long it will take and what is done."""
    time = duration_range(card.estimated_seconds_low, card.estimated_seconds_high)
    if card.changes:
        changed = count(len(card.changes), "change")
        return f"Plan with {changed}: about {time}"
    tried = [r.title for r in card.recipes if r.chosen]
    how = f"{len(tried)} methods, the best one is kept" if len(tried) > 1 else f"“{tried[0]}”"
    return f"About {time}: {how}"


def change_view(change: PlanChange) -> ChangeView:
    """A difference with the name that people see."""
    name = change.field.removeprefix("settings.")
    return ChangeView(
        field=change.field,
        label=_FIELD_LABELS.get(name, name.replace("_", " ")),
        before=plain(change.before),
        after=plain(change.after),
    )


def spoken_change(change: PlanChange) -> ChangeView:
    """A difference as one would say it: spans of time and shares in words, methods by their titles."""
    view = change_view(change)
    if change.field == "budget_seconds":
        return view.model_copy(
            update={"label": "Time limit", "before": _exact_span(change.before), "after": _exact_span(change.after)}
        )
    if change.field in ("test_fraction", "valid_fraction"):
        shares = {"before": of_100(float(change.before)), "after": of_100(float(change.after))}
        return view.model_copy(update=shares)
    if change.field == "recipe":
        titles = {name: recipe.title for name, recipe in load_recipes().items()} | {"auto": "the best of several"}
        named = {
            "before": titles.get(change.before, view.before),
            "after": titles.get(change.after, view.after),
        }
        return view.model_copy(update=named)
    return view


def _exact_span(seconds: str) -> str:
    """Exactly, so that no change reads as none: ``90 seconds``, ``2 minutes``, ``1 hour``."""
    number = int(seconds)
    for unit, size in (("hour", 3600), ("minute", 60)):
        if number >= size and number % size == 0:
            return count(number // size, unit)
    return count(number, "second")


def setting_views(plan: TrainingPlan, recipes: list[Recipe]) -> list[SettingView]:
    """What can be changed about this plan: its own fields first, then what each recipe can be told."""
    metrics = TASK_METRICS[plan.task].choosing
    methods = ["auto", *(r.name for r in load_recipes().values() if plan.task in r.tasks)]
    views = [
        _choice("recipe", plan.recipe, "auto", methods, "Which way to train. auto tries them in order of cost."),
        _number("budget_seconds", plan.budget_seconds, 120, 5, 604_800, "How long the training may take at most."),
        _choice("metric", plan.metric, metrics[0], list(metrics), "What the best method is chosen by."),
        _number("test_fraction", plan.test_fraction, 0.2, 0.05, 0.5, "Rows that only judge the model at the end."),
        _number("valid_fraction", plan.valid_fraction, 0.15, 0.05, 0.5, "Of the other rows: those to choose by."),
        _number("seed", plan.seed, 42, 0, None, "Fixes what is left to chance, such as which rows are kept aside."),
    ]
    if any(recipe.uses_base for recipe in recipes):
        known = [entry.name for entry in load_base_models()]
        base = _choice(
            "base", plan.base, usual_base(plan.task), known, "The ready language model that learning starts from."
        )
        views.insert(1, base.model_copy(update={"range": f"{len(known)} known ones, or any name on the hub"}))
    for recipe in recipes:
        for name, knob in recipe.settings.items():
            views.append(_knob(name, knob, plan, recipe))
    return views


def change_fields(plan: TrainingPlan) -> list[FormField]:
    """The fields of a form that changes it. A setting that several methods share is one: it holds for all of them."""
    views = setting_views(plan, recipes_of(plan))
    return list({view.name: view.field for view in reversed(views)}.values())[::-1]


def _sentences(plan: TrainingPlan, dataset: Dataset, groups: int, estimate: Estimate) -> list[str]:
    rows = rows_of(dataset, plan)
    text = listed([f"“{plain(name, 60)}”" for name in plan.text])
    learned = what_is_learned(plan.task, groups, answer_name(plan), text)
    tried = [part.recipe for part in estimate.recipes if part.fits]
    first = _exam_sentence(plan, rows)
    if plan.split_column:
        second = f"It learns from the other rows {learned}."
    elif plan.test_dataset_id is None:
        second = f"It learns from the other {rows.learn:,} {learned}."
    else:
        second = f"It learns from {count(rows.learn, 'row')} {learned}."
    if len(tried) > 1:
        names = listed([f"“{recipe.title}”" for recipe in tried], 4)
        third = f"I try {len(tried)} methods, the quickest first, and keep the best: {names}."
    else:
        third = f"I use one method, “{tried[0].title}”. {' '.join(tried[0].summary.split())}"
    if plan.limits:
        wanted = listed([limit_sentence(limit) for limit in plan.limits], 4)
        third += f" You want {wanted}: I set from which probability on a label is said to keep that."
    if plan.answer_from:
        third += f" Where it is less than {plan.answer_from:.0%} sure of an answer, it will say “not sure”."
    time = duration_range(estimate.low, estimate.high)
    last = f"That takes about {time} and {memory(estimate.memory_mb)} of memory. You can stop it at any time."
    return [first, second, third, last]


def _exam_sentence(plan: TrainingPlan, rows: Rows) -> str:
    """Which rows judge, and why just these."""
    if plan.test_dataset_id is not None:
        return "The exam is the second file that you gave: the model sees it only at the very end."
    if plan.split_column:
        return (
            f"The column “{plain(plan.split_column, 60)}” says which rows are the exam, and I keep to it. To have them "
            "drawn by chance, say “draw the test rows at random”."
        )
    if plan.group_column:
        return (
            f"I keep about {count(rows.exam, 'row')} aside as the exam. Rows with the same "
            f"“{plain(plan.group_column, 60)}” stay together, so the exam has only ones that the model has never seen."
        )
    if plan.time_column:
        return (
            f"I keep the latest {rows.exam:,} rows by “{plain(plan.time_column, 60)}” aside as the exam: the model "
            "learns from older ones, as it will have to in use."
        )
    return f"I keep {count(rows.exam, 'row')} aside as the exam: the model sees them only at the very end."


def _exam_fact(plan: TrainingPlan, rows: Rows) -> str:
    if plan.test_dataset_id is not None:
        return "the second file"
    if plan.split_column:
        return f"those that “{plain(plan.split_column, 60)}” names"
    if plan.group_column:
        return f"about {rows.exam:,}, whole groups of “{plain(plan.group_column, 60)}”"
    return f"the latest {rows.exam:,} by “{plain(plan.time_column, 60)}”" if plan.time_column else f"{rows.exam:,}"


def answer_name(plan: TrainingPlan) -> str:
    """The column or columns with the answers."""
    return listed([plain(name, 60) for name in plan.label_columns or (plan.label,)])


def _facts(plan: TrainingPlan, dataset: Dataset, groups: int, estimate: Estimate) -> list[tuple[str, str]]:
    rows = rows_of(dataset, plan)
    facts = [
        ("Data", f"{plain(dataset.name)}, {count(dataset.rows, 'row')}"),
        ("Text to read", listed([plain(name, 60) for name in plan.text])),
        ("Answer to learn", answer_fact(plan.task, groups, answer_name(plan))),
        ("Rows to learn from", "the others" if plan.split_column else f"{rows.learn:,}"),
        ("Rows kept aside as the exam", _exam_fact(plan, rows)),
        ("Methods", listed([part.recipe.title for part in estimate.recipes if part.fits], 5)),
        ("Best one chosen by", CHOSEN_BY[plan.metric]),
        ("Time", f"about {duration_range(estimate.low, estimate.high)}, at most {duration(plan.budget_seconds)}"),
        ("Memory", f"about {memory(estimate.memory_mb)}"),
    ]
    if plan.limits:
        facts.insert(7, ("Mistakes that are bearable", listed([limit_sentence(limit) for limit in plan.limits], 4)))
    if rows.left_out:
        facts.insert(4, ("Rows left out, as they have no answer", f"{rows.left_out:,}"))
    if any(part.recipe.uses_base and part.fits for part in estimate.recipes):
        facts.insert(-3, ("Base model", plan.base))
    return facts


def _left_out(plan: TrainingPlan, estimate: Estimate) -> list[BetterView]:
    """What the time is too short for, the shortest first, each with the time for it and for all before it."""
    found, needed = [], 1.2 * estimate.high
    for part in sorted((part for part in estimate.recipes if not part.fits), key=lambda part: part.high):
        needed += 1.2 * part.high
        seconds = 60 * math.ceil(needed / 60)
        if seconds <= MOST_SECONDS:
            sentence = (
                f"“{part.recipe.title}” would take about {duration_range(part.low, part.high)} more and does not fit "
                f"into {duration(plan.budget_seconds)}; with a larger time limit it is tried too."
            )
            label = f"Try it too, in up to {duration(seconds)}"
            found.append(BetterView(sentence=sentence, label=label, said=f"{CHANGE_THE_PLAN} budget_seconds={seconds}"))
    return found


def _choice(name: str, value: str, default: str, options: list[str], help_: str) -> SettingView:
    options = options if value in options else [*options, value]
    return SettingView(
        name=name,
        label=_FIELD_LABELS[name],
        value=value,
        default=default,
        help=help_,
        range=f"one of {', '.join(options)}",
        field=FormField(name=name, label=_FIELD_LABELS[name], kind="choice", help=help_, value=value, options=options),
    )


def _number(name: str, value: float, default: float, low: float | None, high: float | None, help_: str) -> SettingView:
    field = FormField(
        name=name, label=_FIELD_LABELS[name], kind="number", help=help_, value=value, minimum=low, maximum=high
    )
    return SettingView(
        name=name,
        label=_FIELD_LABELS[name],
        value=value,
        default=default,
        help=help_,
        range=_span(low, high),
        field=field,
    )


def _knob(name: str, knob: Knob, plan: TrainingPlan, recipe: Recipe) -> SettingView:
    value: Cell = plan.settings.get(name, knob.default)
    kinds = {"int": "number", "float": "number", "bool": "boolean", "choice": "choice"}
    label = name.replace("_", " ")
    field = FormField.model_validate(
        {
            "name": name,
            "label": label,
            "kind": kinds[knob.type],
            "help": knob.help,
            "value": value,
            "options": knob.choices,
            "minimum": knob.minimum,
            "maximum": knob.maximum,
        }
    )
    allowed = f"one of {', '.join(knob.choices)}" if knob.choices else _span(knob.minimum, knob.maximum)
    return SettingView(
        name=name,
        label=label,
        value=value,
        default=knob.default,
        help=" ".join(knob.help.split()),
        effect=" ".join(knob.effect.split()),
        range="yes or no" if knob.type == "bool" else allowed,
        group=recipe.name,
        field=field,
    )


def _span(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if low is not None:
        return f"{low:g} or more"
    return f"{high:g} or less" if high is not None else ""

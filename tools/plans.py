"""Plans: propose one for the data, change it. Nothing starts here; starting asks for the person's yes."""

from typing import Annotated

from pydantic import Field, JsonValue

from tools.aims import criteria_of, limit_sentence, limits_among
from tools.asking import CHANGE, button, confirm, form
from tools.base_models import choose_base
from tools.changes import columns_meant, wishes_from
from tools.columns import Choice, Reason, choose, problems_of
from tools.context import ToolContext
from tools.estimates import Estimate, estimate
from tools.finding import find_dataset, find_plan
from tools.inspecting import labels_of
from tools.plan_advice import advice_on
from tools.plan_card import answer_name, change_fields, plan_card, plan_title, rows_of, spoken_change
from tools.quoting import plain, quote, quote_all
from tools.registry import ToolOutput, tool
from workspace.dataset import ColumnProfile, ColumnRole, Dataset, DatasetProfile, TaskGuess, TaskKind
from workspace.errors import InputError, NotFound
from workspace.events import Approval, Option
from workspace.plan import PlanChange, SettingValue, StoredPlan, TrainingPlan
from workspace.planning import PlanWishes, plan_changes, plan_from_profile
from workspace.success import MistakeLimit

START = Option(id="start", label="Start", style="primary")
AIMS = button("Say which mistakes are worse", "set_success_criteria")
_SOUND = DatasetProfile(
    format="csv",
    rows=100,
    columns=[
        ColumnProfile(name="text", type="text", role=ColumnRole.TEXT, missing=0, unique=100),
        ColumnProfile(name="label", type="text", role=ColumnRole.LABEL, missing=0, unique=2),
    ],
    task=TaskGuess(kind=TaskKind.CLASSIFICATION, text=["text"], label="label", confidence=1, why=""),
)
"""Data that nothing is wrong with, to check settings against where the person's own cannot be used."""


@tool()
def propose_plan(
    context: ToolContext,
    dataset_id: Annotated[
        str | None, Field(description="id or name of the data; leave out for the newest of this conversation")
    ] = None,
    task: Annotated[TaskKind | None, Field(description="leave out to take what the data is for")] = None,
    text: Annotated[list[str] | str | None, Field(description="column(s) to read; leave out for the guess")] = None,
    label: Annotated[str | None, Field(description="column to learn; leave out for the guess")] = None,
    recipe: Annotated[
        str | None, Field(description="'auto' (the usual one: tries several and keeps the best) or a recipe's name")
    ] = None,
    base: Annotated[str | None, Field(description="base model; leave out for the usual one")] = None,
    budget_seconds: Annotated[int | None, Field(description="how long the training may take, in seconds")] = None,
    metric: Annotated[
        str | None, Field(description="the score that decides, such as macro_f1; leave out for the usual one")
    ] = None,
    test_fraction: Annotated[float | None, Field(description="share of the rows kept as the exam")] = None,
    valid_fraction: Annotated[float | None, Field(description="share of the rows that choices are made by")] = None,
    seed: Annotated[int | None, Field(description="for repeatable results")] = None,
    split_column: Annotated[
        str | None,
        Field(
            description="says of each row train, valid or test; '' to draw rows by chance though there is such a column"
        ),
    ] = None,
    group_column: Annotated[
        str | None, Field(description="rows with the same value (one customer, one document) stay on one side")
    ] = None,
    time_column: Annotated[str | None, Field(description="dates or times: the latest rows are the exam")] = None,
    settings: Annotated[
        dict[str, SettingValue] | None, Field(description="changes to a recipe's own settings, such as learning_rate")
    ] = None,
) -> ToolOutput:
    """Makes a training plan for the data and shows it with the buttons Start and Change.

    Use it when the data is clear. Leave out whatever the person has not said: good values are chosen. It starts
    nothing; the person's press on Start does.
    """
    dataset = find_dataset(context, dataset_id)
    choice = choose(context, dataset, text, label, task)
    labels = labels_of(context, dataset, choice.label, choice.task)
    reasons = _blocking(dataset, choice, len(labels))
    chosen_base = choose_base(base, context.workspace.settings) if base else None
    if chosen_base and chosen_base.fault:
        reasons.append(("BASE_NOT_AVAILABLE", chosen_base.fault, ""))
    ways = {"split_column": split_column, "group_column": group_column, "time_column": time_column}
    divided = columns_meant(ways, dataset.profile, reasons)
    wishes = PlanWishes(
        task=choice.task,
        text=choice.text or None,
        label=choice.label,
        recipe=recipe,
        base=chosen_base.name if chosen_base else None,
        budget_seconds=budget_seconds,
        metric=metric,
        test_fraction=test_fraction,
        valid_fraction=valid_fraction,
        seed=seed,
        settings=settings,
        **divided,
        limits=limits_among(criteria_of(context), labels),
    )
    plan = _checked(context, dataset, wishes, None, reasons)
    return _proposed(context, dataset, plan, len(labels), parent=None, changes=[])


@tool()
def revise_plan(
    context: ToolContext,
    changes: Annotated[
        dict[str, JsonValue] | None,
        Field(
            description="what should be different, by name: recipe, base, budget_seconds, metric, test_fraction, seed, "
            "split_column, group_column or time_column (how the exam is put aside; null: by chance), "
            "text, label, task, or a recipe's own setting such as learning_rate or epochs; null sets a setting back. "
            "Leave out to show a form."
        ),
    ] = None,
    plan_id: Annotated[str | None, Field(description="leave out for the last plan of this conversation")] = None,
) -> ToolOutput:
    """Changes a plan: makes a new one with the changes, and shows what is different.

    Use it when the person wants the proposed plan otherwise: longer or shorter, another method, another base model,
    other settings. Several changes go into one call. Unknown names and values out of range are told all at once.
    """
    before = find_plan(context, plan_id)
    dataset = _dataset_of(context, before.plan)
    if not changes:
        return _change_form(before, dataset)
    wishes, reasons = wishes_from(changes, before.plan, dataset.profile, context.workspace.settings)
    plan = _checked(context, dataset, wishes, before.plan, reasons)
    differences = plan_changes(before.plan, plan)
    groups = len(labels_of(context, dataset, plan.label, plan.task))
    if {d.field for d in differences} & {"text", "label", "task"}:
        chosen = Choice(list(plan.text), plan.label, plan.task, corrected=True, label_columns=plan.label_columns)
        if blocking := _blocking(dataset, chosen, groups):
            raise _refusal(blocking)
    output = _proposed(context, dataset, plan, groups, parent=before if differences else None, changes=differences)
    if not differences:
        output.data["note"] = "Nothing is different from the plan before."
    return output


def with_limits(context: ToolContext, before: StoredPlan, limits: tuple[MistakeLimit, ...]) -> ToolOutput:
    """The plan with these limits on mistakes, shown with Start; the same one where it has them already."""
    dataset = _dataset_of(context, before.plan)
    plan = _checked(context, dataset, PlanWishes(limits=limits), before.plan, [])
    differences = plan_changes(before.plan, plan)
    groups = len(labels_of(context, dataset, plan.label, plan.task))
    return _proposed(context, dataset, plan, groups, parent=before if differences else None, changes=differences)


def _checked(
    context: ToolContext,
    dataset: Dataset,
    wishes: PlanWishes,
    before: TrainingPlan | None,
    reasons: list[Reason],
) -> TrainingPlan:
    """The plan, or one error with every reason why there is none."""
    if reasons and before is None:
        # Where the data is the reason, that has been said in simpler words already: only settings are checked.
        columns = {"text": ["text"], "label": "label", "task": TaskKind.CLASSIFICATION}
        others = [c for c in dataset.profile.columns if c.name not in ("text", "label")]
        sound = _SOUND.model_copy(update={"columns": [*_SOUND.columns, *others]})
        dataset, wishes = dataset.model_copy(update={"profile": sound}), wishes.model_copy(update=columns)
    try:
        plan = plan_from_profile(dataset, context.workspace.settings, wishes, before)
    except InputError as exc:
        fault = (exc.code, plain(exc.message, 1000), "" if reasons else exc.next_step)
        raise _refusal([*reasons, fault]) from exc
    if reasons:
        raise _refusal(reasons)
    return plan


def _blocking(dataset: Dataset, choice: Choice, labels: int) -> list[Reason]:
    return [(p.code, p.message, "") for p in problems_of(dataset, choice, labels) if p.severity == "blocking"]


def _refusal(reasons: list[Reason]) -> InputError:
    """One error with every reason; the common code where all have the same."""
    codes = {code for code, _, _ in reasons}
    message = " ".join(message for _, message, _ in reasons)
    next_step = " ".join(dict.fromkeys(step for _, _, step in reasons if step))
    return InputError(
        codes.pop() if len(codes) == 1 else "PLAN_INVALID",
        message,
        next_step or "Then ask for the plan again.",
    )


def _proposed(
    context: ToolContext,
    dataset: Dataset,
    plan: TrainingPlan,
    groups: int,
    parent: StoredPlan | None,
    changes: list[PlanChange],
) -> ToolOutput:
    """Keeps the plan, once: the same proposal made twice is the same proposal as long as it was not started."""
    own = context.workspace.plans
    last = own.latest(context.conversation_id) if context.conversation_id else None
    stored = last if last and last.plan.hash == plan.hash and not context.workspace.runs.of_plan(last.id) else None
    stored = stored or own.add(plan, context.conversation_id, parent.id if parent else None)
    return _shown(context, stored, dataset, groups, changes)


def _shown(
    context: ToolContext, stored: StoredPlan, dataset: Dataset, groups: int, changes: list[PlanChange]
) -> ToolOutput:
    plan = stored.plan
    mean_chars = sum(c.mean_length for name in plan.text if (c := dataset.profile.column(name)))
    expected = estimate(plan, dataset.rows, mean_chars, groups, context.workspace.settings.models_dir)
    uses_base = any(part.recipe.uses_base and part.fits for part in expected.recipes)
    warning = choose_base(plan.base, context.workspace.settings).warning if uses_base else ""
    labels = dataset.profile.labels if plan.label == dataset.profile.task.label else {}
    advised = advice_on(plan, rows_of(dataset, plan).learn, mean_chars, labels)
    card = plan_card(stored, dataset, groups, expected, [warning] if warning else [], advised, changes)
    approval = Approval(tool="launch_training", args={"plan_id": stored.id}, fingerprint=plan.hash, accept=START.id)
    return ToolOutput(
        data=_facts_for_model(
            stored, dataset, groups, expected, [*card.warnings, *(better.sentence for better in card.better)], changes
        ),
        cards=[card.card(plan_title(card))],
        ask=confirm("Shall I start?", approval, START, CHANGE, *([] if plan.limits else [AIMS])),
        stage="plan",
    )


def _facts_for_model(
    stored: StoredPlan,
    dataset: Dataset,
    groups: int,
    expected: Estimate,
    warnings: list[str],
    changes: list[PlanChange],
) -> dict[str, JsonValue]:
    plan, rows = stored.plan, rows_of(dataset, stored.plan)
    views = [spoken_change(c) for c in changes]
    return {
        "plan_id": stored.id,
        "hash": plan.hash,
        "dataset_id": dataset.id,
        "task": plan.task.value,
        "text": quote_all(list(plan.text), 80),
        "label": quote(answer_name(plan), 80),
        "groups": groups,
        "rows_to_learn_from": rows.learn,
        "rows_kept_aside": rows.exam,
        "recipe": plan.recipe,
        "methods": [part.recipe.title for part in expected.recipes if part.fits],
        "base": quote(plan.base, 80),
        "budget_seconds": plan.budget_seconds,
        "seconds": [round(expected.low), round(expected.high)],
        "memory_mb": expected.memory_mb,
        "settings": dict(plan.settings),
        "limits": [quote(limit_sentence(limit), 200) for limit in plan.limits],
        "warnings": [quote(w, 300) for w in warnings],
        "changes": [{"field": v.label, "before": quote(v.before, 80), "after": quote(v.after, 80)} for v in views],
        "waits_for": "the person's press on Start",
    }


def _change_form(before: StoredPlan, dataset: Dataset) -> ToolOutput:
    fields = change_fields(before.plan)
    again = Option(id=f"revise_plan?plan_id={before.id}", label="Change the plan", style="primary")
    data: dict[str, JsonValue] = {
        "plan_id": before.id,
        "dataset_id": dataset.id,
        "can_be_changed": {f.name: f.value for f in fields},
    }
    return ToolOutput(data=data, ask=form("What should be different?", fields, again), stage="plan")


def _dataset_of(context: ToolContext, plan: TrainingPlan) -> Dataset:
    try:
        return context.workspace.datasets.get(plan.dataset_id)
    except NotFound as exc:
        raise dataset_gone() from exc


def dataset_gone() -> NotFound:
    """The data of a plan was deleted."""
    return NotFound(
        "DATASET_GONE", "The data of this plan has been deleted.", "Upload it again and ask for a new plan."
    )

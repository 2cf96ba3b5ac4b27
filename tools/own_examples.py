"""A concept of the glossary in the person's own data, plan or last result: one sentence, where there is anything."""

from collections.abc import Callable

from tools.context import ToolContext
from tools.finding import find_dataset, find_model, find_plan
from tools.quoting import plain
from tools.result_cards import confused_pairs
from tools.words import count, duration, listed, of_100
from workspace.errors import NotFound
from workspace.model import ClassScore, TrainedModel

_METRICS = {
    "accuracy": "accuracy",
    "precision": "precision",
    "recall": "recall",
    "f1": "macro_f1",
    "macro-average": "macro_f1",
    "perplexity": "perplexity",
    "loss": "loss",
    "calibration": "ece",
}


def own_example(context: ToolContext, name: str) -> str:
    """``name`` is the concept's; empty where the person has nothing that shows it."""
    makers: tuple[Callable[[ToolContext, str], str], ...] = (_of_result, _of_plan, _of_data)
    for make in makers:
        try:
            if found := make(context, name):
                return found
        except NotFound:
            continue
    return ""


def _of_result(context: ToolContext, name: str) -> str:
    if context.conversation_id is None:
        return ""
    model = find_model(context, None)
    evaluation = model.outcome.evaluation
    if (metric := _METRICS.get(name)) in evaluation.metrics:
        value = evaluation.metrics[str(metric)]
        return f"Your last model: {value:.2f}, measured on {evaluation.rows:,} unseen rows."
    if name == "confidence-interval" and (span := evaluation.intervals.get("accuracy")):
        low, high = (of_100(v).removesuffix(" of 100") for v in span)
        return f"Your last model gets between {low} and {high} of 100 right."
    if name == "baseline" and "accuracy" in evaluation.baseline:
        return f"In your exam, always guessing the largest group would get {of_100(evaluation.baseline['accuracy'])}."
    if name == "confusion-matrix" and (pairs := confused_pairs(evaluation)):
        first = pairs[0]
        names = f"“{plain(first.true, 60)}” is taken for “{plain(first.said, 60)}”"
        return f"Yours: {names} {first.times} of {first.of} times."
    if name in ("missed-text", "false-alarm") and evaluation.per_class:
        return _mistaken(name, evaluation.per_class)
    return _of_rows(name, model)


def _mistaken(name: str, scores: list[ClassScore]) -> str:
    counted = [score for score in scores if score.support]
    if not counted:
        return ""
    if name == "missed-text":
        worst = min(counted, key=lambda score: score.recall)
        return f"Your last model misses {of_100(1 - worst.recall)} texts with “{plain(worst.label, 60)}”."
    worst = min(counted, key=lambda score: score.precision)
    return f"Of what your last model calls “{plain(worst.label, 60)}”, {of_100(1 - worst.precision)} are false alarms."


def _of_rows(name: str, model: TrainedModel) -> str:
    parts = {"training-rows": "train", "validation-rows": "valid", "test-rows": "test"}
    used = model.outcome.rows.get(parts.get(name, ""))
    return f"Your last model had {count(used, 'such row')}." if used else ""


def _of_plan(context: ToolContext, name: str) -> str:
    plan = find_plan(context, None).plan
    if name == "threshold" and plan.limits:
        return f"Your plan: {listed([plain(str(limit), 120) for limit in plan.limits])}."
    said = {
        "seed": f"Your plan has the seed {plan.seed}.",
        "budget": f"Your plan may take {duration(plan.budget_seconds)} at most.",
        "base-model": f"Your plan starts from {plan.base}.",
        "split": f"Your plan keeps {of_100(plan.test_fraction)} rows aside as the exam.",
    }
    setting = plan.settings.get(name.replace("-", "_"))
    return said.get(name) or (f"Your plan sets it to {setting}." if setting is not None else "")


def _of_data(context: ToolContext, name: str) -> str:
    dataset = find_dataset(context, None)
    labels = dataset.profile.labels
    if name == "dataset":
        return f"Yours: “{plain(dataset.name, 60)}” with {count(dataset.rows, 'row')}."
    if name in ("label", "classification") and labels:
        return f"In your data: {listed([f'“{plain(label, 40)}”' for label in labels])}."
    if name == "class-imbalance" and len(labels) > 1:
        most, least = max(labels, key=lambda n: labels[n]), min(labels, key=lambda n: labels[n])
        return (
            f"In your data “{plain(most, 40)}” has {count(labels[most], 'row')}, "
            f"“{plain(least, 40)}” only {labels[least]:,}."
        )
    problem = next((p for p in dataset.profile.problems if name.replace("-", "_") in p.code.casefold()), None)
    return f"In your data: {plain(problem.message, 200)}" if problem else ""

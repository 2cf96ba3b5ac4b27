"""What is said about plans and results, task by task."""

import math
from collections.abc import Mapping

from tools.quoting import plain
from tools.words import count, of_100, right_of
from workspace.dataset import TaskKind
from workspace.metrics import METRICS
from workspace.model import Evaluation

CHOSEN_BY = {
    "macro_f1": "F1, every group counting the same",
    "accuracy": "accuracy",
    "micro_f1": "F1, every label that is given counting the same",
    "entity_f1": "F1 of the marked places",
    "token_probability": "how likely it finds the answers wished for",
}


def what_is_learned(task: TaskKind, groups: int, label: str, text: str) -> str:
    """The end of "It learns from 80 rows to …"."""
    match task:
        case TaskKind.CLASSIFICATION:
            return f"to tell the {groups:,} groups in “{label}” apart by {text}"
        case TaskKind.MULTILABEL:
            labels = f"which of the {count(groups, 'label')}" if groups > 1 else "which labels"
            return f"{labels} in “{label}” each {text} gets; a text may get several, or none"
        case TaskKind.NER:
            kinds = f"the {count(groups, 'kind')} of places" if groups else "the places"
            return f"to find {kinds} that are marked in “{label}” in {text}"
        case TaskKind.GENERATION:
            return f"to write what stands in “{label}” when it reads {text}"


def unit_of(task: TaskKind | str | None) -> str:
    """What one of the different answers is called."""
    return {TaskKind.MULTILABEL: "label", TaskKind.NER: "kind"}.get(TaskKind(task), "group") if task else "group"


def answer_fact(task: TaskKind, groups: int, label: str) -> str:
    """The plan's line "Answer to learn"."""
    return f"{label}, {count(groups, unit_of(task))}" if groups else label


def in_short(task: TaskKind, evaluation: Evaluation) -> str:
    """A result in a few words: ``93 of 100 unseen texts right``."""
    metrics = evaluation.metrics
    match task:
        case TaskKind.CLASSIFICATION:
            return right_of(metrics["accuracy"], evaluation.rows)
        case TaskKind.MULTILABEL:
            return _found_and_right(metrics, "micro", "labels", "given")
        case TaskKind.NER:
            return _found_and_right(metrics, "entity", "places", "marked")
        case TaskKind.GENERATION:
            return f"{round(100 * error_less(evaluation))} % less error than before training"


def headline(task: TaskKind, evaluation: Evaluation) -> str:
    """How good it is in one sentence, with what chance may have done to that number."""
    metrics, rows = evaluation.metrics, count(evaluation.rows, "unseen text")
    match task:
        case TaskKind.CLASSIFICATION:
            return _headline_of_one(evaluation)
        case TaskKind.MULTILABEL:
            found, right = of_100(metrics["micro_recall"]), of_100(metrics["micro_precision"])
            return f"In {rows} it finds {found} labels, and {right} labels it gives are right{_between(evaluation)}."
        case TaskKind.NER:
            found, right = of_100(metrics["entity_recall"]), of_100(metrics["entity_precision"])
            return f"In {rows} it finds {found} places, and {right} places it marks are right{_between(evaluation)}."
        case TaskKind.GENERATION:
            before, after = evaluation.baseline.get("perplexity"), metrics["perplexity"]
            told = "" if before is None else f" (perplexity {after:.1f}; before training {before:.1f})"
            less = round(100 * error_less(evaluation))
            if less <= 0:
                return f"It does not expect the answers wished for any better than before training{told}."
            return f"Its error on the answers of {rows} is {less} % lower than before training{told}."


def baseline_sentence(task: TaskKind, evaluation: Evaluation) -> str:
    """What the simplest thing would get."""
    baseline = evaluation.baseline
    match task:
        case TaskKind.CLASSIFICATION:
            guess = baseline.get("accuracy")
            return "" if guess is None else f"Always guessing the largest group would get {of_100(guess)}."
        case TaskKind.MULTILABEL:
            guess = baseline.get("micro_recall")
            return "" if guess is None else f"Always giving the commonest labels would find {of_100(guess)}."
        case TaskKind.NER:
            guess = baseline.get("entity_recall", baseline.get("entity_f1"))
            return (
                "" if guess is None else f"Marking words only from a list of the known ones would find {of_100(guess)}."
            )
        case TaskKind.GENERATION:
            return "Read the answers below before you use it: a lower error does not mean that what it writes is true."


def better_than_guessing(task: TaskKind, evaluation: Evaluation) -> bool:
    """Whether the lower end of the interval is above what the simplest thing gets."""
    name = {
        TaskKind.CLASSIFICATION: "accuracy",
        TaskKind.MULTILABEL: "micro_f1",
        TaskKind.NER: "entity_f1",
        TaskKind.GENERATION: "loss",
    }[task]
    value = evaluation.metrics[name]
    low, high = evaluation.intervals.get(name, (value, value))
    if METRICS[name].lower:
        return high < evaluation.baseline.get(name, math.inf)
    return low > evaluation.baseline.get(name, 0.0)


def good(task: TaskKind, evaluation: Evaluation) -> bool:
    """Whether most people would use it as it is."""
    metrics = evaluation.metrics
    match task:
        case TaskKind.CLASSIFICATION:
            return metrics.get("macro_f1", metrics["accuracy"]) >= 0.8
        case TaskKind.MULTILABEL:
            return metrics["micro_f1"] >= 0.75
        case TaskKind.NER:
            return metrics["entity_f1"] >= 0.75
        case TaskKind.GENERATION:
            return error_less(evaluation) >= 0.15


def error_less(evaluation: Evaluation) -> float:
    """By which share the loss on held-back answers fell through the training; negative where it rose."""
    before = evaluation.baseline.get("loss")
    return 1 - evaluation.metrics["loss"] / before if before else 0.0


def meaning(name: str, value: float) -> str:
    """One plain sentence about a figure, with the number in it."""
    match name:
        case "accuracy":
            return f"{of_100(value)} texts that it has never seen get the right group."
        case "precision":
            return f"When it names a group, it is right {of_100(value)} times (mean over the groups)."
        case "recall":
            return f"Of the texts that belong to a group, it finds {of_100(value)} (mean over the groups)."
        case "macro_f1":
            return f"Precision and recall in one number: {value:.2f} of at most 1, every group counting the same."
        case "micro_precision":
            return f"{of_100(value)} labels that it gives are right."
        case "micro_recall":
            return f"Of the labels that texts should get, it gives {of_100(value)}."
        case "subset_accuracy":
            return f"{of_100(value)} texts get all their labels and no other."
        case "entity_precision":
            return f"{of_100(value)} places that it marks are right, from the first letter to the last."
        case "entity_recall":
            return f"Of the places that should be marked, it finds {of_100(value)}."
        case "entity_f1":
            return f"Precision and recall in one number: {value:.2f} of at most 1."
        case "partial_f1":
            return f"The same, a place with a wrong border counting half: {value:.2f} of at most 1."
        case "perplexity":
            return f"At each step it wavers as among {value:.1f} pieces of words that are equally likely; 1 is certain."
        case "token_probability":
            return f"It finds the next piece of the answer wished for {of_100(value)} likely (mean)."
        case "chrf":
            return f"Its answers share {value:.0f} of 100 runs of letters with those wished for."
        case "rouge_l":
            return f"Its answers share {of_100(value)} words in order with those wished for."
    return plain(f"{METRICS[name].means}.") if name in METRICS else ""


def _found_and_right(metrics: Mapping[str, float], prefix: str, things: str, done: str) -> str:
    found, right = of_100(metrics[f"{prefix}_recall"]), of_100(metrics[f"{prefix}_precision"])
    return f"finds {found} {things}; {right} that are {done} are right"


def _between(evaluation: Evaluation) -> str:
    name = "micro_f1" if "micro_f1" in evaluation.metrics else "entity_f1"
    interval = evaluation.intervals.get(name)
    if interval is None:
        return ""
    return f" (both in one, F1: {evaluation.metrics[name]:.2f}, between {interval[0]:.2f} and {interval[1]:.2f})"


def _headline_of_one(evaluation: Evaluation) -> str:
    accuracy = evaluation.metrics["accuracy"]
    sentence = f"It gets {right_of(accuracy, evaluation.rows)}"
    if accuracy == 1:
        return f"{sentence}; of new ones, {_may_be_wrong(evaluation.rows)} may still go wrong."
    if interval := evaluation.intervals.get("accuracy"):
        low, high = (of_100(v).removesuffix(" of 100") for v in interval)
        if low != high:
            return f"{sentence} (between {low} and {high}, to be fair to chance)."
    return f"{sentence}."


def _may_be_wrong(rows: int) -> str:
    """What no mistake among so many rows leaves open, with 95 % certainty: the rule of three (Hanley, 1983)."""
    bound = math.ceil(300 / rows)
    return "fewer than 1 of 100" if rows > 300 else f"up to {min(bound, 99)} of 100"

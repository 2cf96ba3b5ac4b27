"""From an evaluation to what people see: the sentence, the scores with their meaning, who is taken for whom."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tools.cards import ClassRow, ConfusionCard, MetricsCard, MetricView, MistakesCard, MistakeView
from tools.quoting import plain
from tools.run_card import recipe_title, tried_views
from tools.words import count, of_100, right_of
from workspace.model import Evaluation, Mistake, RunOutcome

MAX_MISTAKES = 10
MAX_LABELS = 20
MAX_CLASSES = 50
_FEW_EXAM_ROWS = 100
_OTHERS = "all others"
_NAMES = {"accuracy": "Accuracy", "precision": "Precision", "recall": "Recall", "macro_f1": "F1"}

Verdict = Literal["good", "fair", "weak"]


@dataclass(frozen=True)
class Confused:
    """``true`` was taken for ``said`` so many times."""

    true: str
    said: str
    times: int
    of: int


def headline(evaluation: Evaluation) -> str:
    """How many of 100 it gets right, with what chance may have done to that number."""
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


def baseline_sentence(evaluation: Evaluation) -> str:
    """What guessing would get."""
    guess = evaluation.baseline.get("accuracy")
    return "" if guess is None else f"Always guessing the largest group would get {of_100(guess)}."


def verdict_of(evaluation: Evaluation) -> Verdict:
    """weak: chance alone may explain what it is better than guessing; good: every group is recognised well."""
    accuracy = evaluation.metrics["accuracy"]
    low = evaluation.intervals.get("accuracy", (accuracy, accuracy))[0]
    if low <= evaluation.baseline.get("accuracy", 0.0):
        return "weak"
    return "good" if evaluation.metrics.get("macro_f1", accuracy) >= 0.8 else "fair"


def metrics_card(run_id: str, outcome: RunOutcome, rows_per_label: Mapping[str, int]) -> MetricsCard:
    """The result in full. ``rows_per_label``: of the whole data; empty where it has been deleted."""
    evaluation = outcome.evaluation
    classes = class_rows(evaluation)
    return MetricsCard(
        run_id=run_id,
        model_id=outcome.model_id,
        headline=headline(evaluation),
        baseline=baseline_sentence(evaluation),
        verdict=verdict_of(evaluation),
        rows=outcome.rows,
        metrics=[_metric_view(name, evaluation) for name in _NAMES if name in evaluation.metrics],
        per_class=classes[:MAX_CLASSES],
        hidden_classes=max(0, len(classes) - MAX_CLASSES),
        advice=[*advice(evaluation, rows_per_label), *(plain(note, 300) for note in outcome.notes)],
        tried=tried_views(outcome),
        recipe=outcome.recipe,
        recipe_title=recipe_title(outcome.recipe),
        seconds=outcome.seconds.get("total", 0.0),
    )


def class_rows(evaluation: Evaluation) -> list[ClassRow]:
    """Every label that stands in the exam, the weakest first, with what it is most often taken for."""
    taken = {pair.true: pair for pair in reversed(confused_pairs(evaluation))}
    rows = [
        ClassRow(
            label=plain(score.label, 80),
            precision=score.precision,
            recall=score.recall,
            f1=score.f1,
            support=score.support,
            confused_with=plain(taken[score.label].said, 80) if score.label in taken else None,
            confused_count=taken[score.label].times if score.label in taken else 0,
        )
        for score in evaluation.per_class
        if score.support
    ]
    return sorted(rows, key=lambda row: (row.f1, -row.support))


def confused_pairs(evaluation: Evaluation) -> list[Confused]:
    """Which label is taken for which other one, most often first."""
    pairs = [
        Confused(evaluation.labels[i], evaluation.labels[j], times, sum(row))
        for i, row in enumerate(evaluation.confusion)
        for j, times in enumerate(row)
        if i != j and times
    ]
    return sorted(pairs, key=lambda pair: -pair.times)


def advice(evaluation: Evaluation, rows_per_label: Mapping[str, int]) -> list[str]:
    """What would help most, first things first. Only numbers that were counted are named."""
    found: list[str] = []
    if verdict_of(evaluation) == "weak":
        found.append(
            "It is not clearly better than guessing. Check whether a person could tell the answer from the text alone, "
            "and whether the right columns were used."
        )
    if evaluation.metrics["accuracy"] >= 0.995 and evaluation.rows >= _FEW_EXAM_ROWS:
        found.append(
            "This is almost too good. Check that the answer does not stand in the text itself, for example in a "
            "subject line that was added later."
        )
    found += _rows_wanted(evaluation, rows_per_label)
    pairs = [pair for pair in confused_pairs(evaluation) if pair.times >= 3 and pair.times * 10 >= pair.of]
    if pairs:
        first = pairs[0]
        found.append(
            f"“{plain(first.true, 60)}” is taken for “{plain(first.said, 60)}” {first.times} times of {first.of}. "
            "See whether people use the two in the same way; if so, merge them or agree on a rule."
        )
    if evaluation.rows < _FEW_EXAM_ROWS:
        found.append(
            f"Only {count(evaluation.rows, 'row')} judged it, so the numbers are rough. More data makes them surer."
        )
    return found


def confusion_card(run_id: str, evaluation: Evaluation) -> ConfusionCard:
    """At most 20 labels: where there are more, the most confused ones and one line for all others."""
    labels, matrix, folded = _folded(evaluation.labels, evaluation.confusion)
    pairs = confused_pairs(evaluation)
    if pairs:
        first = pairs[0]
        sentence = (
            f"Most often “{plain(first.true, 60)}” is taken for “{plain(first.said, 60)}”: {first.times} of {first.of}"
        )
    else:
        sentence = f"No group is taken for another one: all {count(evaluation.rows, 'text')} were sorted right"
    return ConfusionCard(
        run_id=run_id,
        labels=[plain(label, 60) for label in labels],
        folded=folded,
        matrix=matrix,
        sentence=f"{sentence}.",
    )


def mistakes_card(run_id: str, evaluation: Evaluation, label: str | None, limit: int) -> MistakesCard:
    """The most self-assured mistakes, on one label only where that is asked for."""
    chosen = [m for m in evaluation.mistakes if label is None or label in (m.expected, m.predicted)]
    return MistakesCard(
        run_id=run_id,
        label=plain(label, 80) if label is not None else None,
        mistakes=[_mistake_view(m) for m in chosen[: min(limit, MAX_MISTAKES)]],
        total=mistakes_in_all(evaluation, label),
        rows=evaluation.rows,
    )


def mistakes_in_all(evaluation: Evaluation, label: str | None = None) -> int:
    """How many test rows were sorted wrongly; with ``label``, those where it was right or was said."""
    pairs = confused_pairs(evaluation)
    return sum(pair.times for pair in pairs if label is None or label in (pair.true, pair.said))


def mistakes_title(card: MistakesCard) -> str:
    """How many there are, and which of them are shown."""
    about = f" about “{card.label}”" if card.label is not None else ""
    if not card.total:
        return f"No mistakes{about} among {count(card.rows, 'unseen text')}"
    shown = len(card.mistakes)
    most = "" if shown >= card.total else f"; the {shown} it was surest about"
    return f"{count(card.total, 'mistake')}{about} among {count(card.rows, 'unseen text')}{most}"


def _metric_view(name: str, evaluation: Evaluation) -> MetricView:
    value = evaluation.metrics[name]
    low, high = evaluation.intervals.get(name, (None, None))
    meanings = {
        "accuracy": f"{of_100(value)} texts that it has never seen get the right group.",
        "precision": f"When it names a group, it is right {of_100(value)} times (mean over the groups).",
        "recall": f"Of the texts that belong to a group, it finds {of_100(value)} (mean over the groups).",
        "macro_f1": f"Precision and recall in one number: {value:.2f} of at most 1, every group counting the same.",
    }
    return MetricView(name=name, label=_NAMES[name], value=value, low=low, high=high, meaning=meanings[name])


def _rows_wanted(evaluation: Evaluation, rows_per_label: Mapping[str, int]) -> list[str]:
    """The weak labels that have fewer rows than the usual one: more rows help these most."""
    if not rows_per_label:
        return []
    usual = sorted(rows_per_label.values())[len(rows_per_label) // 2]
    weak = [s for s in sorted(evaluation.per_class, key=lambda s: s.f1) if s.support and s.f1 < 0.9]
    few = [s for s in weak if rows_per_label.get(s.label, usual) < max(usual, 50)]
    found = []
    for score in few[:2]:
        have = rows_per_label[score.label]
        found.append(
            f"“{plain(score.label, 60)}” has {count(have, 'row')}; {usual:,} is usual here. "
            "More examples of it would help most."
        )
    return found


def _folded(labels: Sequence[str], confusion: Sequence[Sequence[int]]) -> tuple[list[str], list[list[int]], int]:
    if len(labels) <= MAX_LABELS:
        return list(labels), [list(row) for row in confusion], 0
    errors: Counter[int] = Counter()
    for i, row in enumerate(confusion):
        for j, times in enumerate(row):
            if i != j:
                errors[i] += times
                errors[j] += times
    ranked = sorted(range(len(labels)), key=lambda i: (-errors[i], i))
    kept = sorted(ranked[: MAX_LABELS - 1])
    place = {old: new for new, old in enumerate(kept)}
    rest = len(kept)
    matrix = [[0] * (rest + 1) for _ in range(rest + 1)]
    for i, row in enumerate(confusion):
        for j, times in enumerate(row):
            matrix[place.get(i, rest)][place.get(j, rest)] += times
    return [*(labels[i] for i in kept), _OTHERS], matrix, len(labels) - rest


def _mistake_view(mistake: Mistake) -> MistakeView:
    return MistakeView(
        text=plain(mistake.text, 500),
        expected=plain(mistake.expected, 80),
        predicted=plain(mistake.predicted, 80),
        score=mistake.score,
    )

"""From an evaluation to what people see: the sentence, the scores with their meaning, who is taken for whom."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tools.cards import (
    AimView,
    ClassRow,
    ConfusionCard,
    MetricsCard,
    MetricView,
    MistakesCard,
    MistakeView,
    SamplesCard,
    SampleView,
    WordView,
)
from tools.prediction_view import marked_parts
from tools.quoting import plain, prose
from tools.result_parts import (
    calibration_view,
    more_rows_view,
    part_views,
    parts_sentence,
    plain_model_sentence,
    price_views,
    sure_views,
)
from tools.run_card import recipe_title, tried_views
from tools.task_words import baseline_sentence, better_than_guessing, good, headline, meaning
from tools.words import count
from workspace.dataset import TaskKind
from workspace.metrics import METRICS, TASK_METRICS
from workspace.model import Evaluation, Mistake, RunOutcome

MAX_MISTAKES = 10
MAX_LABELS = 20
MAX_CLASSES = 50
_FEW_EXAM_ROWS = 100
_OTHERS = "all others"
_SAMPLE_CHARS = 1500

Verdict = Literal["good", "fair", "weak"]


@dataclass(frozen=True)
class Confused:
    """``true`` was taken for ``said`` so many times."""

    true: str
    said: str
    times: int
    of: int


def verdict_of(task: TaskKind, evaluation: Evaluation) -> Verdict:
    """weak: chance alone may explain what it is better than guessing; good: most people would use it as it is."""
    if not better_than_guessing(task, evaluation):
        return "weak"
    return "good" if good(task, evaluation) else "fair"


def metrics_card(
    task: TaskKind,
    run_id: str,
    outcome: RunOutcome,
    rows_per_label: Mapping[str, int],
    aims: Sequence[AimView] = (),
) -> MetricsCard:
    """The result in full. ``rows_per_label``: of the whole data; empty where it has been deleted."""
    evaluation = outcome.evaluation
    classes = class_rows(evaluation)
    return MetricsCard(
        run_id=run_id,
        model_id=outcome.model_id,
        headline=headline(task, evaluation),
        baseline=" ".join(filter(None, (baseline_sentence(task, evaluation), plain_model_sentence(evaluation)))),
        verdict=verdict_of(task, evaluation),
        rows=outcome.rows,
        aims=list(aims),
        metrics=[metric_view(name, evaluation) for name in TASK_METRICS[task].shown if name in evaluation.metrics],
        per_class=classes[:MAX_CLASSES],
        hidden_classes=max(0, len(classes) - MAX_CLASSES),
        advice=[*advice(task, evaluation, rows_per_label), *(plain(note, 300) for note in outcome.notes)],
        sureness=sure_views(evaluation),
        prices=price_views(evaluation),
        calibration=calibration_view(evaluation),
        parts=part_views(evaluation),
        parts_sentence=parts_sentence(task, evaluation),
        more_rows=more_rows_view(evaluation),
        details=[metric_view(name, evaluation) for name in evaluation.metrics if _is_detail(task, name)],
        tried=tried_views(outcome),
        recipe=outcome.recipe,
        recipe_title=recipe_title(outcome.recipe),
        seconds=outcome.seconds.get("total", 0.0),
    )


def _is_detail(task: TaskKind, name: str) -> bool:
    """A figure that has a meaning and is not among those that everybody sees."""
    return name in METRICS and name not in TASK_METRICS[task].shown


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


def advice(task: TaskKind, evaluation: Evaluation, rows_per_label: Mapping[str, int]) -> list[str]:
    """What would help most, first things first. Only numbers that were counted are named."""
    found: list[str] = []
    if verdict_of(task, evaluation) == "weak":
        found.append(
            "It is not clearly better than guessing. Check whether a person could tell the answer from the text alone, "
            "and whether the right columns were used."
        )
    if evaluation.metrics.get("accuracy", 0.0) >= 0.995 and evaluation.rows >= _FEW_EXAM_ROWS:
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
    chosen = mistakes_about(evaluation, label)
    return MistakesCard(
        run_id=run_id,
        label=plain(label, 80) if label is not None else None,
        mistakes=[_mistake_view(m) for m in chosen[: min(limit, MAX_MISTAKES)]],
        total=mistakes_in_all(evaluation, label),
        rows=evaluation.rows,
    )


def mistakes_in_all(evaluation: Evaluation, label: str | None = None) -> int:
    """How many test rows have a mistake; with ``label``, those where it was right or was said."""
    if label is None and evaluation.wrong is not None:
        return evaluation.wrong
    if not evaluation.confusion:
        return len(mistakes_about(evaluation, label))
    pairs = confused_pairs(evaluation)
    return sum(pair.times for pair in pairs if label is None or label in (pair.true, pair.said))


def samples_card(run_id: str, evaluation: Evaluation, limit: int = MAX_MISTAKES) -> SamplesCard:
    """Answers before and after the training, beside those that were wished for."""
    return SamplesCard(
        run_id=run_id,
        samples=[
            SampleView(
                prompt=prose(sample.prompt, _SAMPLE_CHARS),
                reference=prose(sample.reference, _SAMPLE_CHARS),
                before=prose(sample.before, _SAMPLE_CHARS),
                after=prose(sample.after, _SAMPLE_CHARS),
            )
            for sample in evaluation.samples[:limit]
        ],
        rows=evaluation.rows,
    )


def mistakes_about(evaluation: Evaluation, label: str | None) -> list[Mistake]:
    """Those where the label was right or was said; all without one."""
    return [m for m in evaluation.mistakes if label is None or label in _labels_in(m)]


def _labels_in(mistake: Mistake) -> set[str]:
    marked = {e.label for e in (*mistake.expected_entities, *mistake.predicted_entities)}
    return marked or {
        mistake.expected,
        mistake.predicted,
        *mistake.expected.split(", "),
        *mistake.predicted.split(", "),
    }


def mistakes_title(card: MistakesCard) -> str:
    """How many there are, and which of them are shown."""
    about = f" about “{card.label}”" if card.label is not None else ""
    if not card.total:
        return f"No mistakes{about} among {count(card.rows, 'unseen text')}"
    shown = len(card.mistakes)
    most = "" if shown >= card.total else f"; the {shown} it was surest about"
    return f"{count(card.total, 'mistake')}{about} among {count(card.rows, 'unseen text')}{most}"


def metric_view(name: str, evaluation: Evaluation) -> MetricView:
    """A figure with its interval and what it means."""
    value = evaluation.metrics[name]
    low, high = evaluation.intervals.get(name, (None, None))
    metric = METRICS[name]
    return MetricView(
        name=name,
        label=metric.label,
        value=value,
        low=low,
        high=high,
        share=metric.share,
        meaning=meaning(name, value),
    )


def rare_weak_labels(evaluation: Evaluation, rows_per_label: Mapping[str, int]) -> list[str]:
    """The weak labels that have fewer rows than the usual one, weakest first: more rows help these most."""
    if not rows_per_label:
        return []
    usual = _usual_rows(rows_per_label)
    weak = [s for s in sorted(evaluation.per_class, key=lambda s: s.f1) if s.support and s.f1 < 0.9]
    few = max(usual, 50)
    return [s.label for s in weak if rows_per_label.get(s.label, few) < few]


def _usual_rows(rows_per_label: Mapping[str, int]) -> int:
    return sorted(rows_per_label.values())[len(rows_per_label) // 2]


def _rows_wanted(evaluation: Evaluation, rows_per_label: Mapping[str, int]) -> list[str]:
    if not rows_per_label:
        return []
    usual = _usual_rows(rows_per_label)
    return [
        f"“{plain(label, 60)}” has {count(rows_per_label[label], 'row')}; {usual:,} is usual here. "
        "More examples of it would help most."
        for label in rare_weak_labels(evaluation, rows_per_label)[:2]
    ]


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
    marked = bool(mistake.expected_entities or mistake.predicted_entities)
    return MistakeView(
        text=plain(mistake.text, 500),
        expected=plain(mistake.expected, 80),
        predicted=plain(mistake.predicted, 80),
        score=mistake.score,
        expected_parts=marked_parts(mistake.text, mistake.expected_entities) if marked else [],
        predicted_parts=marked_parts(mistake.text, mistake.predicted_entities) if marked else [],
        words=word_views(mistake),
        words_for=plain(mistake.words_for, 80),
        because=[plain(word, 40) for word in mattered(mistake)],
    )


def word_views(mistake: Mistake) -> list[WordView]:
    """The text in one piece after the other; those that mattered have a push."""
    most = max((abs(word.weight) for word in mistake.words), default=0.0)
    views, at = [], 0
    for word in mistake.words:
        views += [WordView(text=_piece(mistake.text[at : word.start]))] if word.start > at else []
        views.append(WordView(text=_piece(mistake.text[word.start : word.end]), push=round(word.weight / most, 3)))
        at = word.end
    return [*views, WordView(text=_piece(mistake.text[at:]))] if views and at < len(mistake.text) else views


def _piece(text: str) -> str:
    return prose(text, 600)


def mattered(mistake: Mistake) -> list[str]:
    """The words that spoke most for what was said, the strongest first."""
    strong = sorted((word for word in mistake.words if word.weight > 0), key=lambda word: -word.weight)
    return [word.word for word in strong[:3]]

"""What the training commands print: JSON or a table on standard output, notes on standard error."""

import json
import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from training_worker.local_training import TrainResult
from workspace.metrics import METRICS
from workspace.model import Evaluation, Prediction

_MISTAKES = 5
_PARTS = 6
_SAMPLES = 3
_CELL = 200


def print_json(data: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def print_json_lines(items: Iterable[Any]) -> None:
    """One JSON array, written item by item: a million rows need no memory."""
    sys.stdout.write("[")
    for number, item in enumerate(items):
        sys.stdout.write((",\n " if number else "\n ") + json.dumps(item, ensure_ascii=False))
    sys.stdout.write("\n]\n")


def note(text: str) -> None:
    """For people, on standard error."""
    Console(stderr=True, highlight=False).print(text, markup=False, soft_wrap=True)


def show_trained(result: TrainResult) -> None:
    """What came out, in words and a table, and how to use it."""
    outcome = result.model.outcome
    show_evaluation(outcome.evaluation)
    out = Console(highlight=False)
    for tried in outcome.tried:
        detail = f", {tried.note}" if tried.note else ""
        out.print(
            Text(f"Tried {tried.recipe}: {tried.score:.3f} on validation rows, {tried.seconds:.1f} s{detail}"),
            soft_wrap=True,
        )
    for line in outcome.notes:
        out.print(Text(line), soft_wrap=True)
    where = result.out or result.model.id
    out.print(Text(f"Kept: {outcome.recipe}. Time: {result.total_seconds:.1f} s. Model: {result.model.id}"))
    out.print(Text(f"Try it: mtw predict {where} 'some text'"), soft_wrap=True)


def show_evaluation(evaluation: Evaluation) -> None:
    """One sentence, then the figures with what they mean."""
    out = Console(highlight=False)
    metrics = evaluation.metrics
    if "accuracy" in metrics:
        low, high = evaluation.intervals.get("accuracy", (metrics["accuracy"], metrics["accuracy"]))
        out.print(
            Text(f"{metrics['accuracy'] * 100:.0f} of 100 unseen rows are right ", style="bold").append(
                f"(between {low * 100:.0f} and {high * 100:.0f}, to be fair to chance; {evaluation.rows:,} rows)",
                style="not bold",
            ),
            soft_wrap=True,
        )
    compared = "Before training" if evaluation.samples else "The simplest way"
    table = Table("Figure", "Value", "95 % between", compared, "Means")
    for name, value in metrics.items():
        interval = evaluation.intervals.get(name)
        base = evaluation.baseline.get(name)
        table.add_row(
            name,
            f"{value:.3f}",
            f"{interval[0]:.3f} and {interval[1]:.3f}" if interval else "",
            f"{base:.3f}" if base is not None else "",
            METRICS[name].means if name in METRICS else "",
        )
    out.print(table)
    if evaluation.per_class:
        classes = Table("Label", "Precision", "Recall", "F1", "Rows")
        for score in sorted(evaluation.per_class, key=lambda s: -s.support)[:20]:
            figures = (f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}", f"{score.support:,}")
            classes.add_row(Text(score.label[:60]), *figures)
        out.print(classes)
    _show_parts(out, evaluation)
    show_mistakes(evaluation)
    show_samples(evaluation)


def _show_parts(out: Console, evaluation: Evaluation) -> None:
    """What the single figures hide."""
    for sure in evaluation.sureness:
        wrong = f"is wrong in {1 - sure.accuracy:.1%} of these"
        out.print(
            Text(f"From {sure.threshold:.0%} sure on it answers {sure.answered:.1%} and {wrong}."), soft_wrap=True
        )
    if evaluation.curve:
        now, then = evaluation.curve.expected[0], evaluation.curve.expected[-1]
        ahead = f"{100 * (then.score - now.score):+.1f} points with {then.rows:,} rows instead of {now.rows:,}"
        out.print(
            Text(f"More rows: {ahead} (a quick model; likely {then.low:.2f} to {then.high:.2f})."), soft_wrap=True
        )
    if evaluation.slices:
        table = Table("Part of the exam", "Rows", "Right", "95 % between")
        for part in sorted(evaluation.slices, key=lambda s: s.accuracy)[:_PARTS]:
            low, high = part.interval
            cells = (f"{part.rows:,}", f"{part.accuracy:.1%}", f"{low:.0%} and {high:.0%}")
            table.add_row(Text(f"{part.column}: {part.value}"[:60]), *cells)
        out.print(table)


def show_samples(evaluation: Evaluation) -> None:
    """Some answers side by side: wished for, before training, after it."""
    if not evaluation.samples:
        return
    table = Table("Asked", "Wished for", "Before training", "Now", show_lines=True)
    for sample in evaluation.samples[:_SAMPLES]:
        cells = (sample.prompt, sample.reference, sample.before, sample.after)
        table.add_row(*(Text(cell if len(cell) <= _CELL else cell[: _CELL - 1] + "…") for cell in cells))
    Console(highlight=False).print(table)


def show_mistakes(evaluation: Evaluation) -> None:
    """The surest mistakes, each with the words that mattered."""
    if not evaluation.mistakes:
        return
    table = Table("Surest mistakes", "Right", "Said", "Sure", "Because of")
    for mistake in evaluation.mistakes[:_MISTAKES]:
        strong = sorted((w for w in mistake.words if w.weight > 0), key=lambda w: -w.weight)[:3]
        cells = (mistake.text[:120], mistake.expected, mistake.predicted, f"{mistake.score:.0%}")
        table.add_row(*(Text(cell) for cell in cells), Text(", ".join(word.word for word in strong)))
    Console(highlight=False).print(table)


def show_prediction(prediction: Prediction) -> None:
    """What the model says, with how sure it is."""
    out = Console(highlight=False)
    if prediction.output is not None:
        out.print(Text(prediction.output), soft_wrap=True)
    elif prediction.entities is not None:
        for entity in prediction.entities:
            out.print(Text(f"{entity.text}: {entity.label}  ({entity.score:.0%} sure)"), soft_wrap=True)
        if not prediction.entities:
            out.print(Text("Nothing found in this text."))
    elif prediction.labels is not None:
        out.print(Text(", ".join(prediction.labels) or "None of the labels.", style="bold"), soft_wrap=True)
        _show_scores(out, prediction, skip=0)
    else:
        kept_to = prediction.answer_from is not None and not prediction.sure
        lead = "Not sure; most likely " if kept_to else ""
        out.print(Text(f"{lead}{prediction.label}  ({prediction.score:.0%} sure)", style="bold"), soft_wrap=True)
        _show_scores(out, prediction, skip=1)


def _show_scores(out: Console, prediction: Prediction, skip: int) -> None:
    """The likeliest labels, but for the first ``skip``."""
    for label, score in sorted(prediction.scores.items(), key=lambda item: -item[1])[skip:5]:
        out.print(Text(f"  {label}: {score:.0%}"), soft_wrap=True)

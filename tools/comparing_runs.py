"""Is the new one better? Trainings side by side, and whether what differs is more than chance."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, JsonValue

from tools.asking import ask, button
from tools.cards import ComparedRunView, RunComparisonCard, RunPairView
from tools.context import ToolContext
from tools.finding import find_run
from tools.quoting import plain, quote
from tools.registry import ToolOutput, tool
from tools.run_card import recipe_title
from tools.words import count, duration
from workspace.errors import Conflict, InputError, NotFound
from workspace.exams import CHANCE, compare_exams, holm
from workspace.metrics import METRICS, TASK_METRICS
from workspace.model import RunOutcome
from workspace.run import Run, RunStatus

MOST_RUNS = 8


@dataclass(frozen=True)
class _One:
    """A training that ended well, and what the sentences call it."""

    run: Run
    outcome: RunOutcome
    name: str
    data: str

    def value(self, metric: str) -> float:
        return self.outcome.evaluation.metrics[metric]

    @property
    def seconds(self) -> float:
        return self.outcome.seconds.get("total", 0.0)


@tool()
def compare_runs(
    context: ToolContext,
    run_ids: Annotated[
        list[str] | None,
        Field(description="ids of two to eight trainings or models; leave out for the last two that ended well"),
    ] = None,
) -> ToolOutput:
    """Compares trainings: which model is better, whether the difference is real or chance, and what it costs in time.

    Use it when somebody asks whether the new one is better, or wants to see two trainings side by side. Trainings that
    were judged on the same rows are compared row by row; for others it says why that is not possible.
    """
    runs = _runs(context, run_ids)
    compared = _named(context, runs)
    metric = TASK_METRICS[runs[0].plan.task].headline
    better = min if METRICS[metric].lower else max
    best = better(compared, key=lambda one: one.value(metric))
    others = [one for one in compared if one is not best]
    pairs = _pairs(best, others, metric)
    card = RunComparisonCard(
        metric_label=METRICS[metric].label,
        meaning=METRICS[metric].means,
        share=METRICS[metric].share,
        lower=METRICS[metric].lower,
        runs=[_view(one, metric, one is best) for one in compared],
        pairs=pairs,
        sentence=_verdict(best, pairs),
        cost=_cost(best, others),
        note=_note(best, others, pairs),
    )
    data: dict[str, JsonValue] = {
        "runs": [
            {"run_id": v.run_id, "called": v.name, "data": quote(v.data, 80), "method": v.recipe_title,
             metric: round(v.value, 4), "seconds": round(v.seconds, 1)}
            for v in card.runs
        ],
        "verdict": quote(card.sentence, 400),
        "real": all(pair.real for pair in pairs),
        "details": [quote(pair.sentence, 300) for pair in pairs],
        "cost": card.cost,
        "note": card.note,
    }  # fmt: skip
    return ToolOutput(
        data=data,
        cards=[card.card(card.sentence.rstrip("."))],
        ask=ask(
            "What would you like to do next?",
            button("Try the best one", "try_model", primary=True, model_id=best.outcome.model_id),
            button("Show its result", "explain_results", run_id=best.run.id),
            button("See its mistakes", "show_mistakes", run_id=best.run.id),
        ),
        stage="check",
    )


def _runs(context: ToolContext, wanted: list[str] | None) -> list[Run]:
    """Those that are named, or the last two, the oldest first.

    Raises:
        NotFound: there are not two trainings that ended well.
        InputError: the same one twice, too many, or trainings for different tasks.
        Conflict: one of those that are named has no result.
    """
    if not wanted:
        own = context.workspace.runs
        here = [r for r in own.list(context.conversation_id) if r.outcome] if context.conversation_id else []
        ended = here if len(here) > 1 else [r for r in own.list() if r.outcome]
        found = [r for r in ended if r.plan.task is ended[0].plan.task][:2]
        if len(found) < 2:
            raise NotFound(
                "NOTHING_TO_COMPARE",
                "There are not two trainings for the same task that ended well.",
                "Change the plan and train once more; then I can tell which one is better.",
            )
    else:
        found = list({run.id: run for run in (find_run(context, name) for name in wanted)}.values())
        if not 2 <= len(found) <= MOST_RUNS:
            raise InputError(
                "WRONG_NUMBER_OF_RUNS",
                f"Between two and {MOST_RUNS} different trainings can be compared.",
                "Name others.",
            )
    for run in found:
        if run.outcome is None:
            failed = run.status in (RunStatus.FAILED, RunStatus.CANCELLED)
            why = "ended without a result" if failed else "is still going on"
            raise Conflict("RUN_HAS_NO_RESULT", f"The training {run.id} {why}.", "Compare those that ended well.")
    if len({run.plan.task for run in found}) > 1:
        raise InputError(
            "RUNS_NOT_COMPARABLE",
            "These trainings learned different things, so no figure means the same for them.",
            "Compare trainings for the same task.",
        )
    return sorted(found, key=lambda run: (run.created_at, run.id))


def _named(context: ToolContext, runs: Sequence[Run]) -> list[_One]:
    names = ("the older one", "the newer one") if len(runs) == 2 else [f"number {i + 1}" for i in range(len(runs))]
    data = {d.id: d for d in context.workspace.datasets.list()}
    found = []
    for run, name in zip(runs, names, strict=True):
        dataset = data.get(run.plan.dataset_id)
        called = f"{plain(dataset.name, 60)}, version {dataset.version}" if dataset else "deleted or older data"
        assert run.outcome is not None
        found.append(_One(run, run.outcome, name, called))
    return found


def _view(one: _One, metric: str, best: bool) -> ComparedRunView:
    low, high = one.outcome.evaluation.intervals.get(metric, (None, None))
    return ComparedRunView(
        run_id=one.run.id,
        model_id=one.outcome.model_id,
        name=one.name,
        data=one.data,
        recipe_title=recipe_title(one.outcome.recipe),
        value=one.value(metric),
        low=low,
        high=high,
        rows=one.outcome.evaluation.rows,
        seconds=one.seconds,
        best=best,
    )


def _pairs(best: _One, others: Sequence[_One], metric: str) -> list[RunPairView]:
    """The others against the best one. With several, chance is corrected for how many were looked at."""
    found = [compare_exams(one.outcome.evaluation.exam, best.outcome.evaluation.exam) for one in others]
    corrected = iter(holm([pair.p for pair in found if pair]))
    pairs = []
    for one, pair in zip(others, found, strict=True):
        if pair is None:
            pairs.append(_by_intervals(one, best, metric))
            continue
        real = next(corrected) < CHANCE
        pairs.append(
            RunPairView(
                first=one.name,
                second=best.name,
                sentence=pair.told(one.name, best.name, real),
                difference=pair.difference,
                low=pair.low,
                high=pair.high,
                real=real,
                paired=True,
            )
        )
    return pairs


def _by_intervals(one: _One, best: _One, metric: str) -> RunPairView:
    """The difference of two figures of different rows: their errors add up as those of independent ones."""
    difference = best.value(metric) - one.value(metric)
    halves = []
    for each in (one, best):
        low, high = each.outcome.evaluation.intervals.get(metric, (each.value(metric), each.value(metric)))
        halves.append((high - low) / 2)
    half = math.hypot(*halves)
    real = abs(difference) > half > 0
    sentence = (
        f"On different rows: the difference is larger than chance explains ({best.name} against {one.name})."
        if real
        else f"On different rows: the difference between {best.name} and {one.name} could be chance, or easier rows."
    )
    return RunPairView(
        first=one.name,
        second=best.name,
        sentence=sentence,
        difference=difference,
        low=difference - half,
        high=difference + half,
        real=real,
        paired=False,
    )


def _verdict(best: _One, pairs: Sequence[RunPairView]) -> str:
    name = best.name[0].upper() + best.name[1:]
    if all(pair.real for pair in pairs):
        surely = "" if all(pair.paired for pair in pairs) else ", as far as different rows can tell"
        return f"{name} is really better{surely}."
    if len(pairs) == 1:
        if not pairs[0].difference:
            return "Neither is better: both do equally well."
        return f"{name} looks better, but the difference could be chance."
    unsure = [pair.first for pair in pairs if not pair.real]
    return f"{name} looks best, but the difference to {' and '.join(unsure)} could be chance."


def _cost(best: _One, others: Sequence[_One]) -> str:
    quickest = min(others, key=lambda one: one.seconds)
    if best.seconds <= quickest.seconds:
        return f"It took {duration(best.seconds)} to train, less than any other here."
    return (
        f"It took {duration(best.seconds)} to train, where {quickest.name} took {duration(quickest.seconds)}. "
        "No cost beside the time of this computer."
    )


def _note(best: _One, others: Sequence[_One], pairs: Sequence[RunPairView]) -> str:
    apart = [one for one, pair in zip(others, pairs, strict=True) if not pair.paired]
    if not apart:
        return ""
    rows = [one.outcome.evaluation.rows for one in (*apart, best)]
    sizes = f" ({' and '.join(count(n, 'row') for n in dict.fromkeys(rows))})" if len(set(rows)) > 1 else ""
    older = any(one.outcome.evaluation.exam is None for one in (*apart, best))
    why = (
        "An older training did not keep which rows it got right"
        if older
        else f"Not all were judged on the same rows{sizes}, so one may have had the easier exam"
    )
    return f"{why}. Train again on the same data, with the same seed, to compare row by row."

"""A run as people see it: while it goes on, and in lists."""

from collections.abc import Mapping
from datetime import UTC, datetime

from tools.cards import FailureView, ProgressCard, RunRowView, TriedView
from tools.quoting import plain
from tools.run_story import Story, thinned
from tools.task_words import CHOSEN_BY, in_short
from tools.words import count, duration
from workspace.metrics import METRICS, TASK_METRICS
from workspace.model import RunOutcome
from workspace.recipe import load_recipes
from workspace.run import Run, RunStatus

_LONG_WAIT = 10.0
"""Seconds after which a run that nobody has taken is worth a word."""


def progress_card(run: Run, story: Story, at: datetime | None = None) -> ProgressCard:
    """The full state of a run at a moment (default: now)."""
    at = at or datetime.now(UTC)
    last = story.last
    outcome = run.outcome
    running = run.status is RunStatus.RUNNING
    age = (at - story.last_at).total_seconds() if story.last_at else 0.0
    eta = max(0.0, last.eta_seconds - max(age, 0.0)) if running and last and last.eta_seconds is not None else None
    recipe = outcome.recipe if outcome else last.recipe if last else None
    fraction = 1.0 if run.status is RunStatus.SUCCEEDED else last.fraction if last else 0.0
    curves = {name: thinned(points) for name, points in story.curves.items()}
    return ProgressCard(
        run_id=run.id,
        plan_id=run.plan_id,
        status=run.status.value,
        stage=last.stage if last else None,
        message=_message(run, story, at),
        fraction=fraction,
        eta_seconds=round(eta, 1) if eta is not None else None,
        elapsed_seconds=elapsed(run, at),
        budget_seconds=run.plan.budget_seconds,
        recipe=recipe,
        recipe_title=recipe_title(recipe) if recipe else None,
        best=_best(run, story),
        metric=run.plan.metric,
        metric_label=CHOSEN_BY.get(run.plan.metric, run.plan.metric),
        metrics=dict(outcome.evaluation.metrics if outcome else last.metrics if last else {}),
        tried=tried_views(outcome) if outcome else _trying(run, story),
        curves=curves,
        curve_sentence=_curve_sentence(curves),
        cancel_requested=run.cancel_requested and not run.status.ended,
        can_cancel=not run.status.ended and not run.cancel_requested,
        model_id=outcome.model_id if outcome else None,
        failure=FailureView(
            code=run.failure.code, message=plain(run.failure.message, 500), next_step=plain(run.failure.next_step, 500)
        )
        if run.failure
        else None,
    )


def progress_title(card: ProgressCard) -> str:
    """What there is to say about it in a few words."""
    if card.status == "running" and not card.cancel_requested:
        done = round(100 * card.fraction)
        left = f", {duration(card.eta_seconds)} left" if card.eta_seconds is not None else ""
        return f"Training: {done} of 100 done{left}"
    return card.message


def run_row(run: Run, name: str, *, current: bool) -> RunRowView:
    """One line of a list. ``name``: what the data is called."""
    return RunRowView(
        run_id=run.id,
        name=plain(name),
        status=run.status.value,
        recipe=recipe_title(run.outcome.recipe if run.outcome else run.plan.recipe),
        score=_score(run),
        headline=_in_short(run),
        created_at=run.created_at.isoformat(),
        seconds=elapsed(run) if run.started_at else None,
        model_id=run.outcome.model_id if run.outcome else None,
        current=current,
    )


def tried_views(outcome: RunOutcome) -> list[TriedView]:
    """Every recipe that was tried, the one that was kept marked."""
    return [
        TriedView(
            recipe=t.recipe,
            title=recipe_title(t.recipe),
            score=t.score,
            seconds=t.seconds,
            note=plain(t.note, 300),
            best=t.recipe == outcome.recipe,
        )
        for t in outcome.tried
    ]


def recipe_title(name: str) -> str:
    """What people call a recipe."""
    known = load_recipes().get(name)
    return known.title if known else {"auto": "Best of several", "ensemble": "Several together"}.get(name, name)


def elapsed(run: Run, at: datetime | None = None) -> float:
    """Seconds since the run was first taken by a worker, until its end where it has ended."""
    if run.started_at is None:
        return 0.0
    return round(max(((run.ended_at or at or datetime.now(UTC)) - run.started_at).total_seconds(), 0.0), 1)


def _score(run: Run) -> float | None:
    """The figure that sums up a result, where it is a share."""
    name = TASK_METRICS[run.plan.task].headline
    return run.outcome.evaluation.metrics.get(name) if run.outcome and METRICS[name].share else None


def _message(run: Run, story: Story, at: datetime) -> str:
    if run.cancel_requested and not run.status.ended:
        return "Stopping."
    match run.status:
        case RunStatus.SUCCEEDED:
            return f"Done in {duration(elapsed(run))}: {_in_short(run)}"
        case RunStatus.FAILED | RunStatus.CANCELLED:
            return _in_short(run)
        case RunStatus.QUEUED:
            return _waiting(run, story, at)
    if story.resumed:
        return f"Going on after an interruption (start {story.attempt})."
    return plain(story.last.message, 300) if story.last else "Starting."


def _waiting(run: Run, story: Story, at: datetime) -> str:
    if story.waiting_for:
        return plain(story.waiting_for, 300)
    waited = (at - run.created_at).total_seconds()
    if waited < _LONG_WAIT:
        return "Waiting for a free worker."
    return (
        f"Waiting for a free worker for {duration(waited)}. It starts by itself as soon as one is free; "
        "where that never happens, an operator can run mtw doctor."
    )


def _in_short(run: Run) -> str:
    match run.status:
        case RunStatus.SUCCEEDED:
            evaluation = run.outcome.evaluation if run.outcome else None
            return in_short(run.plan.task, evaluation) if evaluation else "finished"
        case RunStatus.FAILED:
            return plain(run.failure.message, 300) if run.failure else "It failed."
        case RunStatus.CANCELLED:
            return "Stopped. Nothing was kept, and your data is as it was."
        case RunStatus.QUEUED:
            return "waiting"
    return "going on"


def _best(run: Run, story: Story) -> float | None:
    if run.outcome:
        return max((t.score for t in run.outcome.tried), default=None)
    return story.last.best if story.last else None


def _trying(run: Run, story: Story) -> list[TriedView]:
    now = story.last.recipe if story.last else None
    scores = {recipe: story.best_of(recipe, run.plan.metric) for recipe in story.recipes}
    best = max((s for s in scores.values() if s is not None), default=None)
    return [
        TriedView(
            recipe=recipe,
            title=recipe_title(recipe),
            score=score,
            seconds=None,
            note="being tried" if recipe == now and not run.status.ended else "",
            best=score is not None and score == best,
        )
        for recipe, score in scores.items()
    ]


def _curve_sentence(curves: Mapping[str, list[tuple[int, float]]]) -> str:
    """What to see in the curve that moved last."""
    for name in reversed(list(curves)):
        points = curves[name]
        if len(points) < 2:
            continue
        first, last = points[0][1], points[-1][1]
        if "loss" in name:
            word = "fell" if last < first else "has not fallen yet:"
            return f"The error {word} from {first:.2f} to {last:.2f}; lower is better."
        best = max(value for _, value in points)
        tries = count(len(points), "check")
        return f"The score on rows it does not learn from has reached {best:.2f} after {tries}; higher is better."
    return ""

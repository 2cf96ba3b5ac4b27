"""Results: how good a model is, in plain words, and where it goes wrong."""

import difflib
from typing import Annotated

from pydantic import Field, JsonValue

from tools.aims import aim_views, criteria_of
from tools.asking import ask, button
from tools.context import ToolContext
from tools.finding import find_run
from tools.improvements import better_buttons
from tools.inspecting import labels_of
from tools.quoting import plain, quote, quote_all, unquote
from tools.registry import ToolOutput, tool
from tools.result_cards import (
    MAX_MISTAKES,
    class_rows,
    confused_pairs,
    confusion_card,
    mattered,
    metrics_card,
    mistakes_about,
    mistakes_card,
    mistakes_title,
    samples_card,
)
from tools.task_words import in_short
from workspace.dataset import TaskKind
from workspace.errors import Conflict, InputError, NotFound
from workspace.events import Asked, Option
from workspace.model import Evaluation, RunOutcome
from workspace.run import Run, RunStatus

SAMPLES_TITLE = "Its answers, before and after the training"
_RUN = Field(description="id of a training or a model; leave out for the newest of this conversation")


@tool()
def explain_results(context: ToolContext, run_id: Annotated[str | None, _RUN] = None) -> ToolOutput:
    """Says how good a trained model is: one plain sentence, the scores with what they mean, the weak spots, and advice.

    Use it when a training has ended well, and whenever somebody asks how good the model is or what would make it
    better. All scores are of rows that the model has never seen.
    """
    run, outcome = _ended_well(context, run_id)
    evaluation = outcome.evaluation
    task = run.plan.task
    criteria = criteria_of(context)
    limits = criteria.limits or run.plan.limits
    metrics = metrics_card(task, run.id, outcome, _rows_per_label(context, run), aim_views(limits, evaluation))
    cards = [metrics.card(_capital(in_short(task, evaluation)))]
    if evaluation.confusion:
        confusion = confusion_card(run.id, evaluation)
        cards.append(confusion.card(confusion.sentence.rstrip(".")))
    if evaluation.samples:
        cards.append(samples_card(run.id, evaluation, 3).card(SAMPLES_TITLE))
    data: dict[str, JsonValue] = {
        "run_id": run.id,
        "model_id": outcome.model_id,
        "task": task.value,
        "headline": f"{metrics.headline} {metrics.baseline}".strip(),
        "verdict": metrics.verdict,
        "audience": criteria.audience,
        "aims": [quote(aim.sentence, 400) for aim in metrics.aims],
        "metrics": {m.name: round(m.value, 4) for m in metrics.metrics},
        "intervals": {name: [round(v, 4) for v in span] for name, span in evaluation.intervals.items()},
        "baseline": {name: round(v, 4) for name, v in evaluation.baseline.items()},
        "rows": dict(outcome.rows),
        "weakest": [
            {
                "label": quote(row.label, 60),
                "f1": round(row.f1, 3),
                "recall": round(row.recall, 3),
                "taken_for": quote(row.confused_with, 60) if row.confused_with else None,
            }
            for row in class_rows(evaluation)[:3]
        ],
        "most_confused": [
            {"is": quote(p.true, 60), "taken_for": quote(p.said, 60), "times": p.times, "of": p.of}
            for p in confused_pairs(evaluation)[:3]
        ],
        "sure_of_answers": [view.sentence for view in metrics.sureness],
        "confidence": metrics.calibration.sentence if metrics.calibration else None,
        "weakest_part": quote(metrics.parts_sentence, 200) if metrics.parts_sentence else None,
        "more_rows": metrics.more_rows.sentence if metrics.more_rows else None,
        "advice": [quote(a, 300) for a in metrics.advice[:5]],
        "method": metrics.recipe_title,
        "tried": [{"method": t.title, "score": t.score} for t in metrics.tried],
        "seconds": round(metrics.seconds, 1),
    }
    return ToolOutput(
        data=data,
        cards=cards,
        ask=_next_steps(run, outcome, better_buttons(run, outcome, metrics.aims, _rows_per_label(context, run))),
        stage="check",
    )


@tool()
def show_mistakes(
    context: ToolContext,
    label: Annotated[str | None, Field(description="only mistakes about this label")] = None,
    limit: Annotated[int, Field(description="how many, 10 at most", ge=1, le=MAX_MISTAKES)] = MAX_MISTAKES,
    run_id: Annotated[str | None, _RUN] = None,
) -> ToolOutput:
    """Shows unseen texts that the model got wrong, those it was surest about first.

    They tell most about what is unclear: labels that overlap, answers that are wrong in the data, or missing examples.
    """
    run, outcome = _ended_well(context, run_id)
    evaluation = outcome.evaluation
    if evaluation.texts_deleted:
        raise Conflict(
            "MISTAKES_DELETED",
            "Which texts this model got wrong is no longer known: they were deleted with the data.",
            "Its figures are still there. To see mistakes, upload rows with the right answers and test it on them.",
        )
    if run.plan.task is TaskKind.GENERATION:
        return _answers(run, outcome)
    wanted = _label(evaluation, label) if label else None
    card = mistakes_card(run.id, evaluation, wanted, limit)
    data: dict[str, JsonValue] = {
        "run_id": run.id,
        "label": quote(wanted, 60) if wanted else None,
        "mistakes_in_all": card.total,
        "rows": card.rows,
        "mistakes": [
            {
                "text": quote(m.text),
                "right": quote(m.expected, 60),
                "said": quote(m.predicted, 60),
                "score": round(m.score, 3),
                "words_that_mattered": quote_all(mattered(m), 40),
            }
            for m in mistakes_about(evaluation, wanted)[: len(card.mistakes)]
        ],
    }
    return ToolOutput(
        data=data,
        cards=[card.card(mistakes_title(card))],
        ask=ask(
            "What would you like to do next?",
            button("Try it", "try_model", primary=True, model_id=outcome.model_id),
            button("What would make it better?", "explain_results", run_id=run.id),
            button("Change the plan", "revise_plan", plan_id=run.plan_id),
        ),
        stage="check",
    )


def _answers(run: Run, outcome: RunOutcome) -> ToolOutput:
    """What is written has no single right answer: shown are its answers, beside those wished for."""
    card = samples_card(run.id, outcome.evaluation)
    data: dict[str, JsonValue] = {
        "run_id": run.id,
        "rows": card.rows,
        "answers": [
            {
                "prompt": quote(s.prompt),
                "wished_for": quote(s.reference),
                "before": quote(s.before),
                "after": quote(s.after),
            }
            for s in outcome.evaluation.samples[:MAX_MISTAKES]
        ],
    }
    return ToolOutput(
        data=data,
        cards=[card.card(SAMPLES_TITLE)],
        ask=ask(
            "What would you like to do next?",
            button("Try it", "try_model", primary=True, model_id=outcome.model_id),
            button("Change the plan", "revise_plan", plan_id=run.plan_id),
        ),
        stage="check",
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _next_steps(run: Run, outcome: RunOutcome, better: list[Option]) -> Asked:
    writes = run.plan.task is TaskKind.GENERATION
    texts = button("See more answers" if writes else "See mistakes", "show_mistakes", run_id=outcome.model_id)
    return ask(
        "What would you like to do next?",
        button("Try it", "try_model", primary=True, model_id=outcome.model_id),
        *([] if outcome.evaluation.texts_deleted else [texts]),
        *better,
        button("Download it", "export_model", model_id=outcome.model_id),
        button("Change the plan", "revise_plan"),
    )


def _ended_well(context: ToolContext, run_id: str | None) -> tuple[Run, RunOutcome]:
    """The run that is meant and its outcome. Raises Conflict that says why there is none."""
    run = find_run(context, run_id, statuses=(RunStatus.SUCCEEDED,))
    if run.outcome is not None:
        return run, run.outcome
    if run.status is RunStatus.FAILED and run.failure:
        raise Conflict("RUN_FAILED", plain(run.failure.message, 400), plain(run.failure.next_step, 400))
    if run.status is RunStatus.CANCELLED:
        raise Conflict("RUN_CANCELLED", "This training was stopped, so there is no result.", "Start it anew.")
    raise Conflict(
        "RUN_NOT_ENDED", "This training is still going on.", "Its result comes by itself as soon as it is there."
    )


def _rows_per_label(context: ToolContext, run: Run) -> dict[str, int]:
    """Rows per label of the data it was trained on; empty where that has been deleted since."""
    try:
        return labels_of(context, context.workspace.datasets.get(run.plan.dataset_id), run.plan.label, run.plan.task)
    except NotFound:
        return {}


def _label(evaluation: Evaluation, wanted: str) -> str:
    """The label's own name. Raises InputError with what is near."""
    wanted = unquote(wanted)
    names = {label.casefold().strip(): label for label in evaluation.labels}
    if wanted in evaluation.labels:
        return wanted
    if found := names.get(wanted.casefold().strip()):
        return found
    quoted = next((label for label in evaluation.labels if unquote(quote(label, 60)) == wanted), None)
    if quoted:
        return quoted
    near = difflib.get_close_matches(wanted.casefold(), names, n=1)
    listed = ", ".join(f"“{plain(label, 40)}”" for label in evaluation.labels[:8])
    hint = f"Did you mean “{plain(names[near[0]], 60)}”?" if near else f"There are: {listed}."
    raise InputError("LABEL_UNKNOWN", f"There is no label “{plain(wanted, 60)}”.", hint)

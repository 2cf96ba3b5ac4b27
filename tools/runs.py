"""Trainings: start one, see how it goes, stop it, list them."""

from typing import Annotated

from pydantic import BaseModel, Field, JsonValue

from tools.asking import UPLOAD, ask, button
from tools.cards import ProgressCard, RunsCard
from tools.context import ToolContext
from tools.estimates import estimate
from tools.finding import find_plan, find_run
from tools.plans import dataset_gone
from tools.quoting import plain, quote
from tools.registry import ApprovalRequest, ToolOutput, tool
from tools.run_card import progress_card, progress_title, run_row
from tools.run_story import story_of
from tools.words import count, duration, duration_range
from workspace.dataset import Dataset
from workspace.errors import Conflict, NotFound
from workspace.events import Asked
from workspace.home import Workspace
from workspace.plan import StoredPlan
from workspace.run import Run, RunStatus

_MAX_LISTED = 50


def run_view(workspace: Workspace, run_id: str) -> ProgressCard:
    """The full live state of a run, for the progress card. Cheap to call often. Raises NotFound."""
    run = workspace.runs.get(run_id)
    return progress_card(run, story_of(workspace, run_id))


def _describe_launch(context: ToolContext, arguments: BaseModel) -> ApprovalRequest:
    stored = find_plan(context, getattr(arguments, "plan_id", None))
    plan = stored.plan
    dataset = _data_of(context, stored)
    if run := context.workspace.runs.of_plan(stored.id):
        _refuse_ended(run)
    mean_chars = sum(c.mean_length for name in plan.text if (c := dataset.profile.column(name)))
    expected = estimate(plan, dataset.rows, mean_chars)
    time = duration_range(expected.low, expected.high)
    return ApprovalRequest(
        text=f"Start training on “{plain(dataset.name)}” ({count(dataset.rows, 'row')})? It takes about {time} on this "
        f"installation; methods are tried for {duration(plan.budget_seconds)} at most. You can stop it at any time.",
        fingerprint=plan.hash,
        accept_label="Start",
        decline_label="Change something",
    )


@tool(describe=_describe_launch)
def launch_training(
    context: ToolContext,
    plan_id: Annotated[str | None, Field(description="leave out for the last plan of this conversation")] = None,
) -> ToolOutput:
    """Starts the training of a plan. It waits for the person's yes.

    The same plan is never trained twice: a second call gives the training that is there.
    """
    return started(context, find_plan(context, plan_id))


def started(context: ToolContext, stored: StoredPlan) -> ToolOutput:
    """The plan's training, begun if it is not there yet. Raises NotFound, and Conflict where it has ended in vain."""
    _data_of(context, stored)
    run, is_new = context.workspace.runs.create(stored, context.conversation_id)
    if is_new:
        context.workspace.queue.submit_run(run.id)
    else:
        _refuse_ended(run)
    output = _status(context, run)
    return output.model_copy(update={"data": output.data | {"already_started": not is_new}})


@tool()
def run_status(
    context: ToolContext,
    run_id: Annotated[str | None, Field(description="leave out for the newest training of this conversation")] = None,
) -> ToolOutput:
    """Says how a training is going: how far it is, how long it still takes, the best score so far."""
    return _status(context, find_run(context, run_id, statuses=(RunStatus.RUNNING, RunStatus.QUEUED)))


@tool()
def cancel_run(
    context: ToolContext,
    run_id: Annotated[str | None, Field(description="leave out for the training that is going on")] = None,
) -> ToolOutput:
    """Stops a training that waits or is going on. Nothing of it is kept. Stopping twice does no harm."""
    run = find_run(context, run_id, statuses=(RunStatus.RUNNING, RunStatus.QUEUED))
    had_ended = run.status.ended
    if not had_ended:
        run = context.workspace.runs.request_cancel(run.id)
    output = _status(context, run)
    note = "it had ended already" if had_ended else "asked to stop"
    return output.model_copy(update={"data": output.data | {"note": note}})


@tool()
def list_runs(context: ToolContext) -> ToolOutput:
    """Lists the trainings of this person, newest first, with their results."""
    found = context.workspace.runs.list()
    if not found:
        question = "There is no training yet. Upload a file, or start with an example: it takes a minute."
        return ToolOutput(
            data={"runs": [], "count": 0},
            cards=[RunsCard(runs=[]).card("No trainings yet")],
            ask=ask(question, UPLOAD, button("Show me with an example", "load_sample")),
        )
    names = {d.id: d.name for d in context.workspace.datasets.list()}
    newest = next((r.id for r in found if r.conversation_id == context.conversation_id), None)
    rows = [
        run_row(r, names.get(r.plan.dataset_id, "deleted data"), current=r.id == newest) for r in found[:_MAX_LISTED]
    ]
    listed: list[JsonValue] = [
        {"run_id": row.run_id, "data": quote(row.name, 80), "status": row.status, "accuracy": row.score}
        for row in rows[:20]
    ]
    good = sum(r.status is RunStatus.SUCCEEDED for r in found)
    going = sum(not r.status.ended for r in found)
    title = f"{count(len(found), 'training')}: {good} finished" + (f", {going} going on" if going else "")
    card = RunsCard(runs=rows, hidden=max(0, len(found) - _MAX_LISTED))
    return ToolOutput(data={"count": len(found), "runs": listed}, cards=[card.card(title)])


def _status(context: ToolContext, run: Run) -> ToolOutput:
    card = progress_card(run, story_of(context.workspace, run.id))
    data: dict[str, JsonValue] = {
        "run_id": run.id,
        "status": card.status,
        "fraction": round(card.fraction, 3),
        "eta_seconds": card.eta_seconds,
        "elapsed_seconds": card.elapsed_seconds,
        "message": quote(card.message, 300),
        "method": card.recipe_title,
        "best": card.best,
        "metric": card.metric,
        "stopping": card.cancel_requested,
        "model_id": card.model_id,
    }
    if card.failure:
        data["failure"] = {
            "code": card.failure.code,
            "message": quote(card.failure.message, 300),
            "next_step": quote(card.failure.next_step, 300),
        }
    done = run.status is RunStatus.SUCCEEDED
    return ToolOutput(
        data=data, cards=[card.card(progress_title(card))], ask=_after(run), stage="check" if done else "train"
    )


def _after(run: Run) -> Asked | None:
    """What to do next, where the run has ended."""
    if run.status is RunStatus.SUCCEEDED:
        result = button("Show the result", "explain_results", primary=True, run_id=run.id)
        return ask("The training has finished.", result, button("Try it", "try_model"))
    if run.status.ended:
        if run.status is RunStatus.FAILED:
            why = button("What went wrong?", "diagnose_problem", primary=True, run_id=run.id)
            return ask(
                "The training did not work out.", why, button("Change the plan", "revise_plan", plan_id=run.plan_id)
            )
        again = button("Plan it again", "propose_plan", primary=True, dataset_id=run.plan.dataset_id)
        return ask("How would you like to go on?", again, button("Change the plan", "revise_plan", plan_id=run.plan_id))
    return None


def _data_of(context: ToolContext, stored: StoredPlan) -> Dataset:
    try:
        if stored.plan.test_dataset_id:
            context.workspace.datasets.get(stored.plan.test_dataset_id)
        return context.workspace.datasets.get(stored.plan.dataset_id)
    except NotFound as exc:
        raise dataset_gone() from exc


def _refuse_ended(run: Run) -> None:
    if run.status in (RunStatus.FAILED, RunStatus.CANCELLED):
        raise Conflict(
            "PLAN_ALREADY_RUN",
            "This plan was started before, and that training has ended without a result.",
            "Ask for the plan again to start anew.",
        )

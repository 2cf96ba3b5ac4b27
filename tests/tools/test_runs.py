"""Trainings: started once, watched, stopped, listed."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.fakes import FakeQueue
from tests.tools.conftest import Call, Worker, mails
from tools.cards import ProgressCard, RunsCard
from tools.context import ToolContext
from tools.registry import all_tools
from tools.run_card import progress_card
from tools.run_story import story_of, thinned
from tools.runs import run_view
from workspace.dataset import Dataset
from workspace.errors import Conflict, NotFound
from workspace.home import Workspace
from workspace.run import Cancelled, Failure, MetricLogged, Progressed, Run

Load = Callable[..., Dataset]


@pytest.fixture
def launched(call: Call, load: Load) -> str:
    """The id of a run that waits for a worker."""
    load(mails())
    call("propose_plan")
    return str(call("launch_training").data["run_id"])


def step(fraction: float, eta: float | None = None, recipe: str = "linear", best: float | None = None) -> Progressed:
    return Progressed(
        stage="train", message="Counting words", fraction=fraction, eta_seconds=eta, recipe=recipe, best=best
    )


def test_what_will_happen_is_described_for_approval(call: Call, load: Load, context: ToolContext) -> None:
    load(mails(), name="mails Q3.csv")
    plan = call("propose_plan", budget_seconds=60).data
    tool = all_tools()["launch_training"]
    assert tool.describe is not None
    request = tool.describe(context, tool.validate({"plan_id": plan["plan_id"]}))
    assert "“mails Q3” (90 rows)" in request.text
    assert "60 seconds at most" in request.text
    assert request.fingerprint == plan["hash"]


def test_two_browsers_start_one_training(call: Call, launched: str, queue: FakeQueue, context: ToolContext) -> None:
    again = call("launch_training")
    assert again.data["run_id"] == launched
    assert again.data["already_started"] is True
    assert queue.submitted == [launched]
    assert len(context.workspace.runs.list()) == 1
    assert context.workspace.runs.get(launched).conversation_id == context.conversation_id


def test_a_plan_that_ended_without_result_is_not_started_again(call: Call, launched: str, worker: Worker) -> None:
    worker.fail(launched, Failure(code="CPU_OOM", message="The computer ran out of memory."))
    with pytest.raises(Conflict) as caught:
        call("launch_training")
    assert caught.value.code == "PLAN_ALREADY_RUN"
    call("propose_plan")
    assert call("launch_training").data["run_id"] != launched


def test_the_view_follows_the_events(launched: str, worker: Worker, workspace: Workspace) -> None:
    assert run_view(workspace, launched).message == "Waiting for a free worker."
    lease = worker.claim(launched)
    assert run_view(workspace, launched).status == "running"
    worker.tell(lease, step(0.2, 40.0))
    worker.tell(lease, *(MetricLogged(recipe="linear", name="valid_macro_f1", step=i, value=i / 10) for i in (6, 8, 7)))
    worker.tell(lease, step(0.6, 12.0, "embed", best=0.8))
    view = run_view(workspace, launched)
    assert (view.stage, view.message, view.fraction, view.best) == ("train", "Counting words", 0.6, 0.8)
    assert view.eta_seconds is not None
    assert 0 < view.eta_seconds <= 12
    assert [(t.recipe, t.score, t.best, t.note) for t in view.tried] == [
        ("linear", 0.8, True, ""),
        ("embed", None, False, "being tried"),
    ]
    assert view.curves == {"linear/valid_macro_f1": [(6, 0.6), (8, 0.8), (7, 0.7)]}
    assert "reached 0.80 after 3 checks" in view.curve_sentence
    assert view.can_cancel
    assert ProgressCard.of(view.model_dump(mode="json")) == view


def test_only_new_events_are_read(
    launched: str, worker: Worker, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = worker.claim(launched)
    worker.tell(lease, step(0.1))
    story_of(workspace, launched)
    read = type(workspace.runs).events
    asked: list[int] = []

    def spy(self: object, run_id: str, after: int = 0, kinds: tuple[str, ...] = ()) -> object:
        asked.append(after)
        return read(workspace.runs, run_id, after, kinds)

    monkeypatch.setattr(type(workspace.runs), "events", spy)
    worker.tell(lease, step(0.4))
    assert run_view(workspace, launched).fraction == 0.4
    assert asked == [3]


def test_a_view_never_changes_the_next_one(launched: str, worker: Worker, workspace: Workspace) -> None:
    lease = worker.claim(launched)
    worker.tell(lease, MetricLogged(recipe="linear", name="loss", step=1, value=2.0))
    story = story_of(workspace, launched)
    story.curves["linear/loss"].append((9, 9.0))
    story.recipes.append("other")
    assert run_view(workspace, launched).curves == {"linear/loss": [(1, 2.0)]}
    assert [t.recipe for t in run_view(workspace, launched).tried] == ["linear"]


def test_a_long_wait_is_explained(launched: str, workspace: Workspace) -> None:
    run = workspace.runs.get(launched)
    card = progress_card(run, story_of(workspace, launched), run.created_at + timedelta(seconds=40))
    assert "for 40 seconds" in card.message
    assert "mtw doctor" in card.message


def test_going_on_after_an_interruption_is_said(launched: str, worker: Worker, workspace: Workspace) -> None:
    lease = worker.claim(launched)
    worker.tell(lease, step(0.5))
    worker.log.release(lease, "The worker was restarted.", count_attempt=True)
    assert run_view(workspace, launched).message == "The worker was restarted."
    worker.claim(launched)
    view = run_view(workspace, launched)
    assert "interruption (start 2)" in view.message
    assert view.fraction == 0.5


def test_time_left_shrinks_with_the_clock_and_never_below_zero(
    launched: str, worker: Worker, workspace: Workspace
) -> None:
    worker.tell(worker.claim(launched), step(0.5, 10.0))
    story = story_of(workspace, launched)
    assert story.last_at is not None
    run = workspace.runs.get(launched)
    assert progress_card(run, story, story.last_at + timedelta(seconds=4)).eta_seconds == 6.0
    assert progress_card(run, story, story.last_at + timedelta(seconds=99)).eta_seconds == 0.0


def test_a_failure_is_shown_with_what_to_do(call: Call, launched: str, worker: Worker) -> None:
    worker.fail(launched, Failure(code="CPU_OOM", message="The computer ran out of memory.", next_step="Take less."))
    output = call("run_status")
    view = ProgressCard.of(output.cards[0].data)
    assert view.status == "failed"
    assert view.failure is not None
    assert (view.failure.code, view.failure.next_step) == ("CPU_OOM", "Take less.")
    assert output.cards[0].title == "The computer ran out of memory."
    assert output.ask is not None
    with pytest.raises(Conflict, match="ran out of memory"):
        call("explain_results")


def test_stopping_is_asked_once_and_again_without_harm(
    call: Call, launched: str, worker: Worker, workspace: Workspace
) -> None:
    lease = worker.claim(launched)
    assert call("cancel_run").data["stopping"] is True
    assert call("cancel_run").data["note"] == "asked to stop"
    assert workspace.runs.get(launched).cancel_requested
    assert run_view(workspace, launched).message == "Stopping."
    assert not run_view(workspace, launched).can_cancel
    worker.tell(lease, Cancelled())
    output = call("cancel_run")
    assert output.data["note"] == "it had ended already"
    assert output.data["status"] == "cancelled"


def test_stop_means_the_one_that_goes_on_not_the_newest(
    call: Call, load: Load, worker: Worker, workspace: Workspace
) -> None:
    load(mails())
    call("propose_plan")
    first = str(call("launch_training").data["run_id"])
    worker.claim(first)
    call("propose_plan", seed=3)
    second = str(call("launch_training").data["run_id"])
    worker.fail(second, Failure(code="X", message="It broke."))
    assert call("cancel_run").data["run_id"] == first


def test_the_list_names_results_and_reasons(call: Call, trained: Callable[..., Run], worker: Worker) -> None:
    trained()
    call("propose_plan", seed=5)
    worker.fail(str(call("launch_training").data["run_id"]), Failure(code="DISK_FULL", message="The disk is full."))
    output = call("list_runs")
    rows = RunsCard.of(output.cards[0].data).runs
    assert [(r.status, r.headline, r.current) for r in rows] == [
        ("failed", "The disk is full.", True),
        ("succeeded", "90 of 100 unseen texts right", False),
    ]
    assert output.cards[0].title == "2 trainings: 1 finished"


def test_another_owner_sees_no_run(launched: str, call: Call, workspace_of: Callable[[str], Workspace]) -> None:
    stranger = ToolContext(workspace_of("usr_b"))
    for name in ("run_status", "cancel_run", "explain_results", "show_mistakes"):
        with pytest.raises(NotFound):
            call(name, stranger, run_id=launched)
    with pytest.raises(NotFound):
        run_view(stranger.workspace, launched)
    assert not stranger.workspace.runs.list()


def test_long_curves_are_thinned_evenly() -> None:
    points = [(i, float(i)) for i in range(5_000)]
    short = thinned(points)
    assert len(short) == 200
    assert (short[0], short[-1]) == (points[0], points[-1])
    gaps = [b[0] - a[0] for a, b in itertools.pairwise(short)]
    assert max(gaps) - min(gaps) <= 1
    assert thinned(points[:50]) == points[:50]


def test_many_clicks_at_the_same_moment_start_one_training(
    call: Call, load: Load, queue: FakeQueue, context: ToolContext
) -> None:
    load(mails())
    plan = str(call("propose_plan").data["plan_id"])
    with ThreadPoolExecutor(8) as pool:
        outputs = list(pool.map(lambda _: call("launch_training", plan_id=plan), range(8)))
    assert len({output.data["run_id"] for output in outputs}) == 1
    assert sum(not output.data["already_started"] for output in outputs) == 1
    assert len(queue.submitted) == 1
    assert len(context.workspace.runs.list()) == 1

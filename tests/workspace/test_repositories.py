"""What a user owns comes back as it was written, newest first, and belongs to nobody else."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.workspace.conftest import WorkspaceOf
from tests.workspace.samples import a_dataset, a_model, a_plan
from workspace.errors import Conflict, NotFound
from workspace.events import AssistantSaid, TurnEnded, UserSaid
from workspace.run import Queued, RunStatus


def test_datasets_come_back_whole_and_newest_first(owner: WorkspaceOf) -> None:
    mine = owner("usr_a").datasets
    old = a_dataset("usr_a", created_at=datetime.now(UTC) - timedelta(days=1))
    new = a_dataset("usr_a", conversation_id="c", parent_id=old.id, version=2)
    for dataset in (new, old):
        mine.add(dataset)
    assert mine.get(old.id) == old
    assert mine.list() == [new, old]
    assert mine.list("c") == [new]


def test_what_belongs_to_others_does_not_exist(owner: WorkspaceOf) -> None:
    theirs, mine = owner("usr_b"), owner("usr_a")
    dataset = a_dataset("usr_b")
    theirs.datasets.add(dataset)
    plan = theirs.plans.add(a_plan(dataset.id), "c")
    run, _ = theirs.runs.create(plan, "c")
    model = a_model("usr_b", run.id)
    theirs.models.add(model)
    conversation = theirs.transcripts.create("web")
    for look in (
        lambda: mine.datasets.get(dataset.id),
        lambda: mine.datasets.delete(dataset.id),
        lambda: mine.plans.get(plan.id),
        lambda: mine.runs.get(run.id),
        lambda: mine.runs.request_cancel(run.id),
        lambda: mine.models.get(model.id),
        lambda: mine.transcripts.head(conversation.id),
        lambda: mine.transcripts.load(conversation.id),
        lambda: mine.transcripts.append(conversation.id, [UserSaid(text="x")]),
        lambda: mine.transcripts.rename(conversation.id, "x"),
        lambda: mine.transcripts.delete(conversation.id),
        lambda: mine.feedback.put(conversation.id, 1, 1),
    ):
        with pytest.raises(NotFound):
            look()
    assert [mine.datasets.list(), mine.runs.list(), mine.models.list(), mine.transcripts.list()] == [[], [], [], []]
    assert mine.runs.events(run.id) == []
    assert mine.plans.latest("c") is None
    assert mine.models.of_run(run.id) is None
    assert mine.runs.claim_report(run.id) is False
    assert theirs.runs.get(run.id).cancel_requested is False
    assert theirs.transcripts.load(conversation.id).events == []


def test_a_dataset_in_training_cannot_be_deleted(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    used, free = a_dataset("usr_a"), a_dataset("usr_a")
    for dataset in (used, free):
        mine.datasets.add(dataset)
    mine.runs.create(mine.plans.add(a_plan(used.id)))
    with pytest.raises(Conflict) as caught:
        mine.datasets.delete(used.id)
    assert caught.value.code == "DATASET_IN_USE"
    mine.datasets.delete(free.id)
    assert mine.datasets.list() == [used]


def test_latest_plan_of_a_conversation(owner: WorkspaceOf) -> None:
    plans = owner("usr_a").plans
    first = plans.add(a_plan(), "c")
    second = plans.add(a_plan(seed=7), "c", parent_id=first.id)
    assert plans.latest("c") == second
    assert plans.get(first.id) == first
    assert plans.latest("other") is None


def test_run_starts_queued_with_its_first_event(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    run, new = mine.runs.create(mine.plans.add(a_plan()), "c")
    assert new is True
    assert (run.status, run.attempt, run.plan) == (RunStatus.QUEUED, 0, a_plan())
    assert [(e.seq, e.event) for e in mine.runs.events(run.id)] == [(1, Queued())]
    assert mine.runs.events(run.id, after=1) == []
    assert mine.runs.events(run.id, kinds=["succeeded"]) == []


def test_two_starts_of_a_plan_at_once_make_one_run(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    plan = mine.plans.add(a_plan())
    gate = threading.Barrier(6)

    def start(_: int) -> tuple[str, bool]:
        gate.wait()
        run, new = mine.runs.create(plan)
        return run.id, new

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(start, range(6)))
    assert len({run_id for run_id, _ in answers}) == 1
    assert [new for _, new in answers].count(True) == 1
    assert len(mine.runs.list()) == 1


def test_end_of_a_run_is_told_once(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    run, _ = mine.runs.create(mine.plans.add(a_plan()), "c")
    silent, _ = mine.runs.create(mine.plans.add(a_plan(seed=1)))
    assert [r.id for r in mine.runs.unreported()] == [run.id]
    assert [mine.runs.claim_report(run.id) for _ in range(3)] == [True, False, False]
    assert mine.runs.unreported() == []
    assert {r.id for r in mine.runs.list()} == {run.id, silent.id}
    assert [r.id for r in mine.runs.list("c")] == [run.id]


def test_models(owner: WorkspaceOf) -> None:
    mine = owner("usr_a").models
    old = a_model("usr_a", "run_1", created_at=datetime.now(UTC) - timedelta(hours=1))
    new = a_model("usr_a", "run_2")
    for model in (new, old, new):  # a worker that died between two steps adds its model again
        mine.add(model)
    assert mine.list() == [new, old]
    assert mine.of_run("run_1") == old
    assert mine.of_run("run_3") is None


def test_events_of_a_conversation_are_numbered_without_gaps(owner: WorkspaceOf) -> None:
    transcripts = owner("usr_a").transcripts
    conversation = transcripts.create("web", title="mails")

    def say(number: int) -> None:
        transcripts.append(conversation.id, [UserSaid(text=str(number)), AssistantSaid(text="<b>ü</b>")])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(say, range(20)))
    stored = transcripts.load(conversation.id).events
    assert [e.seq for e in stored] == list(range(1, 41))
    said = [e.event.text for e in stored if isinstance(e.event, UserSaid)]
    assert sorted(said, key=int) == [str(n) for n in range(20)]
    # What one call appends stays together.
    assert [e.event.kind for e in stored] == ["user_said", "assistant_said"] * 20
    assert [e.seq for e in transcripts.load(conversation.id, after=38).events] == [39, 40]
    assert transcripts.append(conversation.id, []) == []


def test_conversations_are_listed_by_last_use_and_found_by_title(owner: WorkspaceOf) -> None:
    transcripts = owner("usr_a").transcripts
    first, second, third = (transcripts.create("web", title=t) for t in ("Mails 100 %", "Reviews", "more mails"))
    transcripts.append(first.id, [TurnEnded()])
    assert [c.id for c in transcripts.list()] == [first.id, third.id, second.id]
    assert [c.id for c in transcripts.list(search="MAILS")] == [first.id, third.id]
    assert [c.id for c in transcripts.list(search="0 %")] == [first.id]
    assert transcripts.list(search="_") == []
    assert [c.id for c in transcripts.list(limit=1)] == [first.id]
    assert [c.id for c in transcripts.list(before=transcripts.head(first.id).updated_at)] == [third.id, second.id]


def test_conversation_ids_are_taken_once_for_all_owners(owner: WorkspaceOf) -> None:
    conversation = owner("usr_a").transcripts.create("web")
    for owner_id in ("usr_a", "usr_b"):
        with pytest.raises(Conflict):
            owner(owner_id).transcripts.create("web", conversation.id)


def test_deleting_a_conversation_takes_its_events_and_feedback(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    conversation = mine.transcripts.create("web")
    mine.transcripts.append(conversation.id, [AssistantSaid(text="x")])
    mine.feedback.put(conversation.id, 1, 1)
    mine.transcripts.delete(conversation.id)
    assert mine.transcripts.list() == []
    assert mine.feedback.of(conversation.id) == {}
    again = mine.transcripts.create("web", conversation.id)
    assert mine.transcripts.load(again.id).events == []


def test_feedback_is_replaced_and_deleted_by_its_owner_only(owner: WorkspaceOf) -> None:
    mine, theirs = owner("usr_a"), owner("usr_b")
    conversation = mine.transcripts.create("web")
    first = mine.feedback.put(conversation.id, 3, 1)
    assert mine.feedback.put(conversation.id, 3, 0, "no") == first
    found = mine.feedback.of(conversation.id)
    assert [(f.value, f.comment) for f in found.values()] == [(0, "no")]
    assert theirs.feedback.delete(first) is False
    assert theirs.feedback.of(conversation.id) == {}
    assert mine.feedback.delete(first) is True
    assert mine.feedback.delete(first) is False


def test_titles_are_cut(owner: WorkspaceOf) -> None:
    transcripts = owner("usr_a").transcripts
    conversation = transcripts.create("web")
    transcripts.rename(conversation.id, "x" * 500)
    assert transcripts.head(conversation.id).title == "x" * 200

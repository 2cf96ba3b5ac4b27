"""Analyses as their owner sees them, and their lane beside the trainings."""

import pytest

from tests.workspace.conftest import WorkspaceOf
from tests.workspace.samples import a_dataset, a_plan
from workspace.analysis import Analysis, AnalysisJob
from workspace.errors import NotFound
from workspace.home import Workspace
from workspace.run import Analysed, Cancelled, Failed, Failure, RunStatus
from workspace.run_log import Lease, RunLog

SECONDS = 60.0


def a_job(dataset_id: str = "ds_1", **args: int) -> AnalysisJob:
    return AnalysisJob(kind="check", dataset_id=dataset_id, text=("text",), label="label", args=dict(args))


def claim(workspace: Workspace, analysis: Analysis) -> Lease:
    lease = RunLog(workspace.engine).claim(analysis.id, "w1", SECONDS, 3)
    assert lease is not None
    return lease


def test_the_same_job_is_done_once(owner: WorkspaceOf) -> None:
    mine, theirs = owner("usr_a"), owner("usr_b")
    first, is_new = mine.analyses.start(a_job(), "c")
    assert (is_new, first.status, first.job) == (True, RunStatus.QUEUED, a_job())
    assert mine.analyses.start(a_job(), "c2") == (first, False)
    assert mine.analyses.start(a_job(seconds=3))[1]
    assert theirs.analyses.start(a_job())[1]
    RunLog(mine.engine).append(claim(mine, first), Analysed(result={"problems": 2}))
    done, is_new = mine.analyses.start(a_job())
    assert (done.id, done.status, done.result, is_new) == (first.id, RunStatus.SUCCEEDED, {"problems": 2}, False)


def test_one_that_came_to_nothing_makes_way(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    for end in (Cancelled(), Failed(failure=Failure(code="CPU_OOM", message="m"))):
        analysis, is_new = mine.analyses.start(a_job())
        assert is_new
        RunLog(mine.engine).append(claim(mine, analysis), end)
    assert mine.analyses.start(a_job())[1]
    assert len(mine.analyses.list()) == 3


def test_trainings_and_analyses_are_listed_apart(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    run, _ = mine.runs.create(mine.plans.add(a_plan()), "c")
    analysis, _ = mine.analyses.start(a_job(), "c")
    assert [r.id for r in mine.runs.list("c")] == [r.id for r in mine.runs.unreported()] == [run.id]
    assert [a.id for a in mine.analyses.list("c")] == [a.id for a in mine.analyses.unreported()] == [analysis.id]
    assert mine.analyses.list(dataset_id="ds_2") == []
    with pytest.raises(NotFound):
        mine.runs.get(analysis.id)
    with pytest.raises(NotFound):
        mine.analyses.get(run.id)
    with pytest.raises(NotFound):
        owner("usr_b").analyses.get(analysis.id)


def test_an_analysis_takes_no_training_s_place(owner: WorkspaceOf) -> None:
    mine, theirs = owner("usr_a"), owner("usr_b")
    log = RunLog(mine.engine)
    analysis, _ = theirs.analyses.start(a_job())
    assert log.next_analysis() == analysis.id
    assert log.orphans() == []
    lease = claim(theirs, analysis)
    run, _ = mine.runs.create(mine.plans.add(a_plan()))
    assert log.live() == 0
    assert log.claim(run.id, "w2", SECONDS, 3, max_parallel=1) is not None
    assert not log.must_give_way(lease)  # it is another person's training


def test_one_analysis_at_a_time(owner: WorkspaceOf) -> None:
    mine, theirs = owner("usr_a"), owner("usr_b")
    log = RunLog(mine.engine)
    first, second = mine.analyses.start(a_job())[0], theirs.analyses.start(a_job())[0]
    lease = claim(mine, first)
    assert log.next_analysis() is None
    assert log.claim(second.id, "w2", SECONDS, 3) is None
    log.append(lease, Analysed())
    assert log.next_analysis() == second.id
    assert log.claim(second.id, "w2", SECONDS, 3) is not None


def test_an_analysis_gives_way_to_a_training_of_its_owner(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    log = RunLog(mine.engine)
    analysis, _ = mine.analyses.start(a_job())
    lease = claim(mine, analysis)
    run, _ = mine.runs.create(mine.plans.add(a_plan()))
    assert not log.must_give_way(lease)
    training = log.claim(run.id, "w2", SECONDS, 3, max_parallel=1)
    assert training is not None
    assert not log.must_give_way(training)
    assert log.must_give_way(lease)
    log.release(lease, "later")
    assert log.next_analysis() is None
    assert log.claim(analysis.id, "w1", SECONDS, 3) is None
    log.append(training, Cancelled())
    assert log.next_analysis() == analysis.id
    assert claim(mine, analysis).run.attempt == 1


def test_deleted_data_takes_its_analyses_along(owner: WorkspaceOf) -> None:
    mine = owner("usr_a")
    dataset = a_dataset("usr_a")
    mine.datasets.add(dataset)
    done, _ = mine.analyses.start(a_job(dataset.id))
    RunLog(mine.engine).append(claim(mine, done), Analysed())
    waiting, _ = mine.analyses.start(a_job(dataset.id, seconds=1))
    other, _ = mine.analyses.start(a_job())
    mine.datasets.delete(dataset.id)
    assert {a.id: a.cancel_requested for a in mine.analyses.list()} == {waiting.id: True, other.id: False}
    assert mine.analyses.events(done.id) == []

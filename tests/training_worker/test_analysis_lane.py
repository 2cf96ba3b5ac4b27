"""Analyses with real processes, signals, leases and storage; only the analysis itself counts."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.training_worker.runs import ended, stored_dataset, stored_run, wait_for
from training_worker.supervision import Foreman
from workspace.analysis import Analysis, AnalysisJob
from workspace.dataset import Dataset
from workspace.findings import Finding, read_findings, write_findings
from workspace.home import Workspace
from workspace.run import RunStatus
from workspace.versions import findings_key


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    return stored_dataset(workspace)


def started(workspace: Workspace, dataset: Dataset, steps: int, kind: str = "count") -> Analysis:
    job = AnalysisJob(kind=kind, dataset_id=dataset.id, text=("text",), label="label", args={"steps": steps})
    return workspace.analyses.start(job)[0]


def counting(workspace: Workspace, analysis: Analysis) -> None:
    wait_for(lambda: bool(workspace.analyses.events(analysis.id, kinds=["progressed"])[1:]), "counting")


def test_what_was_found_is_kept_with_the_data(workspace: Workspace, dataset: Dataset, foreman: Foreman) -> None:
    key = findings_key(workspace, dataset)
    with workspace.storage.as_file(dataset.table_key) as table:
        old = table.with_name("old.parquet")
        write_findings([Finding(code="RAGGED_ROWS", row=1), Finding(code="COUNTED", row=9)], old)
        workspace.storage.put_file(old, key)
    analysis = started(workspace, dataset, 3)
    assert foreman.train(analysis.id)
    done = workspace.analyses.get(analysis.id)
    assert (done.status, done.failure) == (RunStatus.SUCCEEDED, None)
    assert done.result is not None
    assert (done.result["steps"], done.result["dataset_id"]) == (3, dataset.id)
    assert workspace.storage.exists(str(done.result["table_key"]))
    check = workspace.datasets.get(dataset.id).check
    assert check is not None
    assert check.rows_checked == 3
    with workspace.storage.as_file(key) as file:
        assert [(f.code, f.row) for f in read_findings(file)] == [("RAGGED_ROWS", 1), ("COUNTED", 0)]
    kinds = [e.event.kind for e in workspace.analyses.events(analysis.id)]
    assert (kinds[:2], kinds[-1]) == (["queued", "started"], "analysed")


def test_a_sweep_takes_it_beside_a_training(workspace: Workspace, dataset: Dataset, foreman: Foreman) -> None:
    other = Workspace("usr_other", workspace.settings, workspace.queue)
    analysis = started(other, stored_dataset(other), 500)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(foreman.train, analysis.id)
        counting(other, analysis)
        run = stored_run(workspace, dataset, steps=2)
        assert foreman.train(run.id)
        assert ended(workspace, run).status is RunStatus.SUCCEEDED
        assert other.analyses.get(analysis.id).status is RunStatus.RUNNING
        other.analyses.request_cancel(analysis.id)
        running.result()
    assert other.analyses.get(analysis.id).status is RunStatus.CANCELLED
    assert other.datasets.list()[0].check is None


def test_it_gives_way_to_a_training_of_its_owner_and_comes_back(
    workspace: Workspace, dataset: Dataset, foreman: Foreman
) -> None:
    analysis = started(workspace, dataset, 150)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(foreman.train, analysis.id)
        counting(workspace, analysis)
        run = stored_run(workspace, dataset, steps=100)
        assert foreman.train(run.id)
        running.result()
    assert workspace.analyses.get(analysis.id).status is RunStatus.QUEUED
    reasons = [e.event.reason for e in workspace.analyses.events(analysis.id) if e.event.kind == "queued"]
    assert reasons == ["", "A training goes first; this goes on when it has ended."]

    def ended_by_the_sweep() -> bool:
        foreman.sweep()
        return workspace.analyses.get(analysis.id).status.ended

    wait_for(ended_by_the_sweep, "the end of the analysis")
    assert workspace.analyses.get(analysis.id).status is RunStatus.SUCCEEDED
    assert workspace.analyses.get(analysis.id).attempt == 1


def test_data_that_was_deleted_meanwhile_leaves_nothing(
    workspace: Workspace, dataset: Dataset, foreman: Foreman
) -> None:
    analysis = started(workspace, dataset, 5)
    workspace.datasets.delete(dataset.id)
    workspace.storage.delete(workspace.storage.key("datasets", dataset.id))
    foreman.train(analysis.id)
    assert workspace.analyses.get(analysis.id).status is RunStatus.CANCELLED
    again = started(workspace, dataset, 5)
    foreman.train(again.id)
    failure = workspace.analyses.get(again.id).failure
    assert failure is not None
    assert failure.code == "DATASET_NOT_FOUND"
    assert workspace.storage.list(workspace.storage.key("datasets")) == []


def test_an_unknown_kind_is_said_to_be_so(workspace: Workspace, dataset: Dataset, foreman: Foreman) -> None:
    analysis = started(workspace, dataset, 1, kind="horoscope")
    foreman.train(analysis.id)
    failure = workspace.analyses.get(analysis.id).failure
    assert failure is not None
    assert failure.code == "ANALYSIS_UNKNOWN"

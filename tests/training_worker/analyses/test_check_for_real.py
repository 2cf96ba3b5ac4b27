"""A closer look by the worker's own processes with the real starter model, and the training that comes after it."""

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.training_worker.runs import ended, events_of, stored_dataset, stored_run
from tests.training_worker.samples import banking
from training_worker.nursery import Nursery
from training_worker.supervision import Foreman
from workspace.analysis import AnalysisJob
from workspace.dataset import Dataset, TaskKind
from workspace.findings import read_findings
from workspace.home import Workspace
from workspace.run import RunStatus
from workspace.versions import findings_key

pytestmark = pytest.mark.slow


def with_wrong_labels(workspace: Workspace) -> tuple[Dataset, list[str], set[int]]:
    """The banking sample with 8 % of its labels exchanged; the right labels, and which rows are wrong."""
    texts, right = banking()
    pick = random.Random(5)
    wrong = set(pick.sample(range(len(texts)), len(texts) * 8 // 100))
    names = sorted(set(right))
    given = [pick.choice([n for n in names if n != label]) if i in wrong else label for i, label in enumerate(right)]
    dataset = stored_dataset(workspace)
    with workspace.storage.write(dataset.table_key) as file:
        pq.write_table(pa.table({"text": texts, "label": given}), file)
    return dataset, right, wrong


def test_wrong_labels_are_found_and_the_training_after_it_reads_nothing_again(workspace: Workspace) -> None:
    dataset, right, wrong = with_wrong_labels(workspace)
    job = AnalysisJob(kind="check", dataset_id=dataset.id, text=("text",), label="label", args={"seconds": 120})
    analysis, _ = workspace.analyses.start(job)
    foreman = Foreman(workspace.settings, Nursery())
    assert foreman.train(analysis.id)
    done = workspace.analyses.get(analysis.id)
    assert (done.status, done.failure) == (RunStatus.SUCCEEDED, None)

    with workspace.storage.as_file(findings_key(workspace, dataset)) as file:
        found = read_findings(file, "SUSPICIOUS_LABELS")
    hits = [f for f in found if f.row in wrong]
    assert len(hits) >= 0.6 * len(found)
    assert len(hits) >= 0.6 * len(wrong)
    assert sum(f.suggestion == right[f.row] for f in hits) >= 0.9 * len(hits)
    assert {f.column for f in found} == {"label"}
    scores = [f.score or 0 for f in found]
    assert scores == sorted(scores, reverse=True)

    check = workspace.datasets.get(dataset.id).check
    assert check is not None
    assert (check.rows_checked, check.text, check.label) == (240, ["text"], "label")
    assert check.problems[0].code == "SUSPICIOUS_LABELS"
    assert check.problems[0].severity == "warning"
    assert "probably" in check.problems[0].examples[0]
    assert check.verdict is not None
    assert check.verdict.sentence.startswith("A quick model gets")
    assert check.verdict.curve[0].score < check.verdict.curve[-1].score
    # What goes into the events names no text of anybody's rows.
    assert not any(text in str(done.result) for text in banking()[0])

    run = stored_run(workspace, dataset, recipe="embed")
    foreman.train(run.id)
    assert ended(workspace, run).status is RunStatus.SUCCEEDED
    told = [e.message for e in events_of(workspace, run, "progressed") if e.kind == "progressed"]
    assert not any(message.startswith("Reading") and "with all-MiniLM" in message for message in told)
    foreman.stop()
    foreman.join()


@pytest.mark.long
def test_several_labels_a_text_are_looked_at_too(workspace: Workspace) -> None:
    texts, labels = banking()
    # Two questions in one text, with both of their labels; of every tenth text one is missing.
    asked = list(zip(texts, labels, texts[61:] + texts[:61], labels[61:] + labels[:61], strict=True))
    right = [sorted({one, other}) for _, one, _, other in asked]
    wrong = {i for i in range(0, len(asked), 10) if len(right[i]) == 2}
    cells = ["; ".join(both[:1] if i in wrong else both) for i, both in enumerate(right)]
    dataset = stored_dataset(workspace)
    with workspace.storage.write(dataset.table_key) as file:
        pq.write_table(pa.table({"text": [f"{a} {b}" for a, _, b, _ in asked], "topics": cells}), file)
    job = AnalysisJob(
        kind="check",
        dataset_id=dataset.id,
        text=("text",),
        label="topics",
        task=TaskKind.MULTILABEL,
        args={"seconds": 120, "separator": ";"},
    )
    analysis, _ = workspace.analyses.start(job)
    foreman = Foreman(workspace.settings, Nursery())
    assert foreman.train(analysis.id)
    assert workspace.analyses.get(analysis.id).failure is None
    foreman.stop()
    foreman.join()
    with workspace.storage.as_file(findings_key(workspace, dataset)) as file:
        found = read_findings(file, "SUSPICIOUS_LABELS")
    hits = [f for f in found if f.row in wrong]
    assert len(hits) >= 0.5 * len(wrong)
    assert len(hits) >= 0.5 * len(found)
    assert sum((f.suggestion or "").split("; ")[0] == right[f.row][0] for f in hits) >= 0.8 * len(hits)
    check = workspace.datasets.get(dataset.id).check
    assert check is not None
    assert check.verdict is not None
    assert check.verdict.metric == "micro F1"
    assert "score" in check.verdict.sentence
    assert "probably also" in check.problems[0].examples[0]


@pytest.mark.long
def test_a_task_that_cannot_be_looked_at_says_so(workspace: Workspace) -> None:
    dataset = stored_dataset(workspace)
    analysis, _ = workspace.analyses.start(AnalysisJob(kind="check", dataset_id=dataset.id, text=("text",)))
    foreman = Foreman(workspace.settings, Nursery())
    foreman.train(analysis.id)
    failure = workspace.analyses.get(analysis.id).failure
    assert failure is not None
    assert failure.code == "CHECK_IMPOSSIBLE"

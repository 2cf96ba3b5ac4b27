"""Helpers of the worker's tests: a stored dataset, a stored run, and waiting for what must happen."""

import random
import time
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq

from workspace.dataset import ColumnProfile, ColumnRole, Dataset, DatasetProfile, TaskGuess, TaskKind
from workspace.home import Workspace
from workspace.ids import new_id
from workspace.plan import SettingValue, TrainingPlan
from workspace.run import Run, RunEvent, RunStatus
from workspace.tables import now

_WORDS = {
    "billing": ["refund", "invoice", "card", "charge", "payment", "receipt"],
    "shipping": ["parcel", "courier", "delivery", "late", "package", "tracking"],
}


def mails(rows: int, seed: int = 7) -> pa.Table:
    """Short messages of two kinds that words tell apart, most of the time."""
    pick = random.Random(seed)
    found = []
    for number in range(rows):
        label = pick.choice(sorted(_WORDS))
        other = pick.choice(sorted(_WORDS))
        words = pick.choices(_WORDS[label], k=3) + pick.choices(_WORDS[other], k=1) + ["order", str(number)]
        pick.shuffle(words)
        found.append({"text": " ".join(words), "label": label})
    return pa.Table.from_pylist(found)


def stored_dataset(workspace: Workspace, rows: int = 20) -> Dataset:
    """A dataset with its table in storage."""
    dataset_id = new_id("ds")
    key = workspace.storage.key("datasets", dataset_id, "table.parquet")
    with workspace.storage.write(key) as file:
        pq.write_table(mails(rows), file)
    column = ColumnProfile(name="text", type="text", role=ColumnRole.TEXT, missing=0, unique=rows, mean_length=30)
    label = ColumnProfile(name="label", type="text", role=ColumnRole.LABEL, missing=0, unique=2)
    guess = TaskGuess(kind=TaskKind.CLASSIFICATION, text=["text"], label="label", confidence=1, why="two kinds")
    dataset = Dataset(
        id=dataset_id,
        owner_id=workspace.owner_id,
        name="mails",
        source_name="mails.csv",
        source_key=key,
        table_key=key,
        rows=rows,
        profile=DatasetProfile(format="csv", rows=rows, columns=[column, label], task=guess),
        created_at=now(),
    )
    workspace.datasets.add(dataset)
    return dataset


def stored_run(workspace: Workspace, dataset: Dataset, recipe: str = "auto", **settings: SettingValue) -> Run:
    """A run that waits to be trained."""
    plan = TrainingPlan(
        dataset_id=dataset.id,
        task=TaskKind.CLASSIFICATION,
        text=("text",),
        label="label",
        recipe=recipe,
        settings=settings,
    )
    return workspace.runs.create(workspace.plans.add(plan))[0]


def wait_for(happened: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Returns when it has happened; fails when it takes longer than anything here may take."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError(f"did not happen in {seconds:g} s: {what}")
        time.sleep(0.02)


def ended(workspace: Workspace, run: Run, seconds: float = 120) -> Run:
    """The run when it has ended."""
    wait_for(lambda: workspace.runs.get(run.id).status.ended, f"the end of run {run.id}", seconds)
    return workspace.runs.get(run.id)


def running(workspace: Workspace, run: Run, step: int = 1, seconds: float = 120) -> None:
    """Returns when the run has reported a training step."""

    def begun() -> bool:
        if workspace.runs.get(run.id).status in (RunStatus.FAILED, RunStatus.SUCCEEDED):
            raise AssertionError(f"the run ended too early: {workspace.runs.get(run.id)}")
        events = events_of(workspace, run, "progressed")
        return any(e.kind == "progressed" and e.stage == "train" and e.step >= step for e in events)

    wait_for(begun, f"run {run.id} training at step {step}", seconds)


def events_of(workspace: Workspace, run: Run, *kinds: str) -> list[RunEvent]:
    return [stored.event for stored in workspace.runs.events(run.id, kinds=kinds)]


def kinds_of(workspace: Workspace, run: Run) -> list[str]:
    """The kinds of the run's events that are no progress, in order."""
    return [e.kind for e in events_of(workspace, run) if e.kind not in ("progressed", "metric")]

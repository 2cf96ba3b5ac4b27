"""A conversation to call tools in, files to load, and runs that have ended as the worker ends them."""

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tools.context import ToolContext
from tools.registry import ToolOutput, all_tools
from tools.samples import load_samples
from workspace.dataset import Dataset
from workspace.home import Workspace
from workspace.model import ClassScore, Evaluation, Mistake, RunOutcome, TrainedModel, Tried
from workspace.plan import StoredPlan
from workspace.reading import ingest
from workspace.run import Failed, Failure, MetricLogged, Progressed, Run, RunEvent, Succeeded
from workspace.run_log import Lease, RunLog
from workspace.tables import now

Call = Callable[..., ToolOutput]

CARD = """# mails

## How to use it

```python
import skops.io
model = skops.io.load("model.skops")
```
Needs scikit-learn.
"""


@pytest.fixture
def context(workspace: Workspace) -> ToolContext:
    """A new conversation of the local user."""
    return ToolContext(workspace, workspace.transcripts.create("web").id)


@pytest.fixture
def call(context: ToolContext) -> Call:
    """``call("list_runs")``: as the agent calls it, arguments checked and all."""

    def run(name: str, _context: ToolContext | None = None, /, **arguments: Any) -> ToolOutput:
        tool = all_tools()[name]
        return tool(_context or context, tool.validate(arguments))

    return run


@pytest.fixture
def load(context: ToolContext, tmp_path: Path) -> Callable[..., Dataset]:
    """``load(rows, header)``: a CSV file, uploaded into the conversation."""

    def run(
        rows: Iterable[Iterable[Any]],
        header: Iterable[str] = ("body", "team"),
        name: str = "mails.csv",
        workspace: Workspace | None = None,
    ) -> Dataset:
        path = tmp_path / "upload.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)
        return ingest(workspace or context.workspace, path, name, context.conversation_id)

    return run


def mails(per_team: int = 30, teams: Iterable[str] = ("Billing", "Orders", "Returns")) -> list[tuple[str, str]]:
    """Texts of which no two are the same."""
    return [
        (f"Please help me with my {team.lower()} question number {i}, it is about item {i * 7}.", team)
        for i in range(per_team)
        for team in teams
    ]


def real_texts(count: int) -> list[str]:
    """Questions that people wrote, from the sample that comes with the wizard."""
    with load_samples()["bank_questions"].path.open(encoding="utf-8", newline="") as file:
        return [row["text"] for row, _ in zip(csv.DictReader(file), range(count), strict=False)]


def evaluation_of(confusion: list[list[int]], labels: list[str], **changes: Any) -> Evaluation:
    """An evaluation whose counts all follow from the confusion matrix."""
    rows = sum(map(sum, confusion))
    scores = []
    for i, label in enumerate(labels):
        said, true = sum(row[i] for row in confusion), sum(confusion[i])
        precision, recall = confusion[i][i] / said if said else 0.0, confusion[i][i] / true if true else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        scores.append(ClassScore(label=label, precision=precision, recall=recall, f1=f1, support=true))
    accuracy = sum(confusion[i][i] for i in range(len(labels))) / rows
    means = {name: sum(getattr(s, name) for s in scores) / len(scores) for name in ("precision", "recall", "f1")}
    body: dict[str, Any] = {
        "rows": rows,
        "metrics": {"accuracy": accuracy, "macro_f1": means["f1"], **{k: means[k] for k in ("precision", "recall")}},
        "intervals": {"accuracy": (max(accuracy - 0.03, 0), min(accuracy + 0.02, 1))},
        "baseline": {"accuracy": max(map(sum, confusion)) / rows},
        "per_class": scores,
        "labels": labels,
        "confusion": confusion,
        "mistakes": [
            Mistake(text=f"text {i}", expected=labels[-1], predicted=labels[0], score=0.99 - i / 100) for i in range(12)
        ],
    }
    return Evaluation(**body | changes)


def outcome_of(run: Run, evaluation: Evaluation) -> RunOutcome:
    return RunOutcome(
        model_id=f"mdl_{run.id.removeprefix('run_')}",
        recipe="linear",
        base=None,
        rows={"train": 60, "valid": 12, "test": evaluation.rows},
        evaluation=evaluation,
        tried=[Tried(recipe="linear", score=0.91, seconds=1.5, note="C=1")],
        seconds={"data": 0.1, "train": 1.5, "evaluate": 0.2, "total": 1.8},
        peak_rss_mb=210.0,
    )


class Worker:
    """Does with a run what the worker does: claims it, writes its events, leaves a model behind."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.log = RunLog(workspace.engine)

    def claim(self, run_id: str) -> Lease:
        lease = self.log.claim(run_id, "worker-1", seconds=60, max_attempts=3)
        assert lease is not None
        return lease

    def tell(self, lease: Lease, *events: RunEvent) -> None:
        for event in events:
            self.log.append(lease, event)

    def train(
        self, stored: StoredPlan, evaluation: Evaluation, conversation_id: str | None, name: str = "mails"
    ) -> Run:
        """A run that ends well, with files in storage, a model and the last event, in that order."""
        run, _ = self.workspace.runs.create(stored, conversation_id)
        lease = self.claim(run.id)
        self.tell(
            lease,
            Progressed(stage="train", message="Counting words", fraction=0.5, eta_seconds=2.0, recipe="linear"),
            MetricLogged(recipe="linear", name="valid_macro_f1", step=1, value=0.88),
            MetricLogged(recipe="linear", name="valid_macro_f1", step=2, value=0.91),
        )
        outcome = outcome_of(run, evaluation)
        key = self.workspace.storage.key("models", outcome.model_id)
        for file, content in (("README.md", CARD.encode()), ("model.skops", b"\x00weights" * 999), ("mtw.json", b"{}")):
            with self.workspace.storage.write(f"{key}/{file}") as out:
                out.write(content)
        self.workspace.models.add(
            TrainedModel(
                id=outcome.model_id,
                owner_id=run.owner_id,
                run_id=run.id,
                dataset_id=run.plan.dataset_id,
                name=name,
                task=run.plan.task,
                recipe="linear",
                base=None,
                labels=evaluation.labels,
                artifact_key=key,
                outcome=outcome,
                created_at=now(),
            )
        )
        self.tell(lease, Succeeded(outcome=outcome))
        return self.workspace.runs.get(run.id)

    def fail(self, run_id: str, failure: Failure) -> None:
        self.tell(self.claim(run_id), Failed(failure=failure))


@pytest.fixture
def worker(workspace: Workspace) -> Worker:
    return Worker(workspace)


@pytest.fixture
def trained(context: ToolContext, call: Call, load: Callable[..., Dataset], worker: Worker) -> Callable[..., Run]:
    """``trained()``: a file was uploaded, planned and trained; returns the run."""

    def run(confusion: list[list[int]] | None = None, labels: list[str] | None = None, **changes: Any) -> Run:
        labels = labels or ["Billing", "Orders", "Returns"]
        load(mails(30, labels))
        plan = call("propose_plan").data["plan_id"]
        confusion = confusion or [[40, 0, 0], [1, 29, 0], [2, 7, 21]]
        stored = context.workspace.plans.get(str(plan))
        return worker.train(stored, evaluation_of(confusion, labels, **changes), context.conversation_id)

    return run

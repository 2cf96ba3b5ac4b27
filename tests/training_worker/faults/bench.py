"""One fault in one real training, as a person meets it: it fails, is explained, and goes on after one yes."""

import csv
import random
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes import FakeQueue
from tests.training_worker.faults.machine import FaultyNursery
from tools.cards import DiagnosisCard
from tools.context import ToolContext
from tools.registry import ToolOutput, all_tools
from training_worker.checkpoints import work_folder
from training_worker.reporter import ListReporter
from training_worker.supervision import Foreman
from workspace.dataset import Dataset
from workspace.errors import WizardError
from workspace.home import LOCAL_OWNER, Workspace
from workspace.plan import TrainingPlan
from workspace.planning import PlanWishes, plan_from_profile
from workspace.reading import ingest
from workspace.run import Run, RunStatus
from workspace.settings import load_settings

_WORDS = {
    "billing": ["refund", "invoice", "card", "charge", "payment", "receipt"],
    "orders": ["parcel", "courier", "delivery", "late", "package", "tracking"],
}
Rows = list[tuple[str, ...]]


def rows_of(count: int = 40) -> Rows:
    """Different texts of two kinds."""
    pick = random.Random(5)
    return [
        (" ".join([*pick.sample(_WORDS[label], 3), "please", pick.choice("abcdefgh"), str(number)]), label)
        for number in range(count // 2)
        for label in _WORDS
    ]


class Bench:
    """A workspace of its own, a real supervisor with real training processes, and a conversation."""

    def __init__(self, folder: Path, database: Path, nursery: FaultyNursery, **settings: Any) -> None:
        """``database``: a SQLite file with the newest schema, to be copied."""
        self.folder, self.nursery = folder, nursery
        self.home = folder / "home"
        self.home.mkdir()
        shutil.copy(database, self.home / "mtw.db")
        nursery.fault = None
        self.workspace = Workspace(LOCAL_OWNER, load_settings(home=self.home, **settings), FakeQueue())
        self.context = ToolContext(self.workspace, self.workspace.transcripts.create("web").id)
        self._planted: Path | None = None
        self.foreman = Foreman(self.workspace.settings, nursery)

    def data(self, rows: Rows | None = None, header: Iterable[str] = ("body", "team")) -> Dataset:
        """Rows uploaded as a CSV file."""
        path = self.folder / "upload.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([tuple(header), *(rows_of() if rows is None else rows)])
        return ingest(self.workspace, path, "mails.csv", self.context.conversation_id)

    def plan(self, dataset: Dataset | None = None, *, recipe: str = "linear", **wishes: Any) -> TrainingPlan:
        """As ``propose_plan`` makes it."""
        made = PlanWishes(recipe=recipe, **wishes)
        return plan_from_profile(dataset or self.data(), self.workspace.settings, made)

    def plant(self, plan: TrainingPlan) -> None:
        """Trains, and keeps the folder of its checkpoints for the next training."""
        dataset = self.workspace.datasets.get(plan.dataset_id)
        left = self.folder / "left"
        with self.workspace.storage.as_file(dataset.table_key) as table:
            child = self.nursery.start(_left_behind, plan, table, None, left, ListReporter(), dataset.name)
            while not child.wait(1):
                pass
        self._planted = left

    def train(self, plan: TrainingPlan) -> Run:
        stored = self.workspace.plans.add(plan, self.context.conversation_id)
        run, _ = self.workspace.runs.create(stored, self.context.conversation_id)
        if self._planted:
            shutil.copytree(self._planted, work_folder(self.workspace.settings, run.id))
            (work_folder(self.workspace.settings, run.id) / "state.json").unlink()
        return self.see_through(run.id)

    def see_through(self, run_id: str) -> Run:
        self.foreman.train(run_id)
        return self.workspace.runs.get(run_id)

    def call(self, name: str, **arguments: Any) -> ToolOutput:
        tool = all_tools()[name]
        return tool(self.context, tool.validate(arguments))


def _left_behind(*args: Any) -> None:
    """A training whose checkpoints stay."""
    from training_worker.training import train

    train(*args)


@dataclass(frozen=True)
class Fault:
    """A kind of fault, and what has to come of it.

    ``arrange`` makes it and gives the plan. ``relieve`` is what people have to do by themselves before the yes, such as
    freeing the disk; without it the fault stays as it is. ``causes``: acceptable first causes. ``fix``: how the offer
    goes on after "I can"; None: nothing can be done at a press.
    """

    arrange: Callable[[Bench], TrainingPlan]
    causes: tuple[str, ...]
    whose: str
    fix: str | None = None
    relieve: Callable[[Bench], None] | None = None
    machine: Callable[[], None] | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    enough: bool = True
    """Whether the first yes is enough; else it leads to the next offer."""


@dataclass(frozen=True)
class Met:
    """What came of a fault."""

    failed: bool
    code: str
    cause: str
    whose: str
    confidence: float
    offer: str
    fixed: bool

    def right(self, fault: Fault) -> bool:
        offered = self.offer.startswith(f"I can {fault.fix}") if fault.fix else not self.offer
        return self.failed and self.cause in fault.causes and self.whose == fault.whose and offered


def meet(fault: Fault, bench: Bench) -> Met:
    """Trains into the fault, asks what is wrong, says yes to what is offered, and trains again."""
    plan = fault.arrange(bench)
    bench.nursery.fault = fault.machine
    run = bench.train(plan)
    if run.status is not RunStatus.FAILED or run.failure is None:
        return Met(False, run.status.value, "", "", 0.0, "", False)
    told = bench.call("diagnose_problem", run_id=run.id)
    card = DiagnosisCard.of(dict(next(card for card in told.cards if card.kind == "diagnosis").data))
    approval = told.ask.approval if told.ask else None
    fixed = False
    if approval:
        if fault.relieve:
            bench.nursery.fault = None
            fault.relieve(bench)
        tool = all_tools()[approval.tool]
        assert tool.describe is not None
        # As the chat does it: what was shown has to be what would be done.
        assert tool.describe(bench.context, tool.validate(approval.args)).fingerprint == approval.fingerprint
        fixed = _one_yes(bench, approval.tool, approval.args)
    return Met(True, run.failure.code, card.cause, card.whose or "", card.confidence, card.fix, fixed)


def _one_yes(bench: Bench, tool: str, arguments: dict[str, Any]) -> bool:
    """Whether the training that the yes starts succeeds."""
    try:
        begun = bench.call(tool, **arguments)
    except WizardError:
        return False
    return bench.see_through(str(begun.data["run_id"])).status is RunStatus.SUCCEEDED

"""A training that only counts, loaded by the fork server in place of the real one.

Everything around it is real: processes, signals, leases, checkpoints, storage. What it does is in the plan's
settings: ``steps`` to count, ``fault`` at step ``at``, on the first attempt only unless ``always``.
"""

import errno
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import training_worker.analyses
import training_worker.runner
import training_worker.training
from training_worker.analyses import AnalysisInput, AnalysisResult
from training_worker.energy import Energy
from training_worker.fork_server import serve_the_worker
from training_worker.reporter import Reporter
from training_worker.training import Trained
from training_worker.vector_cache import VectorCache
from workspace.dataset import Check, FixCall
from workspace.errors import InputError, Unavailable
from workspace.findings import Finding
from workspace.model import Evaluation, RunOutcome
from workspace.plan import TrainingPlan
from workspace.run import MetricLogged, Progressed

STEP_SECONDS = 0.01


def train(
    plan: TrainingPlan,
    table: Path,
    test_table: Path | None,
    work: Path,
    report: Reporter,
    name: str,
    vectors: VectorCache | None = None,
    cleaned: Sequence[FixCall] = (),
    energy: Energy | None = None,
) -> Trained:
    """Counts from the checkpoint to ``steps``."""
    assert table.is_file()
    steps = int(plan.settings["steps"])
    checkpoint = work / "step"
    first = not checkpoint.exists()
    begin = 0 if first else int(checkpoint.read_text())
    for step in range(begin, steps):
        if plan.settings.get("fault") != "deaf":
            report.check()
        if step == plan.settings.get("at", -1) and (first or plan.settings.get("always")):
            _fail(str(plan.settings["fault"]))
        report.progress(
            Progressed(stage="train", message="Counting", fraction=step / steps, step=step, metrics={"begin": begin})
        )
        report.metric(MetricLogged(recipe="counting", name="loss", step=step, value=1 / (step + 1)))
        part = work / "step.part"
        part.write_text(str(step))
        part.replace(checkpoint)
        report.checkpointed()
        time.sleep(STEP_SECONDS)
    folder = work / "model"
    folder.mkdir(exist_ok=True)
    (folder / "weights").write_bytes(b"w" * int(plan.settings.get("bytes", 10)))
    outcome = RunOutcome(
        model_id="",
        recipe="counting",
        base=None,
        rows={"train": 1, "valid": 1, "test": 1},
        evaluation=Evaluation(rows=1, metrics={"accuracy": 1.0}),
        tried=[],
        seconds={"total": 1.0},
        peak_rss_mb=1.0,
    )
    return Trained(outcome, ["a", "b"], folder)


def _fail(fault: str) -> None:
    if fault == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "memory":
        raise MemoryError
    if fault == "disk":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if fault == "input":
        raise InputError("ONE_CLASS", "There is only one label.", "Add rows with another label.")
    if fault == "away":
        raise Unavailable("STORAGE_UNAVAILABLE", "The storage is away.", "Try again.")
    if fault == "bug":
        raise KeyError("secret of the traceback")


serve_the_worker()
training_worker.training.train = train


def count(given: AnalysisInput) -> AnalysisResult:
    """An analysis that only counts; ``steps`` in its arguments, as for the training."""
    steps = int(str(given.job.args["steps"]))
    for step in range(steps):
        given.report.check()
        given.report.progress(Progressed(stage="data", message="Counting", fraction=step / steps, step=step))
        time.sleep(STEP_SECONDS)
    finding = Finding(code="COUNTED", row=0, column="label", suggestion="shipping", score=0.9)
    check = Check(rows_checked=steps)
    return AnalysisResult(data={"steps": steps}, check=check, findings=[finding], codes=("COUNTED",), table=given.table)


training_worker.analyses.ANALYSES["count"] = "tests.training_worker.counting_trainer:count"

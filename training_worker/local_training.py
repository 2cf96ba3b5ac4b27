"""A training asked for in the terminal: file in, model out, without any server."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training_worker.artifacts import model_folder
from training_worker.prediction import META
from training_worker.progress_bar import ProgressBar
from workspace.dataset import Dataset
from workspace.errors import Conflict, InputError, TrainingFailed
from workspace.home import LOCAL_OWNER, Workspace
from workspace.migrations import upgrade
from workspace.model import TrainedModel
from workspace.plan import TrainingPlan
from workspace.planning import PlanWishes, plan_from_profile
from workspace.queue import LocalQueue
from workspace.reading import ingest
from workspace.reading.hub_reader import fetch_hub_dataset, hub_name
from workspace.run import Progressed, Run, RunStatus
from workspace.settings import Settings, load_settings

FOLLOW_SECONDS = 0.1


@dataclass(frozen=True)
class TrainCall:
    """What ``mtw train`` was asked for: a file, or a run to go on with."""

    file: Path | None
    test: Path | None
    sheet: str | None
    wishes: PlanWishes
    resume: str | None
    out: Path | None


@dataclass(frozen=True)
class TrainResult:
    """A finished training. ``reading_seconds`` and ``total_seconds`` are wall time as the caller waited."""

    run: Run
    model: TrainedModel
    out: Path | None
    reading_seconds: float
    total_seconds: float

    def as_json(self) -> dict[str, Any]:
        """What ``mtw train --json`` prints."""
        outcome = self.model.outcome
        evaluation = outcome.evaluation
        seconds = outcome.seconds | {
            "data": round(outcome.seconds.get("data", 0.0) + self.reading_seconds, 3),
            "total": round(self.total_seconds, 3),
        }
        own_peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1024)
        return {
            "run": self.run.id,
            "model": self.model.id,
            "out": str(self.out) if self.out else None,
            "task": self.model.task.value,
            "recipe": outcome.recipe,
            "base": outcome.base,
            "rows": outcome.rows,
            "metrics": evaluation.metrics,
            "intervals": evaluation.intervals,
            "baseline": evaluation.baseline,
            "tried": [t.model_dump(mode="json") for t in outcome.tried],
            "notes": outcome.notes,
            "seconds": seconds,
            "peak_rss_mb": round(max(outcome.peak_rss_mb, own_peak), 1),
        }


def train_here(call: TrainCall) -> TrainResult:
    """Plans, trains, judges and saves.

    Raises:
        InputError: the call or the file cannot be used; all faults of a plan at once.
        TrainingFailed: the training ended without a model.
    """
    started = time.monotonic()
    settings = load_settings()
    for path in (call.file, call.test):
        if path is not None and hub_name(str(path)) is None and not path.exists():
            raise InputError("FILE_NOT_FOUND", f"The file {path} does not exist.", "Check the name and the folder.")
    if call.out is not None:
        check_out(call.out)
    upgrade(settings.database)
    workspace = Workspace(LOCAL_OWNER, settings, LocalQueue(settings))
    with ProgressBar() as bar, _trainer(settings) as trainer:
        run = _run_to_resume(workspace, call.resume) if call.resume else _stored_run(workspace, call, bar)
        reading = time.monotonic() - started
        run = _see_through(workspace, run, trainer, bar)
        model = workspace.models.of_run(run.id)
    if run.status is not RunStatus.SUCCEEDED or model is None:
        raise _why(run)
    if call.out is not None:
        copy_model(model_folder(settings, workspace.storage, model), call.out)
    return TrainResult(run, model, call.out, reading, time.monotonic() - started)


def _stored_run(workspace: Workspace, call: TrainCall, bar: ProgressBar) -> Run:
    assert call.file is not None
    dataset = _taken_in(workspace, call.file, bar, call.sheet)
    wishes = call.wishes
    if call.test is not None:
        test = _taken_in(workspace, call.test, bar)
        # Lists to learn from need no separator; the file to judge by may write the same labels in one cell.
        separator = dataset.profile.task.label_separator or test.profile.task.label_separator
        wishes = wishes.model_copy(update={"test_dataset_id": test.id, "label_separator": separator})
    plan = plan_from_profile(dataset, workspace.settings, wishes)
    if call.test is not None:
        _check_test(plan, test)
    run, _ = workspace.runs.create(workspace.plans.add(plan))
    return run


def _taken_in(workspace: Workspace, file: Path, bar: ProgressBar, sheet: str | None = None) -> Dataset:
    """A file, a folder, or a data set of the hub by its name, as a data set of this workspace."""
    hub = hub_name(str(file))
    with bar.reading(file.name) as progress, tempfile.TemporaryDirectory(prefix="mtw-") as folder:
        source = file if hub is None else fetch_hub_dataset(hub, Path(folder), workspace.settings, progress)
        return ingest(workspace, source, source.name, sheet=sheet, progress=progress)


def _check_test(plan: TrainingPlan, test: Dataset) -> None:
    missing = [name for name in (*plan.text, *plan.answer_columns) if test.profile.column(name) is None]
    if missing:
        there = ", ".join(c.name for c in test.profile.columns)
        raise InputError(
            "MISSING_COLUMN",
            f"The test file has no column {', '.join(missing)}; it has: {there}.",
            "Give a test file with the same columns as the file to learn from.",
        )


def _run_to_resume(workspace: Workspace, run_id: str) -> Run:
    run = workspace.runs.get(run_id)
    if run.status.ended and run.status is not RunStatus.SUCCEEDED:
        raise Conflict("RUN_ENDED", f"This training has {run.status.value}.", "Start a new one with mtw train FILE.")
    return run


@contextmanager
def _trainer(settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    """The process that will train: it loads its libraries while the file is still being read."""
    log_file = settings.home / "logs" / "training.log"
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with log_file.open("ab") as log:
        trainer = subprocess.Popen(
            [sys.executable, "-m", "training_worker", "run", "-"],
            env=os.environ | {"MTW_HOME": str(settings.home)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for this process alone
        )
    try:
        yield trainer
    finally:
        assert trainer.stdin is not None
        trainer.stdin.close()
        trainer.terminate()
        try:
            trainer.wait(30)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            trainer.kill()
            trainer.wait()


def _see_through(workspace: Workspace, run: Run, trainer: "subprocess.Popen[bytes]", bar: ProgressBar) -> Run:
    assert trainer.stdin is not None
    trainer.stdin.write(f"{run.id}\n".encode())
    trainer.stdin.flush()
    seen = 0
    bar.show(Progressed(stage="data", message="Getting ready", fraction=0))
    try:
        while True:
            # Asked before the run is read: a process that has ended has left the run in its final state.
            gone = trainer.poll() is not None
            for stored in workspace.runs.events(run.id, seen):
                seen = stored.seq
                if isinstance(stored.event, Progressed):
                    bar.show(stored.event)
            run = workspace.runs.get(run.id)
            if run.status.ended:
                return run
            if gone:
                raise TrainingFailed(
                    "WORKER_LOST",
                    "The training process ended unexpectedly.",
                    f"What it learned is kept. Go on with: mtw train --resume {run.id}",
                )
            time.sleep(FOLLOW_SECONDS)
    except KeyboardInterrupt:
        bar.close()
        trainer.send_signal(signal.SIGTERM)
        raise TrainingFailed(
            "STOPPED", "The training was stopped; what it learned is kept.", f"Go on with: mtw train --resume {run.id}"
        ) from None


def _why(run: Run) -> InputError | TrainingFailed:
    failure = run.failure
    if failure is None:
        return TrainingFailed("CANCELLED", "The training was cancelled.", "Start it again with mtw train FILE.")
    kind = InputError if failure.facts.get("input") else TrainingFailed
    return kind(failure.code, failure.message, failure.next_step)


def check_out(out: Path) -> None:
    """Raises InputError where a model must not be written: on a file, or over a folder that is no model."""
    if out.exists() and not out.is_dir():
        raise InputError("OUT_NOT_USABLE", f"{out} is a file, not a folder.", "Name another folder with --out.")
    if out.is_dir() and any(out.iterdir()) and not (out / META).is_file():
        raise InputError(
            "OUT_NOT_USABLE",
            f"The folder {out} holds other files, which are left alone.",
            "Name an empty or a new folder with --out.",
        )


def copy_model(source: Path, out: Path) -> None:
    """Copies a model's folder; an older model in ``out`` is replaced as a whole."""
    check_out(out)
    out = out.absolute()
    out.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        shutil.copytree(source, part, dirs_exist_ok=True)
        part.chmod(0o755)
        if out.exists():
            shutil.rmtree(out)
        part.rename(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)

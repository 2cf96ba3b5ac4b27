"""The closer look in the process of ``mtw inspect``, which finds it by the entry point ``mtw.analyses``."""

from collections.abc import Callable
from pathlib import Path

from training_worker.analyses.checking import look
from training_worker.vector_cache import VectorCache
from workspace.analysis import AnalysisJob
from workspace.dataset import Check, DatasetProfile
from workspace.run import MetricLogged, Progressed


class _Told:
    """A reporter that only passes on how far it is; Ctrl-C is the way to stop."""

    def __init__(self, progress: Callable[[float, str], None]) -> None:
        self._progress = progress

    def progress(self, event: Progressed) -> None:
        self._progress(event.fraction, event.message)

    def metric(self, event: MetricLogged) -> None:
        return None

    def check(self) -> None:
        return None

    def checkpointed(self) -> None:
        return None


def check_table(table: Path, profile: DatasetProfile, seconds: float, progress: Callable[[float, str], None]) -> Check:
    """Looks at the columns that the profile guessed. Raises WizardError where that cannot be done."""
    task = profile.task
    job = AnalysisJob(kind="check", dataset_id="-", text=tuple(task.text), label=task.label, task=task.kind)
    return look(job, table, profile, _Told(progress), VectorCache(), seconds).check

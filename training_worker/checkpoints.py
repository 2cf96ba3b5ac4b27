"""A run's work folder: on this computer, and as one object in shared storage where other computers must find it."""

import logging
import shutil
import tarfile
import time
from datetime import timedelta
from pathlib import Path

from workspace.errors import Unavailable
from workspace.run import Run, RunStatus, Work
from workspace.settings import Settings
from workspace.storage import Storage
from workspace.tables import now

logger = logging.getLogger(__name__)
KEEP_EVERY_SECONDS = 30.0
PASSING = frozenset({"WORKER_LOST", "DATABASE_UNAVAILABLE", "STORAGE_UNAVAILABLE", "PERMISSION_DENIED"})
"""Failures after which the same plan may succeed. After a full disk its room is needed more."""
KEPT_FOR = timedelta(days=1)


def work_folder(settings: Settings, run_id: str) -> Path:
    """Where a run keeps its checkpoints on this computer."""
    return settings.home / "work" / run_id


class Checkpoints:
    """Keeps the work folder beyond this process, and for storage that is shared, beyond this computer."""

    def __init__(self, settings: Settings, run: Work) -> None:
        self.work = work_folder(settings, run.id)
        self._settings = settings
        self._storage = Storage.of(settings, run.owner_id)
        self._shared = not settings.storage.startswith("file://")
        self._folder_key = self._storage.key("runs", run.id)
        self._key = f"{self._folder_key}/work.tar"
        self._kept_at = float("-inf")

    def fetch(self) -> None:
        """Where this computer has no checkpoint of the run: the one from storage, if there is one.

        Raises Unavailable.
        """
        if not self._shared or any(self.work.iterdir()) or not self._storage.exists(self._key):
            return
        self._unpack(self._key)

    def _unpack(self, key: str) -> None:
        with self._storage.as_file(key) as packed, tarfile.open(packed) as tar:
            tar.extractall(self.work, filter="data")

    def adopt(self, before: Work) -> None:
        """Where this run has no checkpoint: takes over those of the run ``before`` it, which had the same plan.

        Raises Unavailable.
        """
        old = Checkpoints(self._settings, before)
        if any(self.work.iterdir()):
            return
        if old.work.is_dir():
            for path in sorted(old.work.iterdir()):
                path.rename(self.work / path.name)
        elif self._shared and not self._storage.exists(self._key) and self._storage.exists(old._key):
            self._unpack(old._key)
        old.remove()

    def keep(self, *, now: bool = False) -> None:
        """Copies the work folder to shared storage, in one object so that no half checkpoint can ever be read.

        Not more often than every half minute unless ``now``. A storage that is away costs no training.
        """
        at = time.monotonic()
        if not self._shared or not (now or at - self._kept_at >= KEEP_EVERY_SECONDS):
            return
        self._kept_at = at
        try:
            with self._storage.write(self._key) as file, tarfile.open(fileobj=file, mode="w|") as tar:
                for path in sorted(self.work.iterdir()):
                    tar.add(path, arcname=path.name)
        except (Unavailable, OSError) as exc:
            logger.warning("the checkpoint could not be copied to storage: %s", exc)

    def remove(self) -> None:
        """The run has ended: nothing of it is needed any more. Raises Unavailable."""
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.with_name(self.work.name + ".lock").unlink(missing_ok=True)
        if self._shared:
            self._storage.delete(self._folder_key)


def worth_keeping(run: Work) -> bool:
    """Whether somebody may start this run's plan again, and would go on where it was."""
    if not isinstance(run, Run) or run.status is not RunStatus.FAILED or run.failure is None or run.ended_at is None:
        return False
    return run.failure.code in PASSING and now() - run.ended_at < KEPT_FOR


def leftovers(settings: Settings) -> list[str]:
    """Ids of the runs that have a work folder on this computer."""
    folder = settings.home / "work"
    return sorted({path.name.removesuffix(".lock") for path in folder.iterdir()}) if folder.is_dir() else []

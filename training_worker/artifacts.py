"""Trained models in storage: put there once, fetched where they are used."""

import logging
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, delete
from sqlmodel import col

from workspace.database import owner_session
from workspace.model import RunOutcome, TrainedModel
from workspace.repositories import Models
from workspace.run import Run
from workspace.settings import Settings
from workspace.storage import Storage
from workspace.tables import ModelRow, now

if TYPE_CHECKING:
    from training_worker.training import Trained

logger = logging.getLogger(__name__)


def model_id_of(run_id: str) -> str:
    """A run has one model, whatever number of attempts it takes: its id follows from the run's."""
    return f"mdl_{run_id.removeprefix('run_')}"


def store_model(engine: Engine, storage: Storage, run: Run, trained: "Trained", name: str) -> RunOutcome:
    """Puts the files into storage, then the row into the database. Doing it twice leaves one model.

    Raises:
        Unavailable: the storage cannot be reached.
        OSError: the disk is full.
    """
    model_id = model_id_of(run.id)
    outcome = trained.outcome.model_copy(update={"model_id": model_id})
    key = storage.key("models", model_id)
    storage.delete(key)
    storage.put_folder(trained.folder, key)
    Models(engine, run.owner_id).add(
        TrainedModel(
            id=model_id,
            owner_id=run.owner_id,
            run_id=run.id,
            dataset_id=run.plan.dataset_id,
            name=name,
            task=run.plan.task,
            recipe=outcome.recipe,
            base=outcome.base,
            labels=list(trained.labels),
            artifact_key=key,
            outcome=outcome,
            created_at=now(),
        )
    )
    return outcome


def discard_model(engine: Engine, storage: Storage, run: Run) -> None:
    """Removes what a run that did not succeed may have stored already. Raises Unavailable."""
    model_id = model_id_of(run.id)
    with owner_session(engine, run.owner_id) as session:
        session.execute(delete(ModelRow).where(col(ModelRow.id) == model_id))
    storage.delete(storage.key("models", model_id))


def model_folder(settings: Settings, storage: Storage, model: TrainedModel) -> Path:
    """The model's files as a local folder: in place for a local storage, else a copy that is kept for next time.

    Raises:
        NotFound: the files are gone.
        Unavailable: the storage cannot be reached.
    """
    if settings.storage.startswith("file://"):
        return Path(settings.storage.removeprefix("file://")) / model.artifact_key
    cache = settings.home / "cache" / "models"
    # A run's model never changes once the run has ended, so a copy stays good.
    kept = cache / model.id
    if kept.is_dir():
        return kept
    cache.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=cache))
    try:
        storage.get_folder(model.artifact_key, part)
        try:
            part.rename(kept)
        except OSError:
            if not kept.is_dir():
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return kept

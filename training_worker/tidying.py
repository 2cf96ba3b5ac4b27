"""What a run that has ended leaves behind: half a model goes, and so do its checkpoints.

Only where the same plan may soon be started again the checkpoints stay, for a day at most.
"""

import logging

from sqlalchemy.exc import SQLAlchemyError

from training_worker.artifacts import discard_model
from training_worker.checkpoints import Checkpoints, leftovers, worth_keeping
from workspace.database import engine_for
from workspace.errors import WizardError
from workspace.run import Run, RunStatus
from workspace.run_log import RunLog
from workspace.settings import Settings
from workspace.storage import Storage

logger = logging.getLogger(__name__)


def tidy_up(settings: Settings, log: RunLog, run_id: str) -> None:
    """Cleans up after a run if it has ended. What cannot be removed now is removed at a worker's next start."""
    try:
        run = log.find(run_id)
        if run is None or not run.status.ended:
            return
        if not worth_keeping(run):
            Checkpoints(settings, run).remove()
        if isinstance(run, Run) and run.status is not RunStatus.SUCCEEDED:
            discard_model(engine_for(settings.database), Storage.of(settings, run.owner_id), run)
    except (WizardError, OSError, SQLAlchemyError) as exc:
        logger.warning("could not clean up after run %s: %s", run_id, exc)


def tidy_up_leftovers(settings: Settings, log: RunLog) -> None:
    """Cleans up after all runs that ended while nobody was there to do it."""
    for run_id in leftovers(settings):
        tidy_up(settings, log, run_id)

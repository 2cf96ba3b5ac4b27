"""Keeps order and suggestions of a labelling up to date: a worker computes them while the person goes on."""

import logging
import threading
import time

from workspace.errors import NotFound, WizardError
from workspace.home import Workspace
from workspace.labelling import LabelEstimate, LabelSession, NextText

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 180.0
MOST_ROUNDS = 20
"""Each reads texts for a few seconds, so that others get their turn in between."""
PAUSE_SECONDS = 20.0
"""After a failure nothing is asked for so long."""

_lock = threading.Lock()
_running: dict[str, threading.Thread] = {}
_failed: dict[str, float] = {}


def due(session: LabelSession, answers: int) -> bool:
    """Every few answers: often in the beginning, when each one changes much, then more rarely."""
    if not session.classes or session.task.value == "generation":
        return False
    if session.queue_answers < 0:
        return True
    step = 5 if answers <= 100 else 10 if answers <= 300 else 25
    return answers - session.queue_answers >= step


def refresh(workspace: Workspace, session_id: str) -> bool:
    """Computes and stores what comes next; True where not all texts were read yet, so that once more is worth it.

    Raises Unavailable where no worker answers.
    """
    session = workspace.labelling.get(session_id)
    answers = len(workspace.labelling.answers(session_id))
    found = workspace.queue.compute(
        workspace.owner_id, "next_to_label", {"session_id": session_id}, timeout=TIMEOUT_SECONDS
    )
    queue = [NextText.model_validate(item) for item in found["queue"]]
    estimate = LabelEstimate.model_validate(found["estimate"]) if found.get("estimate") else None
    if workspace.labelling.get(session_id).classes == session.classes:
        workspace.labelling.set_queue(session_id, queue, answers, estimate)
    return bool(found.get("more"))


def refresh_if_due(workspace: Workspace, session: LabelSession, answers: int) -> None:
    """Starts a computation in the background where one is due, and none runs for this labelling."""
    if not due(session, answers):
        return
    with _lock:
        if session.id in _running or time.monotonic() - _failed.get(session.id, -PAUSE_SECONDS) < PAUSE_SECONDS:
            return
        thread = threading.Thread(target=_run, args=(workspace, session.id), name="labelling", daemon=True)
        _running[session.id] = thread
    thread.start()


def is_refreshing(session_id: str) -> bool:
    """Whether better suggestions are on their way."""
    with _lock:
        return session_id in _running


def wait(session_id: str, seconds: float) -> None:
    """Until the computation that runs has ended, or the time is up."""
    with _lock:
        thread = _running.get(session_id)
    if thread is not None:
        thread.join(seconds)


def _run(workspace: Workspace, session_id: str) -> None:
    try:
        for _ in range(MOST_ROUNDS):
            if not refresh(workspace, session_id):
                break
        _failed.pop(session_id, None)
    except NotFound:
        log.info("labelling %s was deleted meanwhile", session_id)
    except WizardError as exc:
        # People label on without suggestions, in the order of a fair sample.
        log.info("no new order for labelling %s: %s", session_id, exc.code)
        _failed[session_id] = time.monotonic()
    finally:
        with _lock:
            _running.pop(session_id, None)

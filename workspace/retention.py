"""Conversations that end: deleted by their person or by an operator, or after the time that is set.

Data, trainings and models stay: they have a deletion of their own.
"""

import logging
from datetime import timedelta

from sqlmodel import col, exists, select

from workspace.conversations import Transcripts
from workspace.database import engine_for, system_session
from workspace.errors import NotFound, WizardError
from workspace.events import FileReceived
from workspace.repositories import Datasets
from workspace.run import RunStatus
from workspace.settings import Settings
from workspace.storage import Storage
from workspace.tables import ConversationRow, RunRow, now

_log = logging.getLogger(__name__)

AT_ONCE = 100
"""So many are deleted at most in one go: whoever does it has other work, too."""
_UNDER_WAY = (RunStatus.QUEUED.value, RunStatus.RUNNING.value)


def delete_conversation(settings: Settings, owner_id: str, conversation_id: str) -> None:
    """Deletes it with all that belongs to it, and the files that were kept only for it. Raises NotFound."""
    engine, storage = engine_for(settings.database), Storage.of(settings, owner_id)
    transcripts = Transcripts(engine, owner_id)
    events = [stored.event for stored in transcripts.load(conversation_id).events]
    transcripts.delete(conversation_id)
    for event in events:
        if isinstance(event, FileReceived):
            _delete_without_data(Datasets(engine, owner_id), storage, event.key)


def delete_old_conversations(settings: Settings) -> int:
    """Those in which nothing has happened for ``MTW_TRANSCRIPT_RETENTION_DAYS``; one whose training goes on waits.

    Returns:
        How many are gone; :data:`AT_ONCE`: there may be more. 0 where nothing is set.
    """
    days = settings.transcript_retention_days
    if not days:
        return 0
    under_way = exists().where(
        col(RunRow.conversation_id) == col(ConversationRow.id), col(RunRow.status).in_(_UNDER_WAY)
    )
    old = select(ConversationRow.id, ConversationRow.owner_id).where(
        col(ConversationRow.updated_at) < now() - timedelta(days=days), ~under_way
    )
    with system_session(engine_for(settings.database)) as session:
        found = session.exec(old.order_by(col(ConversationRow.updated_at)).limit(AT_ONCE)).all()
    gone = sum(_deleted(settings, owner_id, conversation_id) for conversation_id, owner_id in found)
    if gone:
        _log.info("%d conversations are deleted: nothing has happened in them for %d days", gone, days)
    return gone


def _deleted(settings: Settings, owner_id: str, conversation_id: str) -> bool:
    try:
        delete_conversation(settings, owner_id, conversation_id)
    except NotFound:
        return False  # Another worker, or its person, was first.
    except (WizardError, OSError) as exc:
        _log.warning("a file of the deleted conversation %s could not be removed: %s", conversation_id, exc)
    return True


def _delete_without_data(datasets: Datasets, storage: Storage, key: str) -> None:
    """A file from which no data set was made goes; the original of one stays with it."""
    if key.startswith(storage.key("uploads") + "/"):
        storage.delete(key)
    elif key.startswith(storage.key("datasets") + "/"):
        try:
            datasets.get(key.split("/")[-2])
        except NotFound:
            storage.delete(key)

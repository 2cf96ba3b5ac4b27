"""A file on its way from a surface into the workspace."""

import re
import unicodedata
from collections.abc import Awaitable, Callable
from pathlib import Path, PurePosixPath

import anyio

from workspace import reading
from workspace.errors import InputError, LimitExceeded, WizardError
from workspace.events import ErrorShown, FileReceived
from workspace.home import Workspace
from workspace.ids import uuid7_hex

MAX_NAME = 120


def safe_name(name: str) -> str:
    """The file's own name as people see it: without folders and control characters, of sensible length."""
    base = PurePosixPath(name.replace("\\", "/")).name
    clean = "".join(c for c in base if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp")).strip()
    if clean.strip(".") == "":
        return "file"
    return clean if len(clean) <= MAX_NAME else clean[: MAX_NAME - 20] + clean[-20:]


def _segment(name: str) -> str:
    """The name as a storage key allows it."""
    return re.sub(r"[^A-Za-z0-9_.\-]", "_", name)[-MAX_NAME:]


async def receive(
    workspace: Workspace,
    conversation_id: str,
    path: Path,
    name: str,
    emit: Callable[..., Awaitable[None]],
) -> str | None:
    """Keeps the file, reads it, tells of it. Returns the data set's id; None where it could not be read.

    What is told names the place where the file stays: the data set's original, or, where there is no data set, the
    copy that is kept for support until the conversation is deleted (:func:`delete_conversation`).
    """
    name = safe_name(name)
    key = workspace.storage.key("uploads", uuid7_hex(), _segment(name))
    kept: list[FileReceived] = []
    try:
        size = await anyio.to_thread.run_sync(_keep, workspace, path, key)
        kept.append(FileReceived(name=name, key=key, bytes=size))
        dataset = await anyio.to_thread.run_sync(reading.ingest, workspace, path, name, conversation_id)
    except WizardError as exc:
        await emit(*kept, ErrorShown(code=exc.code, message=exc.message, next_step=exc.next_step))
        return None
    except Exception:
        await emit(*kept)
        raise
    await emit(FileReceived(name=name, key=dataset.source_key, bytes=size))
    # The data set now holds the original byte for byte; a second copy would outlive its deletion.
    await anyio.to_thread.run_sync(workspace.storage.delete, key)
    return dataset.id


def delete_conversation(workspace: Workspace, conversation_id: str) -> None:
    """Deletes a conversation and the files that were kept only for it. Blocking. Raises NotFound."""
    events = [stored.event for stored in workspace.transcripts.load(conversation_id).events]
    workspace.transcripts.delete(conversation_id)
    own = workspace.storage.key("uploads") + "/"
    for event in events:
        if isinstance(event, FileReceived) and event.key.startswith(own):
            workspace.storage.delete(event.key)


def _keep(workspace: Workspace, path: Path, key: str) -> int:
    limit = workspace.settings.max_upload_mb
    try:
        size = path.stat().st_size
        if size > limit << 20:
            raise LimitExceeded(
                "FILE_TOO_LARGE",
                f"This file has {size >> 20:,} MB; the limit here is {limit:,} MB.",
                "Upload a part of it; some thousand rows are enough to begin with.",
            )
        workspace.storage.put_file(path, key)
    except OSError as exc:
        raise InputError("FILE_MISSING", "This file cannot be opened.", "Check its path, and upload it again.") from exc
    return size

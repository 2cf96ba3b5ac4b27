"""A file on its way from a surface into the workspace."""

import threading
import time
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path, PurePosixPath

import anyio

from assistant.hub import ReadingProgressed
from tools.asking import UPLOAD, ask, button
from tools.quoting import plain
from workspace import reading
from workspace.errors import InputError, LimitExceeded
from workspace.events import Asked, ErrorShown, FileReceived, StoredEvent
from workspace.home import Workspace
from workspace.reading.source import ReadingStopped

MAX_NAME = 120
BROKE_OFF = "READING_BROKE_OFF"
UPLOAD_ANOTHER = UPLOAD.model_copy(update={"label": "Upload another file", "style": "plain"})
_QUIET_SECONDS = 0.7
_TICK_SECONDS = 0.3


def safe_name(name: str) -> str:
    """The file's own name as people see it: without folders and control characters, of sensible length."""
    base = PurePosixPath(name.replace("\\", "/")).name
    clean = "".join(c for c in base if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp")).strip()
    if clean.strip(".") == "":
        return "file"
    return clean if len(clean) <= MAX_NAME else clean[: MAX_NAME - 20] + clean[-20:]


async def receive(
    workspace: Workspace,
    conversation_id: str,
    path: Path,
    name: str,
    emit: Callable[..., Awaitable[None]],
    show: Callable[[ReadingProgressed], None],
) -> str:
    """Keeps the file, tells of it, then reads it. Returns the data set's id.

    The file stays where the data set's original belongs, also where it cannot be read or the reading breaks off:
    support can look at it, and :func:`unread` finds it, until the conversation is deleted.

    Args:
        show: is told how far a reading that takes its time is.

    Raises:
        WizardError: the file could not be kept or not be read.
    """
    name = safe_name(name)
    dataset_id, size = await anyio.to_thread.run_sync(_keep, workspace, path)
    await emit(FileReceived(name=name, key=reading.original_key(workspace, dataset_id), bytes=size))

    def tell(fraction: float) -> None:
        anyio.from_thread.run_sync(show, ReadingProgressed(name, fraction))

    stopped = threading.Event()
    progress = now_and_then(tell, stopped)
    try:
        await anyio.to_thread.run_sync(
            lambda: reading.ingest(workspace, path, name, conversation_id, progress=progress, kept_as=dataset_id)
        )
    finally:
        # Where the turn was stopped, the thread goes on until its next batch.
        stopped.set()
    return dataset_id


def now_and_then(tell: Callable[[float], None], stopped: threading.Event) -> Callable[[float], None]:
    """Passes a fraction on at most a few times a second, and nothing of a reading that is quick.

    It raises ReadingStopped once nobody waits for the reading any more.
    """
    due = time.monotonic() + _QUIET_SECONDS

    def step(fraction: float) -> None:
        nonlocal due
        if stopped.is_set():
            raise ReadingStopped
        if time.monotonic() >= due:
            due = time.monotonic() + _TICK_SECONDS
            tell(fraction)

    return step


def unread(events: Sequence[StoredEvent]) -> FileReceived | None:
    """The file whose reading broke off with the process, at the end of a conversation."""
    last = events[-1].event if events else None
    return last if isinstance(last, FileReceived) else None


def broke_off(file: FileReceived) -> ErrorShown:
    """What is told of a reading that ended with the process."""
    return ErrorShown(
        code=BROKE_OFF,
        message=f"The reading of “{file.name}” broke off before its end.",
        next_step="The file is kept. Let me read it again, or upload another one.",
    )


def read_again(file: FileReceived) -> Asked:
    """Offers to read a file again that is kept."""
    again = button("Read it again", "inspect_dataset", primary=True, dataset_id=file.key.split("/")[-2])
    return ask(f"“{plain(file.name, 80)}” is kept. How would you like to go on?", again, UPLOAD_ANOTHER)


def _keep(workspace: Workspace, path: Path) -> tuple[str, int]:
    limit = workspace.settings.max_upload_mb
    try:
        size = path.stat().st_size
        if size > limit << 20:
            raise LimitExceeded(
                "FILE_TOO_LARGE",
                f"This file has {size >> 20:,} MB; the limit here is {limit:,} MB.",
                "Upload a part of it; some thousand rows are enough to begin with.",
            )
        return reading.keep_original(workspace, path), size
    except OSError as exc:
        raise InputError("FILE_MISSING", "This file cannot be opened.", "Check its path, and upload it again.") from exc

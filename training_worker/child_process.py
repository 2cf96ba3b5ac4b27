"""What each child of the worker does first: a life of its own, but never longer than its parent's."""

import os
import signal
import threading
from contextlib import suppress
from multiprocessing import connection, parent_process
from pathlib import Path

from workspace.processes import die_with_parent


def settle(*, nice: int = 0, first_to_go: bool = False) -> None:
    """Leaves the worker's process group and ends when the worker ends, however that happens.

    Args:
        nice: how much this process steps back for others, such as the chat on the same computer.
        first_to_go: when memory runs out, the system kills this process before the worker and the chat (Linux).
    """
    with suppress(PermissionError):
        os.setsid()
    die_with_parent()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _die_with_worker()
    if nice:
        os.nice(nice)
    if first_to_go:
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500")


def _die_with_worker() -> None:
    """For systems without a parent-death signal: the pipe from the worker closes when the worker is gone."""
    worker = parent_process()
    if worker is None:
        return

    def watch() -> None:
        connection.wait([worker.sentinel])
        os.killpg(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="watch-worker", daemon=True).start()

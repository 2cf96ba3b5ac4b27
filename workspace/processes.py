"""Child processes that never outlive their parent, whatever way the parent ends."""

import ctypes
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """For ``preexec_fn``: the kernel kills this child when the *thread* that started it ends (Linux).

    Start such children from the main thread, or from a thread that lives as long as the process.
    On other systems this does nothing; there Python children use :func:`follow_parent`.
    """
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def follow_parent(stop: int = signal.SIGTERM, grace_seconds: float = 10) -> None:
    """For the child itself, on every system and whatever thread started it: ends when the parent process has ended.

    Sends itself ``stop``, and SIGKILL where that did not help within ``grace_seconds``. Notices within 0.3 s.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.3)
        os.kill(os.getpid(), stop)
        time.sleep(grace_seconds)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="follow-parent", daemon=True).start()

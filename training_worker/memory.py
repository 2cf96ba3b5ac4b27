"""Tells a process that the system killed for want of memory from one that somebody killed."""

import signal
from pathlib import Path

import psutil

from workspace.run import Fact

_COUNTERS = (Path("/sys/fs/cgroup/memory.events"), Path("/proc/vmstat"))


class MemoryWatch:
    """Remembers, while a process lives, how much it used and how often the system has killed for memory."""

    def __init__(self) -> None:
        self._kills = oom_kills()
        self._rss = 0
        self._available = 0

    def look(self, pid: int | None) -> None:
        """Called a few times a second while the process lives."""
        if pid is None:
            return
        try:
            self._rss = psutil.Process(pid).memory_info().rss
        except psutil.Error:
            return
        self._available = psutil.virtual_memory().available
        self._kills = oom_kills()

    def killed_by_system(self, exit_code: int | None) -> dict[str, Fact]:
        """Facts where the process was killed and the system has killed for memory since the last look; else none."""
        if exit_code != -signal.SIGKILL or oom_kills() <= self._kills:
            return {}
        return {"rss_mb": self._rss >> 20, "available_mb": self._available >> 20}


def oom_kills() -> int:
    """How many processes the system has killed for want of memory: here (cgroup v2), else on the whole computer."""
    for path in _COUNTERS:
        try:
            lines = path.read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            name, _, count = line.partition(" ")
            if name == "oom_kill" and count.isdigit():
                return int(count)
    return 0

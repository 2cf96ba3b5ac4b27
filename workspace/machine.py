"""What memory and disk this process may still take: of the computer, or of the container where one sets a limit."""

import resource
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import psutil

_CGROUP = Path("/proc/self/cgroup")
_ROOT = Path("/sys/fs/cgroup")
_NO_LIMIT = 1 << 60


def memory_total_mb() -> int:
    """Memory of the computer, or the limit of the container where that is less."""
    limits = [limit for limit, _ in _cgroup_memory()]
    return int(min([psutil.virtual_memory().total, *limits])) >> 20


def memory_free_mb() -> int:
    """Memory that a new process can take before anything is stopped or written to disk."""
    free = [psutil.virtual_memory().available, *(max(limit - used, 0) for limit, used in _cgroup_memory())]
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY:
        free.append(max(limit - psutil.Process().memory_info().vms, 0))
    return int(min(free)) >> 20


@cache
def processor_has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 itself (AVX512-BF16 or AMX); else it is emulated, ten times slower."""
    try:
        flags = Path("/proc/cpuinfo").read_text("utf-8").split("flags", 2)[1].split("\n")[0].split()
    except (OSError, IndexError):
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def has_gpu() -> bool:
    """Whether this computer shows a GPU of NVIDIA, without loading anything that would use it."""
    return Path("/proc/driver/nvidia/gpus").is_dir() or Path("/dev/nvidia0").exists()


def disk_free_mb(folder: Path) -> int:
    """Room on the disk that holds the folder, which need not exist yet."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free >> 20


def _cgroup_memory() -> Iterator[tuple[int, int]]:
    """Limit and use in bytes of each control group that this process is in, from its own up to the root.

    Both kinds of groups are read (``memory.max`` of version 2, ``memory.limit_in_bytes`` of version 1). What the system
    could drop at once (files it has read) counts as free.
    """
    try:
        lines = _CGROUP.read_text("utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers not in ("", "memory") and "memory" not in controllers.split(","):
            continue
        root = _ROOT / "memory" if controllers and (_ROOT / "memory").is_dir() else _ROOT
        folder = root / path.lstrip("/")
        # In a container the group's path may be that of the host: then only the root is to be seen.
        for place in (folder, *folder.parents):
            limit = _number(place / "memory.max", place / "memory.limit_in_bytes")
            used = _number(place / "memory.current", place / "memory.usage_in_bytes")
            if limit is not None and used is not None and limit < _NO_LIMIT:
                yield limit, max(used - _droppable(place), 0)
            if place == root:
                break


def _number(*files: Path) -> int | None:
    for file in files:
        try:
            text = file.read_text("utf-8").strip()
        except OSError:
            continue
        return int(text) if text.isdigit() else None
    return None


def _droppable(place: Path) -> int:
    try:
        lines = (place / "memory.stat").read_text("utf-8").splitlines()
    except OSError:
        return 0
    named = dict(line.split(" ", 1) for line in lines if " " in line)
    return int(named.get("total_inactive_file", named.get("inactive_file", "0")))

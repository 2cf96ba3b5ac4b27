"""Killed for want of memory, or by somebody?"""

import os
from pathlib import Path

import pytest

from training_worker import memory
from training_worker.memory import MemoryWatch, oom_kills


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    events = tmp_path / "memory.events"
    events.write_text("low 0\noom 3\noom_kill 2\n")
    monkeypatch.setattr(memory, "_COUNTERS", (tmp_path / "not-there", events))
    return events


def test_reads_the_first_counter_that_exists(counter: Path) -> None:
    assert oom_kills() == 2


def test_killed_by_the_system(counter: Path) -> None:
    watch = MemoryWatch()
    watch.look(os.getpid())
    counter.write_text("oom_kill 3\n")
    facts = watch.killed_by_system(-9)
    assert isinstance(facts["rss_mb"], int)
    assert facts["rss_mb"] > 10


def test_killed_by_somebody(counter: Path) -> None:
    watch = MemoryWatch()
    watch.look(os.getpid())
    assert watch.killed_by_system(-9) == {}


def test_an_older_kill_of_another_process_does_not_count(counter: Path) -> None:
    watch = MemoryWatch()
    counter.write_text("oom_kill 3\n")
    watch.look(os.getpid())
    assert watch.killed_by_system(-9) == {}


def test_another_end_is_no_kill(counter: Path) -> None:
    watch = MemoryWatch()
    counter.write_text("oom_kill 3\n")
    assert watch.killed_by_system(1) == {}

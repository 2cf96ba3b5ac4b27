import threading
import time

import pytest
import torch

from training_worker.interruptible import run_interruptible
from training_worker.lanes import Lanes
from training_worker.reporter import CancelAsked, ListReporter


def test_results_come_in_the_order_of_the_calls() -> None:
    gates = [threading.Event() for _ in range(6)]
    gates[1].set()

    def call(number: int) -> int:
        if number == 0:
            gates[1].wait(10)  # the first is not ready before the second
        return number

    before = torch.get_num_threads()
    with Lanes[int]() as lanes:
        assert list(lanes.run(lambda n=n: call(n) for n in range(6))) == list(range(6))
    assert torch.get_num_threads() == before


def test_a_stop_is_heard_while_a_call_is_under_way() -> None:
    release = threading.Event()
    report = ListReporter(stop_after_checks=2)
    with pytest.raises(CancelAsked), Lanes[bool](report.check) as lanes:
        next(lanes.run([lambda: release.wait(30)]))
    release.set()


def test_an_error_of_a_call_is_raised() -> None:
    def broken() -> int:
        raise MemoryError("too much")

    with pytest.raises(MemoryError), Lanes[int]() as lanes:
        list(lanes.run([broken]))
    with pytest.raises(MemoryError, match="too much"):
        run_interruptible(ListReporter(), broken)


def test_long_library_calls_can_be_left() -> None:
    release = threading.Event()
    began = time.monotonic()
    with pytest.raises(CancelAsked):
        run_interruptible(ListReporter(stop_after_checks=3), lambda: release.wait(30))
    assert time.monotonic() - began < 25
    release.set()
    assert run_interruptible(ListReporter(), lambda: 42) == 42

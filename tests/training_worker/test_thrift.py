"""Memory runs out in earnest: the system refuses it, and the training goes on in smaller pieces."""

import subprocess
import sys
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.training_worker.thrifty_training import learn
from training_worker.thrift import Thrift, in_halves


@pytest.mark.slow
@pytest.mark.long
def test_a_step_that_does_not_fit_is_made_in_smaller_pieces_with_the_same_result(tmp_path: Path) -> None:
    free, told = learn(tmp_path / "free")
    assert Thrift.of(tmp_path / "free").halvings == 0
    assert not any("Memory" in message for message in told)
    script = [sys.executable, "-m", "tests.training_worker.thrifty_training", str(tmp_path / "tight"), "250"]
    tight = subprocess.run(script, capture_output=True, text=True, check=False)
    assert tight.returncode == 0, tight.stderr[-2000:]
    assert "Memory ran short: going on with smaller pieces" in tight.stdout
    thrift = Thrift.of(tmp_path / "tight")
    assert thrift.halvings >= 1
    assert "The result is the same" in thrift.note
    learnt = torch.load(tmp_path / "tight" / "learnt.pt", weights_only=True)
    for name, value in free.learner.module.state_dict().items():
        torch.testing.assert_close(learnt[name], value, rtol=1e-4, atol=1e-6)


def test_what_can_never_fit_is_an_error(tmp_path: Path) -> None:
    def read(rows: NDArray[np.int64]) -> None:
        raise MemoryError("one row is too much")

    with pytest.raises(MemoryError):
        in_halves(read, np.arange(8))


def test_parts_that_do_not_fit_are_read_in_halves_in_order() -> None:
    def read(rows: NDArray[np.int64]) -> list[int]:
        if len(rows) > 3:
            raise MemoryError("too many at once")
        return [int(row) for row in rows]

    assert list(chain.from_iterable(in_halves(read, np.arange(10)))) == list(range(10))


def test_other_errors_are_not_taken_for_want_of_memory() -> None:
    calls = []

    def read(rows: NDArray[np.int64]) -> None:
        calls.append(len(rows))
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes"):
        in_halves(read, np.arange(8))
    assert calls == [8]


def test_a_killed_training_gets_one_more_try_in_smaller_pieces(tmp_path: Path) -> None:
    assert Thrift.of(tmp_path).killed()
    again = Thrift.of(tmp_path)
    assert again.halvings == 1
    assert not again.killed()

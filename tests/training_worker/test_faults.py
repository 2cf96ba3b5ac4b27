"""Faults in real small trainings: each is found, explained, and where that is possible past with one yes."""

import json
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from tests.training_worker.faults.kinds import FAULTS

pytestmark = pytest.mark.slow

QUICK = ("text column renamed since the plan", "one class", "database locked")
"""One of each owner's matter; the others take a minute or two together."""
OTHERS = tuple(name for name in FAULTS if name not in QUICK)


@cache
def _met(names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What came of the faults, in a worker of their own: their fork server must know nothing of other tests."""
    command = [sys.executable, "-m", "tests.training_worker.faults", "--words", *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}


def _is_as_it_should_be(name: str, met: dict[str, Any]) -> None:
    fault = FAULTS[name]
    assert met["failed"], met
    assert met["cause"] in fault.causes, met
    assert met["whose"] == fault.whose, met
    assert met["right"], met
    assert met["fixed"] == (fault.fix is not None and fault.enough), met


@pytest.mark.long
@pytest.mark.parametrize("name", QUICK)
def test_a_fault_of_each_owner(name: str) -> None:
    _is_as_it_should_be(name, _met(QUICK)[name])


@pytest.mark.long
@pytest.mark.parametrize("name", OTHERS)
def test_a_fault(name: str) -> None:
    _is_as_it_should_be(name, _met(OTHERS)[name])


def test_there_are_many_kinds() -> None:
    assert len(FAULTS) >= 25
    assert {fault.whose for fault in FAULTS.values()} == {"data", "settings", "system"}

"""Short questions to the process with warm models."""

import sys
from types import ModuleType
from typing import Any

import pytest

from tests.training_worker.runs import stored_dataset
from training_worker.computations import COMPUTATIONS, KEPT, Computer, Computing
from workspace.errors import InputError
from workspace.home import Workspace


@pytest.fixture
def computer(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Computer:
    module = ModuleType("computations_of_a_test")

    def rows(given: Computing, arguments: dict[str, Any]) -> dict[str, Any]:
        with given.table(arguments["dataset_id"]) as (dataset, path):
            return {"rows": dataset.rows, "bytes": path.stat().st_size > 0}

    def calls(given: Computing, arguments: dict[str, Any]) -> dict[str, Any]:
        made: list[int] = given.remember(arguments["key"], list)
        made.append(1)
        return {"calls": len(made)}

    def broken(given: Computing, arguments: dict[str, Any]) -> dict[str, Any]:
        if arguments:
            raise InputError("NOT_LIKE_THIS", "That cannot be.", "Do otherwise.")
        raise KeyError("secret")

    vars(module).update(rows=rows, calls=calls, broken=broken)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for name in ("rows", "calls", "broken"):
        monkeypatch.setitem(COMPUTATIONS, name, f"{module.__name__}:{name}")
    return Computer(workspace.settings)


def test_it_sees_its_owner_s_data_only(computer: Computer, workspace: Workspace) -> None:
    dataset = stored_dataset(workspace)
    arguments = {"dataset_id": dataset.id}
    assert computer.answer(workspace.owner_id, "rows", arguments) == {"result": {"rows": 20, "bytes": True}}
    refused = computer.answer("usr_other", "rows", arguments)["error"]
    assert (refused["code"], refused["kind"]) == ("DATASET_NOT_FOUND", "NotFound")


def test_what_was_made_stays_in_memory_for_its_owner(computer: Computer) -> None:
    assert computer.answer("usr_a", "calls", {"key": "k"}) == {"result": {"calls": 1}}
    assert computer.answer("usr_a", "calls", {"key": "k"}) == {"result": {"calls": 2}}
    assert computer.answer("usr_b", "calls", {"key": "k"}) == {"result": {"calls": 1}}
    for number in range(KEPT):
        computer.answer("usr_a", "calls", {"key": str(number)})
    assert computer.answer("usr_a", "calls", {"key": "k"}) == {"result": {"calls": 1}}


def test_faults_are_told_in_words(computer: Computer) -> None:
    assert computer.answer("usr_a", "broken", {"x": 1})["error"]["code"] == "NOT_LIKE_THIS"
    fault = computer.answer("usr_a", "broken", {})["error"]
    assert fault["kind"] == "Unavailable"
    assert "secret" not in str(fault)
    assert computer.answer("usr_a", "nothing", {})["error"]["code"] == "COMPUTATION_UNKNOWN"

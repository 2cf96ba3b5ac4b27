"""Plans that say by what the exam is put aside."""

from collections.abc import Callable

import pytest

from tests.tools.conftest import Call
from tools.cards import PlanCard
from tools.registry import ToolOutput
from workspace.dataset import Dataset
from workspace.errors import InputError

HEADER = ("body", "team", "customer", "day", "split")


@pytest.fixture
def loaded(load: Callable[..., Dataset]) -> Dataset:
    teams = ("billing", "shipping")
    days = [f"2024-{1 + i // 28:02d}-{1 + i % 28:02d}" for i in range(120)]
    rows = [
        (f"message {i} about {teams[i % 2]} matters", teams[i % 2], f"c{i % 9}", day, "train" if i % 5 else "test")
        for i, day in enumerate(days)
    ]
    return load(rows, HEADER)


def _plan(output: ToolOutput) -> PlanCard:
    return PlanCard.of(output.cards[0].data)


def _told(output: ToolOutput) -> str:
    return _plan(output).sentences[0]


def test_a_split_in_the_file_is_kept_to_and_can_be_set_aside(loaded: Dataset, call: Call) -> None:
    assert "“split” says which rows are the exam" in _told(call("propose_plan"))
    revised = call("revise_plan", changes={"split_column": None})
    assert "24 rows aside as the exam" in _told(revised)
    assert [change.field for change in _plan(revised).changes] == ["split_column"]


def test_by_group_and_by_time(loaded: Dataset, call: Call) -> None:
    assert "same “customer” stay together" in _told(call("propose_plan", group_column="Customer"))
    changed = call("revise_plan", changes={"time_column": "day"})
    assert "latest 24 rows by “day”" in _told(changed)
    fields = {change.field: change.after for change in _plan(changed).changes}
    assert fields == {"group_column": "default", "time_column": "day"}


def test_faults_are_told_together(loaded: Dataset, call: Call) -> None:
    with pytest.raises(InputError) as fault:
        call("propose_plan", split_column="customr", time_column="team")
    assert "customr" in fault.value.message
    assert "does not hold dates" in fault.value.message

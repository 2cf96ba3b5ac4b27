"""Columns that name the exam, and what a plan makes of them."""

import pytest

from workspace.dataset import ColumnProfile, ColumnRole, DatasetProfile, TaskGuess, TaskKind
from workspace.plan import TrainingPlan
from workspace.plan_split import exam_columns
from workspace.plan_wishes import Faults, PlanWishes
from workspace.splits import CHOOSE, EXAM, LEARN, part_of, split_found

USED = ("text", "label")
NOTHING = {"split_column": None, "group_column": None, "time_column": None}


def _column(name: str, examples: list[str], unique: int | None = None, kind: str = "text") -> ColumnProfile:
    found = len(examples) if unique is None else unique
    return ColumnProfile(name=name, type=kind, role=ColumnRole.OTHER, missing=0, unique=found, examples=examples)


def _profile(*columns: ColumnProfile) -> DatasetProfile:
    usual = [_column("text", ["a", "b"], 100), _column("label", ["x", "y"])]
    guess = TaskGuess(kind=TaskKind.CLASSIFICATION, text=["text"], label="label", confidence=1, why="")
    return DatasetProfile(format="csv", rows=100, columns=[*usual, *columns], task=guess)


SPLIT = _column("Split", ["train", "dev", "test"])
CUSTOMER = _column("customer", ["c1", "c2", "c3"], 40)
DAY = _column("day", ["2024-01-01"], 40, "date")
SAME = _column("same", ["1"], 1)
PLAN = TrainingPlan(dataset_id="ds_1", task=TaskKind.CLASSIFICATION, text=("text",), label="label")


@pytest.mark.parametrize(
    ("value", "part"),
    [("train", LEARN), (" Training ", LEARN), ("DEV", CHOOSE), ("val", CHOOSE), ("hold-out", EXAM), ("Test", EXAM)],
)
def test_usual_spellings(value: str, part: int) -> None:
    assert part_of(value) == part


def test_anything_else_is_no_part() -> None:
    assert part_of("billing") is None
    assert part_of("") is None


def test_a_plain_split_is_found_and_nothing_else() -> None:
    assert split_found(_profile(CUSTOMER, SPLIT), set()) == "Split"
    assert split_found(_profile(SPLIT), {"Split"}) is None
    assert split_found(_profile(_column("kind", ["train", "test"])), set()) is None
    assert split_found(_profile(_column("split", ["train", "dev"])), set()) is None
    assert split_found(_profile(_column("split", ["train", "test", "spare"])), set()) is None
    assert split_found(_profile(_column("split", ["train", "test"], 9)), set()) is None


def _made(wishes: PlanWishes, plan: TrainingPlan | None = None, *columns: ColumnProfile) -> dict[str, str | None]:
    faults = Faults()
    found = exam_columns(_profile(*columns), wishes, plan, USED, faults)
    faults.raise_if_any()
    return found


def test_a_new_plan_takes_what_the_file_says_unless_told_otherwise() -> None:
    assert _made(PlanWishes(), None, SPLIT) == NOTHING | {"split_column": "Split"}
    assert _made(PlanWishes(split_column=""), None, SPLIT) == NOTHING
    assert _made(PlanWishes(test_dataset_id="ds_2"), None, SPLIT) == NOTHING
    assert _made(PlanWishes(group_column="Customer"), None, SPLIT, CUSTOMER) == NOTHING | {"group_column": "customer"}


def test_a_plan_keeps_its_way_until_another_is_asked_for() -> None:
    plan = PLAN.model_copy(update={"group_column": "customer"})
    assert _made(PlanWishes(seed=3), plan, SPLIT, CUSTOMER) == NOTHING | {"group_column": "customer"}
    assert _made(PlanWishes(time_column="day"), plan, CUSTOMER, DAY) == NOTHING | {"time_column": "day"}
    assert _made(PlanWishes(split_column=""), plan, SPLIT, CUSTOMER) == NOTHING


def test_all_faults_are_told_at_once() -> None:
    faults = Faults()
    wishes = PlanWishes(split_column="same", group_column="nobody", time_column="customer", test_dataset_id="ds_2")
    exam_columns(_profile(CUSTOMER, SAME), wishes, None, USED, faults)
    assert [code for code, _ in faults.found] == [
        "PLAN_INVALID",
        "PLAN_INVALID",
        "NO_TEST_ROWS",
        "NO_TRAINING_ROWS",
        "MISSING_COLUMN",
        "NO_TIMES",
    ]


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        (PlanWishes(split_column="customer"), None),
        (PlanWishes(split_column="label"), "PLAN_INVALID"),
        (PlanWishes(group_column="same"), "ONE_GROUP"),
        (PlanWishes(time_column="day"), None),
    ],
)
def test_what_can_divide_rows(wishes: PlanWishes, code: str | None) -> None:
    faults = Faults()
    exam_columns(_profile(CUSTOMER, DAY, SAME), wishes, None, USED, faults)
    assert [found for found, _ in faults.found] == ([code] if code else [])

"""By what a plan puts the exam aside: a column that says it, groups that stay together, time; else by chance."""

from collections.abc import Sequence

from workspace.dataset import ColumnProfile, DatasetProfile
from workspace.plan import TrainingPlan
from workspace.plan_columns import known_column
from workspace.plan_wishes import Faults, PlanWishes
from workspace.reading.cells import is_date
from workspace.splits import EXAM, LEARN, part_of, split_found, values_known

FIELDS = ("split_column", "group_column", "time_column")
_TIMES = ("date", "integer", "number")


def exam_columns(
    profile: DatasetProfile,
    wishes: PlanWishes,
    plan: TrainingPlan | None,
    used: Sequence[str | None],
    faults: Faults,
) -> dict[str, str | None]:
    """The three fields of a plan, at most one of them set.

    What was asked for; an empty name means by chance. Else what the plan said; a new plan takes a split that the file
    plainly names.

    Args:
        used: the columns that are read or learned; they cannot say how rows are divided.
    """
    nothing: dict[str, str | None] = dict.fromkeys(FIELDS)
    asked = {name: value for name in FIELDS if (value := getattr(wishes, name)) is not None}
    if not asked and plan is not None:
        kept = {name: getattr(plan, name) for name in FIELDS}
        return {name: None if column in used else column for name, column in kept.items()}
    if not asked:
        found = None if wishes.test_dataset_id else split_found(profile, {name for name in used if name})
        return nothing | {"split_column": found}
    named = {name: value for name, value in asked.items() if value}
    if len(named) > 1:
        faults.add("PLAN_INVALID", f"Rows can be divided in one way only; choose one of {', '.join(named)}.")
    if named and (wishes.test_dataset_id or (plan and plan.test_dataset_id)):
        faults.add(
            "PLAN_INVALID", f"There is a test file already, so {' and '.join(named)} cannot say what the exam is."
        )
    for name, value in named.items():
        column = known_column(value, [c.name for c in profile.columns], faults)
        if column is None:
            continue
        if column in used:
            faults.add("PLAN_INVALID", f"The column '{column}' is read or learned, so it cannot divide the rows.")
        elif known := profile.column(column):
            _CHECKS[name](known, faults)
        named[name] = column
    return nothing | named


def _check_split(column: ColumnProfile, faults: Faults) -> None:
    if not values_known(column):
        if column.unique > len(column.examples):
            return  # more values than the profile shows: the training looks at all of them
        faults.add("NO_TEST_ROWS", f"The column '{column.name}' is empty, so it names no rows for the exam.")
        return
    parts = {part_of(value) for value in column.examples}
    there = ", ".join(column.examples)
    if EXAM not in parts:
        faults.add(
            "NO_TEST_ROWS",
            f"The column '{column.name}' names no rows for the exam (test); it holds: {there}.",
        )
    if LEARN not in parts:
        faults.add(
            "NO_TRAINING_ROWS",
            f"The column '{column.name}' names no rows to learn from (train); it holds: {there}.",
        )


def _check_group(column: ColumnProfile, faults: Faults) -> None:
    if column.unique < 2:
        faults.add(
            "ONE_GROUP", f"Every row has the same value in '{column.name}', so no group can be kept aside as the exam."
        )


def _check_time(column: ColumnProfile, faults: Faults) -> None:
    if column.type not in _TIMES and not all(is_date(example) for example in column.examples):
        faults.add("NO_TIMES", f"The column '{column.name}' does not hold dates or times.")
    elif column.unique < 2:
        faults.add("NO_TIMES", f"The column '{column.name}' does not hold different times, so none is the latest.")


_CHECKS = {"split_column": _check_split, "group_column": _check_group, "time_column": _check_time}

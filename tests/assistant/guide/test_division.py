"""How rows should be divided, read out of a message by rule."""

import pytest

from assistant.guide.division import division_in

COLUMNS = ["text", "team", "customer", "created_at", "split", "received"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("split the rows by customer", {"group_column": "customer"}),
        ("keep all rows of one customer together", {"group_column": "customer"}),
        ("no customer on both sides please", {"group_column": "customer"}),
        ("split by created_at", {"time_column": "created_at"}),
        ("use the newest rows by created_at as the exam", {"time_column": "created_at"}),
        ("the column split says which rows are the exam", {"split_column": "split"}),
        ("use customer as the split: train and test", {"split_column": "customer"}),
        ("split by split", {"split_column": "split"}),
        ("draw the test rows at random", {"split_column": ""}),
        ("teile die Zeilen nach customer auf, für die Prüfung", {"group_column": "customer"}),
        ("split by nothing I know", {}),
        ("use customer as the answer", {}),
        ("make it faster", {}),
    ],
)
def test_what_is_understood(text: str, said: dict[str, str]) -> None:
    assert division_in(text, COLUMNS) == said


def test_the_only_column_with_times_need_not_be_named() -> None:
    assert division_in("the latest rows should be the exam", ["text", "team", "sent on"]) == {"time_column": "sent on"}
    assert division_in("the latest rows should be the exam", COLUMNS) == {}

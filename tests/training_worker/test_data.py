from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from training_worker.data import LabelledRows, join_texts, read_rows, same_text_key
from workspace.errors import InputError


def test_rows_without_text_or_label_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = read_rows_of(tmp_path, ["a", None, "  ", "d", "e"], ["x", "x", "y", None, " y "])
    assert rows.texts == ["a", "e"]
    assert rows.labels == ["x", "y"]
    assert rows.dropped == {"no_text": 2, "no_label": 1}


def read_rows_of(tmp_path: Path, texts: list[str | None], labels: list[object]) -> LabelledRows:
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"text": texts, "label": labels}), path)
    return read_rows(path, ("text",), "label")


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([1.0, None, 3.0], ["1", "3"]),
        ([0.5, 1.0, None], ["0.5", "1"]),
        ([True, False, True], ["true", "false", "true"]),
        ([3, 1, 2], ["3", "1", "2"]),
    ],
)
def test_labels_of_any_type_become_names(tmp_path: Path, labels: list[object], expected: list[str]) -> None:
    assert read_rows_of(tmp_path, ["a", "b", "c"], labels).labels == expected


def test_several_text_columns_are_joined(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"subject": ["Hi", None], "body": ["there ", "only body"], "label": ["a", "b"]}), path)
    assert read_rows(path, ("subject", "body"), "label").texts == ["Hi\nthere", "only body"]
    assert join_texts(["", "x", "  "]) == "x"


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"message": ["a"], "team": ["x"]}), path)
    with pytest.raises(InputError) as error:
        read_rows(path, ("text",), "label")
    assert error.value.code == "MISSING_COLUMN"
    assert "text, label" in error.value.message
    assert "message, team" in error.value.next_step


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello, World!", "hello world"),
        ("FREE   entry\nnow", "free entry now"),
        ("Ａｂｃ", "abc"),
        ("Straße 5", "STRASSE 5"),
    ],
)
def test_texts_that_differ_in_form_only_are_the_same(one: str, other: str) -> None:
    assert same_text_key(one) == same_text_key(other)


def test_texts_of_signs_only_are_told_apart() -> None:
    assert same_text_key("🙂") != same_text_key("🙁")
    assert same_text_key("room 5") != same_text_key("room 6")

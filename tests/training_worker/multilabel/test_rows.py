"""Rows with several labels: the same labels, however a file writes them."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training_worker.samples import plan
from training_worker.multilabel.rows import Flags, Labels, labels_of_cell, labels_of_column, read_rows
from workspace.augmentation import MARKER
from workspace.dataset import TaskKind
from workspace.errors import InputError
from workspace.reading.label_shapes import NO, YES

NAMES = ("anger", "joy", "new york", "größe")
label_sets = st.lists(st.sets(st.sampled_from(NAMES)).map(lambda names: tuple(sorted(names))), min_size=1)


def table(path: Path, columns: dict[str, object]) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


@given(label_sets)
def test_a_list_column_gives_back_its_labels(rows: list[Labels]) -> None:
    assert labels_of_column(pa.array([list(r) for r in rows], pa.list_(pa.string())), None) == rows


@given(label_sets, st.sampled_from([";", "|", ",", "#", "/"]), st.sampled_from(["", " "]))
def test_cells_with_a_separator_say_the_same_as_lists(rows: list[Labels], separator: str, blank: str) -> None:
    cells = pa.array([f"{separator}{blank}".join(reversed(r)) for r in rows])
    assert labels_of_column(cells, separator) == [r or None for r in rows]


@given(label_sets)
def test_lists_written_as_json_into_cells_say_the_same(rows: list[Labels]) -> None:
    assert [labels_of_cell(json.dumps(r, ensure_ascii=False), ";") for r in rows] == rows


@given(label_sets, st.sampled_from([("1", "0"), ("yes", "no"), ("TRUE", "False"), ("1.0", "0.0"), ("x", "-")]))
def test_yes_or_no_columns_say_the_same_as_lists(rows: list[Labels], words: tuple[str, str]) -> None:
    flags = Flags(NAMES)
    columns = [[words[0] if name in r else words[1] for r in rows] for name in NAMES]
    assert flags.settle(flags.read(columns)) == rows


@given(label_sets)
def test_where_only_yes_is_written_an_empty_place_is_a_no(rows: list[Labels]) -> None:
    flags = Flags(NAMES)
    assert flags.settle(flags.read([["x" if name in r else "" for r in rows] for name in NAMES])) == rows


def test_a_row_that_is_empty_where_others_say_no_was_not_labelled() -> None:
    flags = Flags(["a", "b"])
    first = flags.read([["", "1"], ["", ""]])
    second = flags.read([["0", ""], ["0", ""]])
    assert flags.settle(first + second) == [None, ("a",), (), None]


def test_words_that_are_neither_yes_nor_no_are_named() -> None:
    flags = Flags(["toxic", "threat"])
    found = flags.read([["1", "maybe"], ["0", "0.7"]])
    assert found[1] == ("threat",)
    with pytest.raises(InputError, match="“maybe” in toxic") as caught:
        flags.settle(found)
    assert caught.value.code == "LABEL_NOT_YES_NO"


def test_no_word_means_both() -> None:
    assert not YES & NO


def test_a_table_of_lists(tmp_path: Path) -> None:
    file = table(
        tmp_path / "rows.parquet",
        {
            "title": ["Hello", "", "Bye", "Again", None],
            "text": ["you", None, "now", "and again", None],
            "tags": pa.array([["b", "a"], ["a"], [], None, ["b"]], pa.list_(pa.string())),
        },
    )
    rows = read_rows(plan("linear", task=TaskKind.MULTILABEL, text=("title", "text"), label="tags"), file)
    assert rows.texts == ["Hello\nyou", "Bye\nnow"]
    assert rows.targets == [("a", "b"), ()]
    assert rows.dropped == {"no_text": 2, "no_label": 1}
    assert rows.notes == [
        "Rows whose labels nobody has filled in were left out: 1.",
        "Rows that were judged and have none of the labels: 1. They are learned from, too.",
    ]


def test_a_table_where_only_yes_is_written_says_how_it_was_read(tmp_path: Path) -> None:
    file = table(tmp_path / "rows.parquet", {"text": ["a", "b"], "toxic": ["x", None], "threat": ["x", None]})
    wanted = plan("linear", task=TaskKind.MULTILABEL, label="toxic, threat", label_columns=("toxic", "threat"))
    rows = read_rows(wanted, file)
    assert rows.targets == [("threat", "toxic"), ()]
    assert rows.notes == ["The columns only ever say yes, so an empty place is a no; rows with no label: 1."]


def test_rows_are_divided_by_their_rarest_label(tmp_path: Path) -> None:
    cells = ["common", "common;rare", "common;middle", "middle", "common"]
    file = table(tmp_path / "rows.parquet", {"text": list("abcde"), "label": cells})
    rows = read_rows(plan("linear", task=TaskKind.MULTILABEL, label_separator=";"), file)
    assert rows.labels == ["common", "rare", "middle", "middle", "common"]


def test_rows_that_augmentation_made_are_known_as_such(tmp_path: Path) -> None:
    columns = {"text": ["a", "b"], "toxic": [1, 0], "threat": [0, 0], MARKER: ["", "key of a"]}
    file = table(tmp_path / "rows.parquet", columns)
    wanted = plan("linear", task=TaskKind.MULTILABEL, label="toxic, threat", label_columns=("toxic", "threat"))
    rows = read_rows(wanted, file)
    assert (rows.targets, rows.sources) == ([("toxic",), ()], ["", "key of a"])


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    file = table(tmp_path / "rows.parquet", {"text": ["a"], "toxic": [1]})
    wanted = plan("linear", task=TaskKind.MULTILABEL, label="toxic, threat", label_columns=("toxic", "threat"))
    with pytest.raises(InputError, match="threat") as caught:
        read_rows(wanted, file)
    assert caught.value.code == "MISSING_COLUMN"

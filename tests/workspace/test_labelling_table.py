"""Which rows are asked about, and the table with the answers filled in."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workspace.dataset import TaskKind
from workspace.errors import InputError
from workspace.labelling_table import MOST_ROWS, read_pool, write_labelled, write_pool
from workspace.labelling_words import words_of


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.parquet"
    data = {
        "subject": ["Invoice", None, "Parcel", "Invoice", " ", "Late"],
        "body": ["too high", "where is it", "late", "too high", None, "again\nlate"],
        "team": ["Billing", None, " ", None, "Orders", None],
    }
    pq.write_table(pa.table(data), path)
    return path


def test_the_pool_holds_each_open_text_once_and_what_is_known(table: Path, tmp_path: Path) -> None:
    counts = write_pool(table, tmp_path / "pool.parquet", ["subject", "body"], "team")
    pool = read_pool(tmp_path / "pool.parquet")
    assert [(t.row, t.text, t.known) for t in pool] == [
        (0, "Invoice\ntoo high", ["Billing"]),
        (1, "where is it", None),
        (2, "Parcel\nlate", None),
        (3, "Invoice\ntoo high", None),
        (5, "Late\nagain\nlate", None),
    ]
    assert (counts.rows, counts.known, counts.open_rows) == (4, 1, 4)


def test_a_text_that_comes_again_is_asked_once(tmp_path: Path) -> None:
    path = tmp_path / "many.parquet"
    pq.write_table(pa.table({"body": [f"text {i % 50}" for i in range(MOST_ROWS)]}), path)
    counts = write_pool(path, tmp_path / "pool.parquet", ["body"], None)
    assert (counts.rows, counts.open_rows) == (50, MOST_ROWS)


def test_a_large_table_is_drawn_from_evenly(tmp_path: Path) -> None:
    path = tmp_path / "large.parquet"
    rows = 5 * MOST_ROWS
    pq.write_table(pa.table({"body": [f"text {i}" for i in range(rows)]}), path)
    assert write_pool(path, tmp_path / "pool.parquet", ["body"], None).rows == MOST_ROWS
    drawn = [text.row for text in read_pool(tmp_path / "pool.parquet")]
    assert abs(sum(drawn) / len(drawn) - rows / 2) < rows / 40


def test_marking_words_takes_one_cell_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"a": ["  Ann\n went "], "b": ["x"]}), path)
    write_pool(path, tmp_path / "pool.parquet", ["a", "b"], None, joined=False)
    assert read_pool(tmp_path / "pool.parquet")[0].text == "  Ann\n went "


def test_where_every_text_has_a_label_there_is_nothing_to_do(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"body": ["a", "b"], "team": ["x", "y"]}), path)
    with pytest.raises(InputError) as caught:
        write_pool(path, tmp_path / "pool.parquet", ["body"], "team")
    assert caught.value.code == "NOTHING_TO_LABEL"


@pytest.mark.parametrize(
    ("task", "values", "expected"),
    [
        (TaskKind.CLASSIFICATION, {1: "Orders", 5: "Billing"}, ["Billing", "Orders", None, None, "Orders", "Billing"]),
        (TaskKind.MULTILABEL, {1: ["a", "b"], 2: []}, [["Billing"], ["a", "b"], [], None, ["Orders"], None]),
    ],
)
def test_answers_fill_the_gaps_and_leave_the_rest(
    table: Path, tmp_path: Path, task: TaskKind, values: dict[int, Any], expected: list[Any]
) -> None:
    out = tmp_path / "out.parquet"
    done = write_labelled(table, out, "team", task, values)
    cells = pq.read_table(out)["team"].to_pylist()
    assert [cell if cell != " " else None for cell in cells] == expected
    assert (done.changed, done.repeats) == (len(values), 0)
    assert done.cells == sum(cell is not None for cell in cells)
    assert pq.read_table(out)["body"].to_pylist() == pq.read_table(table)["body"].to_pylist()


def test_rows_with_the_text_of_an_answered_one_get_its_answer(tmp_path: Path) -> None:
    path, out = tmp_path / "table.parquet", tmp_path / "out.parquet"
    subject = ["Late", "Late", None, "Late", "Late", "Lost"]
    body = ["where", "where ", "where", "where", "when", "where"]
    team = [None, None, None, "Mine", "", None]
    pq.write_table(pa.table({"subject": subject, "body": body, "team": team}), path)
    told: list[tuple[int, object, bool]] = []
    texts = ["subject", "body"]
    values = {0: "Orders", 5: "Billing"}
    done = write_labelled(path, out, "team", TaskKind.CLASSIFICATION, values, texts, lambda *line: told.append(line))
    assert pq.read_table(out)["team"].to_pylist() == ["Orders", "Orders", None, "Mine", None, "Billing"]
    assert (done.changed, done.cells, done.repeats) == (3, 4, 1)
    assert told == [(0, "Orders", False), (1, "Orders", True), (5, "Billing", False)]


def test_marks_are_given_only_to_the_very_same_cell(tmp_path: Path) -> None:
    path, out = tmp_path / "table.parquet", tmp_path / "out.parquet"
    pq.write_table(pa.table({"a": ["Ann went", "Ann went", " Ann went", ""]}), path)
    ann = [{"start": 0, "end": 3, "label": "Person"}]
    done = write_labelled(path, out, "spans", TaskKind.NER, {0: ann}, ["a"])
    cells = pq.read_table(out)["spans"].to_pylist()
    assert (cells[0] == cells[1], cells[2:], done.repeats) == (True, [None, None], 1)


def test_a_new_column_comes_last_and_spans_are_marked_as_objects(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    spans = [{"start": 0, "end": 3, "label": "Place"}]
    write_labelled(table, out, "spans", TaskKind.NER, {2: spans, 3: []})
    found = pq.read_table(out)
    assert found.column_names == ["subject", "body", "team", "spans"]
    assert found["spans"].to_pylist()[2:4] == ['[{"start": 0, "end": 3, "label": "Place"}]', "[]"]
    assert found.schema.field("spans").metadata == {b"mtw.kind": b"object"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ann's 3.5 kg", ["Ann", "'", "s", "3", ".", "5", "kg"]),
        ("Zürich–Genève", ["Zürich", "–", "Genève"]),
        ("東京へ", ["東", "京", "へ"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("e\u0301t\u00e9", ["e\u0301t\u00e9"]),
        ("  \n\t", []),
    ],
)
def test_words_as_people_mark_them(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in words_of(text)] == words

"""What is counted: types, missing, distinct values, repeats and contradictions, the problems and their order."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.workspace.reading.files import codes, read_bytes
from workspace.errors import InputError
from workspace.hashing import DistinctCounter, combine, hash_strings, mix
from workspace.reading import preview
from workspace.reading.statistics import ColumnStatistics
from workspace.writing import write_table


def _column(values: list[str | None]) -> ColumnStatistics:
    statistics = ColumnStatistics(pa.field("x", pa.string()))
    statistics.see(pa.array(values, pa.string()))
    return statistics


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2", "-3"], "integer"),
        (["1.5", "2", "1,200.50", "12 %"], "number"),
        (["007", "010", "123"], "text"),
        (["true", "False"], "boolean"),
        (["ja", "nein"], "boolean"),
        (["2024-01-31", "2024-02-01 10:30:00"], "date"),
        (["31.01.2024", "3/4/21"], "date"),
        (["hello", "12"], "text"),
        ([None, "  "], "empty"),
    ],
)
def test_types(values: list[str | None], kind: str) -> None:
    assert _column(values).type() == kind


def test_missing_is_null_or_white_space() -> None:
    column = _column(["a", None, "", "  \t", "b", "a"])
    assert (column.rows, column.missing, column.unique) == (6, 3, 2)


def test_hashes_tell_strings_apart_across_slices_and_blocks() -> None:
    values = [f"{'x' * (i % 50)}{i}é" for i in range(20_000)] + ["", None, "a" * 700_000]
    array = pa.array(values, pa.string())
    hashes = hash_strings(array)
    assert len(np.unique(hashes)) == len(set(values))
    assert (hash_strings(array.slice(777, 5_000)) == hashes[777:5_777]).all()
    assert (hash_strings(pa.array(values[::-1], pa.string()))[::-1] == hashes).all()
    assert (combine(hashes[:9], hashes[1:10]) != combine(hashes[1:10], hashes[:9])).all()


def test_distinct_is_exact_up_to_the_bound_then_close() -> None:
    values = mix(np.arange(300_000, dtype=np.uint64))
    exact, estimate = DistinctCounter(1 << 19), DistinctCounter(1 << 14)
    for part in (values[:200_000], values[100_000:], values):
        exact.add(part)
        estimate.add(part)
    assert exact.exact
    assert exact.count() == 300_000
    assert not estimate.exact
    assert abs(estimate.count() / 300_000 - 1) < 0.03


def _problems(tmp_path: Path, rows: list[tuple[str, str]]) -> dict[str, int]:
    data = "text,label\n" + "".join(f"{text},{label}\n" for text, label in rows)
    profile, _ = read_bytes(tmp_path, "a.csv", data.encode())
    order = [("blocking", "warning", "info").index(problem.severity) for problem in profile.problems]
    assert order == sorted(order)
    return {problem.code: problem.count for problem in profile.problems}


def _clean(count: int) -> list[tuple[str, str]]:
    return [(f"a message with the number {i}", "ab"[i % 2]) for i in range(count)]


def test_clean_data_has_no_problem(tmp_path: Path) -> None:
    assert _problems(tmp_path, _clean(100)) == {}


def test_repeats_and_contradictions_are_told_apart(tmp_path: Path) -> None:
    rows = [*_clean(100), *_clean(7), ("a message with the number 1", "a"), ("a message with the number 1", "a")]
    found = _problems(tmp_path, rows)
    # 7 rows repeat; of the two rows with the other label the second repeats the first.
    assert found["EXACT_DUPLICATES"] == 8
    assert found["CONFLICTING_LABELS"] == 4


def test_missing_text_and_label(tmp_path: Path) -> None:
    found = _problems(tmp_path, [*_clean(100), ("", "a"), ("", "b"), ("words of a row", " ")])
    assert found == {"MISSING_TEXT": 2, "MISSING_LABEL": 1}


def test_variants_rare_and_imbalance(tmp_path: Path) -> None:
    rows = [(f"message {i} of many", "Billing") for i in range(200)]
    rows += [(f"another one {i}", "billing ") for i in range(9)]
    rows += [(f"third kind {i}", "Orders") for i in range(12)] + [("single words here", "Other")]
    found = _problems(tmp_path, rows)
    assert found["LABEL_VARIANTS"] == 9
    assert found["RARE_CLASSES"] == 1
    assert found["IMBALANCE"] == 200


def test_too_many_classes(tmp_path: Path) -> None:
    found = _problems(tmp_path, [(f"message number {i} of many", f"class {i % 250}") for i in range(1_000)])
    assert found["TOO_MANY_CLASSES"] == 250


def test_every_problem_has_a_sentence(tmp_path: Path) -> None:
    rows = [*_clean(60), *_clean(5), ("", "a"), ("x y z", "A")]
    data = "text,label\n" + "".join(f"{text},{label}\n" for text, label in rows)
    profile, _ = read_bytes(tmp_path, "a.csv", data.encode())
    assert len(codes(profile)) >= 4
    for problem in profile.problems:
        assert problem.message[0].isupper() or problem.message[0] in "“0123456789"
        assert problem.message.endswith(".")
        assert len(problem.examples) <= 3


def test_write_table_round_trip(tmp_path: Path) -> None:
    records = [
        {"text": 'a, "b"\nc', "labels": ["x", "y"]},
        {"text": "é", "labels": []},
        {"text": None, "labels": ["z"]},
    ]
    lines = "\n".join(json.dumps(record) for record in records)
    _, table = read_bytes(tmp_path, "a.jsonl", lines.encode())
    parquet = tmp_path / "table.parquet"
    write_table(parquet, tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").to_pydict() == table
    write_table(parquet, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes().decode("utf-8").splitlines()[0].replace('"', "") == "text,labels"
    again, cells = read_bytes(tmp_path, "out.csv", (tmp_path / "out.csv").read_bytes())
    assert (again.encoding, again.delimiter, again.header_row, again.rows) == ("utf-8", ",", 0, 3)
    assert cells["text"] == table["text"]
    assert cells["labels"][0] == '["x", "y"]'
    with pytest.raises(InputError, match=r"out\.xlsx does not say in which format"):
        write_table(parquet, tmp_path / "out.xlsx")


def test_preview_is_short_and_in_order(tmp_path: Path) -> None:
    data = "text,label\n" + "".join(f"message number {i},{'ab'[i % 2]}\n" for i in range(5_000))
    read_bytes(tmp_path, "a.csv", data.encode())
    rows = preview(tmp_path / "table.parquet", 3)
    assert rows == [{"text": f"message number {i}", "label": "ab"[i % 2]} for i in range(3)]
    assert preview(tmp_path / "table.parquet", 0) == []


def test_progress_rises_to_one(tmp_path: Path) -> None:
    from workspace.reading import Limits, read

    source = tmp_path / "a.csv"
    source.write_bytes(b"text,label\n" + b"some words here,b\nother words there,c\n" * 200_000)
    seen: list[float] = []
    read(source, name="a.csv", out=tmp_path / "t.parquet", limits=Limits(), progress=seen.append)
    assert seen == sorted(seen)
    assert len(seen) >= 2
    assert seen[-1] == 1.0


def test_columns_of_parquet_and_numbers_are_strings(tmp_path: Path) -> None:
    table = pa.table(
        {"text": ["some words", None], "label": [1.0, 0.0], "n": [3, None], "when": pa.array([0, 1], pa.date32())}
    )
    pq.write_table(table, tmp_path / "in.parquet")
    profile, cells = read_bytes(tmp_path, "a.parquet", (tmp_path / "in.parquet").read_bytes())
    assert cells == {
        "text": ["some words", None],
        "label": ["1", "0"],
        "n": ["3", None],
        "when": ["1970-01-01", "1970-01-02"],
    }
    assert profile.format == "parquet"
    assert profile.encoding is None

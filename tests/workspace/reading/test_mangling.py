"""Property: whatever is done to single rows, and whichever dialect a table is written in, no row is lost."""

import csv
import io
import tempfile
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from tests.workspace.reading.files import codes, read_bytes
from workspace.errors import WizardError
from workspace.findings import read_findings
from workspace.reading.dialect import Dialect
from workspace.reading.mending import column_shapes, mend
from workspace.reading.tables import find_tables, largest

_QUICK = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
_WORDS = st.lists(
    st.sampled_from("parcel, arrived late; it's broken: refund 24\" box ok über 包裹 the and, said".split(" ")),
    min_size=1,
    max_size=8,
).map(" ".join)


@st.composite
def _files(draw: st.DrawFn) -> tuple[str, int]:
    """A table of numbered rows in some dialect, with a few rows spoilt; and how many rows it has."""
    delimiter = draw(st.sampled_from(",;\t|"))
    count = draw(st.integers(8, 40))
    rows = [
        [f"row-{n:03d}", draw(_WORDS), draw(st.sampled_from(["billing", "delivery"])), str(n)] for n in range(count)
    ]
    out = io.StringIO()
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    style = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=style).writerows(
        [["key", "text", "label", "number"], *rows]
    )
    lines = out.getvalue().split(end)[:-1]
    for at in draw(st.lists(st.integers(1, count), max_size=3, unique=True)):
        kind = draw(st.sampled_from(["extra", "missing", "quote", "cut", "blanks"]))
        line = lines[at]
        places = [place for place, char in enumerate(line) if char == delimiter]
        place = draw(st.sampled_from(places))
        lines[at] = {
            "extra": line[:place] + delimiter + line[place:],
            "missing": line[:place] + line[place + 1 :],
            "quote": line[: place + 1] + '"' + line[place + 1 :],
            "cut": line[:place],
            "blanks": line + delimiter * 3,
        }[kind]
    return end.join(lines) + draw(st.sampled_from(["", end, end + end])), count


@given(made=_files(), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
@_QUICK
def test_spoilt_rows_are_all_still_there(made: tuple[str, int], encoding: str) -> None:
    text, count = made
    with tempfile.TemporaryDirectory() as folder:
        profile, table = read_bytes(Path(folder), "a.csv", text.encode(encoding))
        whole = ["\n".join(cell or "" for cell in row) for row in zip(*table.values(), strict=True)]
        for number in range(count):
            assert sum(f"row-{number:03d}" in row for row in whole) == 1
        assert profile.rows == count
        beside = Path(folder) / "findings.parquet"
        if beside.is_file():
            found = [finding.row for finding in read_findings(beside, "RAGGED_ROWS")]
            assert found == sorted(set(found))
            assert found[-1] < count
            assert "RAGGED_ROWS" in codes(profile)


@given(data=st.binary(max_size=3_000), head=st.sampled_from([b"", b"a,b,c\n1,2,3\n", b"\xff\xfe", b"PK\x03\x04"]))
@_QUICK
def test_any_bytes_give_a_table_or_one_clear_error(data: bytes, head: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder, suppress(WizardError):
        profile, table = read_bytes(Path(folder), "a.csv", head + data)
        assert all(len(column) == profile.rows for column in table.values())


@given(line=st.text(alphabet="ab\",;1 \\'|", max_size=120), width=st.integers(1, 6))
@example(line='"' * 60 + "," * 60, width=6)
@_QUICK
def test_mending_gives_the_width_or_nothing(line: str, width: int) -> None:
    shapes = column_shapes([[str(n)] * width for n in range(10)], width)
    mended = mend(line, Dialect(","), shapes)
    assert mended is None or len(mended) == width


def test_a_broken_first_row_is_not_taken_for_the_header(tmp_path: Path) -> None:
    rows = "".join(f'row-{n:03d},"parcel,",billing,{n}\n' for n in range(1, 8))
    data = 'key,text,label,number\nrow-000,,"parcel,",billing,0\n' + rows
    profile, table = read_bytes(tmp_path, "a.csv", data.encode())
    assert (profile.rows, profile.header_row) == (8, 0)
    assert table["key"][0] == "row-000"
    assert table["text"] == ["parcel,"] * 8


def test_mending_needs_rows_to_learn_from() -> None:
    assert column_shapes([["a", "b"]] * 4, 2) == ()
    assert mend("a,b,c", Dialect(","), ()) is None


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("0001,,2025-01-01,https://a.example/1", ["0001", "2025-01-01", "https://a.example/1"]),
        ("00012025-01-01,https://a.example/1", ["0001", "2025-01-01", "https://a.example/1"]),
        ("0001;2025-01-01;https://a.example/1", ["0001", "2025-01-01", "https://a.example/1"]),
        ('0001,"2025-01-01,https://a.example/1', None),
        ("what,is,this,line,about,then", None),
    ],
)
def test_mending(line: str, cells: list[str] | None) -> None:
    rows = [[f"{n:04d}", f"2025-01-{n:02d}", f"https://a.example/{n}"] for n in range(1, 20)]
    mended = mend(line, Dialect(","), column_shapes(rows, 3))
    if cells is None:
        assert mended is None or mended[1] == '"2025-01-01'
    else:
        assert mended == cells


@given(
    rows=st.lists(st.lists(st.text(alphabet="abc1 ", max_size=4), max_size=4), max_size=30),
)
@_QUICK
def test_tables_cover_every_row(rows: list[list[str]]) -> None:
    assume(any(cell.strip() for row in rows for cell in row))
    blocks = find_tables(rows)
    assert 0 <= largest(blocks) < len(blocks)
    inside = {index for block in blocks for index in range(block.start, block.end)}
    filled = {index for index, row in enumerate(rows) if any(cell.strip() for cell in row)}
    assert filled <= inside
    assert all(a.end <= b.start for a, b in pairwise(blocks))

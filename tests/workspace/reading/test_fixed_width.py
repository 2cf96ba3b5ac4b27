"""Columns that blanks part; and what looks like them but is one text a line."""

from pathlib import Path

import pytest

from tests.workspace.reading.files import read_bytes
from workspace.reading.fixed_width import find_cuts

_TOPICS = ("Billing", "Tech", "Delivery late")
_REMARKS = ("the box was wet", "please call, it is urgent", "my invoice; twice", "no light: nothing", "ok")


def _aligned(head: str = "") -> str:
    rows = [f"{1000 + i}  {_TOPICS[i % 3]:<15}{_REMARKS[i % 5]} {i}" for i in range(20)]
    return "\n".join([head, *rows] if head else rows) + "\n"


@pytest.mark.parametrize("name", ["list.txt", "list.dat", "list.prn"])
def test_aligned_columns_with_names(name: str, tmp_path: Path) -> None:
    profile, table = read_bytes(tmp_path, name, _aligned(f"{'NO':<6}{'TOPIC':<15}REMARK").encode())
    assert list(table) == ["NO", "TOPIC", "REMARK"]
    assert profile.rows == 20
    assert profile.header_row == 0
    assert table["TOPIC"][2] == "Delivery late"
    assert table["REMARK"][1] == "please call, it is urgent 1"
    assert profile.task.label == "TOPIC"
    assert profile.task.text == ["REMARK"]


def test_aligned_columns_without_names(tmp_path: Path) -> None:
    profile, table = read_bytes(tmp_path, "host.dat", _aligned().encode())
    assert profile.header_row is None
    assert profile.rows == 20
    assert [column[0] for column in table.values()] == ["1000", "Billing", "the box was wet 0"]


def test_dashes_below_the_names_tell_the_columns(tmp_path: Path) -> None:
    rows = "\n".join(
        f"{i:>4} {topic:<10} {remark}" for i, (topic, remark) in enumerate([("a", "first"), ("b", "second")])
    )
    text = f"\n  NO TOPIC      REMARK\n---- ---------- ------------\n{rows}\n\n2 rows selected.\n"
    profile, table = read_bytes(tmp_path, "out.lst", text.encode())
    assert profile.rows == 2
    assert table == {"NO": ["0", "1"], "TOPIC": ["a", "b"], "REMARK": ["first", "second"]}


@pytest.mark.parametrize(
    "lines",
    [
        [f"{remark} {topic}" for remark in _REMARKS for topic in _TOPICS],
        [f"Item {i} - {remark}" for i, remark in enumerate(_REMARKS * 4)],
        ["yes I do", "no I dont", "yes we do", "ok I will"] * 6,
        ["    indented text here", "  and another, shorter", "      a third"] * 8,
        ["one", "two words", "three words here"] * 8,
    ],
    ids=["texts", "numbered", "short words", "indented", "ragged"],
)
def test_one_text_a_line_stays_so(lines: list[str], tmp_path: Path) -> None:
    assert find_cuts("\n".join(lines)) == ()
    profile, table = read_bytes(tmp_path, "texts.txt", "\n".join(lines).encode())
    assert len(table) == 1
    assert profile.rows >= len(lines) - 1


def test_a_title_above_is_no_row_and_a_note_amid_is_kept(tmp_path: Path) -> None:
    head, *rows = _aligned(f"{'NO':<6}{'TOPIC':<15}REMARK").splitlines()
    rows.insert(10, "carried over from the page before")
    text = "\n".join(["Cases of March, printed on 1 April", "", head, *rows])
    profile, table = read_bytes(tmp_path, "list.txt", text.encode())
    assert list(table) == ["NO", "TOPIC", "REMARK"]
    assert profile.rows == 21
    assert "carried over from the page before" in table["NO"]

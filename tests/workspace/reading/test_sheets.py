"""Several tables on one sheet, and what a workbook does not say."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.workspace.reading.files import codes, read_bytes
from workspace.errors import UnreadableFile
from workspace.reading.sheet_formulas import empty_formulas
from workspace.reading.sheet_tables import find_parts

MAILS = [
    ("text", "label"),
    *[(f"message number {n} about an order", ("billing", "delivery")[n % 2]) for n in range(20)],
]
TEAMS = [("team", "head", "phone"), ("billing", "Ada", 100), ("delivery", "Ben", 200)]


def book(rows: list[list[object]], name: str = "Data", *others: str) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.title = name
    for row in rows:
        sheet.append(row)
    for other in others:
        made.create_sheet(other)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def beside(gap: int = 1) -> list[list[object]]:
    empty: tuple[object, ...] = (None,) * 2
    return [
        [*(MAILS[n] if n < len(MAILS) else empty), *[None] * gap, *(TEAMS[n] if n < len(TEAMS) else ())]
        for n in range(len(MAILS))
    ]


def test_a_second_table_beside_the_first_can_be_asked_for(tmp_path: Path) -> None:
    data = book(beside())
    profile, table = read_bytes(tmp_path, "a.xlsx", data)
    assert (profile.sheet, profile.sheets, profile.rows) == ("Data", ["Data", "Data (2)"], 20)
    assert list(table) == ["text", "label"]
    told = next(problem for problem in profile.problems if problem.code == "OTHER_TABLES")
    assert told.examples == ["Data (2)"]
    profile, table = read_bytes(tmp_path, "a.xlsx", data, sheet="Data (2)")
    assert (profile.sheet, profile.header_row) == ("Data (2)", 0)
    assert table == {"team": ["billing", "delivery"], "head": ["Ada", "Ben"], "phone": ["100", "200"]}


def test_a_second_table_below_can_be_asked_for(tmp_path: Path) -> None:
    rows = [*map(list, MAILS), [], [], *map(list, TEAMS)]
    profile, table = read_bytes(tmp_path, "a.xlsx", book(rows), sheet="Data (2)")
    assert (profile.rows, profile.header_row) == (2, 23)
    assert table["head"] == ["Ada", "Ben"]


def test_tables_beside_and_below_each_other() -> None:
    rows = [[str(cell) if cell is not None else "" for cell in row] for row in beside(2)]
    below = [["city", "rain", "", "", ""], ["Rome", "7", "", "", ""], ["Oslo", "9", "", "", ""]]
    parts = find_parts([*rows, [""] * 7, *below])
    assert [(part.block.start, part.left, part.right) for part in parts] == [(0, 0, 2), (0, 4, 7), (22, 0, 2)]


def test_a_blank_column_that_parts_one_table_in_groups_parts_no_tables() -> None:
    rows = [["text", "label", "", "author", "city"], *[[f"a text {n}", "x", "", "Ada", "Rome"] for n in range(9)]]
    assert len(find_parts(rows)) == 1
    rows[0] = ["text", "label", "", "text", "label"]
    assert len(find_parts(rows)) == 2


def test_a_further_table_never_takes_the_name_of_a_sheet(tmp_path: Path) -> None:
    profile, _ = read_bytes(tmp_path, "a.xlsx", book(beside(), "Data", "Data (2)"))
    assert profile.sheets == ["Data", "Data (3)", "Data (2)"]


def test_a_table_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_bytes(tmp_path, "a.xlsx", book(beside()), sheet="Data (7)")
    assert caught.value.code == "SHEET_NOT_FOUND"
    assert "Data (2)" in caught.value.next_step


def test_formulas_without_stored_results_are_counted(tmp_path: Path) -> None:
    rows = [["text", "label", "code"], *[[text, label, f"=A{n + 2}"] for n, (text, label) in enumerate(MAILS[1:])]]
    profile, table = read_bytes(tmp_path, "a.xlsx", book(rows))
    told = next(problem for problem in profile.problems if problem.code == "FORMULAS_WITHOUT_VALUES")
    assert (told.count, told.examples[0], table["code"][0]) == (20, "Cell C2", None)
    assert "FORMULAS_WITHOUT_VALUES" not in codes(read_bytes(tmp_path, "a.xlsx", book(beside()))[0])


def test_a_stored_empty_text_is_a_result(tmp_path: Path) -> None:
    data = book([["text", "label"], ["a", '=IF(A2="b","c","")'], ["b", "=1+1"]])
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(path, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                content = content.replace(b'<c r="B2">', b'<c r="B2" t="str">')
            new.writestr(entry, content)
    found = empty_formulas(path, "xlsx", "Data")
    assert (found.count, found.places) == (1, ["B3"])


def test_a_cell_merged_over_rows_speaks_for_all_of_them(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    sheet = made.create_sheet("Data", 0)
    sheet.append(["area", "message"])
    for area in ("Room", "Food"):
        top = sheet.max_row + 1
        for number in range(4):
            sheet.append([area if number == 0 else None, f"the {area} was cold {number} times"])
        sheet.merge_cells(f"A{top}:A{top + 3}")
    sheet.append([None, "nobody knows of which room this is"])
    out = io.BytesIO()
    made.save(out)
    profile, table = read_bytes(tmp_path, "a.xlsx", out.getvalue())
    assert table["area"] == ["Room"] * 4 + ["Food"] * 4 + [None]
    assert profile.rows == 9


def test_a_title_over_all_columns_is_no_part_of_a_header_of_two_rows(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    rows = [
        ["Requests of the first quarter"],
        ["As of 31 March"],
        [],
        ["Day", "Who", "Request"],
        [None, None, "Text", "Team"],
    ]
    body = [[f"2026-03-{n + 1:02}", f"Person {n}", *MAILS[n + 1]] for n in range(20)]
    for row in [*rows, *body, [], ["Total", None, "20 requests"], ["* internal"]]:
        sheet.append(row)
    for merged in ("A1:D1", "A2:D2", "A4:A5", "B4:B5", "C4:D4"):
        sheet.merge_cells(merged)
    out = io.BytesIO()
    made.save(out)
    profile, table = read_bytes(tmp_path, "a.xlsx", out.getvalue())
    assert list(table) == ["Day", "Who", "Request Text", "Request Team"]
    assert (profile.rows, profile.header_row) == (20, 4)

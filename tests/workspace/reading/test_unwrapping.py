"""A table inside the single column of another one."""

import io
from pathlib import Path

from openpyxl import Workbook

from tests.workspace.reading.files import read_bytes

_LINES = ["id,review,aspect", '1,"Nice, but small",size', "2,Fine,price", '3,"He said ""no""",service', "4,Good,price"]


def test_lines_quoted_once_more(tmp_path: Path) -> None:
    data = "".join('"' + line.replace('"', '""') + '"\r\n' for line in _LINES).encode("utf-8-sig")
    profile, table = read_bytes(tmp_path, "export.csv", data)
    assert list(table) == ["id", "review", "aspect"]
    assert profile.encoding == "utf-8"
    assert table["review"] == ["Nice, but small", "Fine", 'He said "no"', "Good"]


def test_a_workbook_with_lines_of_a_csv_file(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.create_sheet("export", 0)
    for line in _LINES:
        sheet.append([line])
    out = io.BytesIO()
    book.save(out)
    profile, table = read_bytes(tmp_path, "export.xlsx", out.getvalue())
    assert (profile.format, profile.sheet, profile.rows) == ("xlsx", "export", 4)
    assert table["aspect"] == ["size", "price", "service", "price"]


def test_texts_with_commas_in_one_column_stay_so(tmp_path: Path) -> None:
    data = b'review\r\n"Nice, but small"\r\n"Fine"\r\n"No, no, no"\r\n"Good, cheap"\r\n'
    _, table = read_bytes(tmp_path, "reviews.csv", data)
    assert table == {"review": ["Nice, but small", "Fine", "No, no, no", "Good, cheap"]}

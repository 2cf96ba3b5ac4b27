"""Write a table, mangle its outer form, read it: the same cells. And bytes at random: an error of ours or a table."""

import csv
import io
import json
import tempfile
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workspace.reading.files import DATA, read_bytes
from workspace.errors import WizardError
from workspace.findings import read_findings
from workspace.reading import delimited_reader

_QUICK = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

_WORDS = {
    "latin": "refund card late parcel größe straße où déjà mañana señor thanks invoice login password".split(),
    "cyrillic": "посылка возврат деньги спасибо заказ ошибка пароль быстро".split(),
    "greek": "παράδοση χρήματα ευχαριστώ λάθος κωδικός γρήγορα".split(),
    "plain": "refund card late parcel thanks invoice login password again please order".split(),
}
_LABELS = ["billing", "login", "praise"]


@st.composite
def tables(draw: st.DrawFn, script: str) -> list[list[str]]:
    """Rows of a text, a label and a number, in one script; texts hold delimiters, quotes and line breaks."""
    words = st.sampled_from(_WORDS[script])
    odd = st.sampled_from(["", "", ",", ";", ' "quoted"', "\n", "'s", "|"])
    rows = []
    for index in range(draw(st.integers(12, 40))):
        text = " ".join(draw(st.lists(words, min_size=3, max_size=9))) + draw(odd) + " " + draw(words)
        rows.append([text, _LABELS[index % 3], str(draw(st.integers(0, 500)))])
    return rows


def _written(rows: list[list[str]], *, delimiter: str, quoting: int, ends: str, header: bool) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=ends)  # type: ignore[arg-type]
    writer.writerows([["message", "team", "amount"], *rows] if header else rows)
    return out.getvalue()


def _cells(table: dict[str, list[str]]) -> list[list[str]]:
    return [list(row) for row in zip(*table.values(), strict=True)]


_FORMS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from([",", ";", "\t", "|"]),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
        "ends": st.sampled_from(["\n", "\r\n"]),
        "header": st.booleans(),
    }
)
_ENCODINGS = {
    "latin": ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"],
    "cyrillic": ["utf-8", "utf-16", "cp1251", "koi8-r"],
    "greek": ["utf-8", "cp1253"],
    "plain": ["ascii"],
}


@pytest.mark.parametrize("script", _WORDS)
@given(data=st.data(), form=_FORMS)
@_QUICK
def test_mangled_tables_keep_their_cells(script: str, data: st.DataObject, form: dict[str, object]) -> None:
    rows = data.draw(tables(script))
    encoding = data.draw(st.sampled_from(_ENCODINGS[script]))
    text = _written(rows, **form)  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as folder:
        profile, table = read_bytes(Path(folder), "data.csv", text.encode(encoding))
    assert profile.header_row == (0 if form["header"] else None)
    assert profile.delimiter == form["delimiter"]
    assert _cells(table) == rows
    assert profile.rows == len(rows)


@given(data=st.data(), form=_FORMS)
@_QUICK
def test_arrow_and_the_exact_reader_agree(data: st.DataObject, form: dict[str, object]) -> None:
    text = _written(data.draw(tables("latin")), **form)  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as folder:
        exact = read_bytes(Path(folder), "data.csv", text.encode())
        with patch.object(delimited_reader, "_EXACT_BYTES", 0):
            fast = read_bytes(Path(folder), "data.csv", text.encode())
    assert fast == exact


@pytest.mark.parametrize(
    "sample", ["banking77_sample.csv", "sms_spam_sample.tsv", "messy/bad_rows.csv", "messy/aerzte_preamble.csv"]
)
def test_the_fast_reader_loses_no_row_of_real_files(sample: str, tmp_path: Path) -> None:
    data = (DATA / sample).read_bytes()
    exact = read_bytes(tmp_path, sample, data)
    with patch.object(delimited_reader, "_EXACT_BYTES", 0):
        assert read_bytes(tmp_path, sample, data) == exact


def test_a_stray_quote_far_beyond_the_sample_swallows_no_row(tmp_path: Path) -> None:
    clean = b"".join(b"ham\tplain message number %d of many\n" % i for i in range(40_000))
    stray = (DATA / "sms_spam_sample.tsv").read_bytes()
    profile, _ = read_bytes(tmp_path, "a.tsv", clean + stray + clean)
    assert profile.rows == 80_600


@pytest.mark.parametrize("row", [0, 1, 20, 59])
def test_a_stray_quote_costs_one_cell(row: int, tmp_path: Path) -> None:
    lines = [f'{i},message number {i},{"ab"[i % 2]},"said, and done",{i * 3}' for i in range(60)]
    whole = [line.replace('"', "").split(",") for line in lines]
    lines[row] = lines[row].replace("message", '"message')
    profile, table = read_bytes(tmp_path, "a.csv", ("id,text,label,more,n\n" + "\n".join(lines) + "\n").encode())
    assert profile.rows == 60
    others = [i for i in range(60) if i != row]
    assert [table["text"][i] for i in others] == [whole[i][1] for i in others]
    assert [table["n"][i] for i in others] == [whole[i][-1] for i in others]


def test_a_backslash_before_the_closing_quote_swallows_no_row(tmp_path: Path) -> None:
    lines = [f'ab,"message{", again" * (i % 3)}, number {i}",' for i in range(50)]
    lines[7] = 'ab,"what, then \\"",'
    profile, table = read_bytes(tmp_path, "a.csv", "\n".join(lines).encode())
    assert profile.rows == 50
    assert table["column 2"][7] == 'what, then "'
    assert table["column 2"][8] == "message, again, again, number 8"


def test_ragged_rows_in_a_large_file_are_kept(tmp_path: Path) -> None:
    rows = b"".join(b'%d,"hello, you %d",%s\n' % (i, i, b"ab"[i % 2 : i % 2 + 1]) for i in range(150_000))
    odd = b"7,too,many,cells\n8,few\n9,1,2,3,4,5,6,7,8\n"
    profile, table = read_bytes(tmp_path, "a.csv", b"id,text,label\n" + rows + odd + rows)
    assert profile.rows == 300_003
    assert table["text"][150_000:150_003] == ["too,many", "few", "1"]
    assert table["extra cells"][150_000:150_003] == [None, None, "3,4,5,6,7,8"]
    assert next(p for p in profile.problems if p.code == "RAGGED_ROWS").count == 3
    found = read_findings(tmp_path / "findings.parquet")
    assert [(finding.code, finding.row) for finding in found] == [
        ("RAGGED_ROWS", row) for row in range(150_000, 150_003)
    ]


@given(rows=tables("latin"), title=st.booleans())
@_QUICK
def test_workbooks_keep_their_cells(rows: list[list[str]], title: bool) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    if title:
        for line in (["Export of all tickets"], ["made on Monday"], []):
            sheet.append(line)
    sheet.append(["message", "team", "amount"])
    for text, label, number in rows:
        sheet.append([text, label, int(number)])
    out = io.BytesIO()
    book.save(out)
    with tempfile.TemporaryDirectory() as folder:
        profile, table = read_bytes(Path(folder), "a.xlsx", out.getvalue())
    assert profile.header_row == (3 if title else 0)
    assert _cells(table) == rows


@given(rows=tables("cyrillic"), shape=st.sampled_from(["list", "lines", "columns", "pandas", "nested", "arrays"]))
@_QUICK
def test_json_shapes_keep_their_cells(rows: list[list[str]], shape: str) -> None:
    names = ["message", "team", "amount"]
    records = [dict(zip(names, row, strict=True)) for row in rows]
    columns = {name: [record[name] for record in records] for name in names}
    text = {
        "list": json.dumps(records, ensure_ascii=False, indent=1),
        "lines": "\n".join(json.dumps(record) for record in records),
        "columns": json.dumps(columns),
        "pandas": json.dumps({name: {str(i): v for i, v in enumerate(values)} for name, values in columns.items()}),
        "nested": json.dumps({"meta": {"made": "today"}, "data": {"items": records}}),
        "arrays": json.dumps(rows),
    }[shape]
    with tempfile.TemporaryDirectory() as folder:
        profile, table = read_bytes(Path(folder), "a.json", text.encode())
    assert _cells(table) == rows
    assert profile.format == ("jsonl" if shape == "lines" else "json")


@given(
    data=st.binary(max_size=3_000),
    name=st.sampled_from(["a.csv", "a.json", "a.jsonl", "a.xlsx", "a.xls", "a.parquet", "a.txt"]),
)
@settings(_QUICK, max_examples=150)
def test_random_bytes_never_crash(data: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder, suppress(WizardError):
        profile, table = read_bytes(Path(folder), name, data)
        assert all(len(column) == profile.rows for column in table.values())


_CELLS = st.sampled_from(
    [
        "1",
        "-2",
        "2024",
        "1999",
        "3.5",
        "1,5",
        "2024-01-02",
        "yes",
        "007",
        "",
        " ",
        "n/a",
        "word",
        "some words",
        "é",
        "9" * 5_000,
    ]
)


@given(
    columns=st.lists(st.tuples(_CELLS, _CELLS), min_size=1, max_size=4),
    rows=st.integers(1, 120),
    at=st.integers(0, 119),
)
@settings(_QUICK, max_examples=80)
def test_columns_of_any_kind_with_an_odd_cell(columns: list[tuple[str, str]], rows: int, at: int) -> None:
    cells = [[odd if i == at else usual for usual, odd in columns] for i in range(rows)]
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([[f"label {i}" for i in range(len(columns))], *cells])
    with tempfile.TemporaryDirectory() as folder, suppress(WizardError):
        profile, table = read_bytes(Path(folder), "a.csv", out.getvalue().encode())
        assert all(len(column) == profile.rows for column in table.values())


@given(
    sample=st.sampled_from(
        ["messy/deaths_title_rows.xlsx", "messy/ragged_rows.xls", "banking77_sample.csv", "messy/nested_records.json"]
    ),
    data=st.data(),
)
@settings(_QUICK, max_examples=120)
def test_damaged_files_never_crash(sample: str, data: st.DataObject) -> None:
    whole = bytearray((DATA / sample).read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    with tempfile.TemporaryDirectory() as folder, suppress(WizardError):
        profile, table = read_bytes(Path(folder), sample, bytes(whole))
        assert all(len(column) == profile.rows for column in table.values())

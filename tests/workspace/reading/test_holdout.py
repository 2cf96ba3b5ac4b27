"""What the files of the hold-out showed: drawn lines, boards, sheets alike, names of columns in more languages."""

import io
import json
from pathlib import Path

from openpyxl import Workbook

from tests.workspace.reading.files import read_bytes
from workspace.dataset import TaskKind
from workspace.reading.dialect import detect_dialect
from workspace.reading.layout import is_comment

_TEXTS = [f"the parcel with the number {n * 37} came too late, please call me" for n in range(24)]
_KINDS = ["Delivery", "Billing", "Delivery", "Technical"]


def _workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _csv(*names: str, **columns: list[str]) -> bytes:
    rows = zip(*columns.values(), strict=True)
    return "\n".join([";".join(names or columns), *(";".join(row) for row in rows)]).encode()


def test_a_printed_list_with_drawn_lines(tmp_path: Path) -> None:
    lines = [f"|{4000 + n}|{_KINDS[n % 4]:9}|{text:70}|" for n, text in enumerate(_TEXTS)]
    rule = "-" * len(lines[0])
    data = "\r\n".join(["List of 1 March", "", rule, f"|No  |Reason   |{'Remark':70}|", rule, *lines, rule])
    profile, columns = read_bytes(tmp_path, "list.txt", data.encode())
    assert (profile.rows, profile.header_row, profile.delimiter) == (24, 3, "|")
    assert [str(value).strip() for value in columns["Remark"]] == _TEXTS


def test_a_table_in_markdown(tmp_path: Path) -> None:
    rows = "".join(f"| {text} | {_KINDS[n % 4]} |\n" for n, text in enumerate(_TEXTS))
    data = f"Your table:\n\n| Message | Label |\n|:---|:---:|\n{rows}"
    profile, _ = read_bytes(tmp_path, "answer.md", data.encode())
    assert (profile.rows, profile.task.text, profile.task.label) == (24, ["Message"], "Label")


def test_dashes_for_a_missing_value_are_no_drawn_line() -> None:
    assert is_comment(["---", ":---:"], None)
    assert not is_comment(["---", "12"], None)
    assert not is_comment(["---"], None)


def test_empty_columns_beside_tabs_are_no_longer_delimiter() -> None:
    text = "List\n\n" + "".join(f"\t{n}\tM1\tthe pump leaks\t\t01.02.2024\n" for n in range(20))
    assert detect_dialect(text).delimiter == "\t"
    assert detect_dialect("id~|~note~|~queue\n" + "1~|~late~|~A\n" * 9).delimiter == "~|~"


def test_a_board_with_its_header_above_each_group(tmp_path: Path) -> None:
    rows = [[f"Item {n}", "Lee", _KINDS[n % 4], text] for n, text in enumerate(_TEXTS)]
    head = ["Name", "Person", "Request type", "Details"]
    board: list[list[object]] = [["Requests"], [], ["This month"], [*head], *rows[:12], [], [*head], *rows[12:]]
    profile, columns = read_bytes(tmp_path, "board.xlsx", _workbook({"Board": board}))
    assert (profile.rows, profile.header_row) == (24, 3)
    assert columns["Details"] == _TEXTS


def test_sheets_with_the_same_columns_are_told(tmp_path: Path) -> None:
    rows = [[n, text, _KINDS[n % 4]] for n, text in enumerate(_TEXTS)]
    head: list[object] = ["No", "Message", "Reason"]
    sheets = {"Jan": [head, *rows], "Feb": [head, *rows[:9]], "Key": [["Reason", "Meaning"], ["Billing", "money"]]}
    profile, _ = read_bytes(tmp_path, "months.xlsx", _workbook(sheets))
    told = next(problem for problem in profile.problems if problem.code == "SHEETS_ALIKE")
    assert (profile.sheet, told.count, told.examples) == ("Jan", 1, ["Feb"])
    profile, columns = read_bytes(tmp_path, "months.xlsx", _workbook(sheets), sheet="*")
    assert columns["sheet"] == ["Jan"] * 24 + ["Feb"] * 9
    assert columns["Message"] == [*_TEXTS, *_TEXTS[:9]]
    assert (profile.sheet, profile.task.text, profile.task.label) == (None, ["Message"], "Reason")
    assert next(problem for problem in profile.problems if problem.code == "OTHER_TABLES").examples == ["Key"]


def test_keys_for_programs_below_the_questions_name_nothing(tmp_path: Path) -> None:
    moods = ["Satisfied", "Neutral", "Dissatisfied"] * 8
    days = [f"2024-02-{1 + n:02}" for n in range(24)]
    keys = [json.dumps({"ImportId": name}).replace('"', '""') for name in ("start", "QID1", "QID2")]
    head = ["StartDate;Q1;Q2", "Start Date;How satisfied are you?;What should we do better?"]
    head.append(";".join(f'"{key}"' for key in keys))
    rows = [";".join(row) for row in zip(days, moods, _TEXTS, strict=True)]
    profile, _ = read_bytes(tmp_path, "survey.csv", "\n".join([*head, *rows]).encode())
    assert (profile.rows, profile.header_row) == (24, 2)
    assert (profile.task.text, profile.task.label) == (["What should we do better?"], "How satisfied are you?")


def test_totals_in_words_and_with_a_counter(tmp_path: Path) -> None:
    for last in ("Total général;;24", "合計;24件;"):
        rows = [f"PS{n:03};{_KINDS[n % 4]};{text}" for n, text in enumerate(_TEXTS)]
        profile, _ = read_bytes(tmp_path, "retours.csv", "\n".join(["Réf;Motif;Texte", *rows, last]).encode())
        assert profile.rows == 24


def test_what_a_row_is_about_goes_before_who_dealt_with_it(tmp_path: Path) -> None:
    columns = {
        "Status": ["Closed", "Open"] * 12,
        "Team": ["A", "B", "C"] * 8,
        "Ärendeorsak": _KINDS * 6,
        "Beskrivning": _TEXTS,
    }
    profile, _ = read_bytes(tmp_path, "cases.csv", _csv(**columns))
    assert profile.task.label == "Ärendeorsak"
    profile, _ = read_bytes(tmp_path, "cases.csv", _csv(Team=columns["Team"], Comment=_TEXTS))
    assert profile.task.label == "Team"


def test_an_answer_is_known_by_a_part_of_its_name(tmp_path: Path) -> None:
    replies = [f"I am sorry, the number {n} is on its way to you now." for n in range(24)]
    names = ("Customer message", "Agent reply", "Macro")
    columns = {"a": _TEXTS, "b": replies, "c": ["M1", "M2"] * 12}
    profile, _ = read_bytes(tmp_path, "replies.csv", _csv(*names, **columns))
    assert profile.task.kind is TaskKind.GENERATION
    assert (profile.task.text, profile.task.label) == (["Customer message"], "Agent reply")


def test_texts_with_a_few_tags_are_texts(tmp_path: Path) -> None:
    columns = {"Title": ["Red mug", "Oak lamp"] * 12, "Body": [f"<p>{t}</p>" for t in _TEXTS], "Type": _KINDS * 6}
    profile, _ = read_bytes(tmp_path, "shop.csv", _csv(**columns))
    assert profile.task.text == ["Body"]


def test_a_web_archive_called_xls(tmp_path: Path) -> None:
    rows = "".join(f"<tr><td>{text}</td><td>{_KINDS[n % 4]}</td></tr>" for n, text in enumerate(_TEXTS))
    page = f"<table><tr><td>Message</td><td>Reason</td></tr>{rows}</table>"
    data = 'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="X"\n\n--X\nContent-Type: text/html\n\n'
    profile, columns = read_bytes(tmp_path, "export.xls", f"{data}{page}\n--X--\n".encode())
    assert profile.rows == 24
    assert columns["Message"] == _TEXTS


def test_a_topic_goes_before_importance(tmp_path: Path) -> None:
    kinds = [_KINDS[n % 4] for n in range(24)]
    mails = _csv(Text=_TEXTS, Kategorien=kinds, Wichtigkeit=[["Normal", "Hoch"][n % 2] for n in range(24)])
    profile, _ = read_bytes(tmp_path, "mails.csv", mails)
    assert profile.task.label == "Kategorien"


def test_blanks_between_quoted_cells_part_them() -> None:
    """As R's ``write.table`` writes: the rows have a name of their own, and texts hold commas."""
    rows = "".join(f'"{n}" "the parcel {n} was late, again" {n} "orders"\n' for n in range(1, 30))
    assert detect_dialect('"text" "days" "team"\n' + rows).delimiter == " "
    said = "".join(f'He said "no, never {n}" and left, "quite angry"\n' for n in range(30))
    assert detect_dialect(said).delimiter != " "

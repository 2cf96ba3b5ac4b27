"""Files as they come from other countries, programs and hands: made here, read with nothing but the file."""

import codecs
import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.workspace.reading.files import codes, read_bytes

Rows = Sequence[Sequence[object]]
HEADER = ("id", "text", "label")
_PLAIN = [(n, f"message number {n} about the order", ("billing", "delivery", "other")[n % 3]) for n in range(1, 31)]


def _csv(rows: Rows, delimiter: str = ",", **how: Any) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=how.pop("end", "\r\n"), **how).writerows(rows)
    return out.getvalue()


_TEXTS = {
    "polish": (
        "cp1250",
        ["Zażółć gęślą jaźń, proszę", "Źródło błędu jest łatwe", "Paczka dotarła uszkodzona, niestety"],
    ),
    "czech": (
        "cp1250",
        ["Příliš žluťoučký kůň úpěl", "Děkuji, zboží už přišlo", "Účet mi nesouhlasí, prosím o opravu"],
    ),
    "hungarian": (
        "iso8859-2",
        ["Árvíztűrő tükörfúrógép", "Köszönöm, megérkezett a csomag", "Nem működik a jelszó, kérem"],
    ),
    "russian windows": (
        "cp1251",
        ["Посылка пришла повреждённой", "Спасибо, всё хорошо", "Не могу войти в аккаунт, помогите"],
    ),
    "russian koi8": (
        "koi8-r",
        ["Посылка пришла поврежденной", "Спасибо, все хорошо", "Не могу войти в аккаунт, помогите"],
    ),
    "japanese": ("cp932", ["商品が届きませんでした", "パスワードを忘れました", "ありがとうございます、助かりました"]),
    "japanese euc": (
        "euc-jp",
        ["商品が届きませんでした", "パスワードを忘れました", "ありがとうございます、助かりました"],
    ),
    "simplified": ("gb18030", ["包裹已经损坏，请退款", "我忘记了密码，无法登录", "谢谢，服务非常好，我很满意"]),
    "traditional": ("big5", ["包裹已經損壞，請退款", "我忘記了密碼，無法登入", "謝謝，服務非常好，我很滿意"]),
    "korean": ("cp949", ["택배가 파손되어 도착했습니다", "비밀번호를 잊어버렸어요", "감사합니다, 정말 친절하시네요"]),
    "greek": ("cp1253", ["Το δέμα έφτασε κατεστραμμένο", "Ευχαριστώ πολύ για τη βοήθεια", "Δεν μπορώ να συνδεθώ"]),
    "turkish": (
        "cp1254",
        ["Paket hasarlı geldi, şikâyetçiyim", "Şifremi unuttum, giriş yapamıyorum", "Çok teşekkürler, iyi günler"],
    ),
    "german": (
        "cp1252",
        ["Die Lieferung war unvollständig – bitte prüfen", "Größe passt nicht, 20 € zurück", "Schöne Grüße"],
    ),
    "french": (
        "cp1252",
        ["Le colis est arrivé abîmé…", "J’ai oublié mon mot de passe", "Très bon service, merci à l’équipe"],
    ),
    "hebrew": ("cp1255", ["החבילה הגיעה פגומה", "שכחתי את הסיסמה שלי", "תודה רבה על השירות הטוב"]),
    "arabic": ("cp1256", ["وصل الطرد تالفا", "نسيت كلمة المرور الخاصة بي", "شكرا جزيلا على الخدمة الجيدة"]),
    "thai": ("cp874", ["พัสดุมาถึงในสภาพเสียหาย", "ลืมรหัสผ่านเข้าสู่ระบบไม่ได้", "ขอบคุณมากสำหรับบริการที่ดี"]),
}
_SAME = {"gb18030": {"gb18030", "gbk", "gb2312"}, "cp949": {"cp949", "euc_kr"}, "cp932": {"cp932", "shift_jis"}}
_SAME |= {"cp874": {"cp874", "tis-620", "tis_620", "iso8859-11"}, "iso8859-2": {"iso8859-2", "cp1250"}}


def _rows_in(language: str) -> list[tuple[str, str, str]]:
    texts = _TEXTS[language][1]
    return [(str(n), f"{texts[n % len(texts)]} {n}", ("a", "b")[n % 2]) for n in range(1, 41)]


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("language", _TEXTS)
def test_legacy_encodings(language: str, delimiter: str, tmp_path: Path) -> None:
    encoding = _TEXTS[language][0]
    rows = _rows_in(language)
    profile, table = read_bytes(tmp_path, "a.csv", _csv([HEADER, *rows], delimiter).encode(encoding))
    assert table["text"] == [row[1] for row in rows]
    assert profile.encoding is not None
    found = codecs.lookup(profile.encoding).name
    assert found in {codecs.lookup(name).name for name in _SAME.get(encoding, {encoding})}
    assert (profile.delimiter, profile.header_row) == (delimiter, 0)


@pytest.mark.parametrize("mark", [True, False], ids=["with mark", "without mark"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("language", ["polish", "russian windows", "japanese", "german"])
def test_unicode_encodings(language: str, encoding: str, mark: bool, tmp_path: Path) -> None:
    rows = _rows_in(language)
    text = ("\ufeff" if mark else "") + _csv([HEADER, *rows], ";")
    profile, table = read_bytes(tmp_path, "a.csv", text.encode(encoding))
    assert table["text"] == [row[1] for row in rows]
    assert profile.encoding == encoding
    assert (profile.delimiter, profile.header_row) == (";", 0)


def test_a_few_lines_in_another_encoding_spoil_only_themselves(tmp_path: Path) -> None:
    rows = _rows_in("german")
    lines = _csv([HEADER, *rows]).splitlines(keepends=True)
    data = b"".join(line.encode("cp1252" if index == 7 else "utf-8") for index, line in enumerate(lines))
    profile, table = read_bytes(tmp_path, "a.csv", data)
    assert profile.rows == 40
    assert "BAD_BYTES" in codes(profile)
    assert [a == row[1] for a, row in zip(table["text"], rows, strict=True)].count(False) == 1


_TEXT = _csv([HEADER, *_PLAIN])
_SEMI = _csv([HEADER, *_PLAIN], ";")
_QUOTED = [(n, f'She said "number {n}", twice', "ab"[n % 2]) for n in range(1, 31)]
_FORMS: dict[str, tuple[str, str, int | None, str]] = {
    "sep line": ("sep=;\r\n" + _SEMI, ";", 1, _PLAIN[0][1]),
    "five title lines": ("Report\nof the shop\nmade by us\n1 May 2025\n\n" + _TEXT, ",", 5, _PLAIN[0][1]),
    "title with delimiters": ("Report,,\r\nby,,us\r\n" + _TEXT, ",", 2, _PLAIN[0][1]),
    "comments": ("# exported\n# do not edit\n" + _TEXT, ",", 2, _PLAIN[0][1]),
    "no header": (_csv(_PLAIN), ",", None, _PLAIN[0][1]),
    "footer": (_TEXT + "\r\nSource: the shop,,\r\n", ",", 0, _PLAIN[0][1]),
    "backslash": (_csv([HEADER, *_QUOTED], doublequote=False, escapechar="\\"), ",", 0, _QUOTED[0][1]),
    "doubled": (_csv([HEADER, *_QUOTED]), ",", 0, _QUOTED[0][1]),
    "single quotes": (_csv([HEADER, *_QUOTED], quotechar="'", quoting=csv.QUOTE_ALL), ",", 0, _QUOTED[0][1]),
    "old mac": (_csv([HEADER, *_PLAIN], end="\r"), ",", 0, _PLAIN[0][1]),
    "mixed line ends": (_TEXT.replace("\r\n", "\n", 15), ",", 0, _PLAIN[0][1]),
    "doubled line ends": (_TEXT.replace("\r\n", "\r\r\n"), ",", 0, _PLAIN[0][1]),
    "blank after delimiter": (_csv([HEADER, *_QUOTED]).replace(",", ", ").replace('", t', '",t'), ",", 0, ""),
    "two pipes": (_SEMI.replace(";", "||"), "||", 0, _PLAIN[0][1]),
    "pipes and blanks": (_SEMI.replace(";", " | "), " | ", 0, _PLAIN[0][1]),
    "two colons beside times": (_SEMI.replace(";message", ";12:30 message").replace(";", "::"), "::", 0, ""),
    "two colons": (_SEMI.replace(";", "::"), "::", 0, _PLAIN[0][1]),
    "unit separator": (_csv([HEADER, *_PLAIN], "\x1f"), "\x1f", 0, _PLAIN[0][1]),
    "delimiter at row ends": (_TEXT.replace("\r\n", ",\r\n"), ",", 0, _PLAIN[0][1]),
    "thousands of empty columns": (_TEXT.replace("\r\n", "," * 3_000 + "\r\n"), ",", 0, _PLAIN[0][1]),
    "thousands of blank rows": (_TEXT + ",,\r\n" * 5_000, ",", 0, _PLAIN[0][1]),
    "header again and again": (_csv([HEADER, *_PLAIN[:10], HEADER, *_PLAIN[10:20], HEADER, *_PLAIN[20:]]), ",", 0, ""),
}


@pytest.mark.parametrize("form", _FORMS)
def test_forms_of_delimited_files(form: str, tmp_path: Path) -> None:
    data, delimiter, header, first = _FORMS[form]
    profile, table = read_bytes(tmp_path, "a.csv", data.encode())
    assert (profile.rows, profile.delimiter, profile.header_row) == (30, delimiter, header)
    assert len(table) == 3
    if first:
        assert list(table.values())[1][0] == first
    assert next(iter(table.values())) == [str(n) for n in range(1, 31)]


def test_decimal_commas(tmp_path: Path) -> None:
    rows = [(n, f"{n},5", f"text {n}") for n in range(1, 20)]
    profile, table = read_bytes(tmp_path, "a.csv", _csv([("nr", "Betrag", "Text"), *rows], ";").encode())
    assert profile.delimiter == ";"
    assert table["Betrag"] == [f"{n},5" for n in range(1, 20)]
    assert profile.columns[1].type == "number"


def test_the_largest_of_several_tables_is_taken_and_the_others_are_named(tmp_path: Path) -> None:
    small = "month,total\nMay,3\nJune,4\nJuly,5\n"
    data = (small + "\n" + _TEXT + "\n" + small.replace("total", "sum")).encode()
    profile, table = read_bytes(tmp_path, "a.csv", data)
    assert (profile.rows, profile.sheet, profile.sheets) == (30, "table 2", ["table 1", "table 2", "table 3"])
    assert table["text"] == [row[1] for row in _PLAIN]
    others = next(problem for problem in profile.problems if problem.code == "OTHER_TABLES")
    assert others.examples == ["table 1", "table 3"]
    profile, table = read_bytes(tmp_path, "a.csv", data, sheet="table 3")
    assert table == {"month": ["May", "June", "July"], "sum": ["3", "4", "5"]}
    assert profile.header_row == 37


def test_broken_rows_are_mended_and_named(tmp_path: Path) -> None:
    rows = [f"{n:04d},2025-01-{n:02d},a text with words {n},https://example.com/{n},open" for n in range(1, 29)]
    rows[3] = rows[3].replace("a text", "a text, and more of it,")
    rows[7] = rows[7].replace("0008,", "0008,,")
    rows[11] = rows[11].replace(",https", "https")
    rows[15] = rows[15].replace(",", ";")
    profile, table = read_bytes(tmp_path, "a.csv", ("nr,day,text,link,state\n" + "\n".join(rows)).encode())
    assert profile.rows == 28
    assert table["nr"] == [f"{n:04d}" for n in range(1, 29)]
    assert table["day"] == [f"2025-01-{n:02d}" for n in range(1, 29)]
    assert [table["link"][row] for row in (3, 7, 15)] == [f"https://example.com/{n}" for n in (4, 8, 16)]
    assert table["text"][3] == "a text, and more of it, with words 4"
    assert table["state"] == ["open"] * 28
    assert next(problem for problem in profile.problems if problem.code == "RAGGED_ROWS").count == 4


def _book(sheets: dict[str, Rows]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return book


def _saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_data_sheet_is_found_behind_a_cover(tmp_path: Path) -> None:
    cover: Rows = [("Our report",), ("",), ("Author", "Kim"), ("Date", "2025-05-01")]
    data = _saved(_book({"Cover": cover, "Tickets": [HEADER, *_PLAIN], "Lists": [("billing",), ("other",)]}))
    profile, table = read_bytes(tmp_path, "a.xlsx", data)
    assert (profile.sheet, profile.rows, profile.header_row) == ("Tickets", 30, 0)
    assert table["text"] == [row[1] for row in _PLAIN]


def test_three_header_rows_with_merged_cells(tmp_path: Path) -> None:
    head: Rows = [("Tickets", "", "Result"), ("number", "content", "team"), ("id", "text", "label")]
    book = _book({"Data": [*head, *_PLAIN]})
    book["Data"].merge_cells("A1:B1")
    profile, table = read_bytes(tmp_path, "a.xlsx", _saved(book))
    assert (profile.rows, profile.header_row) == (30, 2)
    assert list(table.values())[1] == [row[1] for row in _PLAIN]


def test_hidden_sheets_and_rows_are_read_as_they_are(tmp_path: Path) -> None:
    book = _book({"Data": [HEADER, *_PLAIN], "Old": [HEADER, *_PLAIN, *_PLAIN, *_PLAIN]})
    book["Old"].sheet_state = "hidden"
    book["Data"].row_dimensions[5].hidden = True
    profile, _ = read_bytes(tmp_path, "a.xlsx", _saved(book))
    assert (profile.sheet, profile.rows) == ("Data", 30)
    assert read_bytes(tmp_path, "a.xlsx", _saved(book), sheet="Old")[0].rows == 90


def test_formulas_give_their_values_and_are_never_computed(tmp_path: Path) -> None:
    rows = [(n, f'=HYPERLINK("http://example.invalid/{n}")', "=1+1") for n in range(1, 12)]
    profile, table = read_bytes(
        tmp_path, "a.xlsx", _saved(_book({"Data": [(*HEADER, "text two"), *[(*r, "a") for r in rows]]}))
    )
    assert profile.rows == 11
    assert table["label"] == [None] * 11


def test_several_tables_in_one_sheet(tmp_path: Path) -> None:
    rows: Rows = [("month", "total"), ("May", 3), ("June", 4), (), (), HEADER, *_PLAIN, (), ("Source: the shop",)]
    profile, table = read_bytes(tmp_path, "a.xlsx", _saved(_book({"Data": rows})))
    assert (profile.rows, profile.header_row) == (30, 5)
    assert table["text"] == [row[1] for row in _PLAIN]
    assert "OTHER_TABLES" in codes(profile)


def test_text_cells_with_an_apostrophe_numbers_and_dates(tmp_path: Path) -> None:
    book = _book({"Data": [("code", "text"), *[(f"00{n}", f"text {n}") for n in range(10, 30)]]})
    for row in book["Data"].iter_rows(min_row=2, max_col=1):
        row[0].quotePrefix = True
    _, table = read_bytes(tmp_path, "a.xlsx", _saved(book))
    assert table["code"] == [f"00{n}" for n in range(10, 30)]

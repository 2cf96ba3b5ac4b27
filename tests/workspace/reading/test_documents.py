"""Web pages, PDF and Word documents: their table where they are about one, else their text, one paragraph a row."""

from pathlib import Path

import pytest

from tests.workspace.reading.documents import PARAGRAPHS, ROWS, opendocument, page, pdf, picture_pdf, word, word_with
from tests.workspace.reading.files import read_bytes
from workspace.errors import LimitExceeded, UnreadableFile
from workspace.reading import Limits
from workspace.reading.child import in_child, reader_of
from workspace.reading.source import Opened, Source

TABLE = {"text": [row[0] for row in ROWS[1:]], "team": [row[1] for row in ROWS[1:]]}


def opened_here(folder: Path, kind: str, data: bytes, sheet: str | None = None, **limits: int) -> Opened:
    """The document, read in this process: a reader's own work without the process around it."""
    path = folder / "document"
    path.write_bytes(data)
    return reader_of(kind)(Source(path, f"document.{kind}", Limits(**limits), sheet, None, folder))


def columns_of(opened: Opened) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in opened.schema.names}
    for batch in opened.batches:
        for name, values in batch.to_pydict().items():
            found[name] += values
    return found


# through the process of its own, as people's files go


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.html", page(ROWS), "html"),
        ("report.xls", page(ROWS), "html"),
        ("a.docx", word(rows=ROWS), "docx"),
        ("a.odt", opendocument(rows=ROWS), "odt"),
        ("a.pdf", pdf(rows=ROWS), "pdf"),
    ],
)
def test_a_table_comes_out_as_it_went_in(name: str, data: bytes, kind: str, tmp_path: Path) -> None:
    profile, table = read_bytes(tmp_path, name, data)
    assert (profile.format, profile.rows, profile.header_row) == (kind, 12, 0)
    assert table == TABLE
    assert profile.task.label == "team"


def test_progress_of_a_document_reaches_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(PARAGRAPHS * 12))
    seen: list[float] = []
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    opened = in_child("pdf")(Source(path, "a.pdf", Limits(), None, seen.append, scratch))
    assert sum(batch.num_rows for batch in opened.batches) == 36
    assert seen == sorted(seen)
    assert seen[-1] >= 0.9


def test_a_document_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(LimitExceeded) as caught:
        read_bytes(tmp_path, "a.html", page(ROWS), Limits(read_seconds=0.01))
    assert caught.value.code == "READING_TOO_SLOW"
    assert "MTW_READ_SECONDS" in caught.value.next_step


@pytest.mark.slow
def test_a_document_that_takes_too_much_memory_is_given_up(tmp_path: Path) -> None:
    swollen = b"<table>" + b"<tr><td>some words to read here</td><td>label</td></tr>" * 300_000 + b"</table>"
    with pytest.raises(LimitExceeded) as caught:
        read_bytes(tmp_path, "a.html", swollen, Limits(read_memory_bytes=640 << 20))
    assert caught.value.code == "READING_TOO_LARGE"
    assert not list(tmp_path.glob("table*"))


# web pages


def test_the_table_with_most_cells_is_read_and_the_others_can_be_asked_for(tmp_path: Path) -> None:
    before = "<table><tr><td>Home</td><td>Help</td></tr><tr><td>Log in</td><td>Out</td></tr></table><h2>Tickets</h2>"
    opened = opened_here(tmp_path, "html", page(ROWS, before))
    assert (opened.sheets, opened.sheet) == (["table 1", "Tickets"], "Tickets")
    assert [problem.code for problem in opened.problems] == ["OTHER_TABLES"]
    assert "table 1" in opened.problems[0].examples
    other = opened_here(tmp_path, "html", page(ROWS, before), sheet="table 1")
    assert sum(batch.num_rows for batch in other.batches) >= 1
    with pytest.raises(UnreadableFile, match="Tickets"):
        opened_here(tmp_path, "html", page(ROWS, before), sheet="Other")


def test_cells_over_several_rows_and_columns_are_repeated(tmp_path: Path) -> None:
    rows = (
        "<tr><th>text</th><th>team</th><th>by</th></tr>"
        "<tr><td>one thing</td><td rowspan=2>IT</td><td>Ada</td></tr>"
        "<tr><td>another thing</td><td>Bo</td></tr>"
        "<tr><td>a third thing</td><td colspan=2>Sales</td></tr>"
        "<tr><td>the last thing</td><td colspan=99999999>x</td></tr>"
    )
    table = columns_of(opened_here(tmp_path, "html", f"<table>{rows}</table>".encode()))
    assert table["text"] == ["one thing", "another thing", "a third thing", "the last thing"]
    assert table["team"] == ["IT", "IT", "Sales", "x"]
    assert table["by"] == ["Ada", "Bo", "Sales", None]


def test_only_what_a_reader_sees_is_read(tmp_path: Path) -> None:
    cell = "Dear team,<br>it <b>broke</b>&nbsp;again &amp; again<script>alert(1)</script><style>p{}</style><!-- x -->"
    nested = "<table><tr><td>inside</td></tr></table>"
    rows = [["message", "team"], [cell + nested, "IT"], ["<p>First.</p><p>Second.</p>", "HR"]]
    table = columns_of(opened_here(tmp_path, "html", page(rows)))
    assert table["message"] == ["Dear team,\nit broke again & again", "First.\nSecond."]


@pytest.mark.parametrize(
    ("declared", "written", "found"),
    [
        ("iso-8859-1", "cp1252", "cp1252"),
        ("utf-8", "utf-8", "utf-8"),
        ("utf-8", "cp1252", "cp1252"),
        ("", "utf-16", "utf-16-le"),
        ("nonsense", "utf-8", "utf-8"),
        ("windows-1251", "cp1251", "cp1251"),
    ],
)
def test_the_declared_encoding_counts_if_the_bytes_fit(declared: str, written: str, found: str, tmp_path: Path) -> None:
    words = "Сообщение о счёте" if written == "cp1251" else "Der Drucker “läuft” über für größere Mengen"
    rows = [["text", "team"], *[[f"{words} {i}", "IT"] for i in range(5)]]
    head = f"<meta charset='{declared}'>" if declared else ""
    opened = opened_here(tmp_path, "html", page(rows, head).decode().encode(written))
    assert opened.encoding == found
    assert columns_of(opened)["text"][0] == f"{words} 0"


# Word documents


def test_a_document_without_a_table_gives_its_paragraphs_below_their_headings(tmp_path: Path) -> None:
    table = columns_of(opened_here(tmp_path, "docx", word(PARAGRAPHS, heading="Complaints")))
    assert table == {"text": PARAGRAPHS, "heading": ["Complaints"] * 3}


def test_a_small_table_amid_much_text_is_passed_over_but_can_be_asked_for(tmp_path: Path) -> None:
    data = word(PARAGRAPHS * 3, [["name", "date"], ["Ada", "2024-01-01"], ["Bo", "2024-01-02"]])
    opened = opened_here(tmp_path, "docx", data)
    assert (opened.sheets, opened.sheet) == (["table 1", "text"], "text")
    assert columns_of(opened)["text"] == PARAGRAPHS * 3
    assert columns_of(opened_here(tmp_path, "docx", data, sheet="table 1"))["name"] == ["Ada", "Bo"]


def test_deleted_words_and_field_codes_of_a_document_are_not_read(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>We ship </w:t></w:r><w:del><w:r><w:t>never</w:t></w:r></w:del>"
        "<w:r><w:instrText>HYPERLINK evil</w:instrText></w:r>"
        "<w:r><w:t>on Monday</w:t><w:br/><w:t>at noon</w:t></w:r></w:p>"
    )
    assert columns_of(opened_here(tmp_path, "docx", word_with(body)))["text"] == ["We ship on Monday\nat noon"]


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE d [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x "&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd">',
    ],
)
def test_entities_of_a_document_are_never_expanded(doctype: str, tmp_path: Path) -> None:
    data = word_with("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>" if "ENTITY" in doctype else "<w:p/>", doctype)
    with pytest.raises(UnreadableFile) as caught:
        opened_here(tmp_path, "docx", data)
    assert caught.value.code in ("FILE_DAMAGED", "NO_TABLE")


# PDF documents


def test_a_table_without_lines_is_found_by_its_columns(tmp_path: Path) -> None:
    opened = opened_here(tmp_path, "pdf", pdf(rows=ROWS, ruled=False))
    assert columns_of(opened) == TABLE


def test_a_table_goes_on_over_pages(tmp_path: Path) -> None:
    many = [ROWS[0], *[[f"message number {i}", "IT"] for i in range(150)]]
    opened = opened_here(tmp_path, "pdf", pdf(rows=many))
    assert columns_of(opened)["text"] == [row[0] for row in many[1:]]


def test_text_comes_as_paragraphs_with_their_page(tmp_path: Path) -> None:
    table = columns_of(opened_here(tmp_path, "pdf", pdf(PARAGRAPHS * 12)))
    assert table["text"] == PARAGRAPHS * 12
    assert table["page"] == sorted(table["page"])
    assert {"1", "2"} <= set(table["page"])


def test_prose_is_not_taken_for_a_table(tmp_path: Path) -> None:
    opened = opened_here(tmp_path, "pdf", pdf(PARAGRAPHS))
    assert opened.schema.names == ["text", "page"]
    assert opened.sheets == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (pdf(PARAGRAPHS, password="secret"), "FILE_PROTECTED"),
        (picture_pdf(), "FILE_IS_SCAN"),
        (pdf(), "NO_TABLE"),
        (pdf(PARAGRAPHS)[:600], "FILE_DAMAGED"),
    ],
    ids=["protected", "scan", "empty", "cut"],
)
def test_documents_without_text_say_why(data: bytes, code: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as caught:
        opened_here(tmp_path, "pdf", data)
    assert caught.value.code == code


def test_a_document_with_too_many_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LimitExceeded, match="MTW_MAX_PAGES"):
        opened_here(tmp_path, "pdf", pdf(PARAGRAPHS * 30), max_pages=2)


def test_a_document_whose_pages_hold_themselves_ends(tmp_path: Path) -> None:
    loop = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )
    with pytest.raises(UnreadableFile):
        opened_here(tmp_path, "pdf", loop)


def test_a_picture_of_a_page_is_no_web_page(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_bytes(tmp_path, "a.html", b"GIF89a\x01\x00\x01\x00<html><table></table>")
    assert caught.value.code == "NOT_A_TABLE"


def test_pages_whose_tables_were_not_looked_for_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = pdf(rows=[*ROWS, *[("one more row of the table", "billing")] * 80])
    assert "PAGES_LEFT_OUT" not in [problem.code for problem in opened_here(tmp_path, "pdf", data).problems]
    monkeypatch.setattr("workspace.reading.pdf_reader.MOST_TABLE_PAGES", 1)
    told = next(problem for problem in opened_here(tmp_path, "pdf", data).problems if problem.code == "PAGES_LEFT_OUT")
    assert told.count >= 1
    assert "on the first 1 only" in told.message

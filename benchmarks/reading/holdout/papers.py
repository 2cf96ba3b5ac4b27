"""Workbooks, documents, pages, archives, and files whose name says something else than they are."""

import gzip
import io
import quopri
from html import escape

from benchmarks.reading.holdout.made import Made, delimited, lines, ods, zipped
from benchmarks.reading.holdout.phrases import days, messages


def files() -> list[Made]:
    """All of them."""
    return [*_workbooks(), *_documents(), *_archives(), *_misnamed()]


def _workbook(sheets: dict[str, list[list[object]]], merged: dict[str, list[str]] | None = None) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cells in (merged or {}).get(name, ()):
            sheet.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _workbooks() -> list[Made]:
    def table(language: str, count: int, seed: int) -> list[list[object]]:
        return [[i + 1, t, k] for i, (t, k) in enumerate(messages(language, count, seed))]

    monday: list[list[object]] = [["Customer requests"], ["Everything that came in by mail"], []]
    for group, seed in (("This month", 71), ("Last month", 72)):
        monday += [[group], ["Name", "Person", "Status", "Request type", "Details"]]
        monday += [[f"Item {i}", "Lee", "Done", k, t] for i, (t, k) in enumerate(messages("en", 14, seed))]
        monday += [[]]
    cover: dict[str, list[list[object]]] = {
        "Deckblatt": [["Beschwerdebericht"], ["Stand", "01.03.2024"], ["Ansprechpartner", "J. Weiß"]],
        "Rohdaten": [["Nr", "Beschwerde", "Bereich"], *table("de", 32, 73)],
        "Legende": [["Kürzel", "Bedeutung"], ["R", "Rechnung"], ["L", "Lieferung"]],
    }
    months: dict[str, list[list[object]]] = {
        month: [["No", "Message", "Reason"], *table("en", 12, 74 + n)] for n, month in enumerate(["Jan", "Feb", "Mar"])
    }
    pivot: list[list[object]] = [["Reason", "Case", "Remark"]]
    for kind in ("Billing", "Delivery", "Technical"):
        own = [t for t, k in messages("en", 120, 77) if k == kind][:12]
        pivot += [[kind if i == 0 else None, 100 + i, t] for i, t in enumerate(own)]
    starts = [f"A{2 + 12 * n}:A{13 + 12 * n}" for n in range(3)]
    corner: list[list[object]] = [[]] * 5 + [[None, None, "Lfd. Nr.", "Hinweis", "Ursache"]]
    corner += [[None, None, *row] for row in table("de", 30, 78)]
    survey: list[list[object]] = [
        ["Respondent ID", "What went wrong?", "Which area was it about?", None],
        [None, "Open-Ended Response", "Response", "Other (please specify)"],
    ]
    survey += [[11800 + i, t, k, None] for i, (t, k) in enumerate(messages("en", 30, 79))]
    calc = [["Reclami marzo 2024", "", ""], ["", "", ""], ["Num.", "Testo del reclamo", "Motivo"]]
    calc += [[str(i + 1), f"Reclamo: {t}", k] for i, (t, k) in enumerate(messages("es", 30, 80))]
    calc += [["Totale", "", "30"]]
    notes = [["Note", ""], ["Fonte", "CRM"]]
    return [
        Made(
            "monday_board.xlsx",
            _workbook({"Customer requests": monday}),
            {"header_row": 4, "rows": 28, "text": "Details", "label": "Request type"},
        ),
        Made(
            "beschwerdebericht.xlsx",
            _workbook(cover),
            {
                "sheet": "Rohdaten",
                "header_row": 0,
                "rows": 32,
                "task": "classification",
                "text": "Beschwerde",
                "label": "Bereich",
            },
        ),
        Made(
            "sheet_per_month.xlsx",
            _workbook(months),
            {"header_row": 0, "rows": 36, "task": "classification", "text": "Message", "label": "Reason"},
        ),
        Made(
            "merged_groups.xlsx",
            _workbook({"Pivot": pivot}, {"Pivot": starts}),
            {"header_row": 0, "rows": 36, "task": "classification", "text": "Remark", "label": "Reason"},
        ),
        Made(
            "outline_groups.xlsx",
            _workbook({"Pivot": pivot}),
            {"header_row": 0, "rows": 36, "text": "Remark", "label": "Reason", "task": "classification"},
        ),
        Made(
            "table_in_the_corner.xlsx",
            _workbook({"Tabelle1": corner}),
            {"header_row": 5, "rows": 30, "task": "classification", "text": "Hinweis", "label": "Ursache"},
        ),
        Made(
            "surveymonkey.xlsx", _workbook({"Sheet": survey}), {"header_row": 1, "rows": 30, "task": "classification"}
        ),
        Made(
            "reclami.ods",
            ods({"Reclami": calc, "Note": notes}),
            {
                "sheet": "Reclami",
                "header_row": 2,
                "rows": 30,
                "task": "classification",
                "text": "Testo del reclamo",
                "label": "Motivo",
            },
        ),
    ]


def _documents() -> list[Made]:
    import docx
    from fpdf import FPDF

    word = docx.Document()
    word.add_heading("Protokoll der Beschwerden", 1)
    word.add_paragraph("Die folgende Tabelle nennt alle Beschwerden des Monats.")
    grid = word.add_table(rows=1, cols=3)
    for cell, name in zip(grid.rows[0].cells, ("Datum", "Beschwerde", "Thema"), strict=True):
        cell.text = name
    for i, (t, k) in enumerate(messages("de", 20, 81)):
        for cell, value in zip(grid.add_row().cells, (f"{i + 1}.2.2024", t, k), strict=True):
            cell.text = value
    word.add_paragraph("Gezeichnet: J. Weiß")
    asked = docx.Document()
    asked.add_paragraph("Häufige Fragen")
    pairs = asked.add_table(rows=1, cols=2)
    pairs.rows[0].cells[0].text, pairs.rows[0].cells[1].text = "Frage", "Antwort"
    for i, (t, _) in enumerate(messages("de", 20, 82)):
        cells = pairs.add_row().cells
        cells[0].text, cells[1].text = t, f"Bitte nennen Sie uns die Nummer {i}, wir kümmern uns dann darum."
    pdf = FPDF()
    pdf.set_font("helvetica", size=8)
    pdf.add_page()
    pdf.cell(text="Complaints register, first quarter")
    pdf.ln(12)
    with pdf.table(col_widths=(10, 70, 20)) as printed:
        printed.row(["No.", "Complaint", "Area"])
        for i, (t, k) in enumerate(messages("en", 45, 83)):
            printed.row([str(i + 1), t, k])
    rows = ""
    for kind in ("Billing", "Delivery", "Technical"):
        own = [t for t, k in messages("en", 120, 84) if k == kind][:8]
        rows += "".join(
            "<tr>" + (f'<td rowspan="8">{kind}</td>' if i == 0 else "") + f"<td>{escape(t)}</td></tr>"
            for i, t in enumerate(own)
        )
    page = (
        "<html><head><title>Complaints - Acme Wiki</title></head><body><table class='nav'><tr><td><a href='/'>Home</a>"
        "</td><td><a href='/log'>Log</a></td></tr></table><h1>Complaints</h1><table class='confluenceTable'><thead><tr>"
        f"<th>Area</th><th>Complaint</th></tr></thead><tbody>{rows}</tbody></table><p>Last changed by Ann</p>"
        "</body></html>"
    )
    marked = "# Sample answers\n\nHere is the table you asked for:\n\n| Message | Label |\n|:---|:---:|\n"
    marked += "".join(f"| {t} | {k} |\n" for t, k in messages("en", 24, 85)) + "\nLet me know if you need more!\n"
    return [
        Made(
            "protokoll.docx",
            _saved(word),
            {"rows": 20, "task": "classification", "text": "Beschwerde", "label": "Thema"},
        ),
        Made("faq.docx", _saved(asked), {"rows": 20, "task": "generation", "text": "Frage", "label": "Antwort"}),
        Made(
            "register.pdf",
            bytes(pdf.output()),
            {"rows": 45, "task": "classification", "text": "Complaint", "label": "Area"},
        ),
        Made(
            "wiki_page.html",
            page.encode(),
            {"rows": 24, "task": "classification", "text": "Complaint", "label": "Area"},
        ),
        Made(
            "answer_of_a_chatbot.md",
            marked.encode(),
            {"rows": 24, "task": "classification", "text": "Message", "label": "Label"},
        ),
    ]


def _saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def _archives() -> list[Made]:
    folders = {f"Posteingang/{k}/{i:03}.txt": t.encode("cp1252") for i, (t, k) in enumerate(messages("de", 30, 91))}
    folders["__MACOSX/Posteingang/._000.txt"] = b"\x00\x05\x16\x07"
    months = {
        f"export/2024-0{n + 1}.csv": delimited(
            [
                ["Date", "Text", "Queue"],
                *[[d, t, k] for d, (t, k) in zip(days(11), messages("en", 11, 92 + n), strict=True)],
            ]
        ).encode()
        for n in range(3)
    }
    parts = {
        f"{name}.csv": delimited([["text", "label"], *messages("en", count, seed)]).encode()
        for name, count, seed in (("train", 24, 95), ("valid", 6, 96), ("test", 6, 97))
    }
    return [
        Made("posteingang.zip", zipped(folders), {"rows": 30, "task": "classification"}),
        Made(
            "months.zip",
            zipped({**months, "export/.DS_Store": b"\x00\x00\x00\x01Bud1"}),
            {"rows": 33, "task": "classification", "text": "Text", "label": "Queue"},
        ),
        Made(
            "train_valid_test.zip",
            zipped(parts),
            {"rows": 36, "task": "classification", "text": "text", "label": "label"},
        ),
    ]


def _misnamed() -> list[Made]:
    french = messages("fr", 30, 98)
    rows = "".join(f"<tr><td>{i}</td><td>{escape(t)}</td><td>{k}</td></tr>" for i, (t, k) in enumerate(french))
    head = "<tr><td>N°</td><td>Réclamation</td><td>Service</td></tr>"
    html = f'<html><meta charset="utf-8"><table>{head}{rows}</table></html>'
    head = "<tr><td colspan='3'>Meldungen anzeigen</td></tr><tr><td>Meldung</td><td>Langtext</td><td>Gruppe</td></tr>"
    rows = "".join(
        f"<tr><td>{4000 + i}</td><td>{escape(t)}</td><td>{k}</td></tr>"
        for i, (t, k) in enumerate(messages("de", 30, 99))
    )
    body = quopri.encodestring(f"<html><body><table>{head}{rows}</table></body></html>".encode())
    mht = b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="----=_X"\n\n------=_X\nContent-Location: '
    mht += (
        b'file:///C:/a.htm\nContent-Transfer-Encoding: quoted-printable\nContent-Type: text/html; charset="utf-8"\n\n'
    )
    mht += body + b"\n------=_X--\n"
    table: list[list[object]] = [["Kommentti", "Luokka"], *[list(pair) for pair in messages("en", 30, 100)]]
    commas = delimited([["comment", "team"], *messages("en", 30, 101)]).encode()
    records = lines([{"comment": t, "team": k} for t, k in messages("en", 30, 102)])
    facts = {"rows": 30, "task": "classification"}
    return [
        Made("clients.xls", html.encode(), {**facts, "text": "Réclamation", "label": "Service"}),
        Made("sap_webgui.xls", mht, {**facts, "text": "Langtext", "label": "Gruppe"}),
        Made(
            "export.csv",
            _workbook({"Taul1": table}),
            {**facts, "header_row": 0, "text": "Kommentti", "label": "Luokka"},
        ),
        Made("report.tsv", commas, {**facts, "delimiter": ",", "header_row": 0, "text": "comment", "label": "team"}),
        Made(
            "feedback.csv.gz",
            gzip.compress(commas, mtime=0),
            {**facts, "delimiter": ",", "text": "comment", "label": "team"},
        ),
        Made("dump.txt", records, {**facts, "text": "comment", "label": "team"}),
        Made("data.xlsx", commas, {**facts, "delimiter": ",", "header_row": 0, "text": "comment", "label": "team"}),
    ]

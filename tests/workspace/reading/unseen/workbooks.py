"""Workbooks, and what calls itself one."""

# Sentences and whole files stand on one line each.
# ruff: noqa: E501

import io
from collections.abc import Callable

import openpyxl

from tests.workspace.reading.unseen.made import Made, Row, Rows, delimited, said


def _book(*sheets: tuple[str, Rows], shape: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    if shape:
        shape(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _tickets(rows: int = 30) -> list[Row]:
    return [
        (n + 1, text, n % 45 + 5, topic)
        for n, (text, topic) in enumerate(said("de", rows, ("Rechnung", "Versand", "Zugang")))
    ]


_HEADER = ("Nr", "Nachricht", "Minuten", "Thema")
_ABOUT = {"task": "classification", "text": ["Nachricht"], "label": "Thema", "rows": 30}


def _hide(name: str) -> Callable[[openpyxl.Workbook], None]:
    def shape(book: openpyxl.Workbook) -> None:
        book[name].sheet_state = "hidden"

    return shape


def _merge(*places: str) -> Callable[[openpyxl.Workbook], None]:
    def shape(book: openpyxl.Workbook) -> None:
        for place in places:
            book.worksheets[0].merge_cells(place)

    return shape


def _beside(left: Rows, right: Rows, gap: int) -> list[list[object]]:
    width = max(len(row) for row in left)
    found = []
    for n in range(max(len(left), len(right))):
        row = list(left[n]) if n < len(left) else [None] * width
        found.append([*row, *[None] * (width - len(row) + gap), *(right[n] if n < len(right) else [])])
    return found


def _books() -> list[Made]:
    tickets = _tickets()
    teams: list[Row] = [
        ("Team", "Leitung", "Telefon"),
        ("Rechnung", "Frau Abt", "100"),
        ("Versand", "Herr Bock", "200"),
        ("Zugang", "Frau Cohn", "300"),
    ]
    total = ("Summe", None, sum(row[2] for row in tickets), None)
    groups: list[Row] = [("Anfrage", None, "Bearbeitung", None), _HEADER]
    formulas: list[Row] = [
        (*_HEADER, "Kürzel"),
        *[(*row, f'=UPPER(LEFT(D{n + 2},3))&"-"&A{n + 2}') for n, row in enumerate(tickets)],
    ]
    words: list[Row] = [("Sentence #", "Word", "Tag")]
    for n in range(12):
        words += [
            (f"Sentence: {n + 1}", "Ada", "B-per"),
            (None, "flew", "O"),
            (None, "to", "O"),
            (None, f"Rome{n % 3}", "B-geo"),
        ]
    return [
        Made(
            "empty_first.xlsx",
            _book(
                ("Tabelle1", []),
                ("Archiv", [_HEADER, *_tickets(60)]),
                ("Export", [_HEADER, *tickets]),
                shape=_hide("Archiv"),
            ),
            {**_ABOUT, "sheet": "Export", "header_row": 0},
        ),
        Made(
            "group_header.xlsx",
            _book(("Daten", [*groups, *tickets]), shape=_merge("A1:B1", "C1:D1")),
            {"rows": 30, "header_row": 1, "task": "classification"},
        ),
        Made(
            "report.xlsx",
            _book(
                (
                    "Bericht",
                    [
                        ("Auswertung Kundendienst",),
                        ("Stand: 01.07.2024",),
                        (),
                        _HEADER,
                        (None, None, "[min]", None),
                        *tickets,
                        total,
                    ],
                ),
                shape=_merge("A1:D1"),
            ),
            {"rows": 30, "header_row": 4, "task": "classification"},
        ),
        Made(
            "beside.xlsx",
            _book(("Tabelle1", _beside([_HEADER, *tickets], teams, 1))),
            {**_ABOUT, "header_row": 0, "columns": list(_HEADER), "sheets": ["Tabelle1", "Tabelle1 (2)"]},
        ),
        Made(
            "beside_titles.xlsx",
            _book(("Tabelle1", _beside([("Teams",), *teams], [("Tickets",), (), _HEADER, *tickets], 2))),
            {**_ABOUT, "columns": list(_HEADER)},
        ),
        Made(
            "above.xlsx",
            _book(("Tabelle1", [*teams, (), (), _HEADER, *tickets])),
            {**_ABOUT, "header_row": 6, "columns": list(_HEADER)},
        ),
        Made("formulas.xlsx", _book(("Daten", formulas)), {**_ABOUT, "problem": "FORMULAS_WITHOUT_VALUES"}),
        Made("words.xlsx", _book(("ner", words)), {"task": "ner", "rows": 12, "text": ["tokens"], "label": "tags"}),
        Made(
            "blanks.xlsx",
            _book(("Daten", [(), (), (None, *_HEADER), *[(None, *row) for row in tickets]])),
            {**_ABOUT, "columns": list(_HEADER)},
        ),
        Made(
            "dates.xlsx",
            _book(
                (
                    "Daten",
                    [
                        ("Eingang", "Nachricht", "Abteilung"),
                        *[(f"2024-05-{n % 28 + 1:02d}", row[1], row[3]) for n, row in enumerate(tickets)],
                    ],
                )
            ),
            {
                "task": "classification",
                "text": ["Nachricht"],
                "label": "Abteilung",
                "rows": 30,
                "roles": {"Eingang": "date"},
            },
        ),
    ]


def _page(rows: Rows) -> str:
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f"<html><head><meta charset='utf-8'><title>Export</title></head><body><table>{lines}</table></body></html>"


def _spreadsheet_2003(rows: Rows) -> str:
    def cell(value: object) -> str:
        kind = "Number" if isinstance(value, int) else "String"
        return f'<Cell><Data ss:Type="{kind}">{value}</Data></Cell>' if value is not None else "<Cell/>"

    lines = "".join(f"<Row>{''.join(map(cell, row))}</Row>\n" for row in rows)
    return (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="Deckblatt"><Table/></Worksheet><Worksheet ss:Name="Daten"><Table>{lines}</Table></Worksheet></Workbook>'
    )


def _web_archive(page: str) -> bytes:
    import base64

    body = base64.encodebytes(page.encode()).decode()
    return (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org/export\r\nSubject: Export\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="----b0"\r\n\r\n\r\n'
        "------b0\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\nContent-Location: https://example.org/export\r\n\r\n"
        f"{body}\r\n------b0\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n------b0--\r\n"
    ).encode()


def _so_called() -> list[Made]:
    rows: list[Row] = [_HEADER, *_tickets()]
    return [
        Made("export_html.xls", _page(rows).encode(), {**_ABOUT, "format": "html", "header_row": 0}),
        Made("export_xml.xls", _spreadsheet_2003(rows).encode(), {**_ABOUT, "header_row": 0, "sheet": "Daten"}),
        Made("export.xml", _spreadsheet_2003(rows).encode(), {**_ABOUT, "header_row": 0, "sheet": "Daten"}),
        Made(
            "export_tsv.xls",
            delimited(rows, "\t").encode("utf-16"),
            {**_ABOUT, "encoding": "utf-16-le", "delimiter": "\t"},
        ),
        Made("export_csv.xls", delimited(rows, ";").encode("cp1252"), {**_ABOUT, "delimiter": ";"}),
        Made("export_csv.xlsx", delimited(rows, ",").encode(), {**_ABOUT, "delimiter": ","}),
        Made("seite.mhtml", _web_archive(_page(rows)), {**_ABOUT, "header_row": 0}),
        Made("seite.mht", _web_archive(_page(rows)), {**_ABOUT}),
    ]


def workbooks() -> list[Made]:
    """All of them."""
    return [*_books(), *_so_called()]

"""What terminals, databases, spreadsheets, pages and archives leave behind."""

import io
from datetime import datetime, timedelta
from html import escape
from typing import Any

from benchmarks.reading.holdout.made import Made, delimited, ods, zipped
from benchmarks.reading.second.phrases import numbers, remarks

_SORTED: dict[str, Any] = {"task": "classification"}


def files() -> list[Made]:
    """All of them."""
    return [*_screens(), *_plain_lines(), *_workbooks(), *_pages()]


def _aligned(rows: list[list[str]], gap: str = "  ") -> list[str]:
    wide = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return [gap.join(cell.ljust(size) for cell, size in zip(row, wide, strict=True)) for row in rows]


def _screens() -> list[Made]:
    def rows(about: str, seed: int, count: int = 30) -> list[list[str]]:
        return [[str(1000 + i), t, k] for i, (t, k) in enumerate(remarks(about, count, seed))]

    head = ["id", "remark", "topic"]
    psql = _aligned([head, *rows("city", 61)], " | ")
    wide = [max(len(row[n]) for row in [head, *rows("city", 61)]) for n in range(3)]
    psql = [" " + line for line in psql]
    psql.insert(1, "+".join("-" * (size + 2) for size in wide))
    box = _aligned([head, *rows("hotel", 62)], " | ")
    wide = [max(len(row[n]) for row in [head, *rows("hotel", 62)]) for n in range(3)]
    rule = "+" + "+".join("-" * (size + 2) for size in wide) + "+"
    mysql = [rule, f"| {box[0]} |", rule, *[f"| {line} |" for line in box[1:]], rule, "30 rows in set (0.00 sec)"]
    fixed = _aligned([["CASE", "TOPIC", "REMARK"], *[[i, k, t] for i, t, k in rows("city", 63, 34)]])
    bare = _aligned([[i, f"2024-03-{int(i) % 28 + 1:02}", k, t] for i, t, k in rows("incident", 64, 33)], " ")
    plus = _aligned([["CASE_NO", "TOPIC", "REMARK"], *[[i, k, t] for i, t, k in rows("leaver", 65)]], " ")
    sizes = [
        max(len(row[n]) for row in [["CASE_NO", "TOPIC", "REMARK"], *[[i, k, t] for i, t, k in rows("leaver", 65)]])
        for n in range(3)
    ]
    plus.insert(1, " ".join("-" * size for size in sizes))
    plus = ["", *plus, "", "30 rows selected.", ""]
    numbered = [f"{i:>6}{n:>10.2f}  {k:<12}{t}" for (i, t, k), n in zip(rows("bank", 66), numbers(30, 67), strict=True)]
    numbered.insert(0, f"{'Nr':>6}{'Amount':>10}  {'Group':<12}Booking")
    wiki = "||Nr||Remark||Topic||\n" + "".join(f"|{i}|{t.replace('|', '/')}|{k}|\n" for i, t, k in rows("city", 68))
    return [
        Made(
            "psql_output.txt",
            ("\n".join(psql) + "\n(30 rows)\n\n").encode(),
            {"rows": 30, **_SORTED, "text": "remark", "label": "topic"},
        ),
        Made("mysql_box.txt", "\n".join(mysql).encode(), {"rows": 30, **_SORTED, "text": "remark", "label": "topic"}),
        Made(
            "fixed_with_head.txt",
            "\r\n".join(fixed).encode(),
            {"header_row": 0, "rows": 34, **_SORTED, "text": "REMARK", "label": "TOPIC"},
        ),
        Made("fixed_without_head.dat", "\r\n".join(bare).encode(), {"header_row": None, "rows": 33, **_SORTED}),
        Made("sqlplus.lst", "\n".join(plus).encode(), {"rows": 30, **_SORTED, "text": "REMARK", "label": "TOPIC"}),
        Made(
            "right_aligned.txt",
            "\n".join(numbered).encode(),
            {"header_row": 0, "rows": 30, **_SORTED, "text": "Booking", "label": "Group"},
        ),
        Made("wiki_markup.txt", wiki.encode(), {"rows": 30, **_SORTED, "text": "Remark", "label": "Topic"}),
    ]


def _plain_lines() -> list[Made]:
    log = [
        f"2024-03-01 08:{i // 60:02}:{i % 60:02},123 {'ERROR' if i % 3 else 'WARN '} [worker-{i % 4}] c.a.Job - {t}"
        for i, (t, _) in enumerate(remarks("incident", 44, 69))
    ]
    fast = [f"__label__{k} {t}" for t, k in remarks("intent", 36, 70)]
    ham = [f"{'spam' if k == 'menu' else 'ham'}\t{t} {t[::-1]}" for t, k in remarks("intent", 40, 71)]
    first = delimited(
        [["positive" if i % 2 else "negative", t] for i, (t, _) in enumerate(remarks("hotel", 36, 72))], eol="\n"
    )
    dump = "".join(
        f"{i}\t{t.replace(chr(92), chr(92) * 2)}\t{k if i % 7 else chr(92) + 'N'}\n"
        for i, (t, k) in enumerate(remarks("incident", 35, 73))
    )
    hive = "".join(f"{i}\x01{t}\x01{k}\n" for i, (t, k) in enumerate(remarks("city", 33, 74)))
    escaped = '"id","msg","topic"\n' + "".join(
        f'"{i}","He said \\"{t}\\", twice","{k}"\n' for i, (t, k) in enumerate(remarks("hotel", 32, 75))
    )
    names = [f"{t} - {n}" for (t, _), n in zip(remarks("quejas", 40, 76), numbers(40, 77), strict=True)]
    mixed = b"nr,text,thema\n" + b"".join(
        f"{i},{t.replace(',', ' ')},{k}\n".encode("cp1252" if i % 9 == 4 else "utf-8")
        for i, (t, k) in enumerate(remarks("patient", 36, 78))
    )
    return [
        Made("app.log", "\n".join(log).encode(), {"rows": 44, "header_row": None}),
        Made("fasttext_train.txt", "\n".join(fast).encode(), {"rows": 36, **_SORTED}),
        Made(
            "ham_and_spam.txt", "\n".join(ham).encode(), {"delimiter": "\t", "header_row": None, "rows": 40, **_SORTED}
        ),
        Made(
            "label_first_no_header.csv", first.encode(), {"delimiter": ",", "header_row": None, "rows": 36, **_SORTED}
        ),
        Made("mysql_dump.tsv", dump.encode(), {"delimiter": "\t", "header_row": None, "rows": 35, **_SORTED}),
        Made("hive_export.txt", hive.encode(), {"delimiter": "\x01", "header_row": None, "rows": 33, **_SORTED}),
        Made(
            "backslash_quotes.csv",
            escaped.encode(),
            {"delimiter": ",", "header_row": 0, "rows": 32, **_SORTED, "text": "msg", "label": "topic"},
        ),
        Made(
            "one_text_a_line.txt",
            "\n".join(names).encode("cp1252"),
            {"encoding": "cp1252", "header_row": None, "rows": 40},
        ),
        Made(
            "two_encodings.csv",
            mixed,
            {"delimiter": ",", "header_row": 0, "rows": 36, **_SORTED, "text": "text", "label": "thema"},
        ),
    ]


def _saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _workbooks() -> list[Made]:
    from openpyxl import Workbook

    day = datetime(2024, 3, 1, 9, 30)

    def filled(sheet: Any, rows: list[list[object]]) -> None:
        for row in rows:
            sheet.append(row)

    def table(about: str, head: list[object], seed: int, count: int = 32) -> list[list[object]]:
        return [
            head,
            *[[i + 1, day + timedelta(hours=i), t, k] for i, (t, k) in enumerate(remarks(about, count, seed))],
        ]

    hidden = Workbook()
    hidden.active.title = "_lookup"
    filled(hidden.active, [["code", "meaning"], *[[f"C{i}", f"A long meaning of code {i}"] for i in range(60)]])
    hidden.active.sheet_state = "hidden"
    filled(hidden.create_sheet("Cases"), table("city", ["No", "Reported", "Report", "Type"], 81))
    hidden.active = 1
    double = Workbook()
    filled(
        double.active,
        [["Case", None, "Customer", None], ["No.", "Opened", "Says", "Topic"], *table("hotel", [], 82)[1:]],
    )
    double.active.merge_cells("A1:B1")
    double.active.merge_cells("C1:D1")
    totals = Workbook()
    totals.active.title = "März 2024"
    filled(
        totals.active,
        [
            ["Rückmeldungen März", None, None, None],
            ["erstellt von: Qualität"],
            [],
            *table("patient", ["Nr.", "Datum", "Text", "Bereich"], 83),
        ],
    )
    filled(totals.active, [["Summe", None, None, 32], [], ["* ohne Doppelte"], ["Quelle: Fragebogen"]])
    legend = Workbook()
    filled(legend.active, table("incident", ["Ticket", "Opened", "What happened", "Queue"], 84))
    for row, (a, b) in enumerate(
        [("Key", "Meaning"), ("Network", "Team A"), ("Hardware", "Team B"), ("Access", "Team C")], start=1
    ):
        legend.active.cell(row, 7, a)
        legend.active.cell(row, 8, b)
    column = Workbook()
    text = delimited(
        [["id", "review", "aspect"], *[[i, t, k] for i, (t, k) in enumerate(remarks("avis", 31, 85))]], ";"
    )
    filled(column.active, [[line] for line in text.splitlines()])
    dynamics = Workbook()
    filled(
        dynamics.active,
        [
            [
                "(Do Not Modify) Case",
                "(Do Not Modify) Row Checksum",
                "(Do Not Modify) Modified On",
                "Case Title",
                "Description",
                "Subject",
            ]
        ]
        + [
            [f"0a{i:030x}", f"kP{i}+/==", day + timedelta(minutes=i), t[:20], t, k]
            for i, (t, k) in enumerate(remarks("leaver", 36, 86))
        ],
    )
    dynamics.active.title = "All Cases"
    for letter in "ABC":
        dynamics.active.column_dimensions[letter].hidden = True
    reviews = [["Data", "Recensione", "Voto"]] + [
        ["01/03/2024", t, str(i % 5 + 1)] for i, (t, _) in enumerate(remarks("multe", 30, 87))
    ]
    return [
        Made(
            "hidden_lookup.xlsx",
            _saved(hidden),
            {"sheet": "Cases", "header_row": 0, "rows": 32, **_SORTED, "text": "Report", "label": "Type"},
        ),
        Made("two_header_rows.xlsx", _saved(double), {"header_row": 1, "rows": 32, **_SORTED}),
        Made(
            "maerz_mit_summe.xlsx",
            _saved(totals),
            {"header_row": 3, "rows": 32, **_SORTED, "text": "Text", "label": "Bereich"},
        ),
        Made(
            "legend_beside.xlsx",
            _saved(legend),
            {"header_row": 0, "rows": 32, **_SORTED, "text": "What happened", "label": "Queue"},
        ),
        Made("csv_in_one_column.xlsx", _saved(column), {"rows": 31, **_SORTED, "text": "review", "label": "aspect"}),
        Made(
            "dynamics_cases.xlsx",
            _saved(dynamics),
            {"header_row": 0, "rows": 36, **_SORTED, "text": {"Description", "Case Title"}, "label": "Subject"},
        ),
        Made(
            "recensioni.ods",
            ods({"Foglio1": reviews}),
            {"header_row": 0, "rows": 30, **_SORTED, "text": "Recensione", "label": "Voto"},
        ),
    ]


def _pages() -> list[Made]:
    def cells(row: list[str], name: str = "td") -> str:
        return "<tr>" + "".join(f"<{name}>{escape(cell)}</{name}>" for cell in row) + "</tr>\n"

    said = remarks("city", 30, 91)
    page = "<!doctype html><html><head><meta charset=utf-8><title>Reports</title>"
    page += "<script>var a='<table>';</script></head><body>"
    page += "<table class=nav><tr><td><a href=/>Home</a></td><td><a href=/x>Search</a></td></tr></table>"
    page += "<h1>All reports</h1>"
    page += "<table><thead>" + cells(["#", "Report", "Kind"], "th") + "</thead><tbody>"
    page += (
        "".join(cells([str(i), t, k]) for i, (t, k) in enumerate(said))
        + "</tbody></table><p>Page 1 of 1</p></body></html>"
    )
    grouped = "<html><head><meta http-equiv=Content-Type content='text/html; charset=windows-1252'></head>"
    grouped += "<body><table border=1>"
    grouped += cells(["Bereich", "Rückmeldung"], "th")
    by_kind = sorted(remarks("patient", 30, 92), key=lambda one: one[1])
    for kind in dict.fromkeys(k for _, k in by_kind):
        own = [t for t, k in by_kind if k == kind]
        grouped += f"<tr><td rowspan={len(own)}>{escape(kind)}</td><td>{escape(own[0])}</td></tr>"
        grouped += "".join(f"<tr><td>{escape(t)}</td></tr>" for t in own[1:])
    grouped += "</table></body></html>"
    reviews = remarks("hotel", 36, 93)
    aclimdb = {
        f"aclImdb/train/{'pos' if i % 2 else 'neg'}/{i}_{i % 10}.txt": t.encode() for i, (t, _) in enumerate(reviews)
    }
    aclimdb["aclImdb/README"] = b"Large Movie Review Dataset\n"
    parted = zipped(
        {
            "__MACOSX/._cases.csv": b"\x00\x05\x16\x07",
            "export/cases.csv": delimited(
                [["case", "report", "kind"], *[[i, t, k] for i, (t, k) in enumerate(said)]]
            ).encode(),
            "export/readme.txt": b"Exported on 1 March.\n",
        }
    )
    return [
        Made("reports_saved.html", page.encode(), {"rows": 30, **_SORTED, "text": "Report", "label": "Kind"}),
        Made(
            "rowspan.htm", grouped.encode("cp1252"), {"rows": 30, **_SORTED, "text": "Rückmeldung", "label": "Bereich"}
        ),
        Made("acl_imdb.zip", zipped(aclimdb), {"rows": 36, **_SORTED}),
        Made("from_a_mac.zip", parted, {"header_row": 0, "rows": 30, **_SORTED, "text": "report", "label": "kind"}),
    ]

"""A third, small set: files of firms, towns and programs again, written after the second set had been mended on.

The words are those of the second hold-out; the kinds of files are others.
"""

import io
import json
from typing import Any

from benchmarks.reading.holdout.made import Made, delimited, dumped, lines, zipped
from benchmarks.reading.second.phrases import numbers, remarks

_SORTED: dict[str, Any] = {"task": "classification"}


def files() -> list[Made]:
    """All of them."""
    return [*_tables(), *_printed(), *_programs(), *_books()]


def _tables() -> list[Made]:
    hospital = delimited(
        [["Fallnr", "Station", "Freitext", "Themenbereich", "Datum"]]
        + [
            [f"{i:06}", f"S{i % 7}", t, k, f"{i % 28 + 1:02}.01.2024"]
            for i, (t, k) in enumerate(remarks("patient", 36, 201))
        ],
        "\t",
    )
    police = "Datos abiertos - Ayuntamiento\nActualizado: 31/03/2024\n\n" + delimited(
        [["id_queja", "texto_queja", "tipo_queja", "coste"]]
        + [
            [i, t, k, f"{n // 100},{n % 100:02}"]
            for i, ((t, k), n) in enumerate(zip(remarks("quejas", 32, 202), numbers(32, 203), strict=True))
        ],
        ";",
    )
    calls = delimited(
        [["call_id", "agent", "duration", "transcript", "disposition"]]
        + [
            [f"c-{n}", f"Agent {i % 5}", f"00:0{i % 9}:1{i % 10}", f"Agent: hello\nCaller: {t}\nAgent: bye", k]
            for i, ((t, k), n) in enumerate(zip(remarks("hotel", 34, 204), numbers(34, 205), strict=True))
        ],
        eol="\n",
    )
    flags = delimited(
        [["text", "lang", "is_room", "is_food", "is_staff"]]
        + [
            [t, "en", *[str(a == k or (i + n) % 7 == 0) for n, a in enumerate(("Room", "Food", "Staff"))]]
            for i, (t, k) in enumerate(remarks("hotel", 40, 206))
        ],
    )
    apps = delimited(
        [["Submitted at", "App Store", "Rating", "Title", "Review", "Developer Response"]]
        + [
            ["2024-03-01T10:00:00Z", "France", i % 5 + 1, k, t, "" if i % 4 else "Merci pour votre retour !"]
            for i, (t, k) in enumerate(remarks("avis", 36, 207))
        ],
        quote_all=True,
    )
    blanks = "\r\n".join(
        f"{i} ; {t} ; {k} " if i else "Nr ; Bemerkung ; Gruppe "
        for i, (t, k) in enumerate([("", ""), *remarks("leaver", 31, 208)])
    )
    twice = delimited([["id", "note", "topic"], *[[i, t, k] for i, (t, k) in enumerate(remarks("city", 18, 209))]])
    twice += delimited(
        [["id", "note", "topic"], *[[i + 18, t, k] for i, (t, k) in enumerate(remarks("city", 18, 210))]]
    )
    return [
        Made(
            "rueckmeldungen_klinik.txt",
            b"\xff\xfe" + hospital.encode("utf-16-le"),
            {"delimiter": "\t", "header_row": 0, "rows": 36, **_SORTED, "text": "Freitext", "label": "Themenbereich"},
        ),
        Made(
            "quejas_abiertas.csv",
            police.encode("cp1252"),
            {
                "encoding": "cp1252",
                "delimiter": ";",
                "header_row": 3,
                "rows": 32,
                **_SORTED,
                "text": "texto_queja",
                "label": "tipo_queja",
            },
        ),
        Made(
            "call_centre.csv",
            calls.encode(),
            {"delimiter": ",", "header_row": 0, "rows": 34, **_SORTED, "text": "transcript", "label": "disposition"},
        ),
        Made(
            "true_false_columns.csv",
            flags.encode(),
            {
                "delimiter": ",",
                "header_row": 0,
                "rows": 40,
                "task": "multilabel",
                "text": "text",
                "label_columns": ["is_room", "is_food", "is_staff"],
            },
        ),
        Made(
            "app_reviews.csv",
            apps.encode("utf-8-sig"),
            {"delimiter": ",", "header_row": 0, "rows": 36, **_SORTED, "text": "Review", "label": {"Rating", "Title"}},
        ),
        Made(
            "blanks_beside_delimiters.csv",
            blanks.encode(),
            {"header_row": 0, "rows": 31, **_SORTED, "text": "Bemerkung", "label": "Gruppe"},
        ),
        Made(
            "two_exports_in_one.csv",
            twice.encode(),
            {"delimiter": ",", "header_row": 0, "rows": 36, **_SORTED, "text": "note", "label": "topic"},
        ),
    ]


def _printed() -> list[Made]:
    rows = [[f"{4000 + i}", k, t] for i, (t, k) in enumerate(remarks("incident", 40, 211))]
    wide = [max(len(row[n]) for row in rows) for n in range(3)]
    spool = ""
    for page in range(2):
        spool += f"HELPDESK REPORT{'PAGE ' + str(page + 1):>40}\n\n" + f"{'TICKET':<8}{'QUEUE':<{wide[1] + 2}}SUMMARY\n"
        spool += "".join(f"{a:<8}{b:<{wide[1] + 2}}{c}\n" for a, b, c in rows[20 * page : 20 * page + 20]) + "\n"
    shell = f"{'Id':<6}{'Kind':<12}Note\n{'--':<6}{'----':<12}----\n" + "".join(
        f"{i:<6}{k:<12}{t}\n" for i, (t, k) in enumerate(remarks("hotel", 30, 212))
    )
    journal = "".join(
        f"Mar 01 09:{i:02}:11 host{i % 3} app[{100 + i}]: {t}\n"
        for i, (t, _) in enumerate(remarks("incident", 40, 213))
    )
    wrapped = "\n".join(t for t, _ in remarks("reclame", 45, 214)) + "\n"
    prn = "".join(
        f"{k:<14}{n / 100:>12,.2f}   {t}\r\n"
        for (t, k), n in zip(remarks("buchung", 36, 215), numbers(36, 216), strict=True)
    )
    org = "| nr | text | kind |\n|----+------+------|\n" + "".join(
        f"| {i} | {t} | {k} |\n" for i, (t, k) in enumerate(remarks("city", 30, 217))
    )
    return [
        Made(
            "spool_two_pages.txt", spool.encode("ascii"), {"rows": 40, **_SORTED, "text": "SUMMARY", "label": "QUEUE"}
        ),
        Made("format_table.txt", shell.encode(), {"rows": 30, **_SORTED, "text": "Note", "label": "Kind"}),
        Made("journal.txt", journal.encode(), {"rows": 40, "header_row": None}),
        Made(
            "one_complaint_a_line.txt",
            wrapped.encode("latin-1"),
            {"rows": 45, "header_row": None, "encoding": "latin-1"},
        ),
        Made("buchungen.prn", prn.encode("cp1252"), {"rows": 36, "header_row": None, **_SORTED, "encoding": "cp1252"}),
        Made("org_table.txt", org.encode(), {"rows": 30, **_SORTED, "text": "text", "label": "kind"}),
    ]


def _programs() -> list[Made]:
    said = remarks("intent", 34, 218)
    hubspot = {
        "results": [
            {
                "id": str(i),
                "properties": {"content": t, "hs_ticket_category": k, "subject": "Chat"},
                "createdAt": "2024-03-01T09:00:00Z",
                "archived": False,
            }
            for i, (t, k) in enumerate(said)
        ],
        "paging": {"next": {"after": "34"}},
    }
    jira = {
        "expand": "schema,names",
        "startAt": 0,
        "maxResults": 50,
        "total": 33,
        "issues": [
            {
                "id": str(i),
                "key": f"IT-{i}",
                "fields": {
                    "summary": t,
                    "description": f"{t} Please fix.",
                    "issuetype": {"name": k, "subtask": False},
                    "labels": [],
                    "created": "2024-03-01",
                },
            }
            for i, (t, k) in enumerate(remarks("incident", 33, 219))
        ],
    }
    rasa = [{"text": t, "intent": k, "confidence": 0.9, "entities": []} for t, k in said]
    chat = [
        {
            "messages": [
                {"role": "system", "content": "Be kind."},
                {"role": "user", "content": t},
                {"role": "assistant", "content": f"Thank you. We will look at no. {i} today."},
            ]
        }
        for i, (t, _) in enumerate(remarks("hotel", 30, 220))
    ]
    gmail = "".join(
        json.dumps(
            {
                "id": f"18e{i:013x}",
                "threadId": f"t{i}",
                "subject": f"Re: {t[:12]}",
                "body": t,
                "labelIds": ["INBOX", k.upper()],
            }
        )
        + "\n"
        for i, (t, k) in enumerate(remarks("city", 36, 221))
    )
    return [
        Made(
            "hubspot_page.json",
            dumped(hubspot),
            {"rows": 34, **_SORTED, "text": "properties.content", "label": "properties.hs_ticket_category"},
        ),
        Made(
            "jira_search.json",
            dumped(jira, None),
            {"rows": 33, **_SORTED, "text": {"fields.summary", "fields.description"}, "label": "fields.issuetype.name"},
        ),
        Made("nlu_log.json", dumped(rasa), {"rows": 34, **_SORTED, "text": "text", "label": "intent"}),
        Made("fine_tuning.jsonl", lines(chat), {"rows": 30, "task": "generation"}),
        Made(
            "gmail.jsonl",
            gmail.encode(),
            {"rows": 36, "task": "multilabel", "text": {"body", "subject"}, "label": "labelIds"},
        ),
    ]


def _books() -> list[Made]:
    from openpyxl import Workbook

    def saved(book: Workbook) -> bytes:
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    units = Workbook()
    sheet = units.worksheets[0]
    for row in [
        ["Prüfbericht 2024", None, None, None],
        [None],
        ["Nr.", "Beanstandung", "Ursache", "Kosten"],
        [None, None, None, "(EUR)"],
    ]:
        sheet.append(row)
    for i, (t, k) in enumerate(remarks("patient", 30, 222)):
        sheet.append([i + 1, t, k, i * 12.5])
    quarters = Workbook()
    quarters.remove(quarters.worksheets[0])
    for number in range(4):
        part = quarters.create_sheet(f"Q{number + 1}")
        part.append(["Case", "Feedback", "Reason"])
        for i, (t, k) in enumerate(remarks("leaver", 10, 223 + number)):
            part.append([i, t, k])
    merged = Workbook()
    page = merged.worksheets[0]
    page.append(["Area", "Said by guests"])
    at = 2
    for kind in ("Room", "Food", "Staff"):
        own = [t for t, k in remarks("hotel", 150, 230) if k == kind][:11]
        for i, t in enumerate(own):
            page.append([kind if i == 0 else None, t])
        page.merge_cells(f"A{at}:A{at + len(own) - 1}")
        at += len(own)
    split = zipped(
        {
            f"out/part-{n:05}.csv": delimited(
                [["id", "text", "label"], *[[i, t, k] for i, (t, k) in enumerate(remarks("city", 12, 240 + n))]]
            ).encode()
            for n in range(3)
        }
        | {"out/_SUCCESS": b""}
    )
    return [
        Made("pruefbericht.xlsx", saved(units), {"rows": 30, **_SORTED, "text": "Beanstandung", "label": "Ursache"}),
        Made(
            "quarters.xlsx",
            saved(quarters),
            {"header_row": 0, "rows": 10, **_SORTED, "text": "Feedback", "label": "Reason"},
        ),
        Made(
            "areas_merged.xlsx",
            saved(merged),
            {"header_row": 0, "rows": 33, **_SORTED, "text": "Said by guests", "label": "Area"},
        ),
        Made("spark_parts.zip", split, {"rows": 36, **_SORTED, "text": "text", "label": "label"}),
    ]

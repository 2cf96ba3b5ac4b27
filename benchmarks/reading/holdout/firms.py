"""Staff departments and ERP systems."""

from benchmarks.reading.holdout.made import Made, delimited
from benchmarks.reading.holdout.phrases import messages


def files() -> list[Made]:
    """All of them."""
    return [*_staff(), *_erp()]


def _staff() -> list[Made]:
    units = ["Vertrieb", "Entwicklung", "Personal"]
    exits = [["Personalnr.", "Eintritt", "Abteilung", "Austrittsgrund", "Bemerkung aus dem Gespräch"]]
    grounds = ["Gehalt", "Führung", "Umzug", "Pendelweg"]
    exits += [
        [80100 + i, "01.04.2019", units[i % 3], grounds[i * 3 % 4], f"Gespräch {i}: {t}"]
        for i, (t, _) in enumerate(messages("de", 36, 28))
    ]
    pulse = [["Respondent", "Team", "Comment", "Sentiment", "Topic", "Coder"]]
    pulse += [
        [i + 1, "ABC"[i % 3], t, ["pos", "neg", "mixed"][i * 5 % 3], k, "Ann" if i % 2 else "Raj"]
        for i, (t, k) in enumerate(messages("en", 40, 29))
    ]
    return [
        Made(
            "austritte.csv",
            delimited(exits, ";").encode("mac_roman"),
            {
                "encoding": "mac_roman",
                "delimiter": ";",
                "header_row": 0,
                "rows": 36,
                "task": "classification",
                "text": "Bemerkung aus dem Gespräch",
                "label": "Austrittsgrund",
            },
        ),
        Made(
            "pulse_two_labels.csv",
            delimited(pulse, "|", eol="\n").encode(),
            {
                "delimiter": "|",
                "header_row": 0,
                "rows": 40,
                "task": "classification",
                "text": "Comment",
                "label": {"Sentiment", "Topic"},
            },
        ),
    ]


def _erp() -> list[Made]:
    notes = messages("de", 30, 30)
    cells = [(f"{10002340 + i}", ["M1", "M2", "M3"][i % 3], k, t) for i, (t, k) in enumerate(notes)]
    head = ("Meldung", "Art", "Schadenscode", "Beschreibung")
    widths = [max(len(row[n]) for row in [head, *cells]) for n in range(4)]

    def line(row: tuple[str, ...]) -> str:
        return "|" + "|".join(value.ljust(width) for value, width in zip(row, widths, strict=True)) + "|"

    rule = "-" * len(line(head))
    alv = [
        "01.03.2024                         Dynamische Listenausgabe                         1",
        "",
        rule,
        line(head),
        rule,
    ]
    alv += [*map(line, cells), rule, ""]
    sap = [["", "Meldung", "Meldungsart", "Kurztext", "", "Angel.am"]]
    sap += [
        ["", f"{20001 + i}", ["Störung", "Wartung"][i * 3 % 2], t, "", "01.02.2024"]
        for i, (t, _) in enumerate(messages("de", 30, 31))
    ]
    sheet = "Anzeige Meldungen\r\n\r\n" + delimited(sap, "\t")
    nav = [["No.", "Beskrivning", "Orsakskod", "Belopp"]]
    nav += [[f"SR{i:05}", t, k, f"1 {i:03},00"] for i, (t, k) in enumerate(messages("sv", 30, 32))]
    doubled = "\n".join(
        "~|~".join(map(str, row))
        for row in [["id", "note_text", "queue"], *[[i, t, k] for i, (t, k) in enumerate(messages("en", 30, 33))]]
    )
    width = [10, 12, 70]
    fixed = [
        ("CASENO", "QUEUE", "REMARK"),
        *[(f"{5000 + i}", k, t[:68]) for i, (t, k) in enumerate(messages("en", 30, 34))],
    ]
    host = (
        "\n".join("".join(value.ljust(w) for value, w in zip(row, width, strict=True)).rstrip() for row in fixed) + "\n"
    )
    dutch = "Overzicht klachten\n\n" + delimited(
        [["Klachtnr", "Soort", "Omschrijving"], *[[i + 1, k, t] for i, (t, k) in enumerate(messages("nl", 28, 35))]],
        ";",
        eol="\n",
    )
    dutch += "Totaal aantal klachten: 28;;\nAfgedrukt op 1-3-2024 door J. de Vries;;\n"
    japanese = [
        ["受付番号", "分類", "お問い合わせ内容"],
        *[[f"A{i:04}", k, t] for i, (t, k) in enumerate(messages("ja", 30, 36))],
        ["合計", "30件", ""],
    ]
    greek = [
        ["Κωδικός", "Κατηγορία", "Σχόλιο"],
        *[[f"GR-{i:03}", k, t] for i, (t, k) in enumerate(messages("el", 30, 37))],
    ]
    czech = "sep=;\r\n" + delimited(
        [["Číslo", "Popis", "Kategorie"], *[[i + 1, t, k] for i, (t, k) in enumerate(messages("cs", 30, 38))]], ";"
    )
    return [
        Made(
            "sap_alv.txt",
            "\r\n".join(alv).encode("cp1252"),
            {
                "encoding": "cp1252",
                "delimiter": "|",
                "header_row": 3,
                "rows": 30,
                "task": "classification",
                "text": "Beschreibung",
                "label": {"Schadenscode", "Art"},
            },
        ),
        Made(
            "sap_meldungen.xls",
            b"\xff\xfe" + sheet.encode("utf-16-le"),
            {
                "encoding": "utf-16",
                "delimiter": "\t",
                "header_row": 2,
                "rows": 30,
                "task": "classification",
                "text": "Kurztext",
                "label": "Meldungsart",
            },
        ),
        Made(
            "nav_reklamationer.csv",
            delimited(nav, "\t").encode("cp850"),
            {
                "encoding": "cp850",
                "delimiter": "\t",
                "header_row": 0,
                "rows": 30,
                "task": "classification",
                "text": "Beskrivning",
                "label": "Orsakskod",
            },
        ),
        Made(
            "mainframe_tilde.dat",
            doubled.encode(),
            {
                "delimiter": "~|~",
                "header_row": 0,
                "rows": 30,
                "task": "classification",
                "text": "note_text",
                "label": "queue",
            },
        ),
        Made(
            "host_fixed_width.txt",
            host.encode(),
            {"header_row": 0, "rows": 30, "task": "classification", "text": "REMARK", "label": "QUEUE"},
        ),
        Made(
            "klachten.csv",
            dutch.encode(),
            {
                "delimiter": ";",
                "header_row": 2,
                "rows": 28,
                "task": "classification",
                "text": "Omschrijving",
                "label": "Soort",
            },
        ),
        Made(
            "toiawase.csv",
            delimited(japanese).encode("shift_jis"),
            {
                "encoding": "shift_jis",
                "delimiter": ",",
                "header_row": 0,
                "rows": 30,
                "task": "classification",
                "text": "お問い合わせ内容",
                "label": "分類",
            },
        ),
        Made(
            "parapona.csv",
            delimited(greek, ";").encode("cp1253"),
            {
                "encoding": "cp1253",
                "delimiter": ";",
                "header_row": 0,
                "rows": 30,
                "task": "classification",
                "text": "Σχόλιο",
                "label": "Κατηγορία",
            },
        ),
        Made(
            "reklamace.csv",
            czech.encode("cp1250"),
            {
                "encoding": "cp1250",
                "delimiter": ";",
                "header_row": 1,
                "rows": 30,
                "task": "classification",
                "text": "Popis",
                "label": "Kategorie",
            },
        ),
    ]

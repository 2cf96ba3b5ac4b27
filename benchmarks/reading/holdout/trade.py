"""Shops, review sites, banks, staff departments and ERP systems."""

from benchmarks.reading.holdout.made import Made, delimited, lines
from benchmarks.reading.holdout.phrases import days, messages


def files() -> list[Made]:
    """All of them."""
    return [*_shops(), *_reviews(), *_banks(), *_staff(), *_erp()]


def _shops() -> list[Made]:
    kinds = {"Jacket": "warm and wind proof", "Lamp": "dimmable and made of oak", "Mug": "dishwasher safe, 0.3 l"}
    colours = ["red", "blue", "grey", "sand", "moss", "plum", "navy", "rust", "pearl", "coal"]
    shopify = [["Handle", "Title", "Body (HTML)", "Vendor", "Type", "Published", "Option1 Value", "Variant Price"]]
    for i, colour in enumerate(colours):
        for kind, what in kinds.items():
            body = f"<p>Our {colour} {kind.lower()} is <b>{what}</b>, batch {i}.</p>"
            shopify.append(
                [f"{colour}-{kind.lower()}", f"{colour.title()} {kind}", body, "Nord", kind, "TRUE", "S", "19.90"]
            )
    reasons = ["DEFECTIVE", "NOT_AS_DESCRIBED", "MISSED_ESTIMATED_DELIVERY"]
    returns = [["return-date", "order-id", "sku", "asin", "quantity", "reason", "status", "customer-comments"]]
    returns += [
        [
            "2024-02-03T08:11:20+00:00",
            f"302-{7000000 + i}-{i:07}",
            f"NRD-{i % 6}",
            f"B0C{i:07}",
            1,
            reasons[i % 3],
            "Unit returned",
            t,
        ]
        for i, (t, _) in enumerate(messages("en", 33, 21))
    ]
    french = messages("fr", 30, 22)
    presta = [["Référence", "Note client", "Motif du retour", "Commentaire"]]
    presta += [[f"PS{i:04}", "4,5", k, t] for i, (t, k) in enumerate(french)]
    total = f"Total général;;;{len(french)}\nDocument généré le 01/03/2024 à 09:12 – page 1/1;;;\n"
    return [
        Made(
            "shopify_products.csv",
            delimited(shopify, eol="\n").encode(),
            {
                "delimiter": ",",
                "header_row": 0,
                "rows": 30,
                "task": "classification",
                "text": "Body (HTML)",
                "label": "Type",
            },
        ),
        Made(
            "amazon_returns.txt",
            delimited(returns, "\t").encode(),
            {
                "delimiter": "\t",
                "header_row": 0,
                "rows": 33,
                "task": "classification",
                "text": "customer-comments",
                "label": "reason",
            },
        ),
        Made(
            "retours_prestashop.csv",
            (delimited(presta, ";", eol="\n") + total).encode("cp1252"),
            {
                "encoding": "cp1252",
                "delimiter": ";",
                "header_row": 0,
                "rows": 30,
                "task": "classification",
                "text": "Commentaire",
                "label": "Motif du retour",
            },
        ),
    ]


def _reviews() -> list[Made]:
    amazon = [
        {
            "overall": float(1 + i * 3 % 5),
            "verified": i % 2 == 0,
            "reviewTime": f"02 {1 + i % 28}, 2024",
            "reviewerID": f"A{i:013}",
            "asin": "B00005N7P0",
            "style": {"Format:": " Print"},
            "reviewText": t,
            "summary": t.split(",")[0],
            "unixReviewTime": 1706745600 + i,
        }
        for i, (t, _) in enumerate(messages("en", 35, 23))
    ]
    play = [
        [
            "Package Name",
            "App Version Code",
            "Reviewer Language",
            "Device",
            "Review Submit Date and Time",
            "Star Rating",
            "Review Title",
            "Review Text",
            "Developer Reply Text",
        ]
    ]
    play += [
        ["com.acme.app", 412, "tr", "a52q", days(30)[i], 1 + i * 7 % 5, "", t, ""]
        for i, (t, _) in enumerate(messages("tr", 30, 24))
    ]
    pilot = [["Review Id", "Stars", "Review title", "Review content", "Reference Id", "Tags"]]
    pilot += [
        [f"65bf{i:08x}", 1 + i * 3 % 5, t.split(",")[1].strip(), t + "\n\nDato for oplevelse: 2. februar", "", ""]
        for i, (t, _) in enumerate(messages("en", 32, 25))
    ]
    wide = [["Отзыв", "Тональность", "Город"]]
    wide += [
        [t, ["негатив", "нейтрально", "позитив"][i * 5 % 3], "Тверь"] for i, (t, _) in enumerate(messages("ru", 30, 26))
    ]
    return [
        Made(
            "amazon_reviews.json",
            lines(amazon),
            {
                "encoding": "utf-8",
                "rows": 35,
                "task": "classification",
                "text": {"reviewText", "summary"},
                "label": "overall",
            },
        ),
        Made(
            "play_console.csv",
            b"\xff\xfe" + delimited(play).encode("utf-16-le"),
            {
                "encoding": "utf-16",
                "delimiter": ",",
                "header_row": 0,
                "rows": 30,
                "task": "classification",
                "text": "Review Text",
                "label": "Star Rating",
            },
        ),
        Made(
            "trustpilot.csv",
            delimited(pilot).encode(),
            {
                "delimiter": ",",
                "header_row": 0,
                "rows": 32,
                "task": "classification",
                "text": {"Review content", "Review title"},
                "label": "Stars",
            },
        ),
        Made(
            "otzyvy.csv",
            delimited(wide, ";").encode("cp1251"),
            {
                "encoding": "cp1251",
                "delimiter": ";",
                "header_row": 0,
                "rows": 30,
                "task": "classification",
                "text": "Отзыв",
                "label": "Тональность",
            },
        ),
    ]


def _banks() -> list[Made]:
    shops = ["REWE Markt Köln", "Stadtwerke Münster", "DB Vertrieb GmbH", "Bäckerei Öz", "Fitness Süd"]
    kinds = ["Lebensmittel", "Wohnen", "Verkehr", "Lebensmittel", "Freizeit"]
    dkb = '"Girokonto";"DE02120300000000202051"\n"Zeitraum:";"01.02.2024 - 01.03.2024"\n"Kontostand vom 01.03.2024:";"1.234,56 €"\n""\n'
    dkb += delimited(
        [["Buchungsdatum", "Wertstellung", "Empfänger", "Verwendungszweck", "Betrag (€)", "Kategorie"]],
        ";",
        quote_all=True,
        eol="\n",
    )
    dkb += delimited(
        [
            [
                "0%d.02.24" % (1 + i % 9),
                "",
                shops[i % 5],
                f"Kartenzahlung {shops[i % 5]} Beleg {4711 + i} vielen Dank",
                f"-{i},{i % 10}0",
                kinds[i % 5],
            ]
            for i in range(35)
        ],
        ";",
        quote_all=True,
        eol="\n",
    )
    monzo = [
        [
            "Transaction ID",
            "Date",
            "Time",
            "Type",
            "Name",
            "Emoji",
            "Category",
            "Amount",
            "Currency",
            "Notes and #tags",
            "Description",
        ]
    ]
    names = {
        "TESCO STORES 3297": "Groceries",
        "TFL TRAVEL CH": "Transport",
        "PRET A MANGER": "Eating out",
        "BRITISH GAS": "Bills",
    }
    monzo += [
        [
            f"tx_0000A{i:06}",
            f"{1 + i % 28:02}/02/2024",
            "09:11:00",
            "Card payment",
            n.title(),
            "",
            names[n],
            -4.5 - i,
            "GBP",
            "",
            f"{n} LONDON {i:03} GBR",
        ]
        for i, n in enumerate(list(names) * 9)
    ]
    polish = "Zestawienie operacji\r\nNumer rachunku;12 1140 2004 0000 3002 0135 5387\r\n\r\n"
    polish += delimited([["Data operacji", "Opis operacji", "Kwota", "Kategoria"]], ";")
    polish += delimited(
        [
            ["2024-02-0%d" % (1 + i % 9), f"Zapłata kartą: {t}", f"-{12 + i},50 zł", k]
            for i, (t, k) in enumerate(messages("pl", 30, 27))
        ],
        ";",
    )
    polish += "Razem;;-1 234,50 zł;\r\n"
    return [
        Made(
            "dkb_umsaetze.csv",
            dkb.encode(),
            {
                "encoding": "utf-8",
                "delimiter": ";",
                "header_row": 4,
                "rows": 35,
                "task": "classification",
                "text": "Verwendungszweck",
                "label": "Kategorie",
            },
        ),
        Made(
            "monzo.csv",
            delimited(monzo).encode(),
            {
                "delimiter": ",",
                "header_row": 0,
                "rows": 36,
                "task": "classification",
                "text": {"Description", "Name"},
                "label": "Category",
            },
        ),
        Made(
            "mbank_operacje.csv",
            polish.encode("cp1250"),
            {
                "encoding": "cp1250",
                "delimiter": ";",
                "header_row": 3,
                "rows": 30,
                "task": "classification",
                "text": "Opis operacji",
                "label": "Kategoria",
            },
        ),
    ]


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

"""Shops, review sites and banks."""

from benchmarks.reading.holdout.made import Made, delimited, lines
from benchmarks.reading.holdout.phrases import days, messages


def files() -> list[Made]:
    """All of them."""
    return [*_shops(), *_reviews(), *_banks()]


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
    dkb = '"Girokonto";"DE02120300000000202051"\n"Zeitraum:";"01.02.2024 - 01.03.2024"\n'
    dkb += '"Kontostand vom 01.03.2024:";"1.234,56 €"\n""\n'
    dkb += delimited(
        [["Buchungsdatum", "Wertstellung", "Empfänger", "Verwendungszweck", "Betrag (€)", "Kategorie"]],
        ";",
        quote_all=True,
        eol="\n",
    )
    dkb += delimited(
        [
            [
                f"0{1 + i % 9}.02.24",
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
            [f"2024-02-0{1 + i % 9}", f"Zapłata kartą: {t}", f"-{12 + i},50 zł", k]
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

"""What banks, shops and sellers' portals export."""

from benchmarks.reading.holdout.made import Made, delimited, dumped
from benchmarks.reading.second.phrases import numbers, remarks


def files() -> list[Made]:
    """All of them."""
    return [*_banks(), *_shops()]


def _comma(value: int) -> str:
    """1234567 as -12.345,67."""
    whole, cents = divmod(value, 100)
    return f"-{whole:,}".replace(",", ".") + f",{cents:02}"


def _banks() -> list[Made]:
    booked = list(zip(remarks("buchung", 40, 1), numbers(40, 2), strict=True))
    camt = [
        [
            "Auftragskonto",
            "Buchungstag",
            "Valutadatum",
            "Buchungstext",
            "Verwendungszweck",
            "Betrag",
            "Währung",
            "Kategorie",
        ]
    ]
    camt += [
        [
            "DE02120300000000202051",
            f"{i % 28 + 1:02}.03.24",
            f"{i % 28 + 1:02}.03.24",
            "FOLGELASTSCHRIFT",
            t,
            _comma(n),
            "EUR",
            k,
        ]
        for i, ((t, k), n) in enumerate(booked)
    ]
    head = "Umsatzanzeige;Datei erstellt am: 02.04.2024 08:11\r\n\r\n"
    head += "IBAN;DE02 1203 0000 0000 2020 51\r\nKontoname;Girokonto\r\n"
    head += "Bank;ING\r\nKunde;J. Größe\r\nZeitraum;01.03.2024 - 31.03.2024\r\nSaldo;1.280,04;EUR\r\n\r\n"
    head += "Sortierung;Datum absteigend\r\n\r\n"
    ing = [
        [
            "Buchung",
            "Valuta",
            "Auftraggeber/Empfänger",
            "Kategorie",
            "Verwendungszweck",
            "Saldo",
            "Währung",
            "Betrag",
            "Währung",
        ]
    ]
    ing += [
        [
            f"{i % 28 + 1:02}.03.2024",
            f"{i % 28 + 1:02}.03.2024",
            "Firma Ä",
            k,
            t,
            _comma(n * 3),
            "EUR",
            _comma(n),
            "EUR",
        ]
        for i, ((t, k), n) in enumerate(booked[:34])
    ]
    spent = list(zip(remarks("bank", 36, 3), numbers(36, 4), strict=True))
    chase = "Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #\n"
    chase += "".join(
        f'DEBIT,03/{i % 28 + 1:02}/2024,"{t}",-{n / 100:.2f},{k.upper()},{n / 50:.2f},,\n'
        for i, ((t, k), n) in enumerate(spent)
    )
    releve = "Compte de chèques;****1234;03/03/2024;;1 234,56\r\n"
    releve += "".join(
        f"{i % 28 + 1:02}/02/2024;{k};{t};-{n // 100} {n % 1000:03},{n % 100:02}\r\n"
        for i, ((t, k), n) in enumerate(zip(remarks("avis", 30, 5), numbers(30, 6), strict=True))
    )
    paypal = [
        ["Date", "Time", "TimeZone", "Name", "Type", "Status", "Currency", "Gross", "Subject", "Note", "Category"]
    ]
    paypal += [
        [
            f"3/{i % 28 + 1}/2024",
            "11:02:09",
            "PDT",
            "Acme, Inc.",
            "Express Checkout Payment",
            "Completed",
            "USD",
            f"{n / 100:,.2f}",
            "",
            t,
            k,
        ]
        for i, ((t, k), n) in enumerate(spent)
    ]
    nordea = "Kontonummer: 1234 56 78901\r\nSaldo per 2024-03-31: 10 442,10\r\n\r\n"
    nordea += delimited(
        [["Datum", "Text", "Belopp", "Grupp"]]
        + [
            [f"2024-03-{i % 28 + 1:02}", f"Kortköp {t}", f"-{n // 100},{n % 100:02}", f"Grupp {k}"]
            for i, ((t, k), n) in enumerate(spent[:31])
        ],
        "\t",
    )
    return [
        Made(
            "camt_sparkasse.csv",
            delimited(camt, ";", quote_all=True).encode("cp1252"),
            {
                "encoding": "cp1252",
                "delimiter": ";",
                "header_row": 0,
                "rows": 40,
                "task": "classification",
                "text": "Verwendungszweck",
                "label": "Kategorie",
            },
        ),
        Made(
            "ing_umsatzanzeige.csv",
            (head + delimited(ing, ";")).encode("latin-1"),
            {
                "encoding": "latin-1",
                "delimiter": ";",
                "header_row": 11,
                "rows": 34,
                "task": "classification",
                "text": "Verwendungszweck",
                "label": "Kategorie",
            },
        ),
        Made(
            "chase_trailing_comma.csv",
            chase.encode(),
            {
                "delimiter": ",",
                "header_row": 0,
                "rows": 36,
                "task": "classification",
                "text": "Description",
                "label": "Type",
            },
        ),
        Made(
            "releve_sans_titres.csv",
            releve.encode("cp1252"),
            {"encoding": "cp1252", "delimiter": ";", "header_row": None, "rows": 30, "task": "classification"},
        ),
        Made(
            "paypal.csv",
            delimited(paypal, quote_all=True).encode("utf-8-sig"),
            {
                "encoding": "utf-8-sig",
                "delimiter": ",",
                "header_row": 0,
                "rows": 36,
                "task": "classification",
                "text": "Note",
                "label": "Category",
            },
        ),
        Made(
            "nordea.txt",
            nordea.encode("cp1252"),
            {
                "encoding": "cp1252",
                "delimiter": "\t",
                "header_row": 3,
                "rows": 31,
                "task": "classification",
                "text": "Text",
                "label": "Grupp",
            },
        ),
    ]


def _shops() -> list[Made]:
    etsy = [
        {
            "reviewer": f"kim{i}",
            "date_reviewed": f"0{i % 9 + 1}/14/2024",
            "star_rating": i % 5 + 1,
            "message": t,
            "order_id": 3100000 + i,
        }
        for i, (t, _) in enumerate(remarks("hotel", 33, 7))
    ]
    magento = [["review_id", "created_at", "title", "detail", "nickname", "aspect"]]
    magento += [
        [str(i), "2024-03-01 10:00:00", "Avis", f"<p>{t}</p>\n<p>— {i} points</p>", f"léa{i}", k]
        for i, (t, k) in enumerate(remarks("avis", 35, 8))
    ]
    ebay = "\r\n" + delimited(
        [["Sales Record Number", "User Id", "Item Title", "Feedback received", "Reason"]]
        + [[1000 + i, f"user_{i}", "Lamp", t, k] for i, (t, k) in enumerate(remarks("hotel", 32, 9))],
        quote_all=True,
    )
    ebay += (
        '\r\n"32, record(s) downloaded,from ,Mar-01-24 00:00:00, to ,Mar-31-24 23:59:59"\r\nSeller ID : lamp_world\r\n'
    )
    feed = [["id", "title", "description", "link", "image_link", "availability", "price", "product_type"]]
    feed += [
        [
            f"SKU-{i}",
            t,
            f'{t}. Ships in {i % 4 + 1} days, "as seen on TV".',
            f"https://shop.example/p/{i}",
            f"https://shop.example/i/{i}.jpg",
            "in_stock",
            f"{n / 100:.2f} USD",
            k,
        ]
        for i, ((t, k), n) in enumerate(zip(remarks("product", 40, 10), numbers(40, 11), strict=True))
    ]
    piped = [["sku", "remark", "topic"]] + [
        [i, f"{t} | {t[:9]}" if i % 3 == 0 else t, k] for i, (t, k) in enumerate(remarks("product", 33, 12))
    ]
    inches = "sku\tname\tgroup\r\n" + "".join(
        f'{i}\t{t} {i % 9 + 5}"\t{k}\r\n' if i % 2 else f'{i}\t"{t[:5]}" {t[5:]}\t{k}\r\n'
        for i, (t, k) in enumerate(remarks("product", 30, 13))
    )
    whole = "".join(
        '"' + line.replace('"', '""') + '"\r\n'
        for line in delimited(
            [
                ["nr", "recensione", "motivo"],
                *[[i, f"{t}, però", k] for i, (t, k) in enumerate(remarks("multe", 32, 14))],
            ]
        ).splitlines()
    )
    broken = "order,reason,comment\n" + "".join(
        f"{500 + i},{k},{t}{', really' if i % 3 == 0 else ''}\n" for i, (t, k) in enumerate(remarks("hotel", 36, 15))
    )
    marks = "nr;beoordeling;onderwerp\n" + "".join(
        f"{i};'{t.replace(chr(39), chr(39) * 2)}; {i},50 euro';{k}\n"
        for i, (t, k) in enumerate(remarks("product", 31, 16))
    )
    tilde = "ID||COMMENT||TOPIC\r\n" + "".join(
        f"{i}||{t}||{k}\r\n" for i, (t, k) in enumerate(remarks("hotel", 30, 17))
    )
    return [
        Made(
            "etsy_reviews.json",
            dumped(etsy),
            {"rows": 33, "task": "classification", "text": "message", "label": "star_rating"},
        ),
        Made(
            "magento_reviews.csv",
            delimited(magento, eol="\n").encode(),
            {
                "delimiter": ",",
                "header_row": 0,
                "rows": 35,
                "task": "classification",
                "text": "detail",
                "label": "aspect",
            },
        ),
        Made(
            "ebay_file_exchange.csv",
            ebay.encode(),
            {
                "delimiter": ",",
                "header_row": 1,
                "rows": 32,
                "task": "classification",
                "text": "Feedback received",
                "label": "Reason",
            },
        ),
        Made(
            "merchant_feed.tsv",
            delimited(feed, "\t").encode(),
            {
                "delimiter": "\t",
                "header_row": 0,
                "rows": 40,
                "task": "classification",
                "text": {"title", "description"},
                "label": "product_type",
            },
        ),
        Made(
            "pipes_in_text.csv",
            delimited(piped, "|").encode(),
            {
                "delimiter": "|",
                "header_row": 0,
                "rows": 33,
                "task": "classification",
                "text": "remark",
                "label": "topic",
            },
        ),
        Made(
            "inches.txt",
            inches.encode(),
            {
                "delimiter": "\t",
                "header_row": 0,
                "rows": 30,
                "task": "classification",
                "text": "name",
                "label": "group",
            },
        ),
        Made(
            "rows_quoted_as_a_whole.csv",
            whole.encode("utf-8-sig"),
            {
                "encoding": "utf-8-sig",
                "header_row": 0,
                "rows": 32,
                "task": "classification",
                "text": "recensione",
                "label": "motivo",
            },
        ),
        Made(
            "commas_not_quoted.csv",
            broken.encode(),
            {
                "delimiter": ",",
                "header_row": 0,
                "rows": 36,
                "task": "classification",
                "text": "comment",
                "label": "reason",
            },
        ),
        Made(
            "single_quotes.csv",
            marks.encode(),
            {
                "delimiter": ";",
                "header_row": 0,
                "rows": 31,
                "task": "classification",
                "text": "beoordeling",
                "label": "onderwerp",
            },
        ),
        Made(
            "two_bars.txt",
            tilde.encode(),
            {"header_row": 0, "rows": 30, "task": "classification", "text": "COMMENT", "label": "TOPIC"},
        ),
    ]

"""CSV files of other countries, programs and hands."""

import csv

from tests.workspace.reading.unseen.made import Made, Row, delimited, said


def _table(language: str, header: tuple[str, ...], topics: tuple[str, ...], rows: int = 40) -> list[Row]:
    """Number, date, message, amount with a decimal comma, topic."""
    found: list[Row] = [header]
    for n, (text, topic) in enumerate(said(language, rows, topics)):
        found.append(
            (4711 + 7 * n, f"{n % 28 + 1:02d}.{n % 12 + 1:02d}.2024", text, f"{n * 37 % 900 + 1},{n % 90 + 10}", topic)
        )
    return found


def _facts(encoding: str, delimiter: str, header_row: int | None, rows: int, **more: object) -> dict[str, object]:
    return {"encoding": encoding, "delimiter": delimiter, "header_row": header_row, "rows": rows, **more}


def _sorting(text: str, label: str) -> dict[str, object]:
    return {"task": "classification", "text": [text], "label": label}


def _countries() -> list[Made]:
    german = _table(
        "de", ("Ticketnr.", "Eingang", "Anliegen", "Streitwert in €", "Zuständig"), ("Buchhaltung", "Versand", "IT")
    )
    french = _table(
        "fr",
        ("N° dossier", "Reçu le", "Demande", "Montant en €", "Catégorie"),
        ("cœur de métier", "livraison", "compte"),
    )
    polish = _table("pl", ("Nr", "Data", "Treść zgłoszenia", "Kwota", "Kategoria"), ("płatność", "wysyłka", "konto"))
    czech = _table("cs", ("Číslo", "Datum", "Zpráva zákazníka", "Částka", "Kategorie"), ("platba", "doručení", "účet"))
    russian = _table("ru", ("№", "Дата", "Сообщение", "Сумма", "Категория"), ("оплата", "доставка", "вход"))
    ukrainian = _table("uk", ("№", "Дата", "Повідомлення", "Сума", "Категорія"), ("оплата", "доставка", "вхід"))
    japanese = _table("ja", ("番号", "日付", "内容", "金額", "分類"), ("請求", "配送", "アカウント"))
    chinese = _table("zh", ("编号", "日期", "内容", "金额", "类别"), ("账单", "物流", "账户"))
    korean = _table("ko", ("번호", "날짜", "내용", "금액", "분류"), ("결제", "배송", "계정"))
    turkish = _table("tr", ("Sıra", "Tarih", "Mesaj", "Tutar", "Kategori"), ("ödeme", "kargo", "üyelik"))
    greek = _table("el", ("Α/Α", "Ημερομηνία", "Μήνυμα", "Ποσό", "Κατηγορία"), ("πληρωμή", "αποστολή", "σύνδεση"))
    total = ("Итого", "", "", "18 450,00", "")
    return [
        Made(
            "tickets_de.csv",
            delimited(german, ";").encode("cp1252"),
            _facts("cp1252", ";", 0, 40, **_sorting("Anliegen", "Zuständig")),
        ),
        Made(
            "demandes.csv",
            delimited(french, ";").replace("’", "'").encode("iso8859-15"),
            _facts("iso8859-15", ";", 0, 40, **_sorting("Demande", "Catégorie")),
        ),
        Made(
            "zgloszenia.txt",
            ("Raport zgłoszeń\r\nWygenerowano: 2024-05-01\r\n\r\n" + delimited(polish, "\t")).encode("cp1250"),
            _facts("cp1250", "\t", 3, 40, **_sorting("Treść zgłoszenia", "Kategoria")),
        ),
        Made(
            "zpravy.csv",
            delimited(czech, ";", quoting=csv.QUOTE_ALL).encode("utf-16-be"),
            _facts("utf-16-be", ";", 0, 40, **_sorting("Zpráva zákazníka", "Kategorie")),
        ),
        Made(
            "soobshcheniya.csv",
            delimited([*russian, total], ";").encode("cp1251"),
            _facts("cp1251", ";", 0, 40, **_sorting("Сообщение", "Категория")),
        ),
        Made(
            "povidomlennya.csv",
            delimited(ukrainian, ";").encode("cp1251"),
            _facts("cp1251", ";", 0, 40, **_sorting("Повідомлення", "Категорія")),
        ),
        Made(
            "toiawase.csv",
            delimited(japanese, quoting=csv.QUOTE_ALL).encode("cp932"),
            _facts("cp932", ",", 0, 40, **_sorting("内容", "分類")),
        ),
        Made(
            "kehu.csv", delimited(chinese).encode("gb18030"), _facts("gb18030", ",", 0, 40, **_sorting("内容", "类别"))
        ),
        Made(
            "munui.csv", delimited(korean, "|").encode("cp949"), _facts("cp949", "|", 0, 40, **_sorting("내용", "분류"))
        ),
        Made(
            "mesajlar.csv",
            delimited(turkish, ";").encode("cp1254"),
            _facts("cp1254", ";", 0, 40, **_sorting("Mesaj", "Kategori")),
        ),
        Made(
            "minimata.csv",
            delimited(greek, ";").encode("cp1253"),
            _facts("cp1253", ";", 0, 40, **_sorting("Μήνυμα", "Κατηγορία")),
        ),
        Made(
            "wiadomosci.csv",
            delimited(polish, ";").encode("iso8859-2"),
            _facts("iso8859-2", ";", 0, 40, **_sorting("Treść zgłoszenia", "Kategoria")),
        ),
        Made(
            "tickets_unicode.txt",
            delimited(german, "\t").encode("utf-16-le"),
            _facts("utf-16-le", "\t", 0, 40, **_sorting("Anliegen", "Zuständig")),
        ),
    ]


def _more_countries() -> list[Made]:
    hebrew: list[Row] = [(topic, text) for text, topic in said("he", 40, ("חיוב", "משלוח", "חשבון"))]
    arabic: list[Row] = [(text, topic) for text, topic in said("ar", 40, ("دفع", "شحن", "حساب"))]
    thai: list[Row] = [("ข้อความ", "หมวดหมู่"), *said("th", 32, ("การเงิน", "จัดส่ง", "บัญชี"))]
    mac: list[Row] = [("Avis du client", "Équipe"), *said("fr", 40, ("Comptabilité", "Expédition", "Accès"))]
    swedish: list[Row] = [("Meddelande", "Avdelning"), *said("sv", 40, ("Ekonomi", "Lager", "Kundtjänst"))]
    dos: list[Row] = [("Nachricht", "Abteilung"), *said("de", 40, ("Buchhaltung", "Versand", "Büro"))]
    brazil: list[Row] = [("Protocolo", "Descrição", "Valor", "Área")]
    brazil += [
        (f"{n:06d}", text, f"R$ {n * 91 % 3000},{n % 90 + 10}", topic)
        for n, (text, topic) in enumerate(said("pt", 40, ("Financeiro", "Entrega", "Acesso")))
    ]
    swiss: list[Row] = [("Fall", "Meldung", "Schaden CHF", "Sparte")]
    swiss += [
        (n + 1, text, f"{n + 1}'{n * 31 % 900 + 100}.50", topic)
        for n, (text, topic) in enumerate(said("de", 40, ("Motor", "Haushalt", "Reise")))
    ]
    india: list[Row] = [("Ref", "Grievance", "Amount (INR)", "Department")]
    india += [
        (f"GR/{n + 100}", text, f"{n % 9 + 1},{n % 80 + 10},{n % 900 + 100}.00", topic)
        for n, (text, topic) in enumerate(said("en", 40, ("Revenue", "Post", "IT Cell")))
    ]
    return [
        Made(
            "pniyot.tsv",
            delimited(hebrew, "\t").encode("cp1255"),
            _facts("cp1255", "\t", None, 40, **_sorting("column 2", "column 1")),
        ),
        Made(
            "shakawa.csv",
            delimited(arabic, ";").encode("cp1256"),
            _facts("cp1256", ";", None, 40, **_sorting("column 1", "column 2")),
        ),
        Made(
            "thai.csv", delimited(thai).encode("utf-8-sig"), _facts("utf-8", ",", 0, 32, **_sorting("ข้อความ", "หมวดหมู่"))
        ),
        Made(
            "avis_mac.csv",
            delimited(mac, ";", "\r").encode("mac-roman"),
            _facts("mac-roman", ";", 0, 40, **_sorting("Avis du client", "Équipe")),
        ),
        Made(
            "arenden.csv",
            delimited(swedish, ";", "\n").encode("latin-1"),
            _facts("iso8859-1", ";", 0, 40, **_sorting("Meddelande", "Avdelning")),
        ),
        Made(
            "dosexport.txt",
            delimited(dos, ";").encode("cp850"),
            _facts("cp850", ";", 0, 40, **_sorting("Nachricht", "Abteilung")),
        ),
        Made(
            "protocolos.csv",
            delimited(brazil, ";").encode(),
            _facts("utf-8", ";", 0, 40, **_sorting("Descrição", "Área"), roles={"Valor": "number"}),
        ),
        Made(
            "schaden.csv",
            delimited(swiss).encode(),
            _facts("utf-8", ",", 0, 40, **_sorting("Meldung", "Sparte"), roles={"Schaden CHF": "number"}),
        ),
        Made(
            "grievances.csv",
            delimited(india).encode(),
            _facts(
                "utf-8",
                ",",
                0,
                40,
                **_sorting("Grievance", "Department"),
                roles={"Amount (INR)": "number", "Ref": "id"},
            ),
        ),
    ]


def _layouts() -> list[Made]:
    rows: list[Row] = [(n + 1, text, n * 13 % 50 + 1, topic) for n, (text, topic) in enumerate(said("en", 36))]
    header = ("Case", "What they wrote", "Minutes", "Topic")
    about = _sorting("What they wrote", "Topic")
    plain = [header, *rows]
    lines = delimited(plain).splitlines()
    ends = ("\r\n", "\n", "\r")
    mixed = "".join(line + ends[n % 3] for n, line in enumerate(lines))
    nul = delimited(plain).encode().replace(b"invoice", b"inv\0oice").replace(b"parcel", b"parcel\0")
    twice = delimited(plain).encode("utf-8-sig") + delimited(plain).encode("utf-8-sig")
    broken = [
        header,
        *[(n, f'{text},\r\nand also:\n\n"{topic}" is what\nI mean; thanks', m, topic) for n, text, m, topic in rows],
    ]
    trailing = "".join(f"{line};;\r\n" for line in delimited(plain, ";").splitlines())
    paged = [
        header,
        *rows[:12],
        ("Page 1 of 3", "", "", ""),
        header,
        *rows[12:24],
        ("Page 2 of 3", "", "", ""),
        header,
        *rows[24:],
        ("Page 3 of 3", "", "", ""),
    ]
    nested: list[Row] = [
        ("case", "body", "meta", "topic"),
        *[
            (n, text, f'{{"user": {{"id": {n}, "tags": ["a", "b"]}}, "vip": true}}', topic)
            for n, text, m, topic in rows
        ],
    ]
    units = [header, ("[no.]", "", "[min]", ""), *rows]
    titled: list[Row] = [
        ("Support report Q2", "", "", ""),
        ("Exported 2024-07-01 by J. Smith", "", "", ""),
        ("", "", "", ""),
        *units,
        ("Total", "", sum(r[2] for r in rows), ""),
    ]
    sums = [*plain, ("", "Sum", sum(r[2] for r in rows), ""), ("", "Average", 25.5, "")]
    notes = [
        *plain,
        ("", "", "", ""),
        ("Source: our help desk. Numbers as of 1 July.", "", "", ""),
        ("* without chats", "", "", ""),
    ]
    return [
        Made("mixed_ends.csv", mixed.encode(), _facts("utf-8", ",", 0, 36, **about)),
        Made("nul_bytes.csv", nul, _facts("utf-8", ",", 0, 36, **about)),
        Made("joined.csv", twice, _facts("utf-8", ",", 0, 72, **about)),
        Made("line_breaks.csv", delimited(broken).encode(), _facts("utf-8", ",", 0, 36, **about)),
        Made("trailing.csv", trailing.encode(), _facts("utf-8", ";", 0, 36, **about)),
        Made("paged.csv", delimited(paged).encode(), _facts("utf-8", ",", 0, 36, **about)),
        Made("nested_json.csv", delimited(nested).encode(), _facts("utf-8", ",", 0, 36, **_sorting("body", "topic"))),
        Made("units.csv", delimited(units).encode(), _facts("utf-8", ",", 1, 36, **about)),
        Made("report.csv", delimited(titled).encode(), _facts("utf-8", ",", 4, 36, **about)),
        Made("sums.csv", delimited(sums).encode(), _facts("utf-8", ",", 0, 36, **about)),
        Made("notes_below.csv", delimited(notes).encode(), _facts("utf-8", ",", 0, 36, **about)),
        Made("sep.csv", ("sep=;\r\n" + delimited(plain, ";")).encode("cp1252"), _facts("utf-8", ";", 1, 36, **about)),
        Made(
            "only_texts.csv",
            delimited([("Kommentar",), *[(text,) for text, _ in said("de", 36)]]).encode("utf-8-sig"),
            {"encoding": "utf-8", "header_row": 0, "rows": 36, "task": None, "text": ["Kommentar"]},
        ),
    ]


def tables() -> list[Made]:
    """All of them."""
    return [*_countries(), *_more_countries(), *_layouts()]

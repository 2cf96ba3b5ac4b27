"""Surveys, offices, hospitals and towns, in many languages and encodings."""

from benchmarks.reading.holdout.made import Made, delimited
from benchmarks.reading.second.phrases import remarks


def files() -> list[Made]:
    """All of them."""
    return [*_surveys(), *_towns(), *_scripts()]


def _surveys() -> list[Made]:
    area = ["Room", "Food", "Staff"]
    said = remarks("hotel", 40, 41)
    two = [["Respondent ID", "Start Date", "What was it about? (tick all)", "", "", "Please tell us more"]]
    two += [["", "", *area, "Open-Ended Response"]]
    two += [
        [11200 + i, "03/01/2024 09:00:00 AM", *[a if a == k or (i + n) % 5 == 0 else "" for n, a in enumerate(area)], t]
        for i, (t, k) in enumerate(said)
    ]
    hot = [["comment", *[a.lower() for a in area]]]
    hot += [[t, *[int(a == k or (i + n) % 6 == 0) for n, a in enumerate(area)]] for i, (t, k) in enumerate(said)]
    cross = [["Nr.", "Rückmeldung", "Wartezeit", "Behandlung", "Empfang"]]
    cross += [
        [i, t, *["x" if a == k else "" for a in cross[0][2:]]] for i, (t, k) in enumerate(remarks("patient", 36, 42))
    ]
    own = [["ticket", "what happened", "urgent"]]
    own += [[i, t, "urgent" if k == "Access" else ""] for i, (t, k) in enumerate(remarks("incident", 40, 43))]
    yes = [["Fall", "Beschreibung", "Beschwerde?"]]
    yes += [[i, t, "ja" if k == "Wartezeit" else "nein"] for i, (t, k) in enumerate(remarks("patient", 34, 44))]
    nps = [["response_id", "score", "nps_group", "Why did you give this score?", "survey_sent_at"]]
    nps += [
        [i, s := (i * 7) % 11, "Promoter" if s > 8 else "Passive" if s > 6 else "Detractor", t, "2024-03-01"]
        for i, (t, _) in enumerate(said)
    ]
    forms = [["ID", "Start time", "Completion time", "Email", "Name", "Which areas?", "What can we do better?"]]
    forms += [
        [i + 1, "3/1/24 9:00:11", "3/1/24 9:04:02", "anonymous", "", k + ";" + ("Price;" if i % 3 == 0 else ""), t]
        for i, (t, k) in enumerate(remarks("leaver", 38, 45))
    ]
    codes = [["lfdn", "v_12", "v_13_offen", "dispcode"]]
    codes += [
        [i, sorted({"Pay": 1, "Manager": 2, "Workload": 3}.items())[["Manager", "Pay", "Workload"].index(k)][1], t, 31]
        for i, (t, k) in enumerate(remarks("leaver", 36, 46))
    ]
    return [
        Made(
            "surveymonkey_ticks.csv",
            delimited(two).encode("utf-8-sig"),
            {"encoding": "utf-8-sig", "delimiter": ",", "header_row": 1, "rows": 40, "task": "multilabel"},
        ),
        Made(
            "one_hot.csv",
            delimited(hot).encode(),
            {
                "delimiter": ",",
                "header_row": 0,
                "rows": 40,
                "task": "multilabel",
                "text": "comment",
                "label_columns": [a.lower() for a in area],
            },
        ),
        Made(
            "kreuze.csv",
            delimited(cross, ";").encode("cp1252"),
            {
                "encoding": "cp1252",
                "delimiter": ";",
                "header_row": 0,
                "rows": 36,
                "text": "Rückmeldung",
                "label_columns": ["Wartezeit", "Behandlung", "Empfang"],
            },
        ),
        Made(
            "own_name_or_nothing.csv",
            delimited(own).encode(),
            {
                "delimiter": ",",
                "header_row": 0,
                "rows": 40,
                "task": "classification",
                "text": "what happened",
                "label": "urgent",
            },
        ),
        Made(
            "ja_nein.csv",
            delimited(yes, ";").encode(),
            {
                "delimiter": ";",
                "header_row": 0,
                "rows": 34,
                "task": "classification",
                "text": "Beschreibung",
                "label": "Beschwerde?",
            },
        ),
        Made(
            "nps.csv",
            delimited(nps).encode(),
            {
                "delimiter": ",",
                "header_row": 0,
                "rows": 40,
                "task": "classification",
                "text": "Why did you give this score?",
                "label": {"score", "nps_group"},
            },
        ),
        Made(
            "microsoft_forms.csv",
            delimited(forms).encode("utf-8-sig"),
            {
                "delimiter": ",",
                "header_row": 0,
                "rows": 38,
                "task": "multilabel",
                "text": "What can we do better?",
                "label": "Which areas?",
            },
        ),
        Made(
            "unipark_codes.csv",
            delimited(codes, ";", quote_all=True).encode("latin-1"),
            {
                "delimiter": ";",
                "header_row": 0,
                "rows": 36,
                "task": "classification",
                "text": "v_13_offen",
                "label": "v_12",
            },
        ),
    ]


def _towns() -> list[Made]:
    nyc = [
        [
            "Unique Key",
            "Created Date",
            "Closed Date",
            "Agency",
            "Complaint Type",
            "Descriptor",
            "Incident Zip",
            "Latitude",
            "Longitude",
        ]
    ]
    nyc += [
        [str(59880000 + i), "03/01/2024 09:00:00 AM", "", "DOT", k, t, f"1{i:04}", f"40.{7000 + i}", f"-73.{9000 + i}"]
        for i, (t, k) in enumerate(remarks("city", 40, 47))
    ]
    notes = "Table 4: Reports by residents,,,\r\nCrown copyright 2024,,,\r\n,,,\r\n"
    notes += delimited([["Reference", "Report\n(free text)", "Category of\nreport", "Ward"]])
    notes += delimited([[f"R/{i}", t, k, f"Ward {i % 5}"] for i, (t, k) in enumerate(remarks("city", 36, 48))])
    notes += (
        ",,,\r\nNotes,,,\r\n1. Figures may not add up because of rounding.,,,\r\n2. Source: council database,,,\r\n"
    )
    multe = "Comune di Città;;;\r\n" + delimited(
        [["Prot.", "Oggetto", "Settore", "Importo"]]
        + [[f"2024/{i}", t, k, f"{i * 13},{i % 90 + 10}"] for i, (t, k) in enumerate(remarks("multe", 34, 49))]
        + [["TOTALE", "", "", "7.293,00"]],
        ";",
    )
    quejas = delimited(
        [["EXPEDIENTE", "FECHA", "DESCRIPCIÓN", "ÁREA", "DISTRITO"]]
        + [
            [f"Q-{i:05}", f"{i % 28 + 1}/03/2024", t, k, "Chamberí"]
            for i, (t, k) in enumerate(remarks("quejas", 36, 50))
        ],
        ";",
    )
    reclame = delimited(
        [["id", "relato", "assunto", "nota"]]
        + [[i, t, k, f"{i % 10},5"] for i, (t, k) in enumerate(remarks("reclame", 38, 51))],
        ";",
    )
    old = delimited(
        [["case", "report", "desk"]] + [[i, t, k] for i, (t, k) in enumerate(remarks("city", 30, 52))], eol="\r"
    )
    return [
        Made(
            "nyc_311.csv",
            delimited(nyc, eol="\n").encode(),
            {
                "delimiter": ",",
                "header_row": 0,
                "rows": 40,
                "task": "classification",
                "text": "Descriptor",
                "label": "Complaint Type",
            },
        ),
        Made(
            "council_table_4.csv",
            notes.encode("utf-8-sig"),
            {"delimiter": ",", "header_row": 3, "rows": 36, "task": "classification"},
        ),
        Made(
            "segnalazioni_totale.csv",
            multe.encode(),
            {
                "delimiter": ";",
                "header_row": 1,
                "rows": 34,
                "task": "classification",
                "text": "Oggetto",
                "label": "Settore",
            },
        ),
        Made(
            "quejas_ayuntamiento.csv",
            quejas.encode("latin-1"),
            {
                "encoding": "latin-1",
                "delimiter": ";",
                "header_row": 0,
                "rows": 36,
                "task": "classification",
                "text": "DESCRIPCIÓN",
                "label": "ÁREA",
            },
        ),
        Made(
            "reclamacoes.csv",
            reclame.encode("latin-1"),
            {
                "encoding": "latin-1",
                "delimiter": ";",
                "header_row": 0,
                "rows": 38,
                "task": "classification",
                "text": "relato",
                "label": "assunto",
            },
        ),
        Made(
            "line_ends_of_an_old_mac.csv",
            old.encode("ascii"),
            {
                "delimiter": ",",
                "header_row": 0,
                "rows": 30,
                "task": "classification",
                "text": "report",
                "label": "desk",
            },
        ),
    ]


def _scripts() -> list[Made]:
    def table(about: str, head: list[str], seed: int, count: int = 32) -> list[list[object]]:
        return [head, *[[i + 1, t, k] for i, (t, k) in enumerate(remarks(about, count, seed))]]

    town = (
        "令和六年三月 窓口受付一覧,,\r\n"
        + delimited(table("窓口", ["番号", "内容", "区分"], 53))
        + "※個人情報は削除しています,,\r\n"
    )
    hindi = delimited(table("शिकायत", ["क्रम", "शिकायत का विवरण", "विभाग"], 57, 28), "\t")
    sorted_out = {"rows": 32, "task": "classification"}
    return [
        Made(
            "madoguchi.csv",
            town.encode("cp932"),
            {"encoding": "cp932", "delimiter": ",", "header_row": 1, **sorted_out, "text": "内容", "label": "区分"},
        ),
        Made(
            "minwon.csv",
            delimited(table("민원", ["번호", "민원내용", "분류"], 54, 30)).encode("cp949"),
            {
                "encoding": "cp949",
                "delimiter": ",",
                "header_row": 0,
                "rows": 30,
                "task": "classification",
                "text": "민원내용",
                "label": "분류",
            },
        ),
        Made(
            "tousu.csv",
            delimited(table("投诉", ["编号", "投诉内容", "类型"], 55)).encode("gb18030"),
            {
                "encoding": "gb18030",
                "delimiter": ",",
                "header_row": 0,
                **sorted_out,
                "text": "投诉内容",
                "label": "类型",
            },
        ),
        Made(
            "shakawa.csv",
            delimited(table("شكاوى", ["رقم", "نص الشكوى", "القسم"], 56), ";").encode("cp1256"),
            {
                "encoding": "cp1256",
                "delimiter": ";",
                "header_row": 0,
                **sorted_out,
                "text": "نص الشكوى",
                "label": "القسم",
            },
        ),
        Made(
            "unicode_text_from_excel.txt",
            b"\xff\xfe" + hindi.encode("utf-16-le"),
            {
                "encoding": "utf-16-le",
                "delimiter": "\t",
                "header_row": 0,
                "rows": 28,
                "task": "classification",
                "text": "शिकायत का विवरण",
                "label": "विभाग",
            },
        ),
        Made(
            "zvernennia.csv",
            delimited(table("звернення", ["№", "Текст звернення", "Тема"], 58), ";").encode("cp1251"),
            {
                "encoding": "cp1251",
                "delimiter": ";",
                "header_row": 0,
                **sorted_out,
                "text": "Текст звернення",
                "label": "Тема",
            },
        ),
    ]

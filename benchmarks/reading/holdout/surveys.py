"""Surveys and mail programs."""

import io
import json

from benchmarks.reading.holdout.made import Made, delimited
from benchmarks.reading.holdout.phrases import REPLIES, days, messages


def files() -> list[Made]:
    """All of them."""
    return [*_surveys(), *_mails()]


def _surveys() -> list[Made]:
    answers = messages("en", 30, 13)
    moods = ["Very satisfied", "Satisfied", "Neutral", "Dissatisfied"]
    qualtrics = [
        ["StartDate", "ResponseId", "Finished", "Q1", "Q2"],
        [
            "Start Date",
            "Response ID",
            "Finished",
            "How satisfied are you, all in all?",
            "What should we do better?\nPlease write.",
        ],
        *[[json.dumps({"ImportId": name}) for name in ("startDate", "_recordId", "finished", "QID1", "QID2_TEXT")]],
    ]
    qualtrics += [[days(30)[i], f"R_{i:013x}", "True", moods[i * 7 % 4], t] for i, (t, _) in enumerate(answers)]
    forms = [
        ["Zeitstempel", "Wie zufrieden sind Sie mit uns?", "Was können wir besser machen?", "Dürfen wir nachfragen?"]
    ]
    likert = ["sehr zufrieden", "eher zufrieden", "eher unzufrieden"]
    forms += [
        [days(34, "%d.%m.%Y %H:%M:%S")[i], likert[i * 5 % 3], t, "Ja" if i % 3 else "Nein"]
        for i, (t, _) in enumerate(messages("de", 34, 14))
    ]
    picks = ["Price", "Quality", "Support", "Speed"]
    typeform = [["#", "Tell us in your own words", *picks, "Submit Date (UTC)"]]
    typeform += [
        [f"{i:032x}", t, *[p if (i * 7 + n * n) % (n + 2) == 0 else "" for n, p in enumerate(picks)], days(40)[i]]
        for i, (t, _) in enumerate(messages("en", 40, 15))
    ]
    lime = [
        [
            "id",
            "submitdate",
            "Bitte beschreiben Sie Ihr Anliegen",
            "Thema [Preis]",
            "Thema [Service]",
            "Thema [Qualität]",
        ]
    ]
    lime += [
        [i + 1, days(36)[i], t, *["Ja" if (i * 5 + n) % (n + 2) == 0 else "Nein" for n in range(3)]]
        for i, (t, _) in enumerate(messages("de", 36, 16))
    ]
    return [
        Made(
            "qualtrics.csv",
            delimited(qualtrics, eol="\n").encode(),
            {"delimiter": ",", "header_row": 2, "rows": 30, "task": "classification"},
        ),
        Made(
            "google_formular.csv",
            delimited(forms, quote_all=True, eol="\n").encode(),
            {
                "encoding": "utf-8",
                "delimiter": ",",
                "header_row": 0,
                "rows": 34,
                "task": "classification",
                "text": "Was können wir besser machen?",
                "label": "Wie zufrieden sind Sie mit uns?",
            },
        ),
        Made(
            "typeform_choices.csv",
            delimited(typeform, eol="\n").encode(),
            {
                "delimiter": ",",
                "header_row": 0,
                "rows": 40,
                "task": "multilabel",
                "text": "Tell us in your own words",
                "label_columns": picks,
            },
        ),
        Made(
            "limesurvey.csv",
            b"\xef\xbb\xbf" + delimited(lime, ";", quote_all=True).encode(),
            {
                "encoding": "utf-8-sig",
                "delimiter": ";",
                "header_row": 0,
                "rows": 36,
                "task": "multilabel",
                "text": "Bitte beschreiben Sie Ihr Anliegen",
                "label_columns": lime[0][3:],
            },
        ),
    ]


def _mails() -> list[Made]:
    outlook = [
        [
            "Subject",
            "Body",
            "From: (Name)",
            "From: (Address)",
            "From: (Type)",
            "To: (Name)",
            "Categories",
            "Importance",
            "Sensitivity",
        ]
    ]
    outlook += [
        [
            f"AW: {t.split(',')[1].strip()[:30]}",
            f"{t}\r\n\r\n_____\r\nVon: Service\r\nGesendet: Freitag, 2. Februar 2024\r\nAn: Kunde\r\n\r\n"
            f"Ihre Anfrage „{i}“",
            f"Kunde {i}",
            f"/O=ACME/OU=EXCHANGE/CN=RECIPIENTS/CN=K{i}",
            "EX",
            "Service",
            k,
            "Normal",
            "Normal",
        ]
        for i, (t, k) in enumerate(messages("de", 30, 17))
    ]
    box = io.StringIO()
    for i, (t, k) in enumerate(messages("en", 22, 18)):
        box.write(f"From {1790000000000 + i}@xxx Thu Feb 01 08:0{i % 10}:00 +0000 2024\nX-Gmail-Labels: Inbox,{k}\n")
        box.write(f"From: c{i}@example.com\nTo: help@example.com\nSubject: Request {i}\nMIME-Version: 1.0\n")
        box.write(f"Content-Type: text/plain; charset=utf-8\n\n{t}\n>From the tracking page I get nothing.\n\n")
    macros = [["Customer message", "Agent reply", "Macro"]]
    macros += [[t, f"{REPLIES[i % 6]} ({i})", f"M{i % 4}"] for i, (t, _) in enumerate(messages("en", 30, 19))]
    return [
        Made(
            "outlook_export.csv",
            delimited(outlook, quote_all=True).encode("cp1252"),
            {
                "encoding": "cp1252",
                "delimiter": ",",
                "header_row": 0,
                "rows": 30,
                "task": "classification",
                "text": {"Body", "Subject"},
                "label": "Categories",
            },
        ),
        Made("takeout.mbox", box.getvalue().encode(), {"rows": 22}),
        Made(
            "agent_replies.csv",
            delimited(macros, "\t", eol="\n").encode(),
            {
                "delimiter": "\t",
                "header_row": 0,
                "rows": 30,
                "task": "generation",
                "text": "Customer message",
                "label": "Agent reply",
            },
        ),
    ]

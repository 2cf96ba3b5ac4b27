"""What help desks, forms, shops and chats export."""

# Sentences and whole files stand on one line each.
# ruff: noqa: E501

import base64
import csv
import json
import quopri

from tests.workspace.reading.unseen.made import Made, Row, Rows, delimited, said

_QUESTION = "What is the one thing that we should improve about our service, and why does it matter to you personally?"


def _table(
    name: str, rows: Rows, encoding: str = "utf-8", delimiter: str = ",", quote: bool = False, **facts: object
) -> Made:
    text = delimited(rows, delimiter, quoting=csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL)
    return Made(name, text.encode(encoding), {"header_row": 0, "rows": len(rows) - 1, "delimiter": delimiter, **facts})


def _help_desks() -> list[Made]:
    en = said("en", 40, ("Billing", "Shipping", "Access"))
    day = [f"2024-0{n % 9 + 1}-{n % 28 + 1:02d} 10:{n % 60:02d}:00" for n in range(40)]
    zendesk: list[Row] = [
        (
            "Id",
            "Requester",
            "Requester email",
            "Subject",
            "Description",
            "Status",
            "Priority",
            "Group",
            "Created at",
            "Tags",
        )
    ]
    zendesk += [
        (
            90_000 + 3 * n,
            f"User {n}",
            f"u{n}@example.org",
            f"Re: {text[:24]}",
            f"Hello,\n\n{text}. {text}!\n\nKind regards\nUser {n}",
            ("open", "solved")[n % 2],
            ("low", "normal", "urgent")[n % 3],
            topic,
            day[n],
            "web mail",
        )
        for n, (text, topic) in enumerate(en)
    ]
    freshdesk: list[Row] = [
        (
            "Ticket ID",
            "Subject",
            "Description",
            "Status",
            "Priority",
            "Source",
            "Type",
            "Agent",
            "Created time",
            "Resolution time (in hrs)",
        )
    ]
    freshdesk += [
        (
            n + 1,
            text[:20],
            f"{text}. Please help me with this soon.",
            "Closed",
            "Low",
            "Email",
            topic,
            f"Agent {n % 3}",
            day[n],
            f"{n % 30}:15:00",
        )
        for n, (text, topic) in enumerate(en)
    ]
    intercom: list[Row] = [
        ("conversation_id", "started_at", "user_email", "first_message_body", "topic", "assignee_name")
    ]
    intercom += [
        (
            f"2157{n * 7919 % 90000:05d}",
            1_714_000_000 + 977 * n,
            f"u{n}@example.org",
            f"<p>{text}</p>",
            topic,
            f"Agent {n % 4}",
        )
        for n, (text, topic) in enumerate(en)
    ]
    hubspot: list[Row] = [
        ("Ticket ID", "Ticket name", "Ticket description", "Pipeline", "Category", "Create date", "Ticket owner")
    ]
    hubspot += [
        (f"1{n:09d}", text[:18], text + ". Thank you.", "Support Pipeline", topic, day[n], "")
        for n, (text, topic) in enumerate(en)
    ]
    jira: list[Row] = [
        (
            "Issue key",
            "Issue id",
            "Summary",
            "Issue Type",
            "Created",
            "Description",
            "Comment",
            "Comment",
            "Labels",
            "Labels",
        )
    ]
    jira += [
        (
            f"SUP-{n + 1}",
            10_000 + n,
            text[:25],
            ("Bug", "Task", "Story")[n % 3],
            day[n],
            f"{text}.\r\n\r\nh3. Steps\r\n* open\r\n* look",
            f"{day[n]};ada;see above" if n % 2 else "",
            "",
            "web" if n % 3 else "",
            "",
        )
        for n, (text, topic) in enumerate(en)
    ]
    outlook: list[Row] = [("Subject", "Body", "From: (Name)", "From: (Address)", "Categories", "Importance")]
    outlook += [
        (
            f"AW: {text[:22]}",
            f"Guten Tag,\r\n\r\n{text}.\r\n\r\nMit freundlichen Grüßen\r\nPetra Muster",
            f"Kunde {n}",
            f"k{n}@example.org",
            topic,
            "Normal",
        )
        for n, (text, topic) in enumerate(said("de", 40, ("Rechnung", "Versand", "Zugang")))
    ]
    return [
        _table(
            "zendesk_tickets.csv",
            zendesk,
            quote=True,
            task="classification",
            text=["Description"],
            roles={"Id": "id", "Created at": "date"},
        ),
        _table(
            "freshdesk.csv",
            freshdesk,
            task="classification",
            text=["Description"],
            label="Type",
            roles={"Ticket ID": "id"},
        ),
        _table(
            "intercom.csv",
            intercom,
            task="classification",
            text=["first_message_body"],
            label="topic",
            roles={"conversation_id": "id"},
        ),
        _table(
            "hubspot.csv",
            hubspot,
            quote=True,
            task="classification",
            text=["Ticket description"],
            label="Category",
            roles={"Ticket ID": "id", "Create date": "date"},
        ),
        _table(
            "jira.csv", jira, task="classification", text=["Description"], label="Issue Type", roles={"Issue key": "id"}
        ),
        _table("outlook.csv", outlook, "cp1252", quote=True, task="classification", text=["Body"], label="Categories"),
    ]


def _forms() -> list[Made]:
    en = said("en", 40, (1, 3, 5))
    google: list[Row] = [("Timestamp", "How satisfied are you with us overall? (1 = not at all, 5 = very)", _QUESTION)]
    google += [
        (f"2024/05/{n % 28 + 1:02d} 9:{n % 60:02d}:11 AM GMT+2", stars, text) for n, (text, stars) in enumerate(en)
    ]
    monkey: list[Row] = [
        ("Respondent ID", "Collector ID", "Start Date", "How did you hear of us?", "", "What did you like?"),
        ("", "", "", "Response", "Other (please specify)", "Open-Ended Response"),
    ]
    monkey += [
        (
            114_000_000_000 + 131 * n,
            4_411,
            f"05/{n % 28 + 1:02d}/2024",
            ("Friend", "Search", "Other")[n % 3],
            "radio" if n % 3 == 2 else "",
            text,
        )
        for n, (text, _) in enumerate(en)
    ]
    play: list[Row] = [
        (
            "Package Name",
            "App Version Code",
            "Review Submit Date and Time",
            "Star Rating",
            "Review Title",
            "Review Text",
        )
    ]
    play += [
        ("org.example.app", 40 + n % 3, f"2024-05-{n % 28 + 1:02d}T10:00:00Z", stars, "", text)
        for n, (text, stars) in enumerate(en)
    ]
    spanish: list[Row] = [("Marca temporal", "¿Qué podemos mejorar?", "¿De qué área se trata?")]
    spanish += [
        (f"{n % 28 + 1}/05/2024 14:{n % 60:02d}:07", text, topic)
        for n, (text, topic) in enumerate(said("es", 40, ("Facturación", "Envíos", "Cuenta")))
    ]
    return [
        _table(
            "google_form.csv",
            google,
            task="classification",
            text=[_QUESTION],
            label=google[0][1],
            roles={"Timestamp": "date"},
        ),
        Made(
            "surveymonkey.csv",
            delimited(monkey).encode("utf-8-sig"),
            {"rows": 40, "header_row": 1, "task": "classification", "text": ["What did you like? Open-Ended Response"]},
        ),
        _table("reviews_play.csv", play, "utf-16", task="classification", text=["Review Text"], label="Star Rating"),
        _table(
            "formulario.csv",
            spanish,
            task="classification",
            text=["¿Qué podemos mejorar?"],
            label="¿De qué área se trata?",
            roles={"Marca temporal": "date"},
        ),
    ]


def _chats() -> list[Made]:
    en, de = said("en", 24), said("de", 24)
    android = "12/03/2024, 14:00 - Messages and calls are end-to-end encrypted. Tap to learn more.\n"
    android += "".join(
        f"12/03/2024, 14:{n:02d} - {('Anna', 'Ben Fox')[n % 2]}: {text}\n"
        + ("and one more line: yes\n" if n % 5 == 0 else "")
        for n, (text, _) in enumerate(en)
    )
    ios = "".join(
        f"[{n + 1:02d}.03.24, 09:15:{n:02d}] {('Jörg', 'Ümit')[n % 2]}: {chr(0x200E) if n % 6 == 0 else ''}{text}\r\n"
        for n, (text, _) in enumerate(de)
    )
    slack = [
        {
            "type": "message",
            "user": f"U0{n % 3}",
            "text": text,
            "ts": f"{1_714_000_000 + n}.000100",
            "team": "T1",
            "blocks": [{"type": "rich_text", "elements": []}],
        }
        for n, (text, _) in enumerate(en)
    ]
    telegram = {
        "name": "Support",
        "type": "private_supergroup",
        "id": 4,
        "messages": [
            {
                "id": n,
                "type": "message",
                "date": f"2024-05-0{n % 9 + 1}T10:00:00",
                "from": f"User {n % 3}",
                "from_id": f"user{n % 3}",
                "text": text if n % 4 else [text, {"type": "link", "text": "https://example.org"}],
                "text_entities": [{"type": "plain", "text": text}],
            }
            for n, (text, _) in enumerate(en)
        ],
    }
    srt = "".join(
        f"{n + 1}\r\n00:00:{n:02d},000 --> 00:00:{n:02d},900\r\n<i>{text}</i>\r\nsecond line {n}\r\n\r\n"
        for n, (text, _) in enumerate(en)
    )
    vtt = "WEBVTT - Call\n\nNOTE made by hand\n\n" + "".join(
        f"00:{n:02d}.000 --> 00:{n:02d}.900 align:start\n<v Agent {n % 2}>{text}</v>\n\n"
        for n, (text, _) in enumerate(en)
    )
    return [
        Made(
            "WhatsApp Chat with Shop.txt",
            android.encode(),
            {"rows": 24, "text": ["text"], "columns": ["date", "sender", "text"], "roles": {"date": "date"}},
        ),
        Made("_chat.txt", ios.encode(), {"rows": 24, "text": ["text"], "columns": ["date", "sender", "text"]}),
        Made("2024-05-01.json", json.dumps(slack).encode(), {"rows": 24, "text": ["text"]}),
        Made("result.json", json.dumps(telegram).encode(), {"rows": 24, "text": ["text"]}),
        Made("film.srt", srt.encode("utf-8-sig"), {"rows": 24, "text": ["text"]}),
        Made("call.vtt", vtt.encode(), {"rows": 24, "text": ["text"]}),
    ]


def _mail(n: int, text: str, form: str) -> str:
    head = f"From: =?utf-8?q?Zo=C3=AB_M=C3=BCller?= <zoe{n}@example.org>\nTo: help@example.org\nDate: Wed, {n % 28 + 1:02d} May 2024 10:00:00 +0200\nSubject: =?utf-8?b?{base64.b64encode(f'Frage {n}: Größe'.encode()).decode()}?=\nMessage-ID: <{n}@example.org>\nMIME-Version: 1.0\n"
    if form == "quoted":
        return f"{head}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n{quopri.encodestring(text.encode()).decode()}\n"
    if form == "html":
        return f"{head}Content-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: base64\n\n{base64.encodebytes(f'<html><body><p>{text}</p><p>Danke</p></body></html>'.encode('latin-1')).decode()}\n"
    return f"{head}Content-Type: multipart/alternative; boundary=b{n}\n\n--b{n}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n\nFrom here on it is plain.\n--b{n}\nContent-Type: text/html\n\n<p>other</p>\n--b{n}--\n"


def _mails() -> list[Made]:
    de = said("de", 18)
    forms = ("quoted", "html", "both")
    box = "".join(
        f"From zoe{n}@example.org Wed May 01 10:00:00 2024\n{_mail(n, text, forms[n % 3]).replace(chr(10) + 'From ', chr(10) + '>From ')}\n"
        for n, (text, _) in enumerate(de)
    )
    facts = {"columns": ["subject", "text", "from", "to", "date"], "text": ["text"], "roles": {"date": "date"}}
    return [
        Made("inbox.mbox", box.encode(), {"rows": 18, **facts}),
        Made("mail.eml", _mail(3, de[3][0], "both").encode(), {"rows": 1, "columns": facts["columns"]}),
    ]


def exports() -> list[Made]:
    """All of them."""
    return [*_help_desks(), *_forms(), *_chats(), *_mails()]

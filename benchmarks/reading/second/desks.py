"""Help desks, customer files, boards and chats."""

import json
from typing import Any

from benchmarks.reading.holdout.made import Made, delimited, dumped, lines
from benchmarks.reading.second.phrases import remarks


def files() -> list[Made]:
    """All of them."""
    return [*_desks(), *_chats(), *_programs()]


def _desks() -> list[Made]:
    snow = [["number", "opened_at", "short_description", "priority", "state", "assignment_group", "sys_updated_by"]]
    snow += [
        [
            f"INC00{10450 + i}",
            f"2024-03-{i % 28 + 1:02} 08:1{i % 10}:00",
            t,
            f"{i % 4 + 1} - Moderate",
            "Closed",
            f"{k} Team",
            "système",
        ]
        for i, (t, k) in enumerate(remarks("incident", 40, 21))
    ]
    zoho = [
        [
            "Ticket Id (Ticket)",
            "Subject (Ticket)",
            "Description (Ticket)",
            "Status (Ticket)",
            "Category (Ticket)",
            "Created Time (Ticket)",
        ]
    ]
    zoho += [
        [
            str(49000 + i),
            "Feedback",
            f"<div>{t}<br /></div><blockquote>On Monday you wrote: hello</blockquote>",
            "Closed",
            k,
            "01 Mar 2024 09:00 AM",
        ]
        for i, (t, k) in enumerate(remarks("hotel", 34, 22))
    ]
    github = [
        {
            "url": f"https://api.github.com/repos/acme/app/issues/{i}",
            "id": 98000 + i,
            "number": i,
            "title": t,
            "user": {"login": f"dev{i % 5}", "id": i % 5},
            "labels": [{"id": 7, "name": k.lower(), "color": "d73a4a"}]
            + ([{"id": 8, "name": "wontfix", "color": "fff"}] if i % 4 == 0 else []),
            "state": "closed",
            "comments": i % 6,
            "body": f"{t}\r\n\r\n### Steps\r\n1. open\r\n2. wait",
        }
        for i, (t, k) in enumerate(remarks("incident", 36, 23))
    ]
    gitlab = [["Issue ID", "URL", "Title", "State", "Description", "Author", "Confidential", "Labels"]]
    gitlab += [
        [
            i,
            f"https://gitlab.example/a/b/-/issues/{i}",
            t[:30],
            "Closed",
            f"{t}\n\n- [ ] check",
            f"Dev {i % 4}",
            "No",
            k.lower() + (",ux" if i % 3 == 0 else ""),
        ]
        for i, (t, k) in enumerate(remarks("incident", 36, 24))
    ]
    pipe = [["Deal - ID", "Deal - Title", "Activity - Note", "Deal - Lost reason", "Deal - Value"]]
    pipe += [[i, f"Deal {i}", t, k, f"{i * 100} EUR"] for i, (t, k) in enumerate(remarks("leaver", 33, 25))]
    exits = "sep=;\r\n" + delimited(
        [["Mitarbeiternr.", "Austritt am", "Bemerkung", "Grund"]]
        + [[f"00{i}", f"{i % 28 + 1}.2.2024", t, k] for i, (t, k) in enumerate(remarks("leaver", 32, 26))],
        ";",
    )
    return [
        Made(
            "servicenow.csv",
            delimited(snow, quote_all=True, eol="\n").encode("cp1252"),
            {
                "encoding": "cp1252",
                "delimiter": ",",
                "header_row": 0,
                "rows": 40,
                "task": "classification",
                "text": "short_description",
                "label": "assignment_group",
            },
        ),
        Made(
            "zoho_desk.csv",
            delimited(zoho, quote_all=True).encode(),
            {
                "delimiter": ",",
                "header_row": 0,
                "rows": 34,
                "task": "classification",
                "text": "Description (Ticket)",
                "label": "Category (Ticket)",
            },
        ),
        Made(
            "github_issues.json",
            dumped(github),
            {"rows": 36, "task": "multilabel", "text": {"title", "body"}, "label": {"labels", "labels.name"}},
        ),
        Made(
            "gitlab_issues.csv",
            delimited(gitlab, eol="\n").encode(),
            {
                "delimiter": ",",
                "header_row": 0,
                "rows": 36,
                "task": "multilabel",
                "text": {"Title", "Description"},
                "label": "Labels",
            },
        ),
        Made(
            "pipedrive_lost.csv",
            delimited(pipe).encode(),
            {
                "delimiter": ",",
                "header_row": 0,
                "rows": 33,
                "task": "classification",
                "text": "Activity - Note",
                "label": "Deal - Lost reason",
            },
        ),
        Made(
            "sep_line.csv",
            exits.encode("cp1252"),
            {"delimiter": ";", "rows": 32, "task": "classification", "text": "Bemerkung", "label": "Grund"},
        ),
    ]


def _chats() -> list[Made]:
    said = [t for t, _ in remarks("intent", 40, 27)]
    whatsapp = "[01.03.24, 09:15:03] Team Küche: \u200eNachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.\n"
    whatsapp += "".join(
        f"[01.03.24, 10:{i:02}:11] {'Anna' if i % 2 else 'Jörg'}: {t}{chr(10) + 'zweite Zeile' if i % 8 == 0 else ''}\n"
        for i, t in enumerate(said)
    )
    telegram = {
        "name": "Support",
        "type": "private_supergroup",
        "id": 44,
        "messages": [
            {
                "id": i,
                "type": "message",
                "date": f"2024-03-01T09:{i:02}:00",
                "date_unixtime": str(1709283600 + i),
                "from": "Ira",
                "from_id": "user1",
                "text": t if i % 5 else [t + " ", {"type": "link", "text": "https://t.example"}],
            }
            for i, t in enumerate(said[:30])
        ],
    }
    discord = [["AuthorID", "Author", "Date", "Content", "Attachments", "Reactions"]]
    discord += [
        [f"18{i:016}", f"fox#{i:04}", "2024-03-01T09:00:00.0000000+00:00", t, "", "👍 (2)" if i % 9 == 0 else ""]
        for i, t in enumerate(said)
    ]
    luis = {
        "luis_schema_version": "7.0.0",
        "name": "booking",
        "intents": [{"name": k} for k in ("opening_hours", "book_table", "menu", "None")],
        "entities": [],
        "culture": "en-us",
        "utterances": [{"text": t, "intent": k, "entities": []} for t, k in remarks("intent", 36, 28)],
    }
    facebook = [
        {
            "sender_name": "Zoë",
            "timestamp_ms": 1709283600000 + i,
            "content": t.encode().decode("latin-1"),
            "type": "Generic",
        }
        for i, (t, _) in enumerate(remarks("avis", 30, 29))
    ]
    facebook_page = {
        "participants": [{"name": "Zo\u00c3\u00ab"}, {"name": "Shop"}],
        "messages": facebook,
        "title": "Shop",
        "is_still_participant": True,
    }
    return [
        Made("whatsapp_chat.txt", whatsapp.encode(), {"rows": {40, 41}}),
        Made("telegram_result.json", dumped(telegram), {"rows": 30}),
        Made(
            "discord.csv", delimited(discord, quote_all=True).encode(), {"delimiter": ",", "header_row": 0, "rows": 40}
        ),
        Made(
            "luis_app.json",
            dumped(luis),
            {
                "rows": 36,
                "task": "classification",
                "text": {"text", "utterances.text"},
                "label": {"intent", "utterances.intent"},
            },
        ),
        Made("facebook_message_1.json", json.dumps(facebook_page, indent=2).encode("ascii"), {"rows": 30}),
    ]


def _programs() -> list[Made]:
    rows: list[dict[str, Any]] = [{"id": i, "note": t, "kind": k} for i, (t, k) in enumerate(remarks("city", 32, 30))]
    wanted = {"rows": 32, "task": "classification", "text": "note", "label": "kind"}
    mongo = [
        {
            "_id": {"$oid": f"65e1{i:020x}"},
            "created": {"$date": "2024-03-01T09:00:00Z"},
            **row,
            "votes": {"$numberLong": str(i)},
        }
        for i, row in enumerate(rows)
    ]
    soql = {
        "totalSize": 32,
        "done": True,
        "records": [
            {"attributes": {"type": "Case", "url": f"/services/data/v59.0/sobjects/Case/{i}"}, **row}
            for i, row in enumerate(rows)
        ],
    }
    split = {"columns": ["id", "note", "kind"], "index": list(range(32)), "data": [list(row.values()) for row in rows]}
    index = {str(i): row for i, row in enumerate(rows)}
    schema = {
        "schema": {
            "fields": [
                {"name": "id", "type": "integer"},
                {"name": "note", "type": "string"},
                {"name": "kind", "type": "string"},
            ],
            "primaryKey": ["id"],
            "pandas_version": "1.4.0",
        },
        "data": rows,
    }
    twitter = {
        "data": [
            {"id": str(17 * 10**17 + i), "text": row["note"], "lang": "en", "public_metrics": {"like_count": i}}
            for i, row in enumerate(rows)
        ],
        "includes": {"users": [{"id": "1", "name": "A", "username": "a"}, {"id": "2", "name": "B", "username": "b"}]},
        "meta": {"result_count": 32, "newest_id": "1"},
    }
    logs = [
        {
            "@timestamp": f"2024-03-01T09:00:{i:02}Z",
            "log": {"level": "ERROR"},
            "message": row["note"],
            "service": {"name": row["kind"]},
            "trace_id": f"{i:032x}",
        }
        for i, row in enumerate(rows)
    ]
    gaps = [{**row, "kind": None} if i % 6 == 5 else row for i, row in enumerate(rows)]
    alpaca = [
        {
            "instruction": "Answer the guest politely.",
            "input": t,
            "output": f"Thank you for telling us about {k.lower()}. We will look at it at once.",
        }
        for t, k in remarks("hotel", 30, 31)
    ]
    return [
        Made("mongoexport.jsonl", lines(mongo), wanted),
        Made("soql.json", dumped(soql), wanted),
        Made("orient_split.json", dumped(split, None), wanted),
        Made("orient_index.json", dumped(index, None), wanted),
        Made("table_schema.json", dumped(schema, None), wanted),
        Made("twitter_v2.json", dumped(twitter), {"rows": 32}),
        Made("elastic_logs.ndjson", lines(logs), {"rows": 32, "text": "message"}),
        Made("bigquery_gaps.json", lines(gaps), {**wanted}),
        Made(
            "alpaca.json",
            dumped(alpaca),
            {"rows": 30, "task": "generation", "text": {"instruction", "input"}, "label": "output"},
        ),
    ]

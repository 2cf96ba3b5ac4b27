"""Talks and mails, marked words, and text without a table: one pattern a message, and what stands around them."""

from typing import Any

from benchmarks.reading.fourth.shapes import Export, filled, made, named
from benchmarks.reading.holdout.made import Made, dumped, zipped

# name, whose words, one message, facts, encoding
_TALKS: list[tuple[str, str, str, dict[str, Any], str]] = [
    ("WhatsApp Chat mit Service.txt", "amt", "{d:%d.%m.%y}, {d:%H:%M} - {p}: {t}\n", {"rows": 36}, "utf-8"),
    ("_chat.txt", "boutique", "[{d:%d/%m/%Y %H:%M:%S}] {p}: {t}\r\n", {"rows": 36}, "utf-8"),
    (
        "export.mbox",
        "software",
        "From u{i}@example.org Thu May  2 08:17:00 2024\nFrom: {p} <u{i}@example.org>\nTo: help@example.org\n"
        "Subject: Case {n}\nContent-Type: text/plain; charset=utf-8\n\n{t}\n\n",
        {"rows": 36},
        "utf-8",
    ),
    ("one_a_line.txt", "quejas", "{t}\n", {"rows": 36}, "cp1252"),
    ("fasttext.train", "skarga", "__label__{k} {t}\n", {"rows": 36, "task": "classification"}, "utf-8"),
    ("paragraphs.txt", "ward", "{t}\n\n", {"rows": 36}, "utf-8"),
]


def _talk(name: str, about: str, pattern: str, facts: dict[str, Any], encoding: str) -> Made:
    said = filled(Export(name, about, {"message": pattern}, "message", None))
    return Made(name, "".join(row[0] for row in said).encode(encoding), facts)


def _slack() -> Made:
    rows = filled(Export("slack", "software", {"user": "U{n}", "ts": "17146{n}.000100", "text": "{t}"}, "text", None))
    messages = [{"type": "message", "user": user, "ts": ts, "text": text} for user, ts, text in rows]
    return Made("slack_channel.json", dumped(messages), {"rows": 36, "text": "text"})


def _folders() -> Made:
    rows = filled(Export("folders", "albergo", {"kind": "{k}", "text": "{t}"}, "text", "label"))
    files = {f"recensioni/{kind}/{i}.txt": text.encode() for i, (kind, text) in enumerate(rows)}
    return Made("recensioni.zip", zipped(files), {"rows": 36, "task": "classification"})


def _spans() -> Made:
    rows = filled(Export("spans", "shop", {"text": "{t}"}, "text", None))
    marked = [{"text": row[0], "label": [[0, len(row[0].split()[0]), "START"]]} for row in rows]
    return Made("doccano_all.json", dumped(marked), {"rows": 36, "task": "ner", "text": "text"})


def files() -> list[Made]:
    """All of them."""
    return [
        *map(made, named()),
        *(_talk(*talk) for talk in _TALKS),
        _slack(),
        _folders(),
        _spans(),
    ]

"""What programs hand out: pages of APIs, logs, conversations with models, marked places."""

import json
from typing import Any

from benchmarks.reading.holdout.made import Made, delimited, dumped, lines, zipped
from benchmarks.reading.holdout.phrases import REPLIES, days, messages

_PLACES = ["Lisbon", "Oslo", "Graz", "New Delhi", "Cork", "São Paulo"]
_FIRMS = ["Contoso GmbH", "Northwind", "Globex Ltd", "Initech"]


def files() -> list[Made]:
    """All of them."""
    return [*_pages(), *_logs(), *_written(), *_marked()]


def _plain(count: int, seed: int) -> list[dict[str, Any]]:
    return [{"id": i, "body": t, "category": k} for i, (t, k) in enumerate(messages("en", count, seed))]


def _pages() -> list[Made]:
    sorted_out = {"task": "classification", "text": "body", "label": "category"}
    three = [
        {"page": n + 1, "per_page": 10, "total": 30, "data": _plain(30, 41)[10 * n : 10 * n + 10]} for n in range(3)
    ]
    elastic = {
        "took": 4,
        "timed_out": False,
        "_shards": {"total": 5, "successful": 5, "failed": 0},
        "hits": {
            "total": {"value": 30, "relation": "eq"},
            "max_score": 1.0,
            "hits": [
                {"_index": "cases", "_id": f"Ab{i}", "_score": 1.0, "_source": row}
                for i, row in enumerate(_plain(30, 42))
            ],
        },
    }
    graph = {
        "data": {
            "shop": {
                "reviews": {
                    "pageInfo": {"hasNextPage": True, "endCursor": "Y3Vyc29y"},
                    "edges": [{"cursor": f"c{i}", "node": row} for i, row in enumerate(_plain(26, 43))],
                }
            }
        }
    }
    fire = {f"-NpQ{i:04}xZ": {key: row[key] for key in ("body", "category")} for i, row in enumerate(_plain(30, 44))}
    odata = {"@odata.context": "https://acme.example/odata/$metadata#Cases", "value": _plain(30, 45)}
    shown = "\n".join(json.dumps(row, indent=4) for row in _plain(24, 46))
    tweets = [
        {
            "tweet": {
                "id_str": f"17530{i:014}",
                "favorite_count": str(i % 7),
                "full_text": t,
                "lang": "es",
                "retweeted": False,
            }
        }
        for i, (t, _) in enumerate(messages("es", 27, 47))
    ]
    columns = {key: [row[key] for row in _plain(30, 48)] for key in ("id", "body", "category")}
    return [
        Made("pages_of_api.json", dumped(three), {"rows": 30, **sorted_out}),
        Made("pages_of_api.jsonl", lines(three), {"rows": 30, **sorted_out}),
        Made(
            "elasticsearch.json",
            dumped(elastic),
            {"rows": 30, "task": "classification", "text": "_source.body", "label": "_source.category"},
        ),
        Made(
            "graphql.json",
            dumped(graph, None),
            {"rows": 26, "task": "classification", "text": "node.body", "label": "node.category"},
        ),
        Made("firebase.json", dumped(fire), {"rows": 30, **sorted_out}),
        Made("odata.json", b"\xef\xbb\xbf" + dumped(odata), {"encoding": "utf-8-sig", "rows": 30, **sorted_out}),
        Made("jq_output.log", shown.encode(), {"rows": 24, **sorted_out}),
        Made(
            "tweets.js",
            b"window.YTD.tweets.part0 = " + dumped(tweets),
            {"encoding": "utf-8", "rows": 27, "text": "tweet.full_text"},
        ),
        Made("column_lists.json", dumped(columns, None), {"rows": 30, **sorted_out}),
    ]


def _logs() -> list[Made]:
    flow = [
        {
            "responseId": f"{i:08x}-b",
            "timestamp": days(40)[i],
            "queryResult": {
                "queryText": t,
                "languageCode": "en",
                "intent": {"name": f"projects/acme/intents/{k}", "displayName": k.lower()},
                "intentDetectionConfidence": 0.5 + i % 9 / 20,
                "fulfillmentText": "Let me look into that for you.",
            },
        }
        for i, (t, k) in enumerate(messages("en", 40, 51))
    ]
    slack = {
        f"support/2024-02-0{day + 1}.json": dumped(
            [
                {"type": "message", "user": f"U0{i % 4}", "ts": f"17067{day}{i:04}.0001", "text": t}
                for i, (t, _) in enumerate(messages("en", 30, 52)[10 * day : 10 * day + 10])
            ]
        )
        for day in range(3)
    }
    broken = lines([{"level": "info", "utterance": t, "intent": k} for t, k in messages("en", 30, 53)]).splitlines(True)
    broken.insert(11, b'{"level": "info", "utterance": "cut of\n')
    broken.insert(20, b"--- log rotated 2024-02-03 ---\n")
    return [
        Made(
            "dialogflow.jsonl",
            lines(flow),
            {
                "rows": 40,
                "task": "classification",
                "text": "queryResult.queryText",
                "label": "queryResult.intent.displayName",
            },
        ),
        Made("slack_export.zip", zipped(slack), {"rows": 30, "text": "text"}),
        Made(
            "bot.log",
            b"".join(broken),
            {"rows": 30, "task": "classification", "text": "utterance", "label": "intent"},
        ),
    ]


def _written() -> list[Made]:
    asked = messages("en", 30, 61)
    chats = [
        {
            "messages": [
                {"role": "system", "content": "You answer customers of Acme politely."},
                {"role": "user", "content": t},
                {"role": "assistant", "content": f"{REPLIES[i % 6]} Case {i}."},
            ]
        }
        for i, (t, _) in enumerate(asked)
    ]
    share = [
        {
            "id": f"c{i}",
            "conversations": [{"from": "human", "value": t}, {"from": "gpt", "value": f"{REPLIES[i % 6]} Ref {i}."}],
        }
        for i, (t, _) in enumerate(asked)
    ]
    chosen = [
        {"prompt": t, "chosen": f"{REPLIES[i % 6]} Case {i}.", "rejected": f"We cannot help with number {i}, sorry."}
        for i, (t, _) in enumerate(asked)
    ]
    spanish = [["Pregunta", "Respuesta", "Fuente"]]
    spanish += [
        [
            f"¿Qué hago si {t.split(',')[-1].split(' ', 1)[-1][:20]}? {t}",
            f"Escríbanos con el número {900 + i} y lo resolvemos hoy mismo.",
            "web",
        ]
        for i, (t, _) in enumerate(messages("es", 30, 62))
    ]
    return [
        Made("openai_chat.jsonl", lines(chats), {"rows": 30, "task": "generation"}),
        Made("sharegpt.json", dumped(share), {"rows": 30, "task": "generation"}),
        Made(
            "preferences.jsonl", lines(chosen), {"rows": 30, "task": "generation", "text": "prompt", "label": "chosen"}
        ),
        Made(
            "preguntas.csv",
            delimited(spanish, ";").encode("cp1252"),
            {
                "encoding": "cp1252",
                "delimiter": ";",
                "header_row": 0,
                "rows": 30,
                "task": "generation",
                "text": "Pregunta",
                "label": "Respuesta",
            },
        ),
    ]


def _sentence(i: int) -> tuple[str, list[tuple[int, int, str]]]:
    firm, place = _FIRMS[i % 4], _PLACES[i % 6]
    text = f"On day {i + 1} {firm} ordered {i + 3} pumps for its plant in {place}, please confirm."
    return text, [(text.index(w), text.index(w) + len(w), kind) for w, kind in ((firm, "ORG"), (place, "LOC"))]


def _marked() -> list[Made]:
    made = [_sentence(i) for i in range(30)]
    vertex = [
        {
            "textSegmentAnnotations": [{"startOffset": a, "endOffset": b, "displayName": k} for a, b, k in spans],
            "textContent": text,
            "languageCode": "en",
            "dataItemResourceLabels": {"aiplatform.googleapis.com/ml_use": "training"},
        }
        for text, spans in made
    ]
    cells = [["doc", "sentence", "entities"]]
    cells += [
        [f"PO-{i}", text, json.dumps([{"start": a, "end": b, "label": k, "value": text[a:b]} for a, b, k in spans])]
        for i, (text, spans) in enumerate(made)
    ]
    words: list[list[object]] = [["Sentence #", "Word", "POS", "Tag"]]
    for number, (text, spans) in enumerate(made):
        place = 0
        for n, word in enumerate(text.replace(",", " ,").replace(".", " .").split(" ")):
            place = text.index(word, place)
            tag = next((f"{'B' if a == place else 'I'}-{k}" for a, b, k in spans if a <= place < b), "O")
            words.append([f"Sentence: {number + 1}" if n == 0 else "", word, "NN", tag])
            place += len(word)
    return [
        Made("vertex_entities.jsonl", lines(vertex), {"rows": 30, "task": "ner", "text": "textContent"}),
        Made(
            "orders_entities.csv",
            delimited(cells).encode(),
            {"delimiter": ",", "header_row": 0, "rows": 30, "task": "ner", "text": "sentence", "label": "entities"},
        ),
        Made(
            "words_and_tags.csv",
            delimited(words, ";").encode("cp1252"),
            {"encoding": "cp1252", "delimiter": ";", "header_row": 0, "rows": 30, "task": "ner"},
        ),
    ]

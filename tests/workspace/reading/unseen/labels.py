"""Files with several labels a text, with words and tags, and with answers to write."""

import json

from tests.workspace.reading.unseen.made import Made, Row, delimited, said

_TOPICS = ("Billing", "Delivery", "Account", "Praise")


def _chosen(n: int) -> list[str]:
    return [topic for k, topic in enumerate(_TOPICS) if (n * 7 + k * 5) % 11 < 4] or ["Billing"]


def _flags(yes: str, no: str, language: str = "en", names: tuple[str, ...] = _TOPICS) -> list[Row]:
    found: list[Row] = [("id", "message", *names)]
    for n, (text, _) in enumerate(said(language, 40)):
        found.append((str(n + 1), text, *[yes if topic in _chosen(n) else no for topic in _TOPICS]))
    return found


def _pivoted() -> list[Made]:
    several = {"task": "multilabel", "text": ["message"], "label": None, "label_columns": list(_TOPICS), "rows": 40}
    german = ("Rechnung", "Versand", "Zugang", "Lob")
    made = [
        Made(f"flags_{name}.csv", delimited(_flags(yes, no)).encode(), {**several, "header_row": 0})
        for name, yes, no in (
            ("01", "1", "0"),
            ("bool", "TRUE", "FALSE"),
            ("x", "x", ""),
            ("yes", "Yes", "No"),
            ("y", "Y", "N"),
            ("one_blank", "1", ""),
            ("float", "1.0", "0.0"),
        )
    ]
    for name, yes, no in (("ja", "ja", "nein"), ("kreuz", "X", "")):
        made.append(
            Made(
                f"spalten_{name}.csv",
                delimited(_flags(yes, no, "de", german), ";").encode("cp1252"),
                {**several, "label_columns": list(german)},
            )
        )
    french: list[Row] = [
        ("avis", "facturation", "livraison", "compte", "éloge"),
        *[row[1:] for row in _flags("oui", "non", "fr")[1:]],
    ]
    made.append(
        Made(
            "avis_oui_non.csv",
            delimited(french, ";").encode(),
            {"task": "multilabel", "text": ["avis"], "label_columns": list(french[0][1:]), "rows": 40},
        )
    )
    return made


def _separated() -> list[Made]:
    made = []
    for name, mark, delimiter in (
        ("semicolon", ";", ","),
        ("pipe", " | ", ";"),
        ("comma", ", ", ","),
        ("slash", "/", "\t"),
    ):
        rows = [("text", "topics"), *[(text, mark.join(_chosen(n))) for n, (text, _) in enumerate(said("en", 40))]]
        facts = {
            "task": "multilabel",
            "text": ["text"],
            "label": "topics",
            "label_separator": mark.strip(),
            "rows": 40,
            "delimiter": delimiter,
        }
        made.append(Made(f"several_{name}.csv", delimited(rows, delimiter).encode(), facts))
    form: list[Row] = [
        (
            "Timestamp",
            "Email Address",
            "What could we do better? Please tell us in your own words, we read every single answer.",
            "Which of these topics is it about? (Select all that apply)",
        )
    ]
    form += [
        (f"5/{n % 28 + 1}/2024 14:{n % 60:02d}:07", f"p{n}@example.org", text, ", ".join(_chosen(n)))
        for n, (text, _) in enumerate(said("en", 40))
    ]
    made.append(
        Made(
            "Feedback (Responses) - Form Responses 1.csv",
            delimited(form).encode(),
            {
                "task": "multilabel",
                "text": [form[0][2]],
                "label": form[0][3],
                "label_separator": ",",
                "rows": 40,
                "header_row": 0,
                "roles": {"Timestamp": "date"},
            },
        )
    )
    return made


_SENTENCES = (
    "Angela Merkel visited Paris on Monday|B-per I-per O B-geo O B-tim|NNP NNP VBD NNP IN NNP",
    "The United Nations met in Geneva|O B-org I-org O O B-geo|DT NNP NNPS VBD IN NNP",
    "He bought shares of Siemens yesterday|O O O O B-org O|PRP VBD NNS IN NNP NN",
    "Nobody answered|O O|NN VBD",
    "Flights to New York were cancelled|O O B-geo I-geo O O|NNS TO NNP NNP VBD VBN",
)


def _words(first_only: bool, number: str = "Sentence: {}") -> list[Row]:
    rows: list[Row] = [("Sentence #", "Word", "POS", "Tag")]
    for n in range(20):
        words, tags, parts = (part.split() for part in _SENTENCES[n % 5].split("|"))
        for k, (word, tag, part) in enumerate(zip(words, tags, parts, strict=True)):
            rows.append((number.format(n + 1) if k == 0 or not first_only else "", word, part, tag))
    return rows


def _tagged() -> list[Made]:
    facts = {
        "task": "ner",
        "rows": 20,
        "text": ["tokens"],
        "label": "tags",
        "roles": {"tokens": "tokens", "tags": "tags"},
    }
    pos = "\n\n".join(
        "\n".join(f"{w}\t{p}" for w, p in zip(s.split("|")[0].split(), s.split("|")[2].split(), strict=True))
        for s in _SENTENCES * 4
    )
    iob1: list[Row] = [
        ("sentence_id", "token", "ner"),
        *[(row[0], row[1], row[3].replace("B-", "I-")) for row in _words(False, "{}")[1:]],
    ]
    return [
        Made(
            "ner_dataset.csv", delimited(_words(True)).encode("latin-1"), {**facts, "header_row": 0, "delimiter": ","}
        ),
        Made("ner_each.tsv", delimited(_words(False), "\t").encode(), {**facts, "delimiter": "\t"}),
        Made("tokens.csv", delimited(iob1, ";").encode(), facts),
        Made("pos.conll", (pos + "\n").encode(), facts),
        Made("pos.tsv", (pos + "\n").encode(), facts),
    ]


def _written() -> list[Made]:
    def lines(values: list[object]) -> bytes:
        return "\n".join(json.dumps(value, ensure_ascii=False) for value in values).encode()

    asked = said("en", 30)
    answers = [
        f"Thank you for writing. We look into your {topic} question number {n} and answer tomorrow."
        for n, (_, topic) in enumerate(asked)
    ]
    chats = [
        {
            "messages": [
                {"role": "system", "content": "You help."},
                {"role": "user", "content": text},
                {"role": "assistant", "content": answer},
            ]
        }
        for (text, _), answer in zip(asked, answers, strict=True)
    ]
    shared = [
        {"conversations": [{"from": "human", "value": text}, {"from": "gpt", "value": answer}]}
        for (text, _), answer in zip(asked, answers, strict=True)
    ]
    seq = [
        {"id": n, "text": text, "label": [answer]}
        for n, ((text, _), answer) in enumerate(zip(asked, answers, strict=True))
    ]
    old = [
        {"id": n, "data": text, "label": [answer], "Comments": []}
        for n, ((text, _), answer) in enumerate(zip(asked, answers, strict=True))
    ]
    faq: list[Row] = [
        ("Question", "Answer"),
        *[(text, answer) for (text, _), answer in zip(asked, answers, strict=True)],
    ]
    return [
        Made("finetune.jsonl", lines(list(chats)), {"task": "generation", "rows": 30}),
        Made("sharegpt.json", json.dumps(shared).encode(), {"task": "generation", "rows": 30}),
        Made("doccano_seq2seq.jsonl", lines(list(seq)), {"task": "generation", "rows": 30, "text": ["text"]}),
        Made("doccano_seq2seq_data.jsonl", lines(list(old)), {"task": "generation", "rows": 30}),
        Made(
            "faq.csv",
            delimited(faq).encode(),
            {"task": "generation", "rows": 30, "text": ["Question"], "label": "Answer"},
        ),
    ]


def labels() -> list[Made]:
    """All of them."""
    return [*_pivoted(), *_separated(), *_tagged(), *_written()]

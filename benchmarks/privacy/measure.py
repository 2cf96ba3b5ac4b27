"""Precision and recall of the finding of personal data: values made by Faker, planted in three real sets of texts.

``python -m benchmarks.privacy.measure DATA`` with the folder that holds banking77, sms_spam and multilingual_sentiment.
``--deep`` asks the model of names and addresses, too.
"""

import argparse
import csv
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from faker import Faker

from workspace.privacy.recognise import find_personal

LOCALES = ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "pl_PL", "nl_NL", "pt_BR", "en_CA")
NATIONAL = ("en_US", "es_ES", "it_IT", "pl_PL", "pt_BR", "fr_FR", "nl_NL", "de_DE", "fi_FI", "sv_SE", "en_CA")
ADDRESSES = ("en_US", "en_GB", "en_CA", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL")
KEPT_BACK = ("de_AT", "fr_CH", "pt_PT", "pt_BR", "pl_PL", "sv_SE", "da_DK", "cs_CZ", "tr_TR", "es_MX", "en_AU", "en_IN")
"""Addresses of these countries were not looked at while the patterns were written."""
NAMES = (*LOCALES, "sv_SE", "cs_CZ", "tr_TR", "en_IN", "da_DK", "ro_RO")
SAID = {
    "name": "Dear {},",
    "address_kept_back": "I live at {}",
    "email": "my e-mail is {}",
    "phone": "call me on {}",
    "iban": "my IBAN is {}",
    "card": "the card {} was charged",
    "ip": "it came from {}",
    "address": "I live at {}",
}
IDS = {
    "en_US": "SSN",
    "es_ES": "DNI",
    "it_IT": "codice fiscale",
    "pl_PL": "PESEL",
    "pt_BR": "CPF",
    "fr_FR": "numéro de sécurité sociale",
    "nl_NL": "BSN",
    "de_DE": "Rentenversicherungsnummer",
    "fi_FI": "hetu",
    "sv_SE": "personnummer",
    "en_CA": "SIN",
}
SILENT_NAME = (
    "I spoke with {} and nothing happened",
    "ask {} about it",
    "the parcel went to {} instead of me",
    "{} called",
)
SILENT = ("Please note: {}. Thanks", "({})", "{}", "- {} -", "It is {} as I said")
SHARE = 0.2


def fakes(seed: int) -> Callable[[str, random.Random], tuple[str, str]]:
    """Makes a value of a kind: the value and how people would announce it."""
    Faker.seed(seed)
    by_locale = {name: Faker(name) for name in sorted({*LOCALES, *NATIONAL, *ADDRESSES, *KEPT_BACK, *NAMES})}

    def make(kind: str, pick: random.Random) -> tuple[str, str]:
        if kind == "national_id":
            locale = pick.choice(NATIONAL)
            return str(by_locale[locale].ssn()), f"my {IDS[locale]} is {{}}"
        if kind == "name":
            fake = by_locale[pick.choice(NAMES)]
            return f"{fake.first_name()} {fake.last_name()}" if pick.random() < 0.7 else fake.first_name(), SAID[kind]
        if kind in ("address", "address_kept_back"):
            fake = by_locale[pick.choice(ADDRESSES if kind == "address" else KEPT_BACK)]
            return " ".join(fake.address().replace("\n", ", ").split()), SAID[kind]
        fake = by_locale[pick.choice(LOCALES)]
        value = {
            "email": lambda: pick.choice((fake.email(), fake.free_email(), fake.company_email())),
            "phone": fake.phone_number,
            "iban": fake.iban,
            "card": lambda: _grouped(fake.credit_card_number(), pick),
            "ip": lambda: pick.choice((fake.ipv4_public(), fake.ipv6())),
        }[kind]()
        return str(value), SAID[kind]

    return make


def _grouped(number: str, pick: random.Random) -> str:
    glue = pick.choice(("", " ", "-"))
    return glue.join(number[i : i + 4] for i in range(0, len(number), 4)) if len(number) == 16 else number


def texts_of(data: Path) -> Iterator[tuple[str, list[str]]]:
    """The three sets: name and texts."""
    with (data / "banking77" / "test.csv").open(encoding="utf-8", newline="") as file:
        yield "banking77", [row["text"] for row in csv.DictReader(file)]
    sms = next(iter(sorted((data / "sms_spam").glob("*.[ct]sv"))))
    with sms.open(encoding="utf-8", newline="") as file:
        yield "sms_spam", [row[1] for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if len(row) > 1]
    yield "multilingual_sentiment", list(_sentiment(data / "multilingual_sentiment"))


def _sentiment(folder: Path) -> Iterator[str]:
    for file in sorted(folder.iterdir()):
        if file.suffix in (".csv", ".tsv"):
            with file.open(encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines, delimiter="\t" if file.suffix == ".tsv" else ","):
                    yield row.get("text") or ""
        elif file.suffix == ".jsonl":
            for line in file.read_text("utf-8").splitlines():
                yield json.loads(line)["text"]


def measure(
    name: str, texts: list[str], seed: int, rows: int = 3_000, *, deep: bool = False
) -> dict[str, dict[str, int]]:
    """Plants, looks, counts."""
    pick = random.Random(f"{name}{seed}")
    make = fakes(seed)
    texts = pick.sample(texts, min(rows, len(texts)))
    score: defaultdict[str, Counter[str]] = defaultdict(Counter)
    begun = time.process_time()
    for text in texts:
        before = Counter(one.kind for one in find_personal(text, deep=deep))
        for kind, count in before.items():
            score[kind]["already there"] += count
        if pick.random() >= SHARE:
            continue
        kind = pick.choice([*SAID, "national_id"])
        value, said = make(kind, pick)
        announced = pick.random() < 0.5
        silent = SILENT_NAME if kind == "name" else SILENT
        phrase = (said if announced else pick.choice(silent)).format(value)
        whole, start = f"{text} {phrase}", len(text) + 1 + phrase.index(value)
        end = start + len(value)
        meant = "address" if kind == "address_kept_back" else kind
        way = "said" if announced else "silent"
        score[kind][f"planted {way}"] += 1
        hits = [one for one in find_personal(whole, deep=deep) if one.start < end and one.end > start]
        covered = {i for one in hits for i in range(one.start, one.end)}
        solid = [i for i in range(start, end) if whole[i].isalnum()]
        if solid and all(i in covered for i in solid):
            score[kind][f"hidden {way}"] += 1
        if any(one.kind == meant for one in hits):
            score[kind]["right kind"] += 1
        for one in hits:
            score[one.kind]["found"] += 1
            score[one.kind]["found rightly"] += one.kind == meant
        extra = (
            Counter(one.kind for one in find_personal(whole, deep=deep)) - before - Counter(one.kind for one in hits)
        )
        for other, count in extra.items():
            score[other]["found"] += count
    score["all"]["texts"], score["all"]["ms"] = len(texts), round(1000 * (time.process_time() - begun))
    return {kind: dict(counts) for kind, counts in score.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rows", type=int, default=3_000)
    parser.add_argument("--deep", action="store_true")
    given = parser.parse_args()
    print("| set | kind | planted | wholly hidden, with a word before | without | precision | in the set already |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for name, texts in texts_of(given.data):
        score = measure(name, texts, given.seed, given.rows, deep=given.deep)
        for kind in (*SAID, "national_id"):
            c = Counter(score.get(kind, {}))
            cells = [f"{c[f'hidden {w}'] / max(1, c[f'planted {w}']):.2f}" for w in ("said", "silent")]
            precision = f"{c['found rightly'] / c['found']:.2f}" if c["found"] else "-"
            planted = c["planted said"] + c["planted silent"]
            print(f"| {name} | {kind} | {planted} | {cells[0]} | {cells[1]} | {precision} | {c['already there']} |")
        print(f"| {name} | all | {score['all']['texts']} texts in {score['all']['ms'] / 1000:.1f} CPU s | | | | |")


if __name__ == "__main__":
    main()

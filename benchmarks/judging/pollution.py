"""How the faults look that are planted. Wordings here are not taken from the lists that the checks use."""

import random
from typing import NamedTuple

_ADDED = ("please", "really", "today", "now", "thanks", "hello", "just", "again", "kindly", "actually")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SIGNATURES = (
    "\n\nBest regards,\n{name}\nSales Manager\n{phone}",
    "\n\nKind regards,\n{name}",
    "\n\n-- \n{name}\nAcme Ltd, 12 High Street",
    "\n\nSent from my iPhone",
    "\n\nMit freundlichen Grüßen\n{name}\nMuster GmbH",
    "\n\nCordialement,\n{name}",
    "\n\nCheers,\n{name}",
    "\n\nThanks and regards,\n{name}\nCustomer Care",
    "\n\nUn saludo,\n{name}",
    " Best wishes, {name}",
)
_QUOTED = (
    "\n\nOn Mon, 5 Jan 2026 at 10:12, {name} <help@example.com> wrote:\n> Hello,\n> did it work?\n> Regards",
    "\n\n-----Original Message-----\nFrom: {name}\nSent: Monday, 5 January 2026\nTo: Help\nSubject: Question\n\nHello",
    "\n\nAm 05.01.2026 um 10:12 schrieb {name} <hilfe@example.de>:\n> Guten Tag,\n> hat es geklappt?",
    "\n\nLe lun. 5 janv. 2026 à 10:12, {name} <aide@example.fr> a écrit :\n> Bonjour",
    "\n\nEl lun, 5 ene 2026 a las 10:12, {name} (<ayuda@example.es>) escribió:\n> Hola",
    "\n\nFrom: {name}\nSent: Monday, 5 January 2026 10:12\nTo: Help\nSubject: RE: Question\n\nHello, did it work?",
    "\n\n> Hello,\n> did it work?\n> {name}",
    "\n\n________\nVon: {name}\nGesendet: Montag, 5. Januar 2026\nAn: Hilfe\nBetreff: Frage\n\nHallo",
    " On 5 Jan 2026, at 10:12, {name} <help@example.com> wrote: > Hello, did it work?",
)
_HTML = (
    "<p>{text}</p>",
    "<div><b>Message:</b> {text}<br/></div>",
    "{text}<br><br>",
    '<span style="color:red">{text}</span>',
    "<html><body>{text}&nbsp;</body></html>",
)
_PERSONAL = (
    " You can reach me at {name}@example.com.",
    " My number is {phone}.",
    " My IBAN is DE89 3704 0044 0532 0130 00.",
    " My card is 4111 1111 1111 1111.",
    " I wrote from 192.168.17.23.",
)
_NAMES = ("Maria Lopez", "John Smith", "Anke Vogt", "Luc Martin", "Priya Nair", "Tom O'Neill")


class Row(NamedTuple):
    """A row of a table to pollute."""

    id: str
    text: str
    label: str
    split: str = "train"


def near_copy(text: str, chance: random.Random) -> str:
    """The text with a typing error, other capitals or punctuation, an added word, or "Re:"."""
    kind = chance.choice(("typo", "case", "punctuation", "word", "answer"))
    if kind == "case":
        return chance.choice((text.upper(), text.lower(), text.title()))
    if kind == "punctuation":
        return text.rstrip("?.! ") + chance.choice(("!!", "...", "??", " ."))
    if kind == "answer":
        return f"Re: {text}"
    words = text.split()
    if kind == "word":
        words.insert(chance.randrange(len(words) + 1), chance.choice(_ADDED))
        return " ".join(words)
    place = max(range(len(words)), key=lambda i: len(words[i]) * chance.random())
    words[place] = _mistyped(words[place], chance)
    return " ".join(words)


def _mistyped(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word))
    match chance.choice(("drop", "double", "replace", "swap")):
        case "drop":
            return word[:at] + word[at + 1 :]
        case "double":
            return word[:at] + word[at] + word[at:]
        case "replace":
            return word[:at] + chance.choice(_LETTERS) + word[at + 1 :]
    at = min(at, len(word) - 2) if len(word) > 1 else 0
    return word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]


def odd_label(label: str, code: str, chance: random.Random) -> str:
    """A label in other capitals or with blanks (LABEL_VARIANTS), or misspelt (SIMILAR_LABELS)."""
    if code == "LABEL_VARIANTS":
        return chance.choice((label.upper(), label.title(), f"{label} ", f" {label}"))
    at = chance.randrange(1, len(label) - 1)
    return chance.choice((label[:at] + label[at + 1 :], label[:at] + label[at] + label[at:], f"{label}s"))


def dirty_text(text: str, code: str, chance: random.Random) -> str:
    """The text with a fault of its surroundings or its letters."""
    name = chance.choice(_NAMES)
    phone = f"+49 30 {chance.randrange(10**6, 10**7)}"
    if code == "MOJIBAKE":
        try:
            return f"{text} – café".encode().decode("cp1252")
        except UnicodeDecodeError:
            return text
    if code == "HTML_IN_TEXT":
        return chance.choice(_HTML).replace("{text}", text)
    if code == "PERSONAL_DATA":
        name = name.replace(" ", ".").replace("'", "").lower()
    shapes = {"SIGNATURES": _SIGNATURES, "QUOTED_MAIL": _QUOTED, "PERSONAL_DATA": _PERSONAL}[code]
    return text + chance.choice(shapes).replace("{name}", name).replace("{phone}", phone)

"""Where in a text a quoted mail begins: "On ... wrote:", a ruler, or a block of From, Sent, To and Subject.

Every search begins at words that are rare and then looks at a bounded stretch around them, so that the time grows with
the length of the text alone, whatever is in it. Wordings are those of mail programs in 15 languages; those of
mail-parser-reply (Apache 2.0) are among them.
"""

import re
from collections.abc import Iterator
from itertools import chain, pairwise

Place = tuple[int, int]
"""Start and end of a header in a text."""

_VERBS = (
    "wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|skrev|napsal|napsala|napisał|napisała|nadesłał|"
    "kirjoitti|님이 작성하였습니다|写道"
)
_VERB = re.compile(rf"\b(?:{_VERBS})(?:\(a\)|\b)", re.I)
_BEGINS = r"(?:^|(?<=[\s>]))(?:\b(?:On|Am|Le|El|Il|Em|No dia|Op|Den|Dne|W dniu|Dnia)\b|\d{4}[年년])"
_DATED = re.compile(rf"{_BEGINS}[^\n]{{0,60}}?\d", re.I | re.M)
_AT_LINE_START = re.compile(rf"^[ >]{{0,20}}{_BEGINS}", re.I | re.M)
_JAPANESE = re.compile(r"^(?:> ?)*+\d{4}年\d{1,2}月\d{1,2}日[^\n]{0,120}?<[^<>\n]{1,120}>:[^\S\n]*$", re.M)
_BEFORE, _AFTER = 220, 82

_RULED = re.compile(
    r"Original Message|Original Appointment|Ursprüngliche Nachricht|Originalnachricht|Weitergeleitete Nachricht|"
    r"Message d'origine|Message original|Mensaje original|Messaggio originale|Mensagem original|"
    r"Oorspronkelijk bericht|Ursprungligt meddelande|Oprindelig meddelelse|Wiadomość oryginalna|Forwarded message|"
    r"Message transféré|Mensaje reenviado",
    re.I,
)
_LONGEST_RULE = 100

_FIELDS = (
    "From|Sent|To|Subject|Date|Cc|Organization|Von|Gesendet|An|Betreff|Datum|Organisation|De|Envoyé|À|Objet|Enviado|"
    "Para|Asunto|Fecha|Organización|Assunto|Data|Da|Inviato|A|Oggetto|Van|Verzonden|Aan|Onderwerp|Od|Wysłano|Do|Temat|"
    "DW|Från|Skickat|Till|Ämne|Kopia|Fra|Sendt|Til|Emne|Dato|Kopi|Vedhæftet|Odesláno|Komu|Předmět|Kopie|보낸 ?사람|"
    "보낸 ?날짜|받는 ?사람|제목|참조|差出人|送信日時|宛先|件名|发件人|发送时间|收件人|主题|抄送|组织"
)
_FIELD = re.compile(rf"^[^\S\n]{{0,20}}(?:> ?)*+[* ]{{0,4}}({_FIELDS})[* ]{{0,4}}[:：][^\n]*", re.I | re.M)
_GAP = 200
"""Characters between two fields: a long list of addresses that goes on in the next line."""


def openings(text: str) -> list[Place]:
    """Lines such as "On Monday Anna wrote:" and "--- Original message ---", in their order."""
    japanese = (match.span() for match in _JAPANESE.finditer(text))
    return sorted(chain(_wrote(text), _rules(text), japanese))


def without(text: str, places: list[Place]) -> str:
    """The text without what stands in these places, which may overlap."""
    parts, end = [], 0
    for start, stop in places:
        parts.append(text[end : max(end, start)])
        end = max(end, stop)
    return "".join([*parts, text[end:]])


def _wrote(text: str) -> Iterator[Place]:
    for verb in _VERB.finditer(text):
        colon = _colon(text, verb.end())
        if colon is None:
            continue
        line = text.rfind("\n", max(0, verb.start() - _BEFORE), verb.start()) + 1
        # Its beginning may stand in the line above.
        first = max(0, verb.start() - _BEFORE, text.rfind("\n", 0, line - 1) + 1 if line else 0)
        before = text[first : verb.start()]
        own = before[max(0, line - first) :]
        ends = text[colon + 1 : colon + 1 + _AFTER].lstrip(" \t\xa0")[:1] in ("", "\n", "\r", ">")
        # A person's address, or nothing but quoted text behind the colon: else it may be a plain sentence.
        if not ends and "@" not in own[-_AFTER:] + text[verb.end() : colon]:
            continue
        begin = _DATED.search(before) or (_AT_LINE_START.search(before) if ends else None)
        if begin is not None:
            yield first + begin.start(), colon + 1


def _colon(text: str, at: int) -> int | None:
    """Where the colon is that ends "wrote ...:" in the same line."""
    stretch = text[at : at + 2 * _AFTER].partition("\n")[0]
    found = min((place for mark in ":：" if (place := stretch.find(mark)) >= 0), default=-1)
    return at + found if found >= 0 else None


def _rules(text: str) -> Iterator[Place]:
    for words in _RULED.finditer(text):
        before = text[max(0, words.start() - _LONGEST_RULE) : words.start()]
        after = text[words.end() : words.end() + _LONGEST_RULE]
        if before.rstrip().endswith("--") and after.lstrip().startswith("--"):
            start = words.start() - len(before) + len(before.rstrip().rstrip("-"))
            yield start, words.end() + len(after) - len(after.lstrip().lstrip("-"))


def blocks(text: str) -> list[Place]:
    """Two or more lines such as "From: ..." below each other, with different names."""
    found: list[list[re.Match[str]]] = []
    fields = list(_FIELD.finditer(text))
    for before, field in pairwise([None, *fields]):
        assert field is not None
        near = before is not None and field.start() - before.end() <= _GAP
        if near and before is not None and text.count("\n", before.end(), field.start()) <= 2:
            found[-1].append(field)
        else:
            found.append([field])
    several = (group for group in found if len({field[1].casefold() for field in group}) > 1)
    return [(group[0].start(), group[-1].end()) for group in several]

"""What surrounds a mail's own words: the mails it answers, and the signature.

Mail headers and closings of many languages are known to mail-parser-reply; what it does not see (headers in the middle
of a line, as exports without line breaks have them, and more languages) is found here.
"""

import re
from functools import cache
from typing import Any

_LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pl", "sv", "da", "cs", "ja", "ko", "zh"]
_VERBS = "wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|skrev|napsal|napsala|napisał|napisała"
_WROTE = (
    r"(?:\b(?:On|Am|Le|El|Il|Em|No dia|Op|Den|Dne|W dniu|Dnia)\b[^\n]{0,60}?\d[^\n]{0,120}?\n?[^\n]{0,100}?"
    # A person's address, or nothing but quoted text behind the colon: else it may be a plain sentence.
    rf"(?:@[^\n]{{0,60}}?\b(?:{_VERBS})\b[^\n:]{{0,80}}:|\b(?:{_VERBS})\b[^\n:]{{0,80}}:(?=\s*(?:\n|>|\Z))|"
    rf"\b(?:{_VERBS})\b[^\n:]{{0,60}}@[^\n:]{{0,60}}:))"
)
_RULE = (
    r"(?:-{2,}\s*(?:Original Message|Original Appointment|Ursprüngliche Nachricht|Originalnachricht|"
    r"Weitergeleitete Nachricht|Message d'origine|Message original|Mensaje original|Messaggio originale|"
    r"Mensagem original|Oorspronkelijk bericht|Ursprungligt meddelande|Oprindelig meddelelse|Wiadomość oryginalna|"
    r"Forwarded message|Message transféré|Mensaje reenviado)\s*-{2,})"
)
_HEADER = re.compile(rf"(?:^|(?<=[\s>])){_WROTE}|{_RULE}", re.I)
QUOTED = (
    rf"(?im)^[ \t]*>|\b(?:{_VERBS})\b.{{0,140}}:|-{{2,}}\s*[a-zäöüéèçãõåø' ]{{8,40}}-{{2,}}|"
    r"^\*?(?:From|Von|De|Da|Van|Od|Från|Fra|差出人|发件人)\*?\s?:"
)
"""Finds texts that may quote another mail (RE2)."""

_CLOSINGS = (
    "best regards|kind regards|warm regards|regards|best wishes|yours sincerely|sincerely yours|sincerely|"
    "yours faithfully|yours truly|many thanks and best regards|mit freundlichen grüßen|mit freundlichem gruß|"
    "freundliche grüße|viele grüße|beste grüße|liebe grüße|mfg|cordialement|bien cordialement|bien à vous|"
    "sincères salutations|saludos cordiales|atentamente|un saludo|saludos|cordiali saluti|distinti saluti|"
    "atenciosamente|com os melhores cumprimentos|cumprimentos|met vriendelijke groet|vriendelijke groeten|"
    "med vänliga hälsningar|vänliga hälsningar|med venlig hilsen|z poważaniem|pozdrawiam|s pozdravem"
)
_DEVICE = (
    r"(?:sent from my|gesendet von meinem|von meinem \w+ gesendet|envoyé de mon|enviado desde mi|inviato da|"
    r"enviado do meu|verstuurd vanaf mijn|get outlook for)[^\n]{1,60}"
)
SIGNED = rf"(?im)^\s*(?:--|—|__)|{_CLOSINGS}|{_DEVICE}|,[ \t]*\n"
"""Finds texts that may end with a signature (RE2)."""

_SIGN_OFF = r"[^\W\d_]+(?: [^\W\d_]+){0,4},\n"
_PERSON = r"[A-ZÀ-Þ][\w.'’-]+(?: (?:[A-ZÀ-Þ][\w.'’-]*|von|van|der|de|da|di|del)){0,4}"
_NAME = r"(?:\s+(?:[A-ZÀ-Þ][\w.'’-]*|von|van|de|da|di|del)){0,5}"
_END = re.compile(
    # A closing on a line of its own with at most six short lines below; or behind a full sentence, with a name.
    rf"\n\s{{0,9}}(?i:{_CLOSINGS})\s*[,.!]?\s*(?:\n[^\n]{{0,80}}){{0,6}}\Z"
    rf"|(?<=[.!?])\s+(?=[A-Z])(?i:{_CLOSINGS})(?:\s*[,.!])?{_NAME}\s*\Z"
    rf"|(?:\n\s{{0,9}}|(?<=[.!?])\s+)(?i:{_DEVICE})\s*\Z"
    # Any few words with a comma on a line of their own, and a name below.
    rf"|\n[^\S\n]{{0,9}}\n{_SIGN_OFF}{_PERSON}(?:\n[^\n]{{0,80}}){{0,5}}\Z"
    r"|\n(?:-- ?|—|_{2,})\n(?:[^\n]{0,100}\n?){1,8}\Z"
)
_ROUNDS = 4
_LONGEST = 4_000
"""Characters of a mail; what is longer is something else, and would take long."""


@cache
def _parser() -> Any:
    from mailparser_reply import EmailReplyParser

    return EmailReplyParser(languages=_LANGUAGES)


def strip_quoted(text: str) -> str:
    """The mail's own words, without the mails it quotes. Where nothing would be left, the text stays as it is."""
    for _ in range(_ROUNDS if len(text) <= _LONGEST else 0):
        less = _once_unquoted(text)
        if less == text or not less:
            break
        text = less
    return text


def _once_unquoted(text: str) -> str:
    header = _HEADER.search(text)
    if header is not None and (own := text[: header.start()].strip()):
        return own
    lines = text.splitlines()
    if any(line.lstrip().startswith(">") for line in lines) or header is not None:
        # The answer stands below or between the quoted lines.
        rest = _HEADER.sub("", "\n".join(line for line in lines if not line.lstrip().startswith(">"))).strip()
        if rest:
            return rest
    replies = _parser().read(text=text).replies
    return replies[0].full_body.strip() if len(replies) > 1 and replies[0].full_body else text


def strip_signature(text: str) -> str:
    """The text without the closing and the signature at its end. Where nothing would be left, it stays as it is."""
    for _ in range(_ROUNDS if len(text) <= _LONGEST else 0):
        less = _once_unsigned(text)
        if less == text or not less:
            break
        text = less
    return text


def _once_unsigned(text: str) -> str:
    end = _END.search(text)
    if end is not None and (own := text[: end.start()].strip()):
        return own
    replies = _parser().read(text=text).replies
    if len(replies) == 1 and replies[0].signatures and replies[0].body:
        body: str = replies[0].body.strip()
        return body if text.startswith(body) else text
    return text

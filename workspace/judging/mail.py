"""What surrounds a mail's own words: the mails it answers, and the signature. Time grows with the length alone."""

import re
from itertools import pairwise

from workspace.judging.mail_headers import blocks, openings, without

QUOTED = (
    r"(?im)^[ \t]*>|\b(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|skrev|napsal|napsala|napisał|"
    r"napisała|nadesłał|kirjoitti|님이 작성하였습니다|写道).{0,140}[:：]|-{2,}\s*[a-zäöüéèçãõåø' ]{8,40}-{2,}|"
    r"^[*> ]*(?:From|Von|De|Da|Van|Od|Från|Fra|보낸 ?사람|差出人|发件人|Sent|Gesendet|Subject|Betreff)\*?\s?[:：]|"
    r"^[> ]*\d{4}年"
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
_LAST_WORDS = (
    "thanks,|thank you,|best,|all the best|(?:beste |beste[nm] |liebe |viele )?(?:grüße|gruß|grüsse|gruss|gruesse)|"
    "salutations|bonne r[ée]ception|bonne journ[ée]e|gracias,|muchas gracias,|cordialmente|hartelijke groeten|bedankt,|"
    "dank u,|hälsningar|bästa hälsningar|mvh|venlig hilsen|hilsen|bedste hilsner|de bedste hilsner|på forhånd tak|"
    "s úctou|děkuji,|děkujeme,|s přáním hezkého dne|z powazaniem|감사합니다[,.]|고맙습니다,|此致，|敬礼，|谢谢，|祝好，"
)
"""Words that close a mail where they begin a line."""

_DEVICE = (
    r"(?:sent from my|gesendet von|von meinem \w+ gesendet|envoyé de(?:puis)? mon|envoyé depuis|enviado desde mi|"
    r"inviato da|enviado do meu|verstuurd vanaf mijn|verzonden vanaf mijn|wysłano z|skickat från min|sendt fra min|"
    r"odesláno z mého|hent outlook til|get outlook for)[^\n]{1,60}"
)
SIGNED = rf"(?im)^[\s>]*(?:--|—|__|- ?\w)|{_CLOSINGS}|{_LAST_WORDS}|{_DEVICE}|,[ \t]*\n"
"""Finds texts that may end with a signature (RE2)."""

_SIGN_OFF = r"[^\W\d_]+(?: [^\W\d_]+){0,4},\n"
_PERSON = r"[A-ZÀ-Þ][\w.'’-]+(?: (?:[A-ZÀ-Þ][\w.'’-]*|von|van|der|de|da|di|del)){0,4}"
_NAME = r"(?:\s+(?:[A-ZÀ-Þ][\w.'’-]*|von|van|de|da|di|del)){0,5}"
_END = re.compile(
    # A closing on a line of its own with at most six short lines below; or behind a full sentence, with a name.
    rf"\n\s{{0,9}}(?i:{_CLOSINGS})[^\S\n]{{0,9}}[,.!]?\s{{0,9}}(?:\n[^\n]{{0,80}}){{0,6}}\Z"
    rf"|(?<=[.!?])\s+(?=[A-Z])(?i:{_CLOSINGS})(?:\s*[,.!])?{_NAME}\s*\Z"
    rf"|(?:\n\s{{0,9}}|(?<=[.!?])\s+)(?i:{_DEVICE})\s*\Z"
    # Any few words with a comma on a line of their own, and a name below.
    rf"|\n[^\S\n]{{0,9}}\n{_SIGN_OFF}{_PERSON}(?:\n[^\n]{{0,80}}){{0,5}}\Z"
    r"|\n(?:-- ?|—|_{2,})\n(?:[^\n]{0,100}\n){0,7}[^\n]{0,100}\Z"
)
_LINE = re.compile(
    # A closing at the beginning of a line, or a ruler, with at most twelve short lines below.
    rf"\n[^\S\n]{{0,9}}(?:> ?)*+(?:(?i:{_CLOSINGS}|{_LAST_WORDS})\b[^\n]{{0,80}}|[-_]{{2}}|(?<=\n\n)[-_]{{32,80}})"
    r"(?:\n[^\n]{0,100}){0,12}\Z"
    # A name behind a hyphen in the last line, where it is not the end of a list.
    r"|(?<!\n-)\n- ?[^\W\d_][^\n]{0,40}\Z"
)
_ROUNDS = 4
_TAIL = 1_500
"""Characters at the end of a text in which a signature is looked for."""


def strip_quoted(text: str) -> str:
    """The mail's own words, without the mails it quotes. Where nothing would be left, the text stays as it is."""
    for _ in range(_ROUNDS):
        less = _once_unquoted(text)
        if less == text or not less:
            break
        text = less
    return text


def _once_unquoted(text: str) -> str:
    found = openings(text)
    if found and (own := text[: found[0][0]].strip()):
        return own
    lines = text.splitlines()
    answers = [line for line in lines if not line.lstrip().startswith(">")]
    if len(answers) < len(lines) or found:
        # The answer stands below or between the quoted lines.
        joined = "\n".join(answers)
        if rest := without(joined, openings(joined)).strip():
            return rest
    # A mail that is passed on begins with a block, and its own words end at the next one.
    edges = [(0, 0), *blocks(text)]
    for (_, begin), (end, _) in pairwise(edges):
        if own := text[begin:end].strip():
            return own
    return text


def strip_signature(text: str) -> str:
    """The text without the closing and the signature at its end. Where nothing would be left, it stays as it is."""
    for _ in range(_ROUNDS):
        less = _once_unsigned(text)
        if less == text or not less:
            break
        text = less
    return text


def _once_unsigned(text: str) -> str:
    body = text.rstrip()
    start = max(0, len(body) - _TAIL)
    tail = body[start:]
    for end in (_END.search(tail), _LINE.search(tail)):
        if end is not None and (own := body[: start + end.start()].strip()):
            return own
    return text

"""Which legacy encoding makes a text read like a human language.

charset-normalizer takes short Turkish or Japanese texts for others, so each candidate is first judged by the letters
of single languages: under the right encoding nearly all letters beyond ASCII belong to one alphabet, in normal case.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

from charset_normalizer import from_bytes

_LATIN_9 = re.compile(rb"\xa4|[A-Za-z][\xbd\xb8\xa8][a-z]|(?<![0-9])\xbd[a-z]")

_PUNCTUATION = frozenset("’‘“”„–—…€«»°£®©™\u00a0·•§´½¼¾²³¹±×‹›″′→")
_WESTERN = {
    "de": "äöüßÄÖÜé",
    "fr": "éèêëàâçùûîïôœæÉÈÊÀÂÇÎÔŒ",
    "es": "áéíóúñüÁÉÍÓÚÑÜ¿¡ªº",
    "pt": "áâãàçéêíóôõúÁÂÃÀÇÉÊÍÓÔÕÚ",
    "it": "àèéìòùÀÈÉÌÒÙ",
    "nl": "ëéïöüèó",
    "da": "æøåÆØÅé",
    "sv": "åäöÅÄÖé",
    "ca": "àçèéíïòóúüÀÇÈÉÍÏÒÓÚÜ",
}
_CENTRAL = {
    "pl": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ",
    "cs": "áčďéěíňóřšťúůýžÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ",
    "sk": "áäčďéíĺľňóôŕšťúýžÁÄČĎÉÍĽŇÓÔŠŤÚÝŽ",
    "hu": "áéíóöőúüűÁÉÍÓÖŐÚÜŰ",
    "ro": "ăâîşţșțĂÂÎŞŢȘȚ",
    "hr": "čćđšžČĆĐŠŽ",
}
_CYRILLIC = {"ru": "".join(chr(c) for c in range(0x410, 0x450)) + "ёЁ№", "uk": ""}
_CYRILLIC["uk"] = _CYRILLIC["ru"] + "іїєґІЇЄҐ"
_FREQUENT = {"ru": frozenset("оеаинтсрвлкм"), "uk": frozenset("оаинетвірсклу"), "el": frozenset("αοιετνσηυρςκ")}
_GREEK = {"el": "".join(chr(c) for c in range(0x386, 0x3CF))}
# Candidates in the order in which a tie is decided.
_SINGLE_BYTE: tuple[tuple[str, dict[str, str]], ...] = (
    ("cp1252", _WESTERN | {"is": "áðéíóúýþæöÁÐÉÍÓÚÝÞÆÖ"}),
    ("cp1250", _CENTRAL),
    ("iso8859-2", _CENTRAL),
    ("cp1251", _CYRILLIC),
    ("koi8-r", _CYRILLIC),
    ("cp866", _CYRILLIC),
    ("iso8859-5", _CYRILLIC),
    ("cp1253", _GREEK),
    ("iso8859-7", _GREEK),
    ("cp1254", {"tr": "çğıöşüâîÇĞİÖŞÜ"}),
    ("cp1255", {"he": "".join(chr(c) for c in range(0x5D0, 0x5EB))}),
    ("cp1256", {"ar": "".join(chr(c) for c in range(0x621, 0x653)) + "پچژگ،؟؛"}),
    ("cp1257", {"lt": "ąčęėįšųūžĄČĘĖĮŠŲŪŽ", "lv": "āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ", "et": "äõöüšžÄÕÖÜŠŽ"}),
    ("cp874", {"th": "".join(chr(c) for c in range(0xE01, 0xE5C))}),
    ("cp850", _WESTERN),
    ("cp852", _CENTRAL),
    ("mac-roman", _WESTERN),
)
# Windows made most of the files that are not Unicode; those of DOS and old Macs are rare.
_PRIOR = {"cp1252": 0.1, "cp850": -0.15, "cp852": -0.15, "cp866": -0.1, "mac-roman": -0.15}
_ENOUGH = 0.5


def legacy_encoding(high: bytes) -> str:
    """The Python codec under which lines that hold bytes above 127, in no Unicode encoding, read best."""
    found = [(score, name) for name, score in _scores(high)]
    best, name = max(found, key=lambda item: item[0], default=(0.0, ""))
    if best < _ENOUGH:
        guess = from_bytes(high).best()
        name = guess.encoding.replace("_", "-") if guess else "cp1252"
    if name in ("cp1252", "latin-1", "iso8859-1") and _decoded(high, "cp1252") is None:
        name = "latin-1"
    if name == "cp1252" and not any(0x80 <= byte <= 0x9F for byte in high):
        # The two differ only in 0x80 to 0x9F; without these bytes the file is plain Latin-1, or Latin-9, which has
        # the euro and the French ligature in places where Latin-1 has signs that stand in no text or in no word.
        name = "iso8859-15" if _LATIN_9.search(high) else "latin-1"
    return name


def _decoded(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _scores(high: bytes) -> Iterable[tuple[str, float]]:
    for name, alphabets in _SINGLE_BYTE:
        text = _decoded(high, name)
        if text is not None:
            # A file in several languages is judged by all their letters, but counts less than one that fits one.
            several = _alphabet_score(text, frozenset("".join(alphabets.values())), None) if len(alphabets) > 2 else 0.0
            yield name, several - 0.25 + _PRIOR.get(name, 0.0)
            for language, letters in alphabets.items():
                score = _alphabet_score(text, frozenset(letters), _FREQUENT.get(language))
                yield name, score + _PRIOR.get(name, 0.0)
    for name, judge in (("cp932", _japanese), ("euc-jp", _japanese), ("gb18030", _chinese), ("cp949", _korean)):
        text = _decoded(high, name)
        if text is not None:
            yield name, judge(text) - _amid_latin(text)
    text = _decoded(high, "big5")
    if text is not None:
        yield "big5", _traditional(text) - _amid_latin(text)


def _alphabet_score(text: str, letters: frozenset[str], frequent: frozenset[str] | None) -> float:
    """At most 1: the share of characters beyond ASCII that fit, less those that do not, less odd capitals."""
    total = often = 0
    score = 0.0
    foreign = min(letters) > "\u0370" or frequent is not None
    for before, char, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if char <= "\x7f":
            score -= 1.5 * (char.isupper() and before > "\x7f" and before.islower())
            continue
        total += 1
        if char in letters:
            often += frequent is not None and char in frequent
            # A capital within a word, or another script within a Latin word.
            odd = (char.isupper() and before.islower()) or (foreign and before.isascii() and before.isalpha())
            score += -0.5 if odd else 1.0
        elif char in _PUNCTUATION and (char in "’\u00a0–—" or not (before.isalpha() and after.isalpha())):
            score += 0.9
        else:
            # A sign amid a word is a letter of another encoding.
            score -= 1.5
    if not total:
        return 0.0
    return score / total - (max(0.0, 0.55 - often / total) if frequent is not None else 0.0)


def _cjk(text: str) -> list[str]:
    return [char for char in text if char > "\x7f"]


def _amid_latin(text: str) -> float:
    """How often a character beyond ASCII follows a Latin letter: seldom in East Asian text, often in a mistake."""
    chars = sum(1 for a, b in pairwise(text) if b > "\x7f" and a.isascii() and a.isalpha())
    return 1.5 * chars / max(1, len(_cjk(text)))


def _spaced(text: str) -> float:
    """How often a character beyond ASCII is followed by a blank and another one: Korean puts blanks, the others not."""
    pairs = sum(1 for a, b, c in zip(text, text[1:], text[2:], strict=False) if a > "\x7f" and b == " " and c > "\x7f")
    return pairs / max(1, len(_cjk(text)))


def _japanese(text: str) -> float:
    chars = _cjk(text)
    kana = sum("\u3040" <= c <= "\u30ff" for c in chars)
    kanji = sum("\u4e00" <= c <= "\u9fff" for c in chars)
    marks = sum("\u3000" <= c <= "\u303f" or "\uff01" <= c <= "\uff5e" for c in chars)
    score = (kana + kanji + marks - 1.5 * (len(chars) - kana - kanji - marks)) / max(1, len(chars))
    return score if kana >= 0.15 * len(chars) else score - 0.6


def _chinese(text: str) -> float:
    score = _hanzi(text, "gb2312", 0xB0, 0xD7)
    return score - (0.6 if _spaced(text) > 0.08 else 0.0)


def _traditional(text: str) -> float:
    return _hanzi(text, "big5", 0xA4, 0xC6) - (0.6 if _spaced(text) > 0.08 else 0.0)


def _hanzi(text: str, codec: str, low: int, high: int) -> float:
    """Characters of the standard's first level are frequent ones; others are rare."""
    score, chars = 0.0, _cjk(text)
    for char in chars:
        if "\u4e00" <= char <= "\u9fff":
            code = char.encode(codec, "ignore")
            score += (1.0 if low <= code[0] <= high else 0.2) if code else -1.0
        elif "\u3000" <= char <= "\u303f" or "\uff01" <= char <= "\uff5e" or char in "“”‘’…—·":
            score += 1.0
        else:
            score -= 1.5
    return score / max(1, len(chars))


def _korean(text: str) -> float:
    score, chars = 0.0, _cjk(text)
    for char in chars:
        if "\uac00" <= char <= "\ud7a3":
            score += 1.0 if char.encode("euc_kr", "ignore") else -1.0
        else:
            score -= 1.0
    blanks = _spaced(text)
    return score / max(1, len(chars)) - (0.5 if blanks < 0.05 else 0.0)

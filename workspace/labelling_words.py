"""The words of a text as people mark them: what is selected always begins and ends at one of these."""

import unicodedata

_JOINERS = frozenset("_\u200c\u200d")


def words_of(text: str) -> list[tuple[int, int]]:
    """Character offsets (start, end exclusive) of words, numbers and single signs, in order; white space is left out.

    Letters with their marks and digits that touch are one word. In scripts without blanks between words (Chinese,
    Japanese, Thai and the like) every letter stands alone, as any of them may begin a name.
    """
    found: list[tuple[int, int]] = []
    kind_before = ""
    for i, char in enumerate(text):
        kind = _kind(char)
        if kind == "word" and kind_before == "word":
            found[-1] = (found[-1][0], i + 1)
        elif kind == "mark" and found and found[-1][1] == i:
            found[-1] = (found[-1][0], i + 1)
            continue  # what a mark is put on stays what it is
        elif kind != "blank":
            found.append((i, i + 1))
        kind_before = kind
    return found


def _kind(char: str) -> str:
    if char.isascii():
        return "word" if char.isalnum() or char == "_" else "blank" if char.isspace() else "sign"
    category = unicodedata.category(char)
    if category.startswith("M") or char in _JOINERS:
        return "mark"
    if category.startswith("Z") or category in ("Cc", "Cf"):
        return "blank"
    if category.startswith(("L", "N")):
        return "letter" if _without_blanks(char) else "word"
    return "sign"


def _without_blanks(char: str) -> bool:
    """Scripts that are written without blanks: kana, Han, Thai, Lao, Khmer, Myanmar."""
    code = ord(char)
    return (
        0x3040 <= code <= 0x30FF
        or 0x3400 <= code <= 0x9FFF
        or 0x0E00 <= code <= 0x0EFF
        or 0x1000 <= code <= 0x109F
        or 0x1780 <= code <= 0x17FF
        or 0x20000 <= code <= 0x3FFFF
    )

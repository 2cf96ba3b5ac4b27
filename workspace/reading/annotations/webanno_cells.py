"""The cells of WebAnno TSV 3: escapes, stacked values, the numbers behind them."""

import re
from collections.abc import Sequence
from itertools import zip_longest

_ESCAPED = re.compile(r"\\(->|.)", re.DOTALL)
_VALUE = {"t": "\t", "n": "\n"}
_TEXT = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "b": "\b", "\\": "\\"}
_TEXT_ESCAPED = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_TO_ESCAPE = re.compile(r"->|[\\\[\]|_;*\t\n]")
_NUMBER = re.compile(r"(?<!\\)\[(\d{1,9})\]$")


def unescape_text(text: str) -> str:
    """The text behind ``#Text=`` as it was."""

    def plain(match: re.Match[str]) -> str:
        code = match.group(1)
        if len(code) == 5:
            return chr(int(code[1:], 16))
        return _TEXT.get(code, code if code < " " else match.group(0))

    return _TEXT_ESCAPED.sub(plain, text) if "\\" in text else text


def escape_text(text: str) -> str:
    """One line of text as it stands behind ``#Text=``."""
    for code, sign in (("\\", "\\"), ("t", "\t"), ("r", "\r"), ("f", "\f"), ("b", "\b")):
        text = text.replace(sign, "\\" + code)
    return text


def unescape(value: str) -> str:
    """A feature's value as it was."""
    return _ESCAPED.sub(lambda m: _VALUE.get(m.group(1), m.group(1)), value) if "\\" in value else value


def escape(value: str) -> str:
    """A feature's value as a cell holds it. A CR would end the line in other programs, so it becomes a blank."""
    named = {"\t": "\\t", "\n": "\\n"}
    return _TO_ESCAPE.sub(lambda m: named.get(m.group(0), "\\" + m.group(0)), value.replace("\r", " "))


def split(cell: str) -> list[str]:
    """The values that are stacked in a cell; none for ``_`` and an empty one."""
    if cell in ("_", ""):
        return []
    if "\\" not in cell:
        return cell.split("|")
    found, now, at = [], "", 0
    while at < len(cell):
        if cell[at] == "\\" and at + 1 < len(cell):
            now += cell[at : at + 2]
            at += 2
        elif cell[at] == "|":
            found.append(now)
            now, at = "", at + 1
        else:
            now += cell[at]
            at += 1
    return [*found, now]


def raw_stack(cells: list[str], first: int, width: int) -> list[list[str]]:
    """The stacked values of a layer's columns, as they stand in the file."""
    columns = [split(cells[index]) if index < len(cells) else [] for index in range(first, first + width)]
    return [list(values) for values in zip_longest(*columns, fillvalue="_")]


def stack(cells: list[str], first: int, features: Sequence[str]) -> list[tuple[list[str | None], int]]:
    """The stacked values of a span layer's columns, ``*`` and ``_`` as None, with the number that tells them apart.

    Values belong together by their number, else by their place in the stack: some programs write a value only for
    those annotations that have one. Slot features (``ROLE_…`` and the targets behind) stay as the file has them.
    """
    found: dict[int, list[str | None]] = {}
    for index in range(len(features)):
        slot, target = is_slot(features, index)
        known = list(found)
        column = split(cells[first + index]) if first + index < len(cells) else []
        for place, value in enumerate(column):
            match = None if target else _NUMBER.search(value)
            number = int(match.group(1)) if match else known[place] if place < len(known) else -1 - place
            value = value[: match.start()] if match else value
            values = found.setdefault(number, [None] * len(features))
            values[index] = None if value in ("*", "_", "") else value if slot else unescape(value)
    return [(values, max(0, number)) for number, values in found.items()]


def is_slot(features: Sequence[str], index: int) -> tuple[bool, bool]:
    """Whether a feature is half of a slot, and whether it is the half that names the targets."""
    target = index > 0 and features[index - 1].startswith("ROLE_")
    return target or features[index].startswith("ROLE_"), target

"""What a single cell looks like: empty, a number, a date, a comment. Shared by layout, dialect and profile."""

import re
from collections.abc import Sequence

_MONEY = r"(?:[A-Z]{0,3}[$€£¥₹₽₩₺₪]|CHF|EUR|USD|GBP|INR|BRL|SEK|NOK|DKK|PLN|CZK|HUF|Rs\.?|kr\.?|zł|Kč|Ft|руб\.?)"
_NUMBER = re.compile(
    rf"[-+(]?\s?(?:{_MONEY}\s?)?"
    r"(?:\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+|\d{1,2}(?:,\d{2})+,\d{3}|\d+)(?:[.,]\d+)?(?:[eE][-+]?\d+)?"
    rf"(?:\s?(?:[%)]|{_MONEY}))?"
    r"|[-+]?[.,]\d+"
)
_DATE = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|\d{4}[年년.] ?\d{1,2}[月월.] ?\d{1,2}[日일.]?"
    r"|\d{1,2}\.?[- ][A-Za-zÀ-ÿЀ-ӿ]{3,9}\.?[- ,]+\d{2,4}"
    r"|[A-Z][a-zÀ-ÿ]{2,8}\.? \d{1,2},? \d{4})"
    r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:[AaPp]\.?[Mm]\.?)?"
    r"\s?(?:Z|(?:GMT|UTC)?[-+]\d{1,2}(?::?\d{2})?|GMT|UTC|[A-Z]{3,4})?)?"
    r"|\d{1,2}:\d{2}(?::\d{2})?"
)
_BOOLEANS = frozenset({"true", "false", "yes", "no", "ja", "nein", "oui", "non", "sí", "si"})
_NOTHING = frozenset({"", "-", "--", ".", "..", "n/a", "na", "nan", "null", "none", "?", "x", "*"})


def is_blank(cell: str) -> bool:
    """Nothing but white space (non-breaking and zero-width blanks count as white space)."""
    return not cell.strip(" \t\r\n\f\v\u00a0\u200b\ufeff\u2007\u202f")


def extent(row: Sequence[str]) -> int:
    """Number of cells up to the last one that is not blank."""
    width = len(row)
    while width and is_blank(row[width - 1]):
        width -= 1
    return width


def is_number(cell: str) -> bool:
    """A number as people write it: sign, currency, thousands marks, percent."""
    return _NUMBER.fullmatch(cell.strip()) is not None


def is_date(cell: str) -> bool:
    """A date, a time or both, in the usual notations."""
    return _DATE.fullmatch(cell.strip()) is not None


def is_boolean(cell: str) -> bool:
    """Yes or no in a few languages."""
    return cell.strip().lower() in _BOOLEANS


def is_typed(cell: str) -> bool:
    """A number or a date: something a header's cell seldom is."""
    return is_number(cell) or is_date(cell)


def says_nothing(cell: str) -> bool:
    """A placeholder such as ``-`` or ``n/a``: fits into a column of any type."""
    return cell.strip().lower() in _NOTHING

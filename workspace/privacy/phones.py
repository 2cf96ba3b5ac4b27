"""Phone numbers: python-phonenumbers (Google's libphonenumber) decides; how a number is written says whether to ask.

Any ten digits are a valid number somewhere, so an order number would be one, too. Asked are: numbers with an
international prefix, North American ones in their groups, those that begin with 0 and are written in groups, and any
digits behind a word such as "tel" or "mobile".
"""

import re
from collections.abc import Iterator

from workspace.privacy.context import said_before, words

_CANDIDATE = re.compile(
    r"(?<![\w.,+#/=\-])(?:\+|\()?\d[\d ()/.\-\u00a0]{4,22}\d(?:\s?(?:x|ext\.?)\s?\d{1,5})?(?![\w\-/]|[.,]\d)"
)
_NORTH_AMERICAN = re.compile(r"(?:\+?1[ .\-])?(?:\(\d{3}\) ?|\d{3}[.\-])\d{3}[.\- ]\d{4}(?:\s?(?:x|ext\.?)\s?\d{1,5})?")
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?:\s|$)")
_NO_PHONE = re.compile(r"\D*0\D*0\D*0|\d{1,3}(?:\.\d{1,3}){3}$")
"""No number in the world begins with 000, which is why stand-ins do (:mod:`pseudonyms`); the other is an IP address."""

PHONE_SAID = words(
    tuple(
        "phone telephone tel tel. mobile cell cellphone call fax whatsapp sms ring reach telefon telefonnummer handy "
        "handynummer mobil mobilnummer rufnummer rückruf anrufen téléphone tél tél. portable appeler appelez teléfono "
        "tfno móvil celular llamar llámame telefono cellulare chiamare chiamatemi telefone celular ligar telefoon "
        "bellen telefonu telefonszám puhelin telefonnr".split()
    )
)
_WITH_TRUNK_ZERO = ("DE", "GB", "FR", "IT", "NL", "AT", "CH", "BE", "AU", "IN", "SE", "TR", "JP", "ZA", "IE")
_OTHERS = ("US", "ES", "BR", "PL", "PT", "MX", "DK", "NO", "SG", "CZ", "IL", "CN", "GR")


def find_phones(text: str, hint: str) -> Iterator[tuple[int, int, bool]]:
    """Start, end, and whether a word or the column's name says that it is one."""
    for match in _CANDIDATE.finditer(text):
        written, start = match.group(), match.start()
        digits = sum(c.isdigit() for c in written)
        if not 7 <= digits <= 17 or _DATE.match(written) or _NO_PHONE.match(written):
            continue
        said = said_before(PHONE_SAID, text, start, hint)
        if _is_phone(written, said):
            yield start, match.end(), said


def _is_phone(written: str, said: bool) -> bool:
    international = written.startswith("+") or (written.startswith("00") and not written.startswith("000"))
    if international:
        number = "+" + written[2:] if written.startswith("00") else written
        return _in_region(number, None, possible=True)
    if _NORTH_AMERICAN.fullmatch(written):
        return _in_region(written, "US", possible=True)
    zero = written.lstrip("(").startswith("0")
    grouped = not written.isdigit()
    if zero and (grouped or said):
        return any(_in_region(written, region, possible=said) for region in _WITH_TRUNK_ZERO)
    return said and any(_in_region(written, region, possible=False) for region in _OTHERS + _WITH_TRUNK_ZERO)


def _in_region(written: str, region: str | None, *, possible: bool) -> bool:
    from phonenumbers import NumberParseException, is_possible_number, is_valid_number, parse

    try:
        number = parse(written, region)
    except NumberParseException:
        return False
    return is_possible_number(number) if possible else is_valid_number(number)

"""Kinds of personal data: their codes, what people call them, and what stands in a text where one was hidden."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """``one`` and ``many`` complete "holds …"; ``mask`` stands where a value was."""

    code: str
    one: str
    many: str
    mask: str


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("email", "e-mail address", "e-mail addresses", "[EMAIL]"),
        Kind("phone", "phone number", "phone numbers", "[PHONE]"),
        Kind("iban", "bank account (IBAN)", "bank accounts (IBAN)", "[IBAN]"),
        Kind("card", "payment card number", "payment card numbers", "[CARD]"),
        Kind("national_id", "identity, tax or insurance number", "identity, tax or insurance numbers", "[ID]"),
        Kind("ip", "network address (IP)", "network addresses (IP)", "[IP]"),
        Kind("address", "postal address", "postal addresses", "[ADDRESS]"),
        Kind("name", "name", "names", "[NAME]"),
    )
}
"""In the order in which people are shown them. Names only where a spaCy model is installed (:mod:`names`)."""


@dataclass(frozen=True, order=True)
class Found:
    """One value in a text: characters ``start`` to ``end``."""

    start: int
    end: int
    kind: str

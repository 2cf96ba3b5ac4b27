"""Stable pseudonyms: the same value gets the same stand-in, and only who has the key could tell which was which.

They look like what they stand for (groups, separators, lengths), and none of them can be anybody's: mail domains under
``.invalid`` (RFC 2606), phone numbers that begin with 000, network addresses from ``0.0.0.0/8`` and ``100::/64``
(RFC 6890), account, card and identity numbers whose check digits are wrong. So they are not found again.
"""

import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256

from workspace.errors import NotFound
from workspace.storage import Storage

_KEY_FILE = "pseudonyms.key"


class Pseudonyms:
    """Stand-ins under one key. Values that differ only in case, blanks and separators get the same one."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, value: str, kind: str) -> str:
        """The stand-in for a value of that kind."""
        meant = "".join(c for c in value.casefold() if c.isalnum() or (kind == "email" and not c.isspace()))
        stream = _Stream(self._key, f"{kind}\0{meant}")
        return _MAKERS.get(kind, _same_shape)(value, stream)


class _Stream:
    """Numbers that follow from key and value, as HMAC-SHA256 makes them; without the key they say nothing."""

    def __init__(self, key: bytes, value: str) -> None:
        self._number = int.from_bytes(hmac.new(key, value.encode(), sha256).digest())

    def below(self, limit: int) -> int:
        self._number, rest = divmod(self._number, limit)
        return rest


def _email(_: str, stream: _Stream) -> str:
    return f"user-{stream.below(36**5):05d}@mail.invalid"


def _phone(value: str, stream: _Stream) -> str:
    place = 0
    out = ""
    for char in value:
        if char.isdigit():
            char = "0" if place < 3 else str(stream.below(10))
            place += 1
        out += char
    return out


def _ip(value: str, stream: _Stream) -> str:
    if ":" in value:
        return f"100::{stream.below(0xFFFF):x}:{stream.below(0xFFFF):x}"
    return f"0.{stream.below(256)}.{stream.below(256)}.{stream.below(256)}"


def _name(_: str, stream: _Stream) -> str:
    return f"Person {_letters(stream, 4)}"


def _address(_: str, stream: _Stream) -> str:
    return f"Address {_letters(stream, 4)}"


def _letters(stream: _Stream, count: int) -> str:
    return "".join(chr(ord("A") + stream.below(26)) for _ in range(count))


def _same_shape(value: str, stream: _Stream) -> str:
    """Digits for digits and letters for letters, so that no recogniser takes it for a valid number."""
    from workspace.privacy.recognise import find_personal

    head = 2 if value[:2].isalpha() else 0  # the country of an account stays
    while True:
        out = value[:head] + "".join(
            str(stream.below(10)) if c.isdigit() else _letters(stream, 1) if c.isalpha() else c for c in value[head:]
        )
        if not find_personal(out):
            return out


_MAKERS: dict[str, Callable[[str, _Stream], str]] = {
    "email": _email,
    "phone": _phone,
    "ip": _ip,
    "name": _name,
    "address": _address,
}


def pseudonyms_of(storage: Storage, family_id: str) -> Pseudonyms:
    """Those of one data set, in all its versions. The key is made at first use and is deleted with the data."""
    key = storage.key("datasets", family_id, _KEY_FILE)
    try:
        with storage.read(key) as file:
            return Pseudonyms(file.read())
    except NotFound:
        with storage.write(key) as file:
            file.write(secrets.token_bytes(32))
    with storage.read(key) as file:
        return Pseudonyms(file.read())

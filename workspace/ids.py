"""Identifiers: a readable prefix, then a time-ordered UUID (version 7, RFC 9562), so that ids sort by age."""

import os
import time
from typing import Literal

Prefix = Literal[
    "usr",
    "ds",
    "plan",
    "run",
    "mdl",
    "ask",
    "call",
    "fb",
    "lab",
    "an",
    "del",
    "shr",
    "dep",
    "key",
    "acc",
    "case",
    "note",
]


def uuid7_hex() -> str:
    """32 hex digits: 48 bits of milliseconds since the epoch, then version, variant and 74 random bits."""
    millis = time.time_ns() // 1_000_000
    value = (millis & ((1 << 48) - 1)) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return f"{value:032x}"


def new_id(prefix: Prefix) -> str:
    """A new id such as ``run_019a…``."""
    return f"{prefix}_{uuid7_hex()}"


def new_conversation_id() -> str:
    """A dashed UUID: the web chat requires thread ids of this form."""
    h = uuid7_hex()
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"

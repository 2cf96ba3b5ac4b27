"""Texts whose letters were read in a wrong encoding, such as ``cafÃ©``; repaired with ftfy (Speer 2019)."""

MAYBE = r"[\x{80}-\x{9f}ÃÂâãÐÑØÙÅÄÎÏåÌ‰]"
"""Finds texts that may be damaged, so that only these are looked at closely (RE2)."""


def repair(text: str) -> str:
    """The text as it was meant; unchanged where it is fine or the damage cannot be undone."""
    from ftfy import TextFixerConfig, fix_encoding

    config = TextFixerConfig(restore_byte_a0=True)
    fixed = fix_encoding(text, config)
    if fixed != text:
        return fixed
    # An old Excel for Mac spoils once more what was spoilt already: £ -> Â£ -> å£.
    try:
        once = text.encode("sloppy-windows-1252").decode("mac_roman")
    except UnicodeError:
        return text
    fixed = fix_encoding(once, config)
    return fixed if fixed != once and _foreign(fixed) < _foreign(text) else text


def _foreign(text: str) -> int:
    return sum(not c.isascii() for c in text)

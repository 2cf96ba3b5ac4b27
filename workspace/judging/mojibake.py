"""Texts whose letters were read in a wrong encoding, such as ``cafÃ©``; repaired with ftfy (Speer 2019)."""

MAYBE = r"[\x{80}-\x{9f}ÃÂâãÐÑØÙÅÄÎÏ]"
"""Finds texts that may be damaged, so that only these are looked at closely (RE2)."""


def repair(text: str) -> str:
    """The text as it was meant; unchanged where it is fine or the damage cannot be undone."""
    from ftfy import TextFixerConfig, fix_encoding

    return fix_encoding(text, TextFixerConfig(restore_byte_a0=True))

"""When two texts are the same, and how a row says which text it was made from."""

import hashlib
import re
import unicodedata

_NOT_LETTERS = re.compile(r"[\W_]+", re.UNICODE)


def same_text_key(text: str) -> str:
    """Equal for texts that differ only in case, punctuation, spacing or Unicode form."""
    folded = _NOT_LETTERS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
    return folded or text.strip()


def source_key(text: str) -> str:
    """What stands in the column :data:`workspace.augmentation.MARKER` of rows that were made from this text."""
    return hashlib.blake2b(same_text_key(text).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()

"""Texts too short to say anything, and longer than a model reads."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workspace.judging.types import RowNumbers

LEAST = 3
"""Letters and digits that a text needs to say something; one is enough where each sign is a word."""

MODEL_TOKENS = 256
"""What the starter model reads of a text (all-MiniLM-L6-v2's ``max_seq_length``)."""

_WIDE = r"[\x{3040}-\x{30FF}\x{3400}-\x{9FFF}\x{AC00}-\x{D7AF}\x{0E00}-\x{0EFF}]"
_PLACEHOLDER = (
    r"(?i)^[\s(\[<]*(?:n/?a|n\.a\.|none|null|nan|nil|tbd|todo|test|xxx+|k\.?\s?a\.?|keine angabe|empty|blank)"
    r"[\s)\]>.]*$"
)
# Word pieces of English are about 4.2 characters long with their blanks; of other scripts the starter model knows
# hardly more than single letters.
_LATIN, _OTHER = 4.2, 1.2


def too_short(texts: pa.Array, least: int = LEAST) -> RowNumbers:
    """Texts with fewer than ``least`` letters and digits, or only the place of one (``n/a``). Not empty ones."""
    few = rf"^[^\pL\pN]*(?:[\pL\pN][^\pL\pN]*){{0,{max(0, least - 1)}}}$"
    short = pc.or_(pc.match_substring_regex(texts, few), pc.match_substring_regex(texts, _PLACEHOLDER))
    short = pc.and_(short, pc.invert(pc.match_substring_regex(texts, _WIDE)))
    short = pc.and_(short, pc.match_substring_regex(texts, r"\S"))
    return np.flatnonzero(pc.fill_null(short, False).to_numpy(zero_copy_only=False))


def too_long(texts: pa.Array, tokens: int = MODEL_TOKENS) -> RowNumbers:
    """Which texts are probably longer than ``tokens`` tokens, estimated by their letters."""
    characters = pc.fill_null(pc.utf8_length(texts), 0).to_numpy(zero_copy_only=False).astype(np.float64)
    size = pc.fill_null(pc.binary_length(texts), 0).to_numpy(zero_copy_only=False).astype(np.float64)
    other = np.minimum(size - characters, characters)
    # A few accents do not make another script.
    other[other < 0.2 * characters] = 0
    return np.flatnonzero((characters - other) / _LATIN + other / _OTHER > tokens)

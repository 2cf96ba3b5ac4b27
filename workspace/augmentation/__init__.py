"""More rows from few: texts changed a little, names in texts exchanged. Pure functions; the worker measures the gain.

Synonyms are left out: no package brings WordNet's data along (wn and nltk download it), and guessing does harm.
"""

from workspace.augmentation.entities import Mention, mentions_in, swap_in_text, swap_in_words
from workspace.augmentation.keys import same_text_key, source_key
from workspace.augmentation.noise import METHODS, Variant, variants

MARKER = "mtw_augmented_from"
"""Column of an augmented table: which text a row was made from (a hash); empty in rows that people wrote.

A training leaves a row out of its exam and of every choice, and learns from it only where it learns from that text.
"""

__all__ = [
    "MARKER",
    "METHODS",
    "Mention",
    "Variant",
    "mentions_in",
    "same_text_key",
    "source_key",
    "swap_in_text",
    "swap_in_words",
    "variants",
]

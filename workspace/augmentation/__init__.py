"""More rows from few: texts changed a little, names in texts exchanged. Pure functions; the worker measures the gain.

Synonyms are left out: no package brings WordNet's data along (wn and nltk download it), and guessing does harm.
"""

from workspace.augmentation.entities import Mention, mentions_in, swap_in_text, swap_in_words
from workspace.augmentation.exchange import add_exchanged
from workspace.augmentation.keys import same_text_key, source_key
from workspace.augmentation.marker import MARKER
from workspace.augmentation.noise import METHODS, Variant, variants

__all__ = [
    "MARKER",
    "METHODS",
    "Mention",
    "Variant",
    "add_exchanged",
    "mentions_in",
    "same_text_key",
    "source_key",
    "swap_in_text",
    "swap_in_words",
    "variants",
]

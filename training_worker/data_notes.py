"""What people should know of the rows that a training learns from, and what was done about it."""

from collections import Counter

import numpy as np

from training_worker.split import Split
from workspace.judging.languages import languages_of

FEW_ROWS = 20
"""Rows a label up to which examples are called few."""
UNEVEN = 100
"""How many times more rows the commonest label has than the rarest where it is worth saying."""
FOREIGN_SHARE = 0.3
"""Share of texts in other languages than the starter model's from which on it is worth saying."""
LOOKED_AT = 100
_STARTER_LANGUAGE = "English"


def notes_on(split: Split, *, starter: bool) -> list[str]:
    """Sentences on few rows, uneven labels, and texts in a language that the base model does not know.

    ``starter``: whether the starter model reads the texts.
    """
    counts = Counter(split.learn.labels)
    judged = {split.learn.labels[row] for _, valid in split.folds for row in valid}
    return [*_few(counts, len(split.folds)), *_uneven(counts, judged), *(_language(split) if starter else [])]


def _few(counts: Counter[str], folds: int) -> list[str]:
    middle = int(np.median(list(counts.values())))
    if middle > FEW_ROWS:
        return []
    how = f" So every row judges once, in {folds} rounds." if folds > 1 else ""
    return [f"There are few examples: half of the labels have {middle} or fewer.{how} More of them would help most."]


def _uneven(counts: Counter[str], judged: set[str]) -> list[str]:
    (common, most), (rare, least) = counts.most_common(1)[0], counts.most_common()[-1]
    if most < UNEVEN * least:
        return []
    notes = [
        f"The label {common} has {most:,} rows and {rare} has {least:,}. Accuracy says little here: look at the scores "
        "of each label."
    ]
    if unjudged := sorted(set(counts) - judged):
        notes.append(
            f"{', '.join(unjudged[:3])}: too few rows to choose settings by. The model rarely gives such a label; its "
            "probability still says which texts to look at first."
        )
    return notes


def _language(split: Split) -> list[str]:
    found = languages_of(split.learn.texts, LOOKED_AT)
    foreign = {name: count for name, count in found.most_common() if name != _STARTER_LANGUAGE}
    if sum(foreign.values()) < FOREIGN_SHARE * max(found.total(), 1):
        return []
    names = ", ".join(list(foreign)[:3])
    return [
        f"Many texts are not in {_STARTER_LANGUAGE} ({names}). The starter model knows {_STARTER_LANGUAGE} only, so "
        "counted words have to do most of it; a base model for these languages would do better."
    ]

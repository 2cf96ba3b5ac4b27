"""Suggests categories for texts that have none: groups by meaning, named with the texts' own words."""

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from training_worker.label_order import Vectors, group, typicality

FEWEST_ROWS = 20
MOST_GROUPS = 10
MOST_COMPARED = 1_500
LEAST_SHARE = 0.02
"""A group with a smaller share of the texts is no category; its texts go to the nearest one."""
_WORD = re.compile(r"[^\W\d_]{3,}", re.UNICODE)
_EMPTY = frozenset(
    "und der die das den dem des ein eine einer einem einen ist sind war nicht auch auf für mit von vom zum zur ich "
    "sie wir ihr mein meine les des une est pas pour dans sur avec mon mes vous nous que qui las los una por para "
    "con del mis please bitte hello hallo dear thanks thank hola bonjour merci gracias regards just get got like "
    "want did does didn doesn don".split()
)
"""Words that name nothing, beside those of scikit-learn's English list."""


@dataclass(frozen=True)
class Group:
    """A suggested category. ``rows``: its texts, the most typical first."""

    name: str
    words: list[str]
    share: float
    rows: list[int]


def suggest(texts: list[str], vectors: Vectors, seed: int = 0) -> list[Group]:
    """Groups of texts, largest first; empty where there are too few texts to tell groups apart."""
    if len(texts) < FEWEST_ROWS:
        return []
    labels = _best_grouping(vectors, seed)
    rows = [np.flatnonzero(labels == number) for number in range(int(labels.max()) + 1)]
    rows = sorted((r for r in rows if len(r) >= max(3, LEAST_SHARE * len(texts))), key=lambda r: -len(r))
    words = _telling_words([[texts[i] for i in r] for r in rows])
    names = _names(words)
    found = []
    for name, telling, members in zip(names, words, rows, strict=True):
        typical = members[np.argsort(-typicality(vectors[members]), kind="stable")]
        found.append(Group(name, telling, len(members) / len(texts), [int(i) for i in typical]))
    return found


def _best_grouping(vectors: Vectors, seed: int) -> NDArray[np.int64]:
    """The number of groups that sets them apart best (silhouette, Rousseeuw 1987), from 2 to ``MOST_GROUPS``.

    Texts shade into one another, so the measure hardly falls with more groups: the largest number within a fifth of
    the best is taken, for it is easier to merge categories than to find a hidden one.
    """
    sample = np.random.default_rng(seed).permutation(len(vectors))[:MOST_COMPARED]
    compared = vectors[sample]
    tried: list[tuple[float, NDArray[np.int64]]] = []
    for groups in range(2, min(MOST_GROUPS, len(vectors) // 8) + 1):
        labels = group(vectors, groups, seed)
        tried.append((_silhouette(compared, labels[sample]), labels))
    best = max(score for score, _ in tried)
    return [labels for score, labels in tried if score >= best - 0.2 * abs(best)][-1]


def _silhouette(vectors: Vectors, labels: NDArray[np.int64]) -> float:
    """How much nearer each row is to its own group than to the next one, simplified: by the groups' means."""
    numbers = np.unique(labels)
    if len(numbers) < 2:
        return -1.0
    means = np.stack([vectors[labels == number].mean(axis=0) for number in numbers])
    distance = np.linalg.norm(vectors[:, None, :] - means[None, :, :], axis=2)
    place = np.searchsorted(numbers, labels)
    own = distance[np.arange(len(vectors)), place].copy()
    distance[np.arange(len(vectors)), place] = np.inf
    other = distance.min(axis=1)
    return float(((other - own) / np.maximum(own, other)).mean())


def _telling_words(groups: list[list[str]]) -> list[list[str]]:
    """Words that are frequent in a group and rare in the others (class-based TF-IDF, Grootendorst 2022)."""
    counts: list[Counter[str]] = []
    shown: dict[str, Counter[str]] = {}
    for texts in groups:
        seen: Counter[str] = Counter()
        for text in texts:
            words = {w.casefold(): w for w in _WORD.findall(text[:2_000])}
            kept = {low: w for low, w in words.items() if low not in ENGLISH_STOP_WORDS and low not in _EMPTY}
            seen.update(kept.keys())
            for low, word in kept.items():
                shown.setdefault(low, Counter())[word] += 1
        counts.append(seen)
    everywhere: Counter[str] = sum(counts, Counter())
    mean = sum(everywhere.values()) / max(len(groups), 1)
    found = []
    for texts, seen in zip(groups, counts, strict=True):
        least = max(2, 0.02 * len(texts))
        weighed = {w: n / len(texts) * np.log1p(mean / everywhere[w]) for w, n in seen.items() if n >= least}
        ranked = sorted(weighed, key=lambda w: (-weighed[w], w))[:5]
        found.append([shown[w].most_common(1)[0][0] for w in ranked])
    return found


def _names(words: list[list[str]]) -> list[str]:
    """A name of one or two words for each group, no two alike."""
    names: list[str] = []
    for number, telling in enumerate(words, start=1):
        stem = {w.casefold()[:4]: w for w in reversed(telling)}
        distinct = [w for w in telling if stem[w.casefold()[:4]] == w]
        options = [" and ".join(distinct[:n]) for n in (1, 2, 3) if len(distinct) >= n]
        # One word says too little, unless it stands in far more texts than the next.
        preferred = [*options[1:], *options[:1], f"Group {number}"]
        name = next(o for o in preferred if o.casefold() not in {n.casefold() for n in names})
        names.append(name[:1].upper() + name[1:])
    return names

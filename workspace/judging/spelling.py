"""Answers that are probably the same one, written differently."""

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from pathlib import Path

from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

_TRANSLATIONS = Path(__file__).parent / "data" / "label_translations.json"
_MOST = 1_000
_TYPO_SHARE = 0.2
_PLURAL_SHARE = 0.5
_SHORT_SHARE = 0.05
"""Names of three letters may be codes: only very rare ones are taken for errors, and only among few answers."""

_FEW_LABELS = 10
_FREQUENT = 0.1
_SIGNS = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")
_OPPOSITES = frozenset("un in im il ir dis non not no anti de a re pre post".split())


@dataclass(frozen=True)
class SimilarLabels:
    """``pairs``: a label and what it should probably be; ``translations``: the same, by what the words mean."""

    pairs: dict[str, str] = field(default_factory=dict)
    translations: dict[str, str] = field(default_factory=dict)


def variant_groups(counts: Mapping[str, int]) -> list[list[str]]:
    """Labels that differ only in capital letters and blanks, the most frequent spelling first in each group."""
    groups = [group for group in _grouped(counts) if len(group) > 1]
    return sorted(groups, key=lambda group: -sum(counts[label] for label in group[1:]))


def similar_labels(counts: Mapping[str, int]) -> SimilarLabels:
    """Labels that are likely a misspelling, a plural or a translation of a more frequent one.

    A misspelling differs by one letter (by two in long names), never in its digits, and is rare against the other; so
    classes that only look alike, such as ``card_arrival`` and ``card_arriving``, stay apart.
    """
    forms = {group[0]: sum(counts[label] for label in group) for group in _grouped(counts)}
    if len(forms) > _MOST:
        return SimilarLabels()
    spellings = {group[0]: group for group in _grouped(counts)}
    ordered = sorted(forms, key=lambda form: (-forms[form], form))
    better: dict[str, str] = {}
    few = sum(count >= _FREQUENT * max(forms.values(), default=0) for count in forms.values()) <= _FEW_LABELS
    candidates: defaultdict[str, list[str]] = defaultdict(list)
    for rare, often in _close(ordered):
        if _same(rare, often, forms[rare] / forms[often], least=3 if few else 4):
            candidates[rare].append(often)
    for rare, mains in candidates.items():
        # Where two names are equally near, nobody knows which was meant.
        nearest = [main for main in mains if main not in candidates]
        if nearest and (len(nearest) == 1 or _distance(rare, nearest[0]) < _distance(rare, nearest[1])):
            better[rare] = nearest[0]
    meant: dict[str, str] = {}
    for often, rare in combinations([form for form in ordered if form not in better], 2):
        if rare not in meant and often not in meant and _meanings(rare) & _meanings(often):
            meant[rare] = often
    return SimilarLabels(*({label: b for a, b in found.items() for label in spellings[a]} for found in (better, meant)))


def _grouped(counts: Mapping[str, int]) -> list[list[str]]:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for label in counts:
        groups[_folded(label)].append(label)
    return [sorted(group, key=lambda label: (-counts[label], label)) for group in groups.values()]


def _folded(label: str) -> str:
    return " ".join(label.casefold().split())


def _bare(label: str) -> str:
    """Letters and digits alone, without accents."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", label.casefold()) if not unicodedata.combining(c))
    return _SIGNS.sub("", plain)


def _close(ordered: list[str]) -> Iterable[tuple[str, str]]:
    """Pairs (rarer, more frequent) whose bare names differ by at most two letters, the closest first."""
    bare = [_bare(form) for form in ordered]
    distances = cdist(bare, bare, scorer=OSA.distance, score_cutoff=3)
    pairs = [(int(distances[b, a]), b, a) for a, b in combinations(range(len(ordered)), 2) if distances[b, a] <= 3]
    return [(ordered[b], ordered[a]) for _, b, a in sorted(pairs)]


def _distance(one: str, other: str) -> int:
    return int(OSA.distance(_bare(one), _bare(other)))


def _same(rare: str, often: str, share: float, least: int) -> bool:
    a, b = _bare(rare), _bare(often)
    if not a or not b or _DIGITS.findall(a) != _DIGITS.findall(b):
        return False
    if a == b:
        return True
    if _plural(a, b):
        return share <= _PLURAL_SHARE
    shorter, longer = sorted((a, b), key=len)
    if longer.endswith(shorter) and longer.removesuffix(shorter) in _OPPOSITES:
        return False
    allowed = _TYPO_SHARE if len(shorter) >= 4 else _SHORT_SHARE
    return share <= allowed and len(shorter) >= least and OSA.distance(a, b) <= (1 if len(longer) < 9 else 2)


def _plural(a: str, b: str) -> bool:
    shorter, longer = sorted((a, b), key=len)
    if len(shorter) < 3:
        return False
    return longer in (shorter + "s", shorter + "es") or (shorter.endswith("y") and longer == shorter[:-1] + "ies")


@cache
def _known() -> dict[str, frozenset[int]]:
    known: defaultdict[str, set[int]] = defaultdict(set)
    for number, words in enumerate(json.loads(_TRANSLATIONS.read_text(encoding="utf-8"))):
        for word in words:
            known[_bare(word)].add(number)
    return {word: frozenset(numbers) for word, numbers in known.items()}


def _meanings(label: str) -> frozenset[int]:
    return _known().get(_bare(label), frozenset())

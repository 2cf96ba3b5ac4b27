"""Which cause a question without any error message is about: by meaning where the starter model is there, and by words.

The known symptoms of each entry are the phrases; its title and explanation help, and so do its sample messages.
"""

import logging
import math
import threading
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

from tools.meaning import Encoder, Phrases, words_in
from tools.troubleshooting.entry import load_entries
from workspace.settings import Settings
from workspace.starter import starter_onnx_folder

_log = logging.getLogger(__name__)

_COMMON = frozenset(
    "a an the is are was were be been to of in on at for with and or not no it its this that i my me we you your do "
    "does did can could should have has had there what how why when which who than then from by as if but so up out "
    "only all any some one".split()
)
_WORDS_COUNT = 0.3
"""How much words in common count beside meaning; chosen on the entries' own phrases, each left out in turn."""
_SHARPNESS = 8.0
_FAR = 0.27
_NEAR = 0.6
"""Cosines: below the first a text is like no symptom, above the second it is surely like one."""


class Symptoms(Protocol):
    """Finds causes by what people say."""

    def chances(self, text: str) -> tuple[dict[str, float], float]:
        """The chance of each cause (sum 1), and between 0 and 1 how near the text is to any symptom at all."""
        ...


class ByWords:
    """Rare words in common. Needs nothing but the entries."""

    def __init__(self) -> None:
        self._phrases = [(code, _words(phrase)) for code, phrases in _phrases().items() for phrase in phrases]
        counts = Counter(word for _, words in self._phrases for word in words)
        self._weight = {word: math.log(1 + len(self._phrases) / count) for word, count in counts.items()}

    def chances(self, text: str) -> tuple[dict[str, float], float]:
        said = _words(text)
        overlaps: dict[str, list[float]] = {}
        for code, words in self._phrases:
            overlaps.setdefault(code, []).append(self._overlap(said, words))
        best = {code: sum(sorted(of)[-2:]) / 2 for code, of in overlaps.items()}
        powers = {code: math.exp(_SHARPNESS * score) for code, score in best.items()}
        total = sum(powers.values())
        return {code: power / total for code, power in powers.items()}, min(1.0, 1.5 * max(best.values()))

    def _overlap(self, said: frozenset[str], words: frozenset[str]) -> float:
        usual = math.log(1 + len(self._phrases))
        both = sum(self._weight[word] ** 2 for word in said & words)
        size = math.sqrt(sum(self._weight.get(w, usual) ** 2 for w in said) * sum(self._weight[w] ** 2 for w in words))
        return both / size if size else 0.0


class ByMeaning:
    """By the starter model, and by words beside it."""

    def __init__(self, encoder: Encoder, cache_folder: Path | None) -> None:
        self._phrases = Phrases(encoder, _phrases(), cache_folder)
        self._words = ByWords()

    def chances(self, text: str) -> tuple[dict[str, float], float]:
        near = self._phrases.near(text)
        by_words, _ = self._words.chances(text)
        names = self._phrases.names
        mixed = np.log(near.chances + 1e-6) + _WORDS_COUNT * np.log(np.array([by_words[name] for name in names]) + 1e-6)
        power = np.exp(mixed - mixed.max())
        chances = dict(zip(names, (power / power.sum()).tolist(), strict=True))
        nearest = max(float(own[0]) for own in near.nearest)
        return chances, min(1.0, max(0.0, (nearest - _FAR) / (_NEAR - _FAR)))


_loading = threading.Lock()
_loaded: dict[Path, Symptoms] = {}


def symptom_finder(settings: Settings) -> Symptoms:
    """The best finder there is on this installation. The first call takes seconds, and later starts are quick."""
    folder = starter_onnx_folder(settings)
    if folder is None:
        return _by_words()
    with _loading:
        if folder not in _loaded:
            try:
                _loaded[folder] = ByMeaning(Encoder(folder), settings.home / "cache" / "troubleshooting")
            except Exception:
                # Whatever is wrong with the files: words still serve.
                _log.exception("the starter model in %s cannot be used", folder)
                _loaded[folder] = _by_words()
        return _loaded[folder]


@cache
def _by_words() -> ByWords:
    return ByWords()


@cache
def _phrases() -> dict[str, tuple[str, ...]]:
    return {code: (*entry.symptoms, entry.title) for code, entry in load_entries().items()}


def _words(text: str) -> frozenset[str]:
    """Their stems, roughly: what counts is that "crashes" and "crash" are the same word."""
    return frozenset(_stem(word) for word in words_in(text) if word not in _COMMON)


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            return word[: -len(ending)]
    return word

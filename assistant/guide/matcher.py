"""From a message to what is wanted, by nearness to the phrases in intents.yaml.

With the starter model: by meaning (:mod:`tools.meaning.phrases`). Words in common help where the model does not know
the language, and serve alone where there is no model.
"""

import difflib
import logging
import math
import re
import threading
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from assistant.approval import normal
from tools.meaning import Encoder, Phrases, words_in

_log = logging.getLogger(__name__)

_WORD = re.compile(r"[^\W\d_]+")
_LEAST_MENDED = 5
_MOST_MENDED = 100
"""Characters: shorter words are too easily another word, longer texts are no wishes with a slip."""


@dataclass(frozen=True)
class Match:
    """What the message may mean. ``sure``: act on it. ``likely``: the intents to offer, likeliest first."""

    intent: str
    sure: bool
    likely: tuple[str, ...]
    score: float


@cache
def intents() -> dict[str, list[str]]:
    """Phrases by intent, in the file's order."""
    raw = yaml.safe_load((Path(__file__).parent / "intents.yaml").read_text("utf-8"))
    return {intent: [str(phrase) for phrase in phrases] for intent, phrases in raw.items()}


@cache
def _known_phrases() -> dict[str, str]:
    """The phrases themselves need no computing."""
    return {normal(phrase): intent for intent, phrases in intents().items() for phrase in phrases}


class WordMatcher:
    """Shared words, rare ones counting more. Needs nothing but the phrases."""

    sure_from = 0.55

    def __init__(self) -> None:
        self._phrases = [(intent, words_in(phrase)) for intent, phrases in intents().items() for phrase in phrases]
        counts = Counter(word for _, words in self._phrases for word in words)
        total = len(self._phrases)
        self._weight = {word: math.log(1 + total / count) for word, count in counts.items()}

    def match(self, text: str) -> Match:
        if known := _known_phrases().get(normal(text)):
            return Match(known, True, (known,), 1.0)
        found = self._nearest(words_in(text))
        if not found.sure and (mended := _mended(text)) != text:
            again = self._nearest(words_in(mended))
            return again if again.sure else found
        return found

    def _nearest(self, said: frozenset[str]) -> Match:
        best: dict[str, float] = {}
        for intent, words in self._phrases:
            best[intent] = max(best.get(intent, 0.0), self._overlap(said, words))
        ranked = sorted(best, key=lambda intent: -best[intent])
        score, second = best[ranked[0]], best[ranked[1]]
        return Match(ranked[0], score >= self.sure_from and score > second, tuple(ranked[:3]), min(score, 0.99))

    def _overlap(self, said: frozenset[str], words: frozenset[str]) -> float:
        unknown = math.log(1 + len(self._phrases))
        weigh = self._weight.get
        both = sum(weigh(w, unknown) for w in said & words)
        either = sum(weigh(w, unknown) for w in said | words)
        return both / either if either else 0.0


class SentenceMatcher:
    """Meaning, by the starter model."""

    def __init__(self, encoder: Encoder, cache_folder: Path | None = None) -> None:
        self._phrases = Phrases(encoder, intents(), cache_folder)

    def match(self, text: str) -> Match:
        if known := _known_phrases().get(normal(text)):
            return Match(known, True, (known,), 1.0)
        found = self._nearest(text)
        if found.sure:
            return found
        # The starter model knows English best, and typing errors not at all.
        by_words = _word_matcher().match(text)
        if by_words.sure:
            return by_words
        if (mended := _mended(text)) != text and (again := self._nearest(mended)).sure:
            return again
        return found

    def _nearest(self, text: str) -> Match:
        near = self._phrases.near(text)
        first, second, *_ = order = near.order
        own = near.nearest[first]
        margin = float(near.chances[first] - near.chances[second])
        sure = bool(own[0] >= 0.8) or (margin >= 0.3 and bool(own[0] >= 0.45))
        ranked = [self._phrases.names[i] for i in order[:3]]
        return Match(ranked[0], sure, tuple(ranked), round(float(own.mean()), 4))


@cache
def _vocabulary() -> dict[str, list[str]]:
    """Longer words of the phrases, by their first letter."""
    found: dict[str, list[str]] = {}
    for word in {w for phrases in intents().values() for phrase in phrases for w in words_in(phrase)}:
        if len(word) >= _LEAST_MENDED - 1:
            found.setdefault(word[0], []).append(word)
    return {letter: sorted(words) for letter, words in found.items()}


def _mended(text: str) -> str:
    """The text with words that are nearly words of the phrases put right: ``strat the trainning``."""

    def mend(found: re.Match[str]) -> str:
        word = found[0].casefold()
        known = _vocabulary().get(word[0], [])
        if len(word) < _LEAST_MENDED or word in known:
            return found[0]
        near = difflib.get_close_matches(word, known, n=1, cutoff=0.8)
        return near[0] if near else found[0]

    return _WORD.sub(mend, text) if len(text) <= _MOST_MENDED else text


_loading = threading.Lock()
_loaded: dict[Path, "SentenceMatcher | WordMatcher"] = {}


def matcher(folder: Path | None, cache_folder: Path | None = None) -> WordMatcher | SentenceMatcher:
    """The best matcher there is: by meaning where the starter model lies in ``folder``, else by words.

    It is loaded at the first call. Whoever asks while another thread is still loading it gets words for the moment.
    """
    if folder is None:
        return _word_matcher()
    known = _loaded.get(folder)
    if known is None and _loading.acquire(blocking=False):
        try:
            known = _loaded[folder] = SentenceMatcher(Encoder(folder), cache_folder)
        except Exception:
            # Whatever is wrong with the files: the guide still serves by rules and words.
            _log.exception("the starter model in %s cannot be used", folder)
            known = _loaded[folder] = _word_matcher()
        finally:
            _loading.release()
    return known or _word_matcher()


@cache
def _word_matcher() -> WordMatcher:
    return WordMatcher()

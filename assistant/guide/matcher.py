"""From a message to what is wanted, by nearness to the phrases in intents.yaml.

With the starter model: by meaning (:mod:`tools.meaning.phrases`). Letters in common
(:mod:`assistant.guide.letters`) help where it does not know the language or the spelling, and serve alone without it.
"""

import logging
import re
import threading
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from assistant.approval import normal
from assistant.guide.letters import Letters
from tools.meaning import Encoder, Phrases

_WORD = re.compile(r"[\w.-]*\w")
_ADDRESS = re.compile(r"\b(?:https?://\S+|[\w.+-]+@[\w-]+\.[\w.-]+\w)")
_log = logging.getLogger(__name__)

_LIKELY = 6
"""Intents to choose the offers from: not each of them is possible at any place."""


@dataclass(frozen=True)
class Match:
    """What the message may mean. ``sure``: act on it. ``likely``: the intents to offer, likeliest first."""

    intent: str
    sure: bool
    likely: tuple[str, ...]
    score: float


@cache
def intents(*, by_letters_alone: bool = True) -> dict[str, list[str]]:
    """Phrases by intent, in the order of intents.yaml; those of phrases/ are one file a language.

    Without those that are found by their letters alone, only English ones are added: the starter model gains nothing
    from the others, and each costs time at the first start.
    """
    folder = Path(__file__).parent
    raw = yaml.safe_load((folder / "intents.yaml").read_text("utf-8"))
    found = {intent: [str(phrase) for phrase in phrases] for intent, phrases in raw.items()}
    for path in sorted((folder / "phrases").glob("*.yaml" if by_letters_alone else "en.yaml")):
        for intent, phrases in yaml.safe_load(path.read_text("utf-8")).items():
            found[intent] += [str(phrase) for phrase in phrases]
    return found


@cache
def _known_phrases() -> dict[str, str]:
    """The phrases themselves need no computing."""
    return {normal(phrase): intent for intent, phrases in intents().items() for phrase in phrases}


@cache
def _known_words() -> frozenset[str]:
    """All words of the phrases, in all languages, in small letters."""
    return frozenset(_WORD.findall(" ".join(chain.from_iterable(intents().values())).casefold()))


def unheard(text: str) -> str:
    """From the first to the last word that no phrase of the guide has: in "delete Kundenmails" a name."""
    found = [word for word in _WORD.finditer(text) if word[0].casefold() not in _known_words()]
    return text[found[0].start() : found[-1].end()] if found else ""


class WordMatcher:
    """Shared words and parts of words, rare ones counting more. Needs nothing but the phrases."""

    sure_from = 0.5

    def __init__(self) -> None:
        self._letters = Letters(intents())

    def match(self, text: str) -> Match:
        if known := _known_phrases().get(normal(text)):
            return Match(known, True, (known,), 1.0)
        nearest = self._letters.near(_without_addresses(text))
        first, second, *_ = order = np.argsort(-nearest, kind="stable")
        score = float(nearest[first])
        intent = self._letters.names[first]
        sure = score >= self.sure_from + _more_for(intent) and bool(score > nearest[second])
        return Match(intent, sure, _named(self._letters.names, order), min(score, 0.99))


class SentenceMatcher:
    """Meaning, by the starter model, which knows English best, and letters, which know all languages and slips."""

    def __init__(self, encoder: Encoder, cache_folder: Path | None = None) -> None:
        self._phrases = Phrases(encoder, intents(by_letters_alone=False), cache_folder)
        self._letters = Letters(intents())

    def match(self, text: str) -> Match:
        if known := _known_phrases().get(normal(text)):
            return Match(known, True, (known,), 1.0)
        text = _without_addresses(text)
        near, shared = self._phrases.near(text), self._letters.near(text)
        chances = _softmax(np.log(near.chances + 1e-9) + _LETTERS * shared)
        first, second, *_ = order = np.argsort(-chances, kind="stable")
        intent, own = self._phrases.names[first], near.nearest[first]
        alike = max(float(own[0]), float(shared[first]) + 0.1)
        sure = bool(own[0] >= 0.8 or shared[first] >= 0.75) or (
            bool(chances[first] - chances[second] >= 0.2) and alike >= 0.4 + _more_for(intent)
        )
        score = max(float(own.mean()), float(shared[first]))
        return Match(intent, sure, _named(self._phrases.names, order), round(score, 4))


_LETTERS = 8.0
"""How much letters in common count beside meaning. It and the bounds of being sure were chosen on the phrases of
tests/assistant/guide/phrases.yaml and benchmarks/chat/phrases_first.yaml."""


def _without_addresses(text: str) -> str:
    """The letters of somebody's address say nothing of what is wanted."""
    return _ADDRESS.sub("", text) or text


def _more_for(intent: str) -> float:
    """What destroys is offered rather than begun where the words are only a little alike."""
    return 0.1 if intent.startswith("delete_") else 0.0


def _named(names: list[str], order: NDArray[np.int64]) -> tuple[str, ...]:
    return tuple(names[i] for i in order[:_LIKELY])


def _softmax(values: NDArray[Any]) -> NDArray[Any]:
    exp: NDArray[Any] = np.exp(values - values.max())
    shares: NDArray[Any] = exp / exp.sum()
    return shares


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


_reading = threading.Lock()


def _word_matcher() -> WordMatcher:
    with _reading:  # many may ask at once; it is made once
        return _only_word_matcher()


@cache
def _only_word_matcher() -> WordMatcher:
    return WordMatcher()

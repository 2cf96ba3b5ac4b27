"""From a message to what is wanted, by nearness to the phrases in intents.yaml.

With the starter model: a softmax classifier over its sentence vectors, trained on the phrases when it is loaded,
together with the nearness of each intent's nearest phrases, which also tells whether the message is like any of them at
all. Words in common help where the model does not know the language, and serve alone where there is no model.
"""

import difflib
import hashlib
import json
import logging
import math
import os
import re
import threading
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import yaml
from numpy.typing import NDArray

from assistant.approval import normal
from assistant.guide.encoder import Encoder, Vectors

_log = logging.getLogger(__name__)

_LEARNING = 1
"""To be counted up whenever vectors or weights are computed in another way."""

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
        self._phrases = [(intent, _words(phrase)) for intent, phrases in intents().items() for phrase in phrases]
        counts = Counter(word for _, words in self._phrases for word in words)
        total = len(self._phrases)
        self._weight = {word: math.log(1 + total / count) for word, count in counts.items()}

    def match(self, text: str) -> Match:
        if known := _known_phrases().get(normal(text)):
            return Match(known, True, (known,), 1.0)
        found = self._nearest(_words(text))
        if not found.sure and (mended := _mended(text)) != text:
            again = self._nearest(_words(mended))
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
        self._encoder = encoder
        self._names = list(intents())
        phrases = [(i, phrase) for i, name in enumerate(self._names) for phrase in intents()[name]]
        self._of = np.array([i for i, _ in phrases])
        texts = [phrase for _, phrase in phrases]
        kept = cache_folder / f"{_fingerprint(encoder, texts)}.npz" if cache_folder else None
        learned = _read(kept)
        if learned is None:
            vectors = _vectors(encoder, texts)
            learned = vectors, _softmax_regression(vectors, self._of, len(self._names))
            _write(kept, *learned)
        self._vectors, self._weights = learned

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
        vector = self._encoder([text])[0]
        near = self._vectors @ vector
        nearest = [np.sort(near[self._of == i])[::-1][:3] for i in range(len(self._names))]
        closeness = np.array([3 * own.mean() + 2 * own[0] for own in nearest], dtype=np.float32)
        chances = np.log(_softmax(np.append(vector, np.float32(1)) @ self._weights) + np.float32(1e-9))
        chances = _softmax(chances + 2 * closeness)
        order = np.argsort(-chances)
        ranked = [self._names[i] for i in order[:3]]
        own = nearest[order[0]]
        margin = float(chances[order[0]] - chances[order[1]])
        sure = bool(own[0] >= 0.8) or (margin >= 0.3 and bool(own[0] >= 0.45))
        return Match(ranked[0], sure, tuple(ranked), round(float(own.mean()), 4))


def _vectors(encoder: Encoder, texts: list[str]) -> Vectors:
    """In batches of like length: padding is what costs."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    parts = [encoder([texts[i] for i in order[at : at + 32]]) for at in range(0, len(order), 32)]
    return np.concatenate(parts)[np.argsort(order)]


def _fingerprint(encoder: Encoder, texts: list[str]) -> str:
    """Changes with the phrases, their intents, the model's file and the way of learning."""
    source = json.dumps([_LEARNING, encoder.identity, list(intents()), texts], ensure_ascii=False)
    return hashlib.sha256(source.encode()).hexdigest()[:24]


def _read(path: Path | None) -> tuple[Vectors, Vectors] | None:
    if path is None or not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as kept:
            return kept["vectors"], kept["weights"]
    except (OSError, ValueError, KeyError, BadZipFile):
        return None


def _write(path: Path | None, vectors: Vectors, weights: Vectors) -> None:
    """Keeping it only makes the next start faster, so a folder that cannot be written is no error."""
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.stem}.{os.getpid()}.partial.npz")
        np.savez(partial, vectors=vectors, weights=weights)
        partial.replace(path)
    except OSError:
        return


def _softmax(values: Vectors) -> Vectors:
    exp = np.exp(values - values.max(axis=-1, keepdims=True))
    return np.asarray(exp / exp.sum(axis=-1, keepdims=True), dtype=np.float32)


def _softmax_regression(vectors: Vectors, of: NDArray[np.int64], classes: int) -> Vectors:
    """Weights [dimensions + 1, classes] by full-batch gradient descent with momentum and weight decay."""
    x = np.concatenate([vectors, np.ones((len(vectors), 1), np.float32)], axis=1)
    y = np.eye(classes, dtype=np.float32)[of]
    balance = (len(of) / (classes * y.sum(axis=0)))[of][:, None].astype(np.float32)
    weights = np.zeros((x.shape[1], classes), dtype=np.float32)
    speed = np.zeros_like(weights)
    for _ in range(300):
        gradient = x.T @ ((_softmax(x @ weights) - y) * balance) / len(x) + 2e-4 * weights
        speed = 0.9 * speed - 4.0 * gradient
        weights += speed
    return weights


@cache
def _vocabulary() -> dict[str, list[str]]:
    """Longer words of the phrases, by their first letter."""
    found: dict[str, list[str]] = {}
    for word in {w for phrases in intents().values() for phrase in phrases for w in _words(phrase)}:
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


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


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

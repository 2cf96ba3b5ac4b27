"""Which group of known phrases a text is nearest to.

A softmax classifier over sentence vectors, trained on the phrases when it is made, together with the nearness of each
group's nearest phrases, which also tells whether the text is like any of them at all.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from tools.meaning.encoder import Encoder, Vectors

_LEARNING = 1
"""To be counted up whenever vectors or weights are computed in another way."""

_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Nearness:
    """Of one text to every group, in the order of ``Phrases.names``."""

    chances: Vectors
    """Shape [groups], sum 1: how likely each group is meant, if any of them is."""
    nearest: list[Vectors]
    """For each group, the cosines to its nearest phrases, at most three, highest first."""

    @property
    def order(self) -> list[int]:
        """The groups, likeliest first."""
        return [int(i) for i in np.argsort(-self.chances)]


class Phrases:
    """Groups of phrases and what tells them apart."""

    def __init__(self, encoder: Encoder, groups: Mapping[str, Sequence[str]], cache_folder: Path | None = None) -> None:
        """Reads what was learned of the same phrases before from ``cache_folder``, or learns it and keeps it there."""
        self._encoder = encoder
        self.names = list(groups)
        self._of = np.array([i for i, name in enumerate(self.names) for _ in groups[name]])
        texts = [phrase for name in self.names for phrase in groups[name]]
        kept = cache_folder / f"{self._fingerprint(texts)}.npz" if cache_folder else None
        learned = _read(kept)
        if learned is None:
            vectors = _vectors(encoder, texts)
            learned = vectors, _softmax_regression(vectors, self._of, len(self.names))
            _write(kept, *learned)
        self._vectors, self._weights = learned

    def near(self, text: str) -> Nearness:
        """How near a text is to each group."""
        vector = self._encoder([text])[0]
        near = self._vectors @ vector
        nearest = [np.sort(near[self._of == i])[::-1][:3] for i in range(len(self.names))]
        closeness = np.array([3 * own.mean() + 2 * own[0] for own in nearest], dtype=np.float32)
        chances = np.log(_softmax(np.append(vector, np.float32(1)) @ self._weights) + np.float32(1e-9))
        return Nearness(_softmax(chances + 2 * closeness), nearest)

    def _fingerprint(self, texts: list[str]) -> str:
        """Changes with the phrases, their groups, the model's file and the way of learning."""
        source = json.dumps([_LEARNING, self._encoder.identity, self.names, texts], ensure_ascii=False)
        return hashlib.sha256(source.encode()).hexdigest()[:24]


def words_in(text: str) -> frozenset[str]:
    """The words of a text, without case, numbers and signs."""
    return frozenset(_WORD.findall(text.casefold()))


def _vectors(encoder: Encoder, texts: list[str]) -> Vectors:
    """In batches of like length: padding is what costs."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    parts = [encoder([texts[i] for i in order[at : at + 32]]) for at in range(0, len(order), 32)]
    return np.concatenate(parts)[np.argsort(order)]


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

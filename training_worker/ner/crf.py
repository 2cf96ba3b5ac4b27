"""A linear-chain CRF over words (Lafferty, McCallum, Pereira 2001) with the features of the CoNLL systems.

Word, beginnings and endings, shape (Collins 2002), neighbours and pairs of words. CRFsuite learns it; the model is
its own file format, which holds numbers and names and no code.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pycrfsuite
from numpy.typing import NDArray

from training_worker.ner.tags import Place, TagSet
from workspace.errors import InputError

LEAST_PROBABILITY = 1e-6
"""Of a tag that the model rules out: another model that is asked as well may still find it."""
AFFIX = 5
MOST_SHAPE = 20
_REACH = (-3, -2, -1, 1, 2, 3)


def features_of(text: str, places: Sequence[Place]) -> list[list[str]]:
    """What the CRF sees of each word."""
    words = [text[start:end] for start, end in places]
    low = [word.lower() for word in words]
    shapes = [_shape(word) for word in words]
    short = [_shortened(shape) for shape in shapes]
    touches = [bool(i) and places[i][0] == places[i - 1][1] for i in range(len(places))] + [False]
    case = _case(words)
    found = []
    for i, word in enumerate(low):
        features = ["b", f"w={word}", f"x={short[i]}", f"X={shapes[i]}", f"l={min(len(word), 8)}", f"c={case}"]
        features += [f"p={word[:size]}" for size in range(2, AFFIX + 1) if len(word) > size]
        features += [f"s={word[-size:]}" for size in range(2, AFFIX + 1) if len(word) > size]
        features += _neighbours(i, low, short)
        if touches[i]:
            features.append("t-")
        if touches[i + 1]:
            features.append("t+")
        found.append(features)
    return found


def _neighbours(i: int, low: Sequence[str], short: Sequence[str]) -> Iterator[str]:
    last = len(low) - 1
    for step in _REACH:
        near = i + step
        inside = 0 <= near <= last
        yield f"{step}w={low[near] if inside else ''}"
        if inside and abs(step) < 3:
            yield f"{step}x={short[near]}"
        if inside and abs(step) == 1:
            yield f"{step}s={low[near][-3:]}"
    for name, first in (("a", i - 1), ("b", i), ("c", i - 2), ("d", i + 1)):
        if 0 <= first < last:
            yield f"{name}={low[first]}|{low[first + 1]}"
            if name in "ab":
                yield f"{name}x={short[first]}|{short[first + 1]}"


def _shape(word: str) -> str:
    """``Xxdd`` for ``Ab12``; other signs as they are."""
    signs = ("X" if c.isupper() else "d" if c.isdigit() else "x" if c.isalpha() else c for c in word[:MOST_SHAPE])
    return "".join(signs)


def _shortened(shape: str) -> str:
    """Runs of one sign as one."""
    return "".join(c for i, c in enumerate(shape) if i == 0 or c != shape[i - 1])


def _case(words: Sequence[str]) -> str:
    """How the whole text is written: without capitals these say nothing, nor where all letters are."""
    letters = "".join(words)
    if letters == letters.lower():
        return "low"
    return "up" if letters == letters.upper() else "mixed"


class _Learning(pycrfsuite.BaseTrainer):  # type: ignore[misc]
    """CRFsuite's trainer, which says a line after each pass over the rows."""

    on_pass: Callable[[], None]

    def message(self, message: str) -> None:
        if message.startswith("***** Iteration"):
            self.on_pass()


def fit_crf(
    file: Path,
    rows: Iterable[tuple[list[list[str]], list[int]]],
    tags: TagSet,
    settings: dict[str, Any],
    on_pass: Callable[[int], None],
) -> None:
    """Learns from features and tags of words and writes ``file``. ``on_pass`` may raise to stop."""
    learning = _Learning(verbose=False)
    learning.set_params({"feature.possible_transitions": True, **settings})
    for features, numbers in rows:
        if features:
            learning.append(pycrfsuite.ItemSequence(features), [tags.names[number] for number in numbers])
    passes = 0

    def passed() -> None:
        nonlocal passes
        passes += 1
        on_pass(passes)

    learning.on_pass = passed
    part = file.with_name(file.name + ".part")
    learning.train(str(part))
    part.replace(file)


class CrfTagger:
    """A saved CRF as a function from words to log-probabilities of tags."""

    def __init__(self, file: Path, tags: TagSet) -> None:
        self.tags = tags
        self._model = pycrfsuite.Tagger()
        try:
            self._model.open(str(file))
        except ValueError as exc:
            raise InputError(
                "MODEL_INCOMPLETE", f"The file {file.name} of the model is damaged.", "Copy or export the model again."
            ) from exc
        known = set(self._model.labels())
        self._known = [(number, name) for number, name in enumerate(tags.names) if name in known]

    def read(self, features: list[list[str]]) -> NDArray[np.float64]:
        """Log of the marginal probabilities, words by tags."""
        chances = np.full((len(features), len(self.tags.names)), LEAST_PROBABILITY)
        if not features:
            return np.asarray(np.log(chances))
        self._model.set(pycrfsuite.ItemSequence(features))
        for number, name in self._known:
            for word in range(len(features)):
                chances[word, number] = max(self._model.marginal(name, word), LEAST_PROBABILITY)
        return np.asarray(np.log(chances))

    def __call__(
        self, texts: Sequence[str], places: Sequence[Sequence[Place]], tick: Callable[[int], None]
    ) -> list[NDArray[np.float64]]:
        """The same for whole texts; ``tick`` gets the texts done."""
        found = []
        for text, where in zip(texts, places, strict=True):
            found.append(self.read(features_of(text, where)))
            tick(1)
        return found

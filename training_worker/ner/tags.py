"""Names in a text as BIO tags of its words, and back; and the tags of files, whatever their scheme.

Schemes: IOB1 (Ramshaw and Marcus 1995), BIO (IOB2), BIOES and BILOU (Ratinov and Roth 2009), and IO, which has labels
without prefixes. One reading does for all: a name begins with B, S or U, where the label changes, or after one that
was ended by E, L, S or U.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Place = tuple[int, int]
"""Start and end (exclusive) of a word, in characters."""

OUTSIDE = "O"
_PREFIXED = re.compile(r"[BIESLUM][-_]\S.*", re.DOTALL)
_NEVER = -1e9


class Span(NamedTuple):
    """A name: characters ``start`` to ``end`` (exclusive) of a text."""

    start: int
    end: int
    label: str


def has_prefixes(tags: Collection[str]) -> bool:
    """Whether the different tags of a column say where names begin; else they are bare labels (IO)."""
    inside = [tag for tag in tags if tag and tag != OUTSIDE]
    return bool(inside) and all(_PREFIXED.fullmatch(tag) for tag in inside)


def read_tags(tags: Sequence[str], places: Sequence[Place], prefixed: bool) -> list[Span]:
    """The names that the tags of any scheme mark on words at these places."""
    found: list[Span] = []
    label, closed = "", True
    for tag, (start, end) in zip(tags, places, strict=False):
        if not tag or tag == OUTSIDE:
            label, closed = "", True
            continue
        letter, name = (tag[0], tag[2:]) if prefixed else ("I", tag)
        if closed or letter in "BSU" or name != label:
            found.append(Span(start, end, name))
        else:
            found[-1] = found[-1]._replace(end=end)
        label, closed = name, letter in "ELSU"
    return found


class TagSet:
    """The BIO tags of some labels by number: 0 is outside, ``2 k + 1`` begins label ``k``, ``2 k + 2`` goes on."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = list(labels)
        self.names = [OUTSIDE, *(f"{letter}-{label}" for label in labels for letter in "BI")]
        self._number = {label: number for number, label in enumerate(labels)}
        size = len(self.names)
        inside = np.arange(2, size, 2)
        self.steps: NDArray[np.float64] = np.zeros((size, size))
        """Added to the score of going from a tag (row) to another: I- only after B- or I- of the same label."""
        self.steps[:, inside] = _NEVER
        self.steps[inside, inside] = self.steps[inside - 1, inside] = 0.0
        self.begin: NDArray[np.float64] = np.zeros(size)
        """The same for the first word."""
        self.begin[inside] = _NEVER

    def encode(self, places: Sequence[Place], spans: Iterable[Span]) -> list[int]:
        """One tag a word. A word belongs to a name that it overlaps; labels that are not known are outside."""
        tags = [0] * len(places)
        at = 0
        for span in sorted(spans):
            while at < len(places) and places[at][1] <= span.start:
                at += 1
            if span.label not in self._number:
                continue
            begins = 2 * self._number[span.label] + 1
            for word in range(at, len(places)):
                if places[word][0] >= span.end:
                    break
                tags[word] = begins if word == at else begins + 1
        return tags

    def best(self, log_probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
        """The likeliest tags of a sequence in which no name goes on that has not begun (Viterbi 1967).

        ``log_probabilities`` are words by tags.
        """
        words = len(log_probabilities)
        if not words:
            return np.zeros(0, np.int64)
        before = np.zeros(log_probabilities.shape, np.int64)
        score = log_probabilities[0] + self.begin
        for word in range(1, words):
            through = score[:, None] + self.steps
            before[word] = through.argmax(axis=0)
            score = through.max(axis=0) + log_probabilities[word]
        path = np.zeros(words, np.int64)
        path[-1] = score.argmax()
        for word in range(words - 1, 0, -1):
            path[word - 1] = before[word, path[word]]
        return path

    def names_in(self, tags: NDArray[np.int64]) -> list[tuple[int, int, int]]:
        """First word, last word (exclusive) and label number of each name in a right sequence of tags."""
        found: list[tuple[int, int, int]] = []
        for word, tag in enumerate(tags.tolist()):
            if tag % 2:
                found.append((word, word + 1, tag // 2))
            elif tag:
                found[-1] = (found[-1][0], word + 1, found[-1][2])
        return found

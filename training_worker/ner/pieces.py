"""Texts as token numbers in windows, and which token stands for which word."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from training_worker.ner.tags import Place
from training_worker.ner.windows import windows

OVERLAP_SHARE = 4  # a window shares this part of its length with the next one: a quarter
UNLABELLED = -100  # the target of tokens that are not learned from, as in torch


@dataclass(frozen=True)
class Piece:
    """A window of one text. ``words`` has, for each token, the word that it belongs to, and -1 for none.

    A token outside the part of the window that counts belongs to none.
    """

    row: int
    tokens: list[int]
    words: list[int]

    def first_tokens(self) -> dict[int, int]:
        """For each word the position of its first token here."""
        found: dict[int, int] = {}
        for token, word in enumerate(self.words):
            if word >= 0:
                found.setdefault(word, token)
        return found

    def targets(self, tags: Sequence[int]) -> list[int]:
        """A tag for each token, from those of the words: later tokens of a word go on where its first one begins."""
        found, before = [], -1
        for word in self.words:
            tag = UNLABELLED if word < 0 else tags[word]
            goes_on = word >= 0 and word == before and tag % 2 == 1
            found.append(tag + 1 if goes_on else tag)
            before = word
        return found


def pieces_of(tokenizer: Any, texts: Sequence[str], places: Sequence[Sequence[Place]], max_tokens: int) -> list[Piece]:
    """All windows of all texts, in order; a text without words has none."""
    before, after = _around(tokenizer)
    size = max(max_tokens - len(before) - len(after), 4)
    found = []
    read = tokenizer(list(texts), add_special_tokens=False, return_offsets_mapping=True) if texts else {}
    for row in range(len(texts)):
        numbers = read["input_ids"][row]
        words = _words_of_tokens(read["offset_mapping"][row], places[row])
        if not numbers or not places[row]:
            continue
        for window in windows(len(numbers), size, size // OVERLAP_SHARE):
            kept = [
                words[i] if window.keep_from <= i < window.keep_to else -1 for i in range(window.start, window.stop)
            ]
            found.append(
                Piece(
                    row,
                    before + numbers[window.start : window.stop] + after,
                    [-1] * len(before) + kept + [-1] * len(after),
                )
            )
    return found


def _around(tokenizer: Any) -> tuple[list[int], list[int]]:
    """The tokens that a model wants before and after a text, such as [CLS] and [SEP]."""
    bare = tokenizer("a", add_special_tokens=False)["input_ids"]
    whole = tokenizer("a")["input_ids"]
    at = next((i for i in range(len(whole)) if whole[i : i + len(bare)] == bare), 0)
    return whole[:at], whole[at + len(bare) :]


def _words_of_tokens(offsets: Sequence[Place], places: Sequence[Place]) -> list[int]:
    """For each token the first word that it overlaps, -1 where there is none."""
    found, word = [], 0
    for start, end in offsets:
        while word < len(places) and places[word][1] <= start:
            word += 1
        fits = word < len(places) and places[word][0] < end and start < end
        found.append(word if fits else -1)
    return found

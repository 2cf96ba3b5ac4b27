"""Tags of words: which scheme a file uses, and the way from each to IOB2.

Schemes after Tjong Kim Sang and Veenstra (1999), "Representing text chunks", and Ratinov and Roth (2009), "Design
challenges and misconceptions in named entity recognition" (BILOU; BIOES is the same with other letters).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from workspace.dataset import DataProblem
from workspace.reading.annotations.spans import Span

TAG = re.compile(r"O|[BIESLUM]-\S.*", re.DOTALL)
_TO_IOB2 = {"B": "B", "I": "I", "M": "I", "E": "I", "L": "I", "S": "B", "U": "B"}
_NAMES = {
    "iob1": "IOB1 (B- only between two neighbours of a kind)",
    "bioes": "BIOES or BILOU (the last and the single words marked)",
}


@dataclass
class Scheme:
    """Counts how the tags of a file are used; ``name`` is iob2, iob1 or bioes once every sentence was seen."""

    letters: set[str] = field(default_factory=set)
    _begins_anywhere: bool = False
    _goes_on_from_nothing: bool = False

    def see(self, tags: Sequence[str]) -> None:
        """Take the tags of one sentence into account."""
        before = "O"
        for tag in tags:
            if tag != "O":
                letter, kind = tag[:1], tag[2:]
                self.letters.add(letter)
                follows = before != "O" and before[2:] == kind
                if letter == "B" and not follows:
                    self._begins_anywhere = True
                elif letter == "I" and not follows:
                    self._goes_on_from_nothing = True
            before = tag

    @property
    def name(self) -> str:
        """iob2 where nothing speaks for another scheme."""
        if self.letters & set("ESLUM"):
            return "bioes"
        return "iob1" if self._goes_on_from_nothing and not self._begins_anywhere else "iob2"


def to_iob2(tags: Sequence[str], scheme: str) -> list[str]:
    """The tags of one sentence in IOB2. What is wrong in them stays wrong, for the checks to find."""
    if scheme == "bioes":
        return [tag if tag == "O" else _TO_IOB2.get(tag[:1], tag[:1]) + tag[1:] for tag in tags]
    if scheme != "iob1":
        return list(tags)
    found: list[str] = []
    before = "O"
    for tag in tags:
        starts = tag[:2] == "I-" and (before == "O" or before[2:] != tag[2:])
        found.append("B" + tag[1:] if starts else tag)
        before = tag
    return found


def to_biluo(tags: Sequence[str]) -> list[str]:
    """IOB2 as BILUO, the scheme of spaCy's JSON."""
    found: list[str] = []
    for tag, after in zip(tags, [*tags[1:], "O"], strict=True):
        if tag == "O":
            found.append(tag)
            continue
        ends = after != "I" + tag[1:]
        letter = {("B", True): "U", ("B", False): "B", ("I", True): "L", ("I", False): "I"}.get((tag[:1], ends))
        found.append((letter or tag[:1]) + tag[1:])
    return found


def spans_of(tags: Sequence[str], places: Sequence[tuple[int, int]]) -> list[Span]:
    """The spans that IOB2 tags mark; ``places`` are start and end of each word. A stray I- begins a span."""
    spans: list[Span] = []
    before = "O"
    for tag, (start, end) in zip(tags, places, strict=True):
        if tag != "O":
            if tag[:2] == "I-" and before != "O" and before[2:] == tag[2:]:
                spans[-1]["end"] = end
            else:
                spans.append({"start": start, "end": end, "label": tag[2:]})
        before = tag
    return spans


def scheme_note(scheme: str, sentences: int) -> list[DataProblem]:
    """What to tell where the tags were put into another scheme."""
    if scheme not in _NAMES:
        return []
    return [
        DataProblem(
            code="TAGS_CONVERTED",
            severity="info",
            count=sentences,
            message=f"The tags of this file follow {_NAMES[scheme]}. I put them into IOB2 "
            "(B- at each beginning, I- inside), which means the same.",
        )
    ]


def looks_tagged(values: Iterable[str], least: float = 0.98) -> bool:
    """Whether nearly all values are tags and at least one is not ``O``."""
    tags = list(values)
    fitting = sum(1 for tag in tags if TAG.fullmatch(tag))
    return bool(tags) and fitting >= least * len(tags) and any(tag != "O" for tag in tags)

"""The same line or sentence in many texts, such as a footer or a form's heading: it says nothing about the answer."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable

_BETWEEN = re.compile(r"(\n\s*|(?<=[.!?。！？])\s+)")
_SHARE = 0.05
_LEAST_ROWS = 10
_LEAST_LENGTH = 15
_LEAST_WORDS = 3
_MOST = 50


def find_boilerplate(texts: Iterable[str | None]) -> list[str]:
    """Lines and sentences that stand beside other words in at least 5 % of the texts, most frequent first."""
    counts: Counter[str] = Counter()
    total = 0
    for text in texts:
        if not text:
            continue
        total += 1
        parts = _BETWEEN.split(text)[::2]
        if len(parts) > 1:
            counts.update({part for part in map(str.strip, parts) if len(part) >= _LEAST_LENGTH})
    least = max(_LEAST_ROWS, _SHARE * total)
    often = [part for part, count in counts.most_common() if count >= least]
    return [part for part in often if len(part.split()) >= _LEAST_WORDS][:_MOST]


def stripper(lines: Collection[str]) -> Callable[[str], str]:
    """A function that takes these lines and sentences out of a text, if something is left of it then."""
    known = frozenset(line.strip() for line in lines)

    def strip(text: str) -> str:
        pieces = _BETWEEN.split(text)
        parts, gaps = pieces[::2], ["", *pieces[1::2]]
        kept = [(gap, part) for gap, part in zip(gaps, parts, strict=True) if part.strip() not in known]
        if len(kept) == len(parts) or not any(part.strip() for _, part in kept):
            return text
        return "".join(part if index == 0 else gap + part for index, (gap, part) in enumerate(kept)).strip()

    return strip

"""fastText lines (fasttext.cc/docs/en/supervised-tutorial.html): ``__label__a __label__b the text``.

Doccano exports categories so, too.
"""

import re
from collections.abc import Iterator
from typing import Any

from workspace.reading.annotations.forms import Categories
from workspace.reading.annotations.lines import lines_of, sample_lines
from workspace.reading.annotations.table import Row, opened_rows
from workspace.reading.source import Opened, Source

MARK = "__label__"
_LABELS = re.compile(rf"(?:{MARK}\S+(?:[ \t,]+|$))+")


def is_fasttext(text: str) -> bool:
    """Whether nearly every line of a sample begins with a label."""
    lines = [line for line in sample_lines(text) if line.strip()]
    return len(lines) > 1 and sum(line.startswith(MARK) for line in lines) >= 0.95 * len(lines)


def open_fasttext(source: Source) -> Opened:
    """One row a line."""
    categories = Categories()
    for line in lines_of(source, 0, 0.3):
        if line.strip():
            categories.see(_cut(line)[0])

    def rows() -> Iterator[Row]:
        for line in lines_of(source, 0.3, 1):
            if line.strip():
                labels, text = _cut(line)
                row: dict[str, Any] = {"text": text}
                yield row | categories.column(labels)

    return opened_rows(source, "fasttext", rows)


def _cut(line: str) -> tuple[list[str], str]:
    match = _LABELS.match(line)
    labels = re.findall(rf"{MARK}(\S+?)(?=,?(?:[ \t]|$))", match.group(0)) if match else []
    return labels, line[match.end() if match else 0 :]

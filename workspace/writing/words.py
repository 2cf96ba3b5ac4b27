"""Words of a text and their tags, for formats that know words only; spans keep their exact edges."""

import re
from collections.abc import Iterable, Sequence

from workspace.reading.annotations.spans import Span
from workspace.reading.annotations.tags import spans_of
from workspace.writing.rows import Row, Table, does_not_fit

_WORD = re.compile(r"\w+|[^\w\s]")


def places_of(text: str, spans: Iterable[Span] = ()) -> list[tuple[int, int]]:
    """Start and end of each word: runs of letters and digits, and every other sign; cut where a span begins or ends."""
    cuts = sorted({edge for span in spans for edge in (span["start"], span["end"]) if 0 < edge < len(text)})
    places: list[tuple[int, int]] = []
    for match in _WORD.finditer(text):
        start = match.start()
        for cut in cuts:
            if start < cut < match.end():
                places.append((start, cut))
                start = cut
        places.append((start, match.end()))
    return places


def tagged(row: Row) -> tuple[list[str], list[str]]:
    """The words of a row and their IOB2 tags, from its words and tags or from its text and spans.

    Raises:
        OverlapError: where two spans share a word.
    """
    if row.tokens:
        tags = row.tags if len(row.tags) == len(row.tokens) else (row.tags + ["O"] * len(row.tokens))
        return row.tokens, tags[: len(row.tokens)]
    text, spans = row.text or "", row.spans or []
    places = places_of(text, spans)
    tags = ["O"] * len(places)
    for span in sorted(spans, key=lambda span: (span["start"], span["end"])):
        covered = [i for i, (start, end) in enumerate(places) if start >= span["start"] and end <= span["end"]]
        if any(tags[i] != "O" for i in covered):
            raise OverlapError
        if not covered or not span["label"]:
            raise UnwritableError
        for number, index in enumerate(covered):
            tags[index] = ("I-" if number else "B-") + span["label"]
    return [text[start:end] for start, end in places], tags


class OverlapError(Exception):
    """Two spans share a word."""


class UnwritableError(Exception):
    """A span without a word or a label."""


def check(table: Table, kind: str) -> None:
    """Look through a table before it is written as tagged words.

    Raises:
        InputError: DOES_NOT_FIT where there are neither tags nor spans, or words would need several tags.
    """
    if not table.parts.spans and not (table.parts.tokens and table.parts.tags):
        raise does_not_fit(
            f"A {kind} file holds words with tags, and this table has neither tags nor marked places.",
            "Write it as CSV, JSONL or Parquet, or mark places in its texts first.",
        )
    overlaps = unwritable = 0
    for row in table.rows():
        try:
            tagged(row)
        except OverlapError:
            overlaps += 1
        except UnwritableError:
            unwritable += 1
    if overlaps or unwritable:
        counted = [f"{overlaps:,} have marked places that overlap"] if overlaps else []
        counted += [f"{unwritable:,} have marked places without a word or a label"] if unwritable else []
        raise does_not_fit(
            f"In a {kind} file a word has one tag. Among the rows, {' and '.join(counted)}.",
            "Repair these rows first (mtw clean), or write brat, WebAnno or JSONL, which can hold them.",
        )


def as_text(row: Row) -> tuple[str, list[Span]]:
    """The text of a row and its spans; of words and tags, the words with a blank between them."""
    if row.tokens and row.spans is None:
        places, at = [], 0
        for token in row.tokens:
            places.append((at, at + len(token)))
            at += len(token) + 1
        tags = [*row.tags, *["O"] * len(places)][: len(places)]
        return " ".join(row.tokens), spans_of(tags, places)
    return row.text or "", row.spans or []


def plainly(words: Sequence[str], forbidden: str) -> bool:
    """Whether no word holds one of the signs that a format cannot write."""
    return not any(sign in word for word in words for sign in forbidden)

"""Rows with marked names, from a column of spans or from words with tags."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from training_worker.data import LabelledRows, check_columns, strings_of
from training_worker.ner.tags import OUTSIDE, Place, Span, has_prefixes, read_tags
from workspace.augmentation import MARKER
from workspace.errors import InputError
from workspace.reading.annotations.spans import canonical

_BATCH_ROWS = 8_192
MAX_LABELS = 200


def read_ner_rows(table: Path, text: str, marks: str) -> LabelledRows:
    """Texts with their names as ``targets``; ``labels`` is each row's rarest kind of name, empty for none.

    ``marks`` holds spans (JSON: offsets into ``text``) or, where ``text`` holds lists of words, one tag for each. Words
    become a text with one blank between them. Rows without text, without marks (not the same as none found) or with
    marks that cannot be read are left out and counted. Of names that overlap the longer is kept.

    Raises:
        InputError: ``MISSING_COLUMN``.
    """
    file = pq.ParquetFile(table)
    schema = file.schema_arrow
    check_columns(schema.names, (text, marks))
    texts: list[str] = []
    targets: list[tuple[Span, ...]] = []
    sources: list[str] = []
    dropped: Counter[str] = Counter()
    columns = [text, marks, *([MARKER] if MARKER in schema.names else [])]
    pairs = _tagged_pairs if pa.types.is_list(schema.field(marks).type) else _spanned_pairs
    origin: list[int] = []
    for row, (found, made_from) in enumerate(pairs(file, columns)):
        if isinstance(found, str):
            dropped[found] += 1
            continue
        whole, spans = found
        kept = without_overlaps(spans)
        if len(kept) < len(spans):
            dropped["overlapping_names"] += len(spans) - len(kept)
        texts.append(whole)
        targets.append(tuple(kept))
        sources.append(made_from)
        origin.append(row)
    sources = sources if any(sources) else []
    return LabelledRows(texts, strata(targets), dict(dropped), sources, targets, origin=origin)


_Pair = tuple[str | tuple[str, list[Span]], str]
"""Text and names, or why the row is left out; and the text that it was made from, if any."""


def _spanned_pairs(file: pq.ParquetFile, columns: Sequence[str]) -> Iterator[_Pair]:
    for batch in file.iter_batches(_BATCH_ROWS, columns=list(columns)):
        cells = [joined(batch.column(0)), strings_of(batch.column(1)), _sources(batch)]
        for text, cell, made_from in zip(*cells, strict=True):
            if not text.strip():
                yield "no_text", made_from
            elif not cell.strip():
                yield "no_label", made_from
            else:
                spans = _parsed(cell, text)
                yield ("unreadable_marks" if spans is None else (text, spans)), made_from


def _parsed(cell: str, text: str) -> list[Span] | None:
    """The names of a cell, white space at their ends left out; None where a mark lies outside the text."""
    try:
        spans = canonical(json.loads(cell))
    except ValueError:
        return None
    if spans is None:
        return None
    found = []
    for span in spans:
        start, end = span["start"], span["end"]
        if not 0 <= start < end <= len(text) or not span["label"]:
            return None
        marked = text[start:end]
        if marked.strip():
            start += len(marked) - len(marked.lstrip())
            found.append(Span(start, start + len(marked.strip()), span["label"]))
    return found


def _tagged_pairs(file: pq.ParquetFile, columns: Sequence[str]) -> Iterator[_Pair]:
    different: set[str] = set()
    for batch in file.iter_batches(_BATCH_ROWS, columns=[columns[1]]):
        different.update(str(tag) for tag in batch.column(0).flatten().unique().to_pylist() if tag is not None)
    # Numbers without names: 0 is outside by custom.
    numbers = bool(different) and all(tag.isdigit() for tag in different)
    prefixed = has_prefixes(different)
    for batch in file.iter_batches(_BATCH_ROWS, columns=list(columns)):
        cells = [_lists(batch.column(0)), _lists(batch.column(1)), _sources(batch)]
        for words, tags, made_from in zip(*cells, strict=True):
            if not any(word.strip() for word in words):
                yield "no_text", made_from
            elif not tags:
                yield "no_label", made_from
            elif len(tags) != len(words):
                yield "unreadable_marks", made_from
            else:
                text, places = text_of(words)
                tags = [OUTSIDE if numbers and tag == "0" else tag for tag in tags]
                yield (text, [s for s in read_tags(tags, places, prefixed) if s.start < s.end]), made_from


def text_of(words: Iterable[str]) -> tuple[str, list[Place]]:
    """Words with a blank between them as one text, and where each stands; an empty word has no place of its own."""
    parts: list[str] = []
    places: list[Place] = []
    at = 0
    for word in words:
        word = word.strip()
        if word:
            parts.append(word)
            places.append((at, at + len(word)))
            at += len(word) + 1
        else:
            places.append((max(at - 1, 0), max(at - 1, 0)))
    return " ".join(parts), places


def joined(column: pa.Array) -> list[str]:
    """A column of texts, or of lists of words, as texts."""
    if pa.types.is_list(column.type):
        return [text_of(words)[0] for words in _lists(column)]
    return strings_of(column)


def without_overlaps(spans: Iterable[Span]) -> list[Span]:
    """The longer one of names that overlap, in the order of the text."""
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda s: (s.start - s.end, s.start, s.label)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return sorted(kept)


def strata(targets: Sequence[tuple[Span, ...]]) -> list[str]:
    """What rows are divided by: the rarest label in each, empty where nothing is marked."""
    counts = Counter(span.label for spans in targets for span in spans)
    return [min((s.label for s in spans), key=lambda label: (counts[label], label), default="") for spans in targets]


def labels_in(rows: LabelledRows) -> list[str]:
    """The different labels of all names, in order."""
    return sorted({span.label for spans in rows.targets for span in spans})


def check_ner_rows(rows: LabelledRows) -> None:
    """Raises InputError (``EMPTY_DATASET``, ``NO_ENTITIES``, ``TOO_MANY_LABELS``)."""
    if not len(rows):
        raise InputError(
            "EMPTY_DATASET",
            "No row has both a text and marks that can be read.",
            "Choose other columns, or mark the names in some texts.",
        )
    labels = labels_in(rows)
    if not labels:
        raise InputError(
            "NO_ENTITIES",
            "Nothing is marked in any text, so there is nothing to learn to find.",
            "Mark the names in some texts, or choose another column with the marks.",
        )
    if len(labels) > MAX_LABELS:
        raise InputError(
            "TOO_MANY_LABELS",
            f"The marks have {len(labels):,} different labels; at most {MAX_LABELS:,} can be learned.",
            "Is this the right column? If so, merge rare labels into one such as Other.",
        )


def _lists(column: pa.Array) -> list[list[str]]:
    return [["" if v is None else str(v) for v in value or []] for value in column.to_pylist()]


def _sources(batch: pa.RecordBatch) -> list[str]:
    return strings_of(batch.column(MARKER)) if MARKER in batch.schema.names else [""] * len(batch)

"""Tables with one word a row, as spreadsheets of tagged words are: each sentence becomes one row with its words.

A column says which sentence a word belongs to, on each of its rows or only on the first one (as in the data set
“Annotated Corpus for Named Entity Recognition” on Kaggle), one holds the words and one their tags.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import pyarrow as pa

from workspace.reading import names
from workspace.reading.annotations.table import Row, opened_rows
from workspace.reading.annotations.tags import TAG, Scheme, looks_tagged, scheme_note, to_iob2
from workspace.reading.cells import is_blank
from workspace.reading.source import Opened, Reader, ReadExactly, Source

_SENTENCE_NAMES = frozenset(
    "sentence sentences sent sid satz sätze oración oracion frase phrase zin zdanie предложение sentenceid sentid "
    "doc docid document paragraph seq sequence".split()
)
_WORD_NAMES = names.TOKEN_NAMES | frozenset("form wort palabra mot parola woord słowo слово".split())
_POS_NAMES = frozenset("pos upos xpos part_of_speech postag wortart".split())
_NUMBERED = re.compile(r"[^\W\d]{0,12}\W{0,3}[\w.-]{0,12}\d[\w.-]{0,12}")
_JUDGED = 1_000
_LEAST_ROWS = 5
_MOST_TAGS = 120


@dataclass(frozen=True)
class _Columns:
    """Which column is what; ``parts`` where the tags are parts of speech, ``bare`` where no B- or I- is before them."""

    sentence: str
    word: str
    tag: str
    parts: bool
    bare: bool
    others: tuple[str, ...]


def with_sentences(read: Reader) -> Reader:
    """A reader of tables that puts the words of a sentence together where each of them has a row of its own."""

    def opened(source: Source) -> Opened:
        plain = read(source)
        if plain.header_row is None or not names_sentences(plain.schema.names):
            return plain
        return _opened(source, read, plain)

    return opened


def names_sentences(header: Sequence[str]) -> bool:
    """Whether a header has a column for the sentence and one for the word."""
    found = [names.words_of(name) for name in header]
    return any(words & _SENTENCE_NAMES for words in found) and any(words & _WORD_NAMES for words in found)


def _opened(source: Source, read: Reader, plain: Opened) -> Opened:
    try:
        first = next(plain.batches, None)
    except ReadExactly:
        assert plain.exact is not None, "only the fast reader gives up, and it names the exact one"
        return _opened(source, lambda _: _exact(plain), plain.exact())
    if first is None:
        return plain
    columns = _columns_of(first.slice(0, _JUDGED))
    if columns is None:
        plain.batches = chain([first], plain.batches)
        return plain
    scheme, sentences = Scheme(), 0
    for row in _sentences(_records(read, source), columns):
        scheme.see(row["tags"])
        sentences += 1
    name = "iob1" if columns.bare else scheme.name

    def rows() -> Iterator[Row]:
        for row in _sentences(_records(read, source), columns):
            yield row if columns.parts else row | {"tags": to_iob2(row["tags"], name)}

    notes = [] if columns.parts or columns.bare else scheme_note(name, sentences)
    found = opened_rows(source, plain.format, rows, lambda: notes, encoding=plain.encoding or "")
    found.encoding, found.delimiter, found.header_row = plain.encoding, plain.delimiter, plain.header_row
    found.sheets, found.sheet = plain.sheets, plain.sheet
    found.problems += plain.problems
    return found


def _exact(plain: Opened) -> Opened:
    assert plain.exact is not None
    return plain.exact()


def _columns_of(batch: pa.RecordBatch) -> _Columns | None:
    cells = {field.name: batch.column(index).to_pylist() for index, field in enumerate(batch.schema)}
    if len(batch) < _LEAST_ROWS or any(not pa.types.is_string(field.type) for field in batch.schema):
        return None
    sentence = next((name for name in cells if _numbers_sentences(name, cells[name])), None)
    word = next((name for name in cells if names.words_of(name) & _WORD_NAMES and _single_words(cells[name])), None)
    if sentence is None or word is None or sentence == word:
        return None
    rest = [name for name in cells if name not in (sentence, word)]
    filled = {name: [cell.strip() for cell in cells[name] if cell and not is_blank(cell)] for name in rest}
    tagged = [name for name in rest if looks_tagged(filled[name])]
    bare = [name for name in rest if not tagged and _bare_tags(name, filled[name])]
    parts = [name for name in rest if names.words_of(name) & (_POS_NAMES | names.TAG_NAMES) and _few(filled[name])]
    for found in (tagged, bare, parts):
        if found:
            others = tuple(name for name in rest if name != found[-1])
            return _Columns(sentence, word, found[-1], found is parts, found is bare, others)
    return None


def _numbers_sentences(name: str, cells: Sequence[str | None]) -> bool:
    """Whether a column counts sentences: filled on the first row, and the same for several words in a row."""
    if not names.words_of(name) & _SENTENCE_NAMES or not cells[0] or is_blank(cells[0]):
        return False
    filled = [cell.strip() for cell in cells if cell and not is_blank(cell)]
    runs = 1 + sum(1 for before, cell in pairwise(filled) if before != cell)
    return runs <= 0.7 * len(cells) and all(map(_NUMBERED.fullmatch, filled))


def _single_words(cells: Sequence[str | None]) -> bool:
    filled = [cell.strip() for cell in cells if cell]
    return len(filled) >= 0.9 * len(cells) and sum(" " not in cell for cell in filled) >= 0.97 * len(filled)


def _bare_tags(name: str, cells: Sequence[str]) -> bool:
    """Names of things without B- and I-, most words being ``O``."""
    named = names.words_of(name) & (names.TAG_NAMES | names.LABEL_NAMES | frozenset({"ner", "entity"}))
    return bool(named) and _few(cells) and 0.5 * len(cells) <= cells.count("O") < len(cells)


def _few(cells: Sequence[str]) -> bool:
    counts = Counter(cells)
    return 1 < len(counts) <= min(_MOST_TAGS, 0.7 * len(cells)) and not any(" " in cell for cell in counts)


def _records(read: Reader, source: Source) -> Iterator[dict[str, Any]]:
    opened = read(source)
    opened = opened.exact() if opened.exact is not None else opened
    for batch in opened.batches:
        yield from batch.to_pylist()


def _sentences(records: Iterator[Mapping[str, Any]], columns: _Columns) -> Iterator[dict[str, Any]]:
    names_of = {name: "pos_tags" if names.words_of(name) & _POS_NAMES else name for name in columns.others}
    if len(set(names_of.values()) | {"tokens", "tags", columns.sentence}) < len(names_of) + 3:
        names_of = {name: f"{name} of each word" for name in columns.others}
    row: dict[str, Any] = {}
    for record in records:
        number = (record[columns.sentence] or "").strip()
        if not row or (number and number != row[columns.sentence]):
            if row:
                yield row
            row = {columns.sentence: number, "tokens": [], "tags": []} | {name: [] for name in names_of.values()}
        row["tokens"].append((record[columns.word] or "").strip())
        row["tags"].append(_tag((record[columns.tag] or "").strip(), columns))
        for name, shown in names_of.items():
            row[shown].append(record[name] or "")
    if row:
        yield row


def _tag(cell: str, columns: _Columns) -> str:
    if columns.parts:
        return cell
    if columns.bare:
        return "O" if cell in ("", "O") else f"I-{cell}"
    return cell if TAG.fullmatch(cell) else "O"

"""CoNLL-U (universaldependencies.org/format.html): ten columns a word, comments, ranges and empty words.

Tags are the named entities that the last column says (``NER=B-PER``), else the parts of speech (UPOS).
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from workspace.dataset import DataProblem
from workspace.reading.annotations.lines import lines_of, sample_lines
from workspace.reading.annotations.table import Row, opened_rows
from workspace.reading.annotations.tags import TAG, Scheme, scheme_note, to_iob2
from workspace.reading.source import Opened, Source

_NUMBER = re.compile(r"\d+(?:-\d+|\.\d+)?")
_ENTITY = re.compile(r"(?:^|\|)(?:NER|NE|ner|ne|Ner|NamedEntity|BIO|IOB|Entity|entity)=([^|]*)")
COLUMNS = ("lemmas", "upos", "xpos", "feats", "heads", "deprels", "deps", "misc")
"""The third to the tenth column, as the table names them."""


def is_conllu(text: str) -> bool:
    """Whether a sample has ten columns whose first counts words."""
    rows = [line.split("\t") for line in sample_lines(text) if line.strip() and not line.startswith("#")]
    fitting = sum(1 for fields in rows if len(fields) == 10 and _NUMBER.fullmatch(fields[0]))
    return bool(rows) and fitting >= 0.95 * len(rows)


def open_conllu(source: Source) -> Opened:
    """A CoNLL-U file as one row a sentence: words, tags, the other columns as lists, the text of the sentence."""
    scheme, sentences, named = Scheme(), 0, False
    for block, _ in _blocks(lines_of(source, 0, 0.3)):
        tags = _entities(_words(block))
        sentences += 1
        if any(tag != "O" for tag in tags):
            named = True
            scheme.see(tags)

    def rows() -> Iterator[Row]:
        for block, comments in _blocks(lines_of(source, 0.3, 1)):
            yield _row(block, comments, scheme.name if named else None)

    def problems() -> list[DataProblem]:
        return scheme_note(scheme.name, sentences) if named else []

    return opened_rows(source, "conllu", rows, problems, objects=("unnumbered",))


def _blocks(lines: Iterable[str]) -> Iterator[tuple[list[list[str]], list[str]]]:
    """The lines of each sentence, cut into columns, and its comments."""
    block: list[list[str]] = []
    comments: list[str] = []
    for line in lines:
        if not line.strip():
            if block:
                yield block, comments
                block, comments = [], []
        elif line.startswith("#"):
            comments.append(line)
        else:
            fields = line.split("\t")
            block.append((fields + ["_"] * 10)[:10] if len(fields) != 10 else fields)
    if block:
        yield block, comments


def _words(block: list[list[str]]) -> list[list[str]]:
    """Words proper: no ranges such as 3-4, no empty words such as 8.1."""
    return [fields for fields in block if fields[0].isdigit()]


def _entities(words: list[list[str]]) -> list[str]:
    found = []
    for fields in words:
        match = _ENTITY.search(fields[9])
        value = match.group(1) if match else "O"
        if not TAG.fullmatch(value):
            # A bare kind (NER=PER) says I-; brackets of coreference (Entity=(person-1)) say nothing here.
            value = f"I-{value}" if re.fullmatch(r"[A-Za-z][\w.]*", value) else "O"
        found.append(value)
    return found


def _row(block: list[list[str]], comments: list[str], scheme: str | None) -> dict[str, Any]:
    words = _words(block)
    row: dict[str, Any] = {
        "tokens": [fields[1] for fields in words],
        "tags": to_iob2(_entities(words), scheme) if scheme else [fields[3] for fields in words],
    }
    text = next((line.split("=", 1)[1].strip() for line in comments if re.match(r"#\s*text\s*=", line)), None)
    if text is not None:
        row["text"] = text
    for place, name in enumerate(COLUMNS, start=2):
        if any(fields[place] != "_" for fields in words):
            row[name] = [fields[place] for fields in words]
    others = [line for line in comments if not re.match(r"#\s*text\s*=", line)]
    if others:
        row["comments"] = others
    unnumbered = [[index, *fields] for index, fields in enumerate(block) if not fields[0].isdigit()]
    if unnumbered:
        row["unnumbered"] = unnumbered
    return row

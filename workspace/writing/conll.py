"""CoNLL (a word and its IOB2 tag a line), CoNLL-U, and a sentence a line with bars."""

from collections.abc import Iterator
from typing import Any

from workspace.reading.annotations.conllu import COLUMNS
from workspace.writing.rows import Row, Table, does_not_fit
from workspace.writing.words import check, plainly, tagged

_EXTRA = ("pos_tags", "chunk_tags")


def conll_lines(table: Table) -> Iterator[str]:
    """Words and tags with tabs between them, blank lines between sentences; further word columns in the middle."""
    check(table, "CoNLL")
    extras = [name for name in table.parts.rest if name in _EXTRA or name.startswith("column ")]
    table.leave_out("comments", *extras)
    for row in table.rows():
        words, tags = _writable(row, "\t\n\r")
        for comment in row.rest.get("comments") or []:
            yield f"{comment}\n"
        columns = [_beside(row, name, len(words)) for name in extras]
        # A first column that begins a sentence like a mark would be taken for one.
        if "-DOCSTART-" in words:
            raise _no_mark()
        for cells in zip(words, *columns, tags, strict=True):
            yield "\t".join(cells) + "\n"
        yield "\n"


def iob_lines(table: Table) -> Iterator[str]:
    """``word|tag`` or ``word|part of speech|tag``, a sentence a line."""
    check(table, "IOB")
    parts = "pos_tags" in table.parts.rest
    table.leave_out("pos_tags")
    for row in table.rows():
        words, tags = _writable(row, " \t\n\r")
        if "-DOCSTART-" in words:
            raise _no_mark()
        between = [_beside(row, "pos_tags", len(words))] if parts else []
        yield " ".join("|".join(cells) for cells in zip(words, *between, tags, strict=True)) + "\n"


def conllu_lines(table: Table) -> Iterator[str]:
    """CoNLL-U; entities stand in the last column as ``NER=…``, tags that are no entities are the UPOS column."""
    check(table, "CoNLL-U")
    table.leave_out("text", "comments", "unnumbered", "pos_tags", *COLUMNS)
    for row in table.rows():
        words, tags = _writable(row, "\t\n\r")
        for comment in row.rest.get("comments") or []:
            yield f"{comment}\n"
        text = row.text or row.rest.get("text")
        if text:
            yield f"# text = {' '.join(str(text).split())}\n"
        lines = [_conllu_word(row, index, word, tag) for index, (word, tag) in enumerate(zip(words, tags, strict=True))]
        for place, *fields in row.rest.get("unnumbered") or []:
            lines.insert(place, fields)
        yield from ("\t".join(fields) + "\n" for fields in lines)
        yield "\n"


def _conllu_word(row: Row, index: int, word: str, tag: str) -> list[str]:
    def cell(name: str) -> str:
        values = row.rest.get(name)
        return values[index] if isinstance(values, list) and index < len(values) and values[index] else "_"

    fields = [str(index + 1), word or "_", *(cell(name) for name in COLUMNS)]
    entity = tag == "O" or tag[1:2] == "-"
    if fields[3] == "_":
        fields[3] = cell("pos_tags") if entity else tag
    if tag != "O" and entity and not _says(fields[9]):
        fields[9] = f"NER={tag}" if fields[9] == "_" else f"{fields[9]}|NER={tag}"
    return fields


def _says(misc: str) -> bool:
    return any(part.split("=", 1)[0].lower() in ("ner", "ne") for part in misc.split("|"))


def _writable(row: Row, forbidden: str) -> tuple[list[str], list[str]]:
    words, tags = tagged(row)
    if not plainly([*words, *tags], forbidden):
        raise does_not_fit(
            "A word or a tag of this table holds a blank or a line break, which this format cannot write.",
            "Write it as JSONL or Parquet instead.",
        )
    return words, tags


def _no_mark() -> Any:
    return does_not_fit("A word of this table is -DOCSTART-, which this format uses as a mark.", "Write it as JSONL.")


def _beside(row: Row, name: str, count: int) -> list[str]:
    values = row.rest.get(name)
    if not isinstance(values, list) or len(values) != count:
        return ["_"] * count
    return [(value or "_").replace("\t", " ").replace("\n", " ").replace("\r", " ") for value in values]

"""Which writer writes which format. A new format is one function and one line here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from workspace.dataset import TaskGuess
from workspace.errors import InputError
from workspace.writing.brat import write_brat
from workspace.writing.conll import conll_lines, conllu_lines, iob_lines
from workspace.writing.json_tools import (
    doccano_lines,
    json_lines,
    jsonl_lines,
    label_studio_lines,
    prodigy_lines,
    spacy_lines,
)
from workspace.writing.plain import csv_lines, fasttext_lines, tsv_lines, write_parquet
from workspace.writing.rows import Table
from workspace.writing.webanno import webanno_lines
from workspace.writing.whole import whole_or_nothing

Lines = Callable[[Table], Iterator[str]]
Files = Callable[[Table, Path], None]


@dataclass(frozen=True)
class Writer:
    """A format: what it is called for people, and the function that gives its text or writes its files."""

    title: str
    lines: Lines | None = None
    files: Files | None = None


@dataclass(frozen=True)
class Written:
    """What was written. ``notes``: what the format could not hold or holds in another way, in plain sentences."""

    path: Path
    format: str
    notes: list[str] = field(default_factory=list)


WRITERS: dict[str, Writer] = {
    "csv": Writer("CSV", csv_lines),
    "tsv": Writer("TSV", tsv_lines),
    "parquet": Writer("Parquet", files=write_parquet),
    "jsonl": Writer("JSON lines", jsonl_lines),
    "json": Writer("JSON", json_lines),
    "conll": Writer("CoNLL", conll_lines),
    "conllu": Writer("CoNLL-U", conllu_lines),
    "iob": Writer("IOB, a sentence a line", iob_lines),
    "brat": Writer("brat", files=write_brat),
    "doccano": Writer("Doccano", doccano_lines),
    "fasttext": Writer("fastText", fasttext_lines),
    "labelstudio": Writer("Label Studio", label_studio_lines),
    "prodigy": Writer("Prodigy", prodigy_lines),
    "spacy": Writer("spaCy", spacy_lines),
    "webanno": Writer("WebAnno / INCEpTION", webanno_lines),
}
_BY_SUFFIX = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".conll": "conll",
    ".bio": "conll",
    ".iob2": "conll",
    ".conllu": "conllu",
    ".iob": "iob",
}


def format_for(out: Path, name: str | None = None) -> str:
    """The format that a name asks for, else the suffix.

    Raises:
        InputError: OUTPUT_UNUSABLE, with the formats there are.
    """
    if name is not None and name.lower() in WRITERS:
        return name.lower()
    if name is None and out.suffix.lower() in _BY_SUFFIX:
        return _BY_SUFFIX[out.suffix.lower()]
    what = f"there is no format {name}" if name is not None else f"{out.name} does not say in which format"
    suffixes = ", ".join(list(_BY_SUFFIX)[:-1]) + f" or {list(_BY_SUFFIX)[-1]}"
    raise InputError(
        "OUTPUT_UNUSABLE",
        f"This cannot be written: {what}.",
        f"End the name with {suffixes}, or name one of the formats {', '.join(WRITERS)}.",
    )


def write_table(parquet: Path, out: Path, format: str | None = None, task: TaskGuess | None = None) -> Written:
    """A table in a Parquet file, written in a format for people or for an annotation tool. Streams.

    ``out`` is there whole or not at all. What the columns are for is guessed where ``task`` does not say it.

    Raises:
        InputError: OUTPUT_UNUSABLE where it cannot be written there, DOES_NOT_FIT where the format cannot hold it.
    """
    chosen = format_for(out, format)
    writer, table = WRITERS[chosen], Table(parquet, task)
    with whole_or_nothing(out) as partial:
        if writer.files is not None:
            writer.files(table, partial)
        elif writer.lines is not None:
            with partial.open("w", encoding="utf-8", errors="replace", newline="") as file:
                file.writelines(writer.lines(table))
    return Written(out, chosen, table.notes)

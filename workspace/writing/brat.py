"""brat standoff: a ``.txt`` and a ``.ann`` for each row, in a folder or a zip file."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workspace.reading.annotations.spans import Span
from workspace.writing.rows import Row, Table, does_not_fit
from workspace.writing.words import as_text

_UNSAFE = re.compile(r"[^\w.+-]+")
_NUMBER = re.compile(r"T\d+")
_BLANK = re.compile(r"\s+")


def write_brat(table: Table, out: Path) -> None:
    """The documents into ``out``, a zip file where its name says so, else a folder that is made here."""
    if not table.parts.spans and not (table.parts.tokens and table.parts.tags):
        raise does_not_fit(
            "brat files hold marked places, and this table has none.",
            "Write it as CSV, JSONL or Parquet, or mark places in its texts first.",
        )
    table.leave_out("document", "annotations")
    if ".zip" in out.suffixes:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in _files(table):
                archive.writestr(name, content)
        return
    out.mkdir()
    for name, content in _files(table):
        (out / name).write_bytes(content)


def _files(table: Table) -> Iterator[tuple[str, bytes]]:
    taken: set[str] = set()
    renamed: set[str] = set()
    for number, row in enumerate(table.rows(), start=1):
        # Where the documents lay in folders, their names say so; here they lie side by side.
        wanted = _UNSAFE.sub("_", str(row.rest.get("document") or ""))[:100].strip("._")
        name = wanted if wanted and wanted.lower() not in taken else f"{wanted or 'document'}_{number:05d}"
        taken.add(name.lower())
        text, spans = as_text(row)
        yield f"{name}.txt", text.encode("utf-8", "replace")
        yield f"{name}.ann", "".join(_lines(row, text, spans, renamed)).encode("utf-8", "replace")
    if renamed:
        shown = ", ".join(f"“{label}”" for label in sorted(renamed)[:5])
        table.notes.append(f"brat has no blanks in labels, so I wrote them as underscores: {shown}.")


def _lines(row: Row, text: str, spans: list[Span], renamed: set[str]) -> Iterator[str]:
    used = {str(span["id"]) for span in spans if _NUMBER.fullmatch(str(span.get("id", "")))}
    given: set[str] = set()
    free = 0
    for span in spans:
        key = str(span.get("id", ""))
        if key not in used or key in given:
            free += 1
            while f"T{free}" in used:
                free += 1
            key = f"T{free}"
            used.add(key)
        given.add(key)
        label = span["label"] or "Span"
        if _BLANK.search(label):
            renamed.add(label)
            label = _BLANK.sub("_", label)
        fragments = span.get("fragments") or [[span["start"], span["end"]]]
        places = ";".join(f"{start} {end}" for start, end in fragments)
        words = " ".join(text[start:end] for start, end in fragments)
        yield f"{key}\t{label} {places}\t{_BLANK.sub(' ', words)}\n"
    for other in row.rest.get("annotations") or []:
        if isinstance(other, dict) and (line := _other(other)):
            yield line + "\n"


def _other(found: dict[str, Any]) -> str:
    """A relation, event, attribute, normalization, equivalence, note or unknown line as the file had it."""
    kind, key, of = found.get("kind"), found.get("id", ""), found.get("of", "")
    arguments = " ".join(":".join(pair) for pair in found.get("arguments") or [])
    if kind == "relation":
        return f"{key}\t{found['type']} {arguments}\t"
    if kind == "event":
        return f"{key}\t{found['type']}:{found['trigger']} {arguments}".rstrip()
    if kind == "attribute":
        return f"{key}\t{found['type']} {of} {found.get('value', '')}".rstrip()
    if kind == "normalization":
        return f"{key}\t{found['type']} {of} {found['ref']}\t{found['text']}"
    if kind == "equivalence":
        return f"*\t{found['type']} {' '.join(of)}"
    if kind == "note":
        return f"{key}\t{found['type']} {of}\t{found['text']}"
    return str(found.get("line", ""))

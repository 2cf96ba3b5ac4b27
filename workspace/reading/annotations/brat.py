"""brat standoff (brat.nlplab.org/standoff.html): a text in ``.txt``, what is marked in it in ``.ann`` beside it.

One row a document. Marked places become ``spans`` with their id and, where broken, their ``fragments``; relations,
events, attributes, modifications, normalizations, equivalences and notes become ``annotations``.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from workspace.dataset import DataProblem
from workspace.errors import UnreadableFile
from workspace.reading.annotations.spans import Span, by_surface, canonical
from workspace.reading.annotations.table import Row, opened_rows
from workspace.reading.source import Opened, Source

_LINE = re.compile(r"(?:[TREAMN#]\d+|\*|#\S*)\t")
_PLACE = re.compile(r"(\S+) (\d+ \d+(?:;\d+ \d+)*)")
_LARGEST = 64 << 20


def is_ann(text: str) -> bool:
    """Whether a sample is the ``.ann`` half of a document."""
    lines = [line for line in text.splitlines() if line.strip()]
    return bool(lines) and all(_LINE.match(line) for line in lines[:50])


def pair_of(source: Source) -> tuple[Path, Path] | None:
    """The ``.txt`` and the ``.ann`` that a file belongs to, where both lie beside each other."""
    if source.suffix not in (".txt", ".ann") or source.path.suffix.lower() != source.suffix:
        return None
    other = source.path.with_suffix(".ann" if source.suffix == ".txt" else ".txt")
    if not other.is_file():
        return None
    if source.suffix == ".ann":
        return other, source.path
    with other.open("rb") as file:
        head = file.read(1 << 16).decode("utf-8", "replace")
    return (source.path, other) if not head.strip() or is_ann(head) else None


def open_brat(source: Source) -> Opened:
    """One document whose two files lie beside each other.

    Raises:
        UnreadableFile: BRAT_TEXT_MISSING where only the ``.ann`` is there.
    """
    pair = pair_of(source)
    if pair is None:
        raise UnreadableFile(
            "BRAT_TEXT_MISSING",
            "This file holds what brat marked, but not the text itself.",
            "Put the .ann and the .txt files together into one zip file and upload that.",
        )
    return open_documents(source, [(pair[0].stem, *pair)])


def pairs_in(files: Iterable[tuple[str, Path]]) -> list[tuple[str, Path, Path]]:
    """The documents among the files of a folder or an archive, each given as its name inside and where it lies.

    Empty where there is no ``.ann`` with its ``.txt``: then the folder is none of brat's.
    """
    by_name = {name: path for name, path in files if name.lower().endswith((".txt", ".ann"))}
    found = []
    for name, path in sorted(by_name.items()):
        texts = (name[:-4] + suffix for suffix in (".txt", ".TXT"))
        text = next((by_name[other] for other in texts if other in by_name), None)
        if name.lower().endswith(".ann") and text is not None:
            found.append((name[:-4], text, path))
    return found


def open_documents(source: Source, documents: list[tuple[str, Path, Path]]) -> Opened:
    """A table of documents, each given as its name, its ``.txt`` and its ``.ann``; one is read at a time."""
    odd: list[str] = []

    def rows() -> Iterator[Row]:
        odd.clear()
        for number, (name, text, ann) in enumerate(documents):
            yield document(name, _text_of(text, source), _text_of(ann, source), odd)
            source.report(number / len(documents))

    def problems() -> list[DataProblem]:
        return [_not_understood(odd)] if odd else []

    return opened_rows(source, "brat", rows, problems, encoding="utf-8")


def document(name: str, text: str, ann: str, odd: list[str] | None = None) -> dict[str, Any]:
    """One document as a row; lines that are no standoff are added to ``odd``."""
    spans: list[Span] = []
    others: list[dict[str, Any]] = []
    for line in ann.splitlines():
        if not line.strip():
            continue
        found = _annotation(line)
        if found is None:
            others.append({"kind": "line", "line": line})
            if odd is not None:
                odd.append(f"{name}: {line[:120]}")
        elif "start" in found:
            spans.append(found)
        else:
            others.append(found)
    text, spans = _placed(text, spans)
    return {"document": name, "text": text, "spans": spans} | ({"annotations": others} if others else {})


def _placed(text: str, spans: list[Span]) -> tuple[str, list[Span]]:
    """Offsets that count CR LF as one, or UTF-16 units, put right where the marked words prove it."""
    plain = text.replace("\r\n", "\n")
    if plain != text and _fitting(plain, spans) > _fitting(text, spans):
        text = plain
    spans = by_surface(text, spans)
    for span in spans:
        del span["text"]
    return text, spans


def _fitting(text: str, spans: Iterable[Span]) -> int:
    return sum(1 for span in spans if text[span["start"] : span["end"]].split() == span["text"].split())


def _annotation(line: str) -> dict[str, Any] | None:
    key, _, rest = line.partition("\t")
    if key[:1] == "T" and key[1:].isdigit():
        return _span(key, rest)
    body, _, text = rest.partition("\t")
    parts = body.split(" ")
    if key == "*":
        return {"kind": "equivalence", "type": parts[0], "of": parts[1:]}
    if key[:1] == "R":
        return {"kind": "relation", "id": key, "type": parts[0], "arguments": _arguments(parts[1:])}
    if key[:1] == "E":
        kind, _, trigger = parts[0].partition(":")
        return {"kind": "event", "id": key, "type": kind, "trigger": trigger, "arguments": _arguments(parts[1:])}
    if key[:1] in "AM" and len(parts) > 1:
        value = {"value": " ".join(parts[2:])} if len(parts) > 2 else {}
        return {"kind": "attribute", "id": key, "type": parts[0], "of": parts[1], **value}
    if key[:1] == "N" and len(parts) > 2:
        reference = " ".join(parts[2:])
        return {"kind": "normalization", "id": key, "type": parts[0], "of": parts[1], "ref": reference, "text": text}
    if key[:1] == "#":
        return {"kind": "note", "id": key, "type": parts[0], "of": " ".join(parts[1:]), "text": text}
    return None


def _span(key: str, rest: str) -> Span | None:
    place, _, text = rest.partition("\t")
    match = _PLACE.fullmatch(place.strip())
    if match is None:
        return None
    fragments = [[int(number) for number in part.split()] for part in match.group(2).split(";")]
    found = canonical([[fragments[0][0], fragments[-1][1], match.group(1)]])
    assert found is not None, "the pattern lets only numbers through"
    return found[0] | {"id": key, "text": text} | ({"fragments": fragments} if len(fragments) > 1 else {})


def _arguments(parts: Iterable[str]) -> list[list[str]]:
    return [part.split(":", 1) for part in parts if ":" in part]


def _text_of(path: Path, like: Source) -> str:
    """A file's text with the line ends that it has, since the offsets count them."""
    if not path.stat().st_size:
        return ""
    source = Source(path, path.name, like.limits)
    with source.encoding.open(path) as file:
        return file.read(_LARGEST)


def _not_understood(odd: list[str]) -> DataProblem:
    lines = "1 line" if len(odd) == 1 else f"{len(odd):,} lines"
    return DataProblem(
        code="BROKEN_LINES",
        severity="warning",
        count=len(odd),
        message=f"{lines} of the .ann files do not follow brat's format. I kept them as they are, but cannot use them.",
        examples=odd[:3],
    )

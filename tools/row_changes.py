"""What a step did row by row: the first changes for a card, with differences marked, and all of them as a CSV file."""

import csv
import difflib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.cards import Piece, RowChangeView
from tools.context import ToolContext
from tools.exporting import local_path
from tools.quoting import harmless_cell, plain
from workspace.cleaning import FIXES
from workspace.dataset import Dataset
from workspace.errors import NotFound
from workspace.home import Workspace
from workspace.judging.columns import values_at
from workspace.parquet import open_table
from workspace.privacy import shade
from workspace.versions import changes_key

SHOWN = 10
_CHARS = 240
_BEFORE_DIFFERENCE = 60
_TOKENS = 400
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_BLANK = "␣"
_HEADER = ("row", "what", "repair", "column", "before", "after")


def count_changes(changes: Path) -> int:
    """Lines of a file of changes."""
    lines: int = open_table(changes).metadata.num_rows
    return lines


def first_changes(changes: Path, titles: Mapping[str, str], most: int = SHOWN) -> list[RowChangeView]:
    """A few changes of every repair, so that none hides behind the one that was first.

    Args:
        titles: the repairs that were made, by their codes, with what people call each.
    """
    shown: dict[str, list[RowChangeView]] = {code: [] for code in titles}
    each = max(2, most // max(1, len(titles)))
    for line in _lines(changes):
        views = shown.setdefault(line["fix"], [])
        if len(views) < (most if len(shown) == 1 else each):
            views.append(_view(line, titles.get(line["fix"], "")))
        if all(len(found) >= each for found in shown.values()) and len(shown) > 1:
            break
        if sum(map(len, shown.values())) >= most:
            break
    return [view for views in shown.values() for view in views][:most]


def with_texts(views: Sequence[RowChangeView], table: Path, text: Sequence[str]) -> list[RowChangeView]:
    """The same changes, each with the row's text where another column has changed: nobody can judge a label without.

    Args:
        table: the table before; ``row`` counts its rows from 1.
        text: the columns that are read.
    """
    shown = {plain(name, 60) for name in text}
    rows = sorted({v.row - 1 for v in views if v.row and v.column and v.column not in shown})
    texts = dict(zip(rows, values_at(table, list(text), rows), strict=True)) if rows and text else {}
    return [
        view.model_copy(update={"text": plain(shade(texts[view.row - 1]), _CHARS)})
        if view.row and view.column and view.column not in shown and view.row - 1 in texts
        else view
        for view in views
    ]


def pieces(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts, cut to what differs and a little around it, with the parts marked that the other does not have.

    Blanks that differ are shown as ␣: nobody could see them otherwise.
    """
    old, new = _TOKEN.findall(shade(before)), _TOKEN.findall(shade(after))
    common = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = common
    while start > 0 and common - start < _TOKENS and sum(map(len, old[start - 1 : common])) <= _BEFORE_DIFFERENCE:
        start -= 1
    old, new = old[start : start + _TOKENS], new[start : start + _TOKENS]
    left: list[Piece] = []
    right: list[Piece] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for operation, a, b, c, d in matcher.get_opcodes():
        changed = operation != "equal"
        _add(left, old[a:b], changed)
        _add(right, new[c:d], changed)
    for side in (left, right):
        if start and side:
            side.insert(0, Piece(text="… "))
    return _cut(left), _cut(right)


@dataclass(frozen=True)
class CsvFile:
    """A table as CSV, in pieces: UTF-8 with a mark that Excel wants."""

    file_name: str
    chunks: Iterator[bytes]


def open_changes(context: ToolContext, dataset_id: str) -> CsvFile:
    """What a version's step changed, for whoever streams it. Raises NotFound, before the first chunk."""
    dataset = context.workspace.datasets.get(dataset_id)
    key = changes_key(context.workspace, dataset)
    if not context.workspace.storage.exists(key):
        raise NotFound("CHANGES_NOT_FOUND", "There is no list of changes for this version.", "Look at a cleaned one.")

    def chunks() -> Iterator[bytes]:
        with context.workspace.storage.as_file(key) as changes:
            yield from csv_of(changes)

    return CsvFile(changes_file_name(dataset), chunks())


def changes_file_name(dataset: Dataset) -> str:
    """What the file is called when it is taken away."""
    stem = re.sub(r"[^\w.-]+", "-", dataset.name).strip("-.") or "data"
    return f"{stem[:60]}-changes-v{dataset.version}.csv"


def local_changes(workspace: Workspace, dataset: Dataset, changes: Path) -> str | None:
    """The list as a file for the person at this computer; None where the storage is not theirs to look into."""
    key = workspace.storage.key("datasets", dataset.id, "changes.csv")
    path = local_path(workspace, key)
    if path is not None:
        with workspace.storage.write(key) as out:
            out.writelines(csv_of(changes))
    return path


def csv_of(changes: Path) -> Iterator[bytes]:
    """A file of changes as CSV, a thousand lines at a time.

    What a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV injection).
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_HEADER)
    for number, line in enumerate(_lines(changes), start=1):
        title = FIXES[line["fix"]].title if line["fix"] in FIXES else line["fix"]
        row = "" if line["row"] < 0 else line["row"] + 1
        cells = [line["kind"], title, line["column"] or "", line["before"] or "", line["after"] or ""]
        writer.writerow([row, *map(harmless_cell, cells)])
        if number % 1000 == 0:
            yield _taken(out, first=number == 1000)
    yield _taken(out, first=out.getvalue().startswith(",".join(_HEADER)))


def _taken(out: io.StringIO, *, first: bool) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode("utf-8-sig" if first else "utf-8", "replace")


def _lines(changes: Path) -> Iterator[dict[str, Any]]:
    for batch in open_table(changes).iter_batches(1_000):
        yield from batch.to_pylist()


def _view(line: Mapping[str, Any], title: str) -> RowChangeView:
    kind, before, after = line["kind"], line["before"] or "", line["after"] or ""
    left, right = pieces(before, after) if kind == "changed" else ([], [])
    if kind == "removed":
        left = [Piece(text=plain(shade(before), _CHARS), changed=True)] if before.strip() else [Piece(text="(empty)")]
    if kind == "added":
        right = [Piece(text=plain(shade(after), _CHARS), changed=True)]
    row = None if line["row"] < 0 else line["row"] + 1
    column = plain(line["column"], 60) if line["column"] and kind == "changed" else None
    return RowChangeView(kind=kind, row=row, column=column, fix=title, before=left, after=right)


def _add(side: list[Piece], tokens: list[str], changed: bool) -> None:
    if not tokens:
        return
    words = []
    for token in tokens:
        if token.isspace():
            words.append(_BLANK * min(len(token), 3) if changed and not "".join(tokens).strip() else " ")
        else:
            words.append(plain(token, _CHARS))
    side.append(Piece(text="".join(words), changed=changed))


def _cut(side: list[Piece]) -> list[Piece]:
    left = _CHARS
    kept: list[Piece] = []
    for piece in side:
        if left <= 0:
            kept[-1] = kept[-1].model_copy(update={"text": kept[-1].text + "…"})
            break
        kept.append(piece if len(piece.text) <= left else piece.model_copy(update={"text": piece.text[:left] + "…"}))
        left -= len(piece.text)
    return kept

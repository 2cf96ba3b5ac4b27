"""PDF documents: ruled or aligned tables where that is what they hold, else one row a paragraph with its page.

Runs in a process of its own (:mod:`workspace.reading.child`): PDF is the format in which hostile files are commonest.
pdfplumber (on pdfminer.six) runs no scripts and follows no links.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from workspace.errors import LimitExceeded, UnreadableFile
from workspace.reading.grids import TEXT, Found, Grid, open_found
from workspace.reading.reports import pages_without_tables
from workspace.reading.source import Opened, Source

COLUMNS = ("text", "page")
Word = dict[str, Any]
MOST_TABLE_PAGES = 300
_CID = re.compile(r"\(cid:\d+\)")
_SENTENCE_ENDS = '.!?:;…。！？»”"'


def open_pdf(source: Source) -> Opened:
    """A PDF document.

    Raises:
        UnreadableFile: FILE_PROTECTED, FILE_IS_SCAN, FILE_DAMAGED.
        LimitExceeded: TOO_MANY_PAGES.
    """
    import logging

    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    try:
        with pdfplumber.open(source.path) as document:
            found, pages = _read(source, document), len(document.pages)
    except (LimitExceeded, UnreadableFile, MemoryError):
        raise
    except Exception as exc:
        # pdfplumber and pdfminer let any error of their parsers through, most of them bare.
        causes = (exc, exc.__cause__, exc.__context__, *exc.args)
        if any(isinstance(cause, PDFPasswordIncorrect) for cause in causes):
            raise _protected() from exc
        raise _damaged() from exc
    opened = open_found(source, "pdf", found)
    if pages > MOST_TABLE_PAGES and found.grids and opened.sheet != TEXT:
        opened.problems.append(pages_without_tables(pages, MOST_TABLE_PAGES))
    return opened


def _protected() -> UnreadableFile:
    return UnreadableFile(
        "FILE_PROTECTED",
        "This PDF is protected with a password.",
        "Open it, print it to a new PDF without a password, and upload that.",
    )


def _damaged() -> UnreadableFile:
    return UnreadableFile(
        "FILE_DAMAGED",
        "This PDF is damaged or not complete.",
        "Download it again, or print it to a new PDF, then upload that. The table as .xlsx or CSV is better still.",
    )


def _read(source: Source, document: Any) -> Found:
    pages = document.pages
    if len(pages) > source.limits.max_pages:
        raise LimitExceeded(
            "TOO_MANY_PAGES",
            f"This PDF has {len(pages):,} pages; at most {source.limits.max_pages:,} are allowed.",
            "Take the pages that you need, or ask whoever runs the wizard to raise MTW_MAX_PAGES.",
        )
    found = Found(columns=COLUMNS)
    lines: list[list[Line]] = []
    pictures = 0
    for number, page in enumerate(pages, start=1):
        words = page.extract_words(keep_blank_chars=False, use_text_flow=False)
        pictures += bool(page.images) and not words
        if words and number <= MOST_TABLE_PAGES:
            tables = _ruled(page, number) or _aligned(words, number)
            for grid in tables:
                _add(found.grids, grid)
        lines.append(_lines(words))
        page.close()
        source.report(0.9 * number / len(pages))
    found.texts = [(text, str(number)) for number, text in _paragraphs(lines)]
    if not found.texts and not found.grids:
        raise _no_text(pictures)
    return found


def _no_text(pictures: int) -> UnreadableFile:
    if pictures:
        return UnreadableFile(
            "FILE_IS_SCAN",
            "This PDF holds pictures of its pages, but no text: it was scanned.",
            "Let a scanner program recognise its text (OCR), or ask for the original document or table.",
        )
    return UnreadableFile("NO_TABLE", "There is no text in this PDF.", "Check that it is the right file.")


def _add(grids: list[Grid], grid: Grid) -> None:
    """A table that is as wide as the last one of the page before goes on with it."""
    width = len(grid.rows[0])
    if grids and len(grids[-1].rows[0]) == width:
        grids[-1].rows += grid.rows
    else:
        grids.append(grid)


# tables


def _ruled(page: Any, number: int) -> list[Grid]:
    """Tables drawn with lines."""
    if not page.edges:
        return []
    grids: list[Grid] = []
    for index, table in enumerate(page.find_tables()):
        rows = [[_clean(cell) for cell in row] for row in table.extract()]
        rows = [row for row in rows if any(row)]
        # A box around a paragraph is drawn with lines as well.
        if rows and len(rows[0]) > 1 and len(rows) > 1:
            grids.append(Grid(f"page {number}" if not index else f"page {number}, table {index + 1}", rows))
    return grids


def _clean(cell: str | None) -> str:
    return " ".join(_CID.sub("", cell or "").split())


def _aligned(words: list[Word], number: int) -> list[Grid]:
    """A table without lines: rows of cells with wide gaps between them, whose cells begin or end at the same places."""
    rows = [_cells(line) for line in _by_line(words)]
    starts = [cell["x0"] for row in rows if len(row) > 1 for cell in row]
    if sum(len(row) > 1 for row in rows) < max(3, 0.6 * len(rows)):
        return []
    columns = _columns(starts, least=0.5 * sum(len(row) > 1 for row in rows))
    if len(columns) < 2:
        return []
    grid: list[list[str]] = []
    for row in rows:
        cells = [""] * len(columns)
        for cell in row:
            place = max((i for i, x in enumerate(columns) if x <= cell["x0"] + 6), default=0)
            cells[place] = f"{cells[place]} {cell['text']}".strip()
        # A line with nothing in the first column goes on with the row above.
        if grid and not cells[0] and sum(map(bool, cells)) == 1:
            grid[-1] = [f"{a} {b}".strip() for a, b in zip(grid[-1], cells, strict=True)]
        else:
            grid.append(cells)
    return [Grid(f"page {number}", grid)]


def _by_line(words: list[Word]) -> list[list[Word]]:
    """Words that stand on one line, from top to bottom, each line from left to right."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (round(w["bottom"]), w["x0"])):
        height = word["bottom"] - word["top"]
        if lines and abs(lines[-1][-1]["bottom"] - word["bottom"]) <= 0.4 * height:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda w: w["x0"]) for line in lines]


def _cells(line: list[Word]) -> list[Word]:
    """Words joined to cells: a gap of more than a blank and a half parts them."""
    cells = [dict(line[0])]
    for before, word in pairwise(line):
        if word["x0"] - before["x1"] > 0.9 * (word["bottom"] - word["top"]):
            cells.append(dict(word))
        else:
            cells[-1]["text"] += " " + word["text"]
            cells[-1]["x1"] = word["x1"]
    return cells


def _columns(starts: Sequence[float], least: float) -> list[float]:
    """Places at which at least so many cells begin."""
    groups: list[list[float]] = []
    for x in sorted(starts):
        if groups and x - groups[-1][-1] <= 3:
            groups[-1].append(x)
        else:
            groups.append([x])
    return [group[0] for group in groups if len(group) >= least]


# text


class Line(NamedTuple):
    """A line of text and where it stands on its page."""

    text: str
    top: float
    bottom: float
    right: float


def _lines(words: list[Word]) -> list[Line]:
    found = []
    for line in _by_line(words):
        text = _CID.sub("", " ".join(word["text"] for word in line)).strip()
        if text:
            found.append(Line(text, min(w["top"] for w in line), max(w["bottom"] for w in line), line[-1]["x1"]))
    return found


def _paragraphs(pages: list[list[Line]]) -> Iterator[tuple[int, str]]:
    """Lines joined to paragraphs, each with the page on which it begins.

    Lines that stand alike at the top or bottom of most pages, and page numbers, are left out.
    """
    repeated = _repeated(pages)
    waiting: list[str] = []
    begun = 1
    for number, lines in enumerate(pages, start=1):
        edges = {0, 1, len(lines) - 2, len(lines) - 1}
        kept = [line for i, line in enumerate(lines) if not (i in edges and _mark(line.text) in repeated)]
        breaks = _breaks(kept)
        for index, line in enumerate(kept):
            # Over the end of a page only a sentence goes on.
            goes_on = line.text[:1].islower() and waiting and waiting[-1][-1] not in _SENTENCE_ENDS
            if waiting and (index in breaks or (index == 0 and not goes_on)):
                yield begun, _joined(waiting)
                waiting = []
            if not waiting:
                begun = number
            waiting.append(line.text)
    if waiting:
        yield begun, _joined(waiting)


def _breaks(lines: list[Line]) -> set[int]:
    """Lines that begin a paragraph: the gap above is clearly wider than the narrow ones, or the line above is short."""
    if len(lines) < 2:
        return set()
    gaps = [b.top - a.bottom for a, b in pairwise(lines)]
    narrow = sorted(gaps)[len(gaps) // 5]
    width = max(line.right for line in lines)
    found = set()
    for index, (above, line) in enumerate(pairwise(lines), start=1):
        height = max(1.0, line.bottom - line.top)
        ended = above.text[-1] in _SENTENCE_ENDS and above.right < 0.85 * width
        if gaps[index - 1] > narrow + 0.35 * height or ended or above.right < 0.5 * width:
            found.add(index)
    return found


def _mark(text: str) -> str:
    """A line without its numbers, so that “Page 3 of 9” is the same on every page."""
    return re.sub(r"\d+", "#", text)


def _repeated(pages: list[list[Line]]) -> set[str]:
    if len(pages) < 3:
        return set()
    counts: dict[str, int] = {}
    for lines in pages:
        for text in {_mark(line.text) for line in [*lines[:2], *lines[-2:]]}:
            counts[text] = counts.get(text, 0) + 1
    return {text for text, count in counts.items() if count > 0.6 * len(pages)}


def _joined(parts: list[str]) -> str:
    """The lines of a paragraph as one text; a word cut by a hyphen at the end of a line is put together."""
    text = parts[0]
    for part in parts[1:]:
        if text.endswith("-") and len(text) > 1 and text[-2].isalpha() and part[:1].islower():
            text = text[:-1] + part
        else:
            text += " " + part
    return text

"""What Block Kit messages are put together from. Slack's limits are kept here, by construction.

Limits: docs.slack.dev/reference/block-kit (50 blocks, 3,000 characters of a section, 10 fields of 2,000, 150 of a
header, 25 elements of an actions block, one table of 100 rows, 20 columns and 10,000 characters in a message). The sum
of all texts in a message is limited as well, undocumented: posts of 11,341 characters were refused
(slackapi/bolt-js, issues 2509 and 2867), so a message stays below 9,000.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel

from assistant.surfaces.slack.blocks.elements import Presses
from assistant.surfaces.slack.blocks.text import bold, cut_escaped, escaped, mrkdwn, plain_text, plain_words
from tools.cards import CheckingView
from tools.quoting import prose

Block = dict[str, Any]

_BLOCKS = 50
_MESSAGE_CHARS = 9_000
_SECTION_CHARS = 3_000
_ACTIONS = 25
_CELL_CHARS = 150
_COLUMNS = 8
_MONO_COLUMN = 24


class Picture(BaseModel):
    """A picture that belongs to a message; it is uploaded beside it. ``alt`` says what is to be seen."""

    name: str
    png: bytes
    alt: str


class SlackMessage(BaseModel):
    """``text`` is what notices and screen readers get. ``blocks`` may be empty: then the text is all."""

    text: str
    blocks: list[dict[str, Any]]
    pictures: tuple[Picture, ...] = ()


class Page:
    """Collects blocks from the top down; what no longer fits is left out, and the message says so.

    Words given to :meth:`say`, :meth:`points` and :meth:`note` are escaped already (:mod:`.text`); all others are raw.
    """

    def __init__(self, title: str = "", base_url: str = "") -> None:
        self._title = title
        self._base_url = base_url.rstrip("/")
        self._blocks: list[Block] = []
        self._left = _MESSAGE_CHARS
        self._tables = 0
        self._cut = False
        self.presses = Presses()
        self.pictures: list[Picture] = []
        if title.strip():
            self._add({"type": "header", "text": plain_text(title, 150)}, min(len(title), 150))
            if len(plain_words(title, 2_000)) > 150:
                self.say(escaped(title))

    def message(self, text: str = "") -> SlackMessage:
        """The message, with at least one block. ``text``: what notices say, if not the title."""
        if self._cut:
            end = {
                "type": "context",
                "elements": [mrkdwn("There is more than fits here; the web chat shows all of it.")],
            }
            self._blocks = [*self._blocks[: _BLOCKS - 1], end]
        words = escaped((text or self._title).strip(), 3_000).strip() or "–"
        blocks = self._blocks or [{"type": "section", "text": mrkdwn(words)}]
        return SlackMessage(text=words, blocks=blocks, pictures=tuple(self.pictures))

    def say(self, *lines: str, accessory: Block | None = None) -> None:
        """A paragraph; empty lines are left out. With a button or a select at its side."""
        text = "\n".join(line for line in lines if line.strip())
        if text:
            short = cut_escaped(text, min(_SECTION_CHARS, max(self._left, 10)))
            self._cut |= len(short) < len(text)
            side = {"accessory": accessory} if accessory else {}
            self._add({"type": "section", "text": mrkdwn(short), **side}, len(short))

    def points(self, lines: Iterable[str]) -> None:
        """A list with bullets, over as many sections as it needs."""
        part: list[str] = []
        for line in lines:
            item = cut_escaped(f"• {line}", _SECTION_CHARS - 1)
            if part and sum(map(len, part)) + len(part) + len(item) > _SECTION_CHARS:
                self.say(*part)
                part = []
            part.append(item)
        self.say(*part)

    def note(self, *lines: str) -> None:
        """Small print."""
        text = " ".join(line for line in lines if line.strip())
        if text:
            short = cut_escaped(text, min(2_000, max(self._left, 10)))
            self._add({"type": "context", "elements": [mrkdwn(short)]}, len(short))

    def heading(self, text: str) -> None:
        self.say(bold(text, 200))

    def facts(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Names and values in two columns."""
        cells = [f"{bold(name, 100)}\n{escaped(value, 400) or '–'}" for name, value in pairs]
        for start in range(0, len(cells), 10):
            fields = [mrkdwn(cell, 2_000) for cell in cells[start : start + 10]]
            self._add({"type": "section", "fields": fields}, sum(len(field["text"]) for field in fields))

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[Any]], numbers: Sequence[int] = ()) -> None:
        """Rows and columns; ``numbers`` are the columns that stand to the right.

        Slack allows one table in a message; further ones are set in columns of equal letters.
        """
        if not rows:
            return
        width = min(len(headers), _COLUMNS)
        cells = [[_cell(c) for c in [*row[:width], *[""] * (width - len(row))]] for row in [headers, *rows]]
        if self._tables:
            self._monospaced(cells)
            return
        fitting: list[list[str]] = []
        room = self._left - 200
        for row in cells[:100]:
            room -= sum(map(len, row))
            if room < 0:
                self._cut = True
                break
            fitting.append(row)
        if len(fitting) < 2:
            self._cut = True
            return
        settings = [{"align": "right" if c in numbers else "left", "is_wrapped": True} for c in range(len(fitting[0]))]
        raw = [[{"type": "raw_text", "text": cell} for cell in row] for row in fitting]
        size = sum(len(cell) for row in fitting for cell in row)
        if self._add({"type": "table", "rows": raw, "column_settings": settings}, size):
            self._tables += 1

    def code(self, text: str) -> None:
        """Text in which every sign counts, in letters of equal width."""
        clean = escaped(prose(text, _SECTION_CHARS).replace("```", "'''").strip("\n"), 2_900)
        if clean:
            self.say(f"```\n{clean}\n```")

    def actions(self, elements: Sequence[Block], block_id: str = "") -> None:
        """Buttons and selects in a row."""
        named = {"block_id": block_id[:255]} if block_id else {}
        if elements:
            size = sum(len(element.get("text", {}).get("text", "")) for element in elements)
            self._add({"type": "actions", "elements": list(elements[:_ACTIONS]), **named}, size)

    def links(self, label: str, path: str, style: str = "plain") -> list[Block]:
        """A button that opens a page of ours; none where it is not known where that is."""
        return self.presses.link(label, path if "://" in path else f"{self._base_url}{path}", style) if path else []

    def going_on(self, checking: CheckingView | None, broken: str) -> bool:
        """How far something is that is computed meanwhile; whether there is anything to wait for."""
        if checking is None or checking.status == "succeeded":
            return False
        if checking.status in ("queued", "running"):
            bar = progress_bar(checking.fraction)
            self.say(f"{bar} {checking.fraction:.0%}", f"{escaped(checking.message, 300)} … you can go on meanwhile.")
            return True
        self.say(f":warning: {broken}")
        return False

    def _monospaced(self, cells: Sequence[Sequence[str]]) -> None:
        short = [[c if len(c) <= _MONO_COLUMN else f"{c[: _MONO_COLUMN - 1]}…" for c in row] for row in cells]
        widths = [max(len(row[i]) if i < len(row) else 0 for row in short) for i in range(len(short[0]))]
        lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=False)).rstrip() for row in short]
        self.code("\n".join(lines))

    def _add(self, block: Block, chars: int) -> bool:
        """Whether it still fitted. One block is kept free for the sentence that something is missing."""
        if len(self._blocks) >= _BLOCKS - 1 or chars > self._left:
            self._cut = True
            return False
        self._left -= chars
        self._blocks.append(block)
        return True


def progress_bar(fraction: float, width: int = 20) -> str:
    """``██████░░░░``: readable in any theme, and by its figure beside it."""
    done = round(min(max(fraction, 0.0), 1.0) * width)
    return "█" * done + "░" * (width - done)


def _cell(value: Any) -> str:
    return plain_words("" if value is None else str(value), _CELL_CHARS)

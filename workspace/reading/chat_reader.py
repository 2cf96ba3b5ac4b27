"""Chats that were saved as text, as WhatsApp does: one row a message, with when and by whom it was written.

WhatsApp writes dates as the phone's country does, with or without brackets; a message may go on over several lines.
"""

import re
from collections.abc import Iterable, Iterator

from workspace.dataset import DataProblem
from workspace.reading.annotations.lines import lines_of, sample_lines
from workspace.reading.annotations.table import opened_rows
from workspace.reading.source import Opened, Source

_DAY = r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
_TIME = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[\s\u202f]?[AaPp]\.?\s?[Mm]\.?)?"
_BEGIN = re.compile(
    rf"[\u200e\u200f\ufeff]*(?:\[({_DAY}),? ({_TIME})\]|({_DAY}),? ({_TIME}) [-–]) ?[\u200e\u200f]*(.*)"
)
_SAID = re.compile(r"[\u200e~]*([^:\n]{1,60}): ?[\u200e\u200f]*(.*)", re.S)
_LEAST = 3


def is_chat(text: str) -> bool:
    """Whether the lines of a sample begin with a date, a time and a name."""
    lines = [line for line in sample_lines(text, 400) if line.strip()]
    begun = [found for line in lines if (found := _BEGIN.fullmatch(line))]
    said = sum(1 for found in begun if _SAID.fullmatch(found.group(5)))
    return said >= _LEAST and _BEGIN.fullmatch(lines[0]) is not None and said >= 0.7 * len(begun) >= 0.1 * len(lines)


def open_chat(source: Source) -> Opened:
    """One row a message. What the program itself wrote into the chat is left out and counted."""
    counted = [0]

    def rows() -> Iterator[dict[str, str]]:
        counted[0] = 0
        for when, rest in _messages(lines_of(source)):
            said = _SAID.fullmatch(rest)
            if said is None:
                counted[0] += 1
                continue
            yield {"date": when, "sender": said.group(1).strip(), "text": said.group(2).strip()}

    def problems() -> list[DataProblem]:
        return [_notices(counted[0])] if counted[0] else []

    return opened_rows(source, "chat", rows, problems)


def _messages(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """When each message was written, and who said what, over all of its lines."""
    when, parts = "", list[str]()
    for line in lines:
        if found := _BEGIN.fullmatch(line):
            if parts:
                yield when, "\n".join(parts)
            day, time = found.group(1) or found.group(3), found.group(2) or found.group(4)
            when, parts = f"{day} {time}", [found.group(5)]
        elif parts:
            parts.append(line)
    if parts:
        yield when, "\n".join(parts)


def _notices(count: int) -> DataProblem:
    lines = "1 line is" if count == 1 else f"{count:,} lines are"
    return DataProblem(
        code="NOTICES_LEFT_OUT",
        severity="info",
        count=count,
        message=f"{lines} by no person, such as “Anna joined the group”. I left them out.",
    )

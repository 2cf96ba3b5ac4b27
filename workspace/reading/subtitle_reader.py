"""Subtitles and transcripts of calls: SubRip (.srt) and WebVTT (W3C). One row a caption, with its time and speaker."""

import html
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from workspace.reading.annotations.lines import lines_of
from workspace.reading.annotations.table import opened_rows
from workspace.reading.source import Opened, Source

_TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{2}[,.]\d{1,3}"
_CUE = re.compile(rf"\s*({_TIME})\s*-->\s*({_TIME})(?:\s.*)?")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
_MARKUP = re.compile(r"</?[a-z][^>]*>|<\d[\d:.]*>|\{\\[^}]*\}", re.I)
_START = re.compile(rf"\ufeff?(?:WEBVTT\b|\s*\d+\s*\r?\n\s*{_TIME}\s*-->)")


def is_subtitles(text: str) -> bool:
    """Whether a text begins as WebVTT does, or with a number and the times of a caption."""
    return _START.match(text) is not None and "-->" in text


def open_subtitles(source: Source) -> Opened:
    """One row a caption; its lines are put together, its mark-up left out."""
    return opened_rows(source, "subtitles", lambda: _captions(lines_of(source)))


def _captions(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    times: tuple[str, str] | None = None
    parts: list[str] = []
    for line in chain(lines, [""]):
        cue = _CUE.fullmatch(line)
        if times is not None and (cue or not line.strip()):
            yield from _row(times, parts)
            times, parts = None, []
        if cue:
            times, parts = (cue.group(1), cue.group(2)), []
        elif times is not None:
            parts.append(line)


def _row(times: tuple[str, str], parts: list[str]) -> Iterator[dict[str, str]]:
    whole = " ".join(part.strip() for part in parts)
    voice = _VOICE.search(whole)
    text = " ".join(html.unescape(_MARKUP.sub(" ", _VOICE.sub(" ", whole))).split())
    if text:
        speaker = {"speaker": html.unescape(voice.group(1)).strip()} if voice else {}
        yield {"text": text, "start": times[0], "end": times[1], **speaker}

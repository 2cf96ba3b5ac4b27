"""A sentence a line: ``word|tag`` or ``word|part of speech|tag``, words apart by blanks (spaCy's ``iob``)."""

from collections.abc import Iterable, Iterator

from workspace.dataset import DataProblem
from workspace.reading.annotations.lines import lines_of, sample_lines
from workspace.reading.annotations.table import Row, opened_rows
from workspace.reading.annotations.tags import Scheme, looks_tagged, scheme_note, to_iob2
from workspace.reading.source import Opened, Source


def is_iob_lines(text: str, suffix: str = "") -> bool:
    """Whether nearly every word of a sample carries its tag behind a bar; few words do where the name says so."""
    lines = [line for line in sample_lines(text, 200) if line.strip()] or [text]
    words = [word for line in lines if not line.startswith("-DOCSTART-") for word in line.split(" ") if word]
    barred = [word.rsplit("|", 1)[1] for word in words if "|" in word]
    return len(barred) >= (1 if suffix == ".iob" else 3) and len(barred) >= 0.98 * len(words) and looks_tagged(barred)


def open_iob_lines(source: Source) -> Opened:
    """Such a file as one row a sentence: its words, their tags and parts of speech."""
    scheme, sentences, widest = Scheme(), 0, 2
    for words in _sentences(lines_of(source, 0, 0.3)):
        scheme.see([word[-1] for word in words])
        sentences += 1
        widest = max(widest, max(len(word) for word in words))

    def rows() -> Iterator[Row]:
        for words in _sentences(lines_of(source, 0.3, 1)):
            row = {
                "tokens": [word[0] for word in words],
                "tags": to_iob2([word[-1] for word in words], scheme.name),
            }
            if widest == 3:
                row["pos_tags"] = [word[1] if len(word) == 3 else "_" for word in words]
            yield row

    def problems() -> list[DataProblem]:
        return scheme_note(scheme.name, sentences)

    return opened_rows(source, "iob", rows, problems)


def _sentences(lines: Iterable[str]) -> Iterator[list[list[str]]]:
    """Each word as [word, tag] or [word, part of speech, tag]; the word itself may be a bar."""
    for line in lines:
        if line.startswith("-DOCSTART-"):
            continue
        words = [_parts(item) for item in line.split(" ") if item]
        if words:
            yield words


def _parts(item: str) -> list[str]:
    parts = item.rsplit("|", 2)
    if len(parts) == 3 and not parts[0]:
        # A bar as the word itself: "||O" is [|, O].
        return ["|", parts[2]]
    return parts if len(parts) > 1 else [item, "O"]

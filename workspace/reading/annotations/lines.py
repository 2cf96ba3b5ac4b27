"""Files that are read line by line: blocks of lines with blank ones between them."""

from collections.abc import Iterator

from workspace.reading.source import Source

END = "\r\n"
_REPORT_EVERY = 8_192


def lines_of(source: Source, low: float = 0.0, high: float = 1.0) -> Iterator[str]:
    """The lines of a text file without their ends; only CR, LF and both together end a line."""
    size = max(1, source.path.stat().st_size)
    with source.encoding.open(source.path) as file:
        for number, line in enumerate(file, start=1):
            if number % _REPORT_EVERY == 0:
                source.report(low + (high - low) * file.buffer.tell() / size)
            yield line.rstrip(END)


def sample_lines(text: str, most: int = 2_000) -> list[str]:
    """The first lines of a sample whose last line may be cut, so it is left out where there are others."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return (lines[:-1] if len(lines) > 1 else lines)[:most]

"""What a reader is given and what it gives back. A format is one module with one function of type ``Reader``."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from workspace.dataset import DataProblem
from workspace.findings import Finding
from workspace.reading.encoding import Encoding, detect_encoding
from workspace.settings import Settings

ALL_SHEETS = "*"
"""Asks for all sheets with the same columns as one table; Excel lets no sheet have this name."""


@dataclass(frozen=True)
class Limits:
    """How large a file may be. Each limit is a setting."""

    max_bytes: int = 500 * 1024 * 1024
    max_rows: int = 5_000_000
    max_columns: int = 1_000
    max_cell_chars: int = 1_000_000
    max_unpacked_bytes: int = 4 << 30
    max_unpack_ratio: int = 200
    max_archive_files: int = 100_000
    max_pages: int = 2_000
    read_seconds: float = 300
    read_memory_bytes: int = 2 << 30

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """The limits that the settings name."""
        return cls(
            max_bytes=settings.max_upload_mb * 1024 * 1024,
            max_rows=settings.max_rows,
            max_columns=settings.max_columns,
            max_cell_chars=settings.max_cell_chars,
            max_unpacked_bytes=settings.max_unpacked_mb << 20,
            max_unpack_ratio=settings.max_unpack_ratio,
            max_archive_files=settings.max_archive_files,
            max_pages=settings.max_pages,
            read_seconds=settings.read_seconds,
            read_memory_bytes=settings.read_memory_mb << 20,
        )


@dataclass(frozen=True)
class Source:
    """A file or folder to read. ``name`` is for people and for its suffix; it is never used as a path.

    ``scratch`` is an empty folder for what a reader unpacks; it stays until the table is written. ``class_names`` are
    the names behind the numbers of a column, where something beside the file tells them.
    """

    path: Path
    name: str
    limits: Limits
    sheet: str | None = None
    progress: Callable[[float], None] | None = None
    scratch: Path | None = None
    class_names: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def suffix(self) -> str:
        """The ending of the name in lower case, such as ``.csv``."""
        return Path(self.name).suffix.lower()

    @cached_property
    def encoding(self) -> Encoding:
        """The encoding of a text file; the whole file is looked through once. Raises UnreadableFile."""
        return detect_encoding(self.path)

    def report(self, fraction: float) -> None:
        """Tell how far the reading is, from 0 to 1."""
        if self.progress is not None:
            self.progress(min(1.0, max(0.0, fraction)))


class Told:
    """Passes the progress on and can tell it once more, so that whoever hears it may stop the reading at any batch."""

    def __init__(self, progress: Callable[[float], None]) -> None:
        self._progress = progress
        self._last = 0.0

    def __call__(self, fraction: float) -> None:
        self._last = fraction
        self._progress(fraction)

    def again(self) -> None:
        """Tell the last fraction."""
        self._progress(self._last)


class ReadingStopped(Exception):
    """Raised by the ``progress`` of a reading that is not wanted any more; what was read so far is void."""


class ReadExactly(Exception):
    """The fast reader met something that only the exact one reads right; what was written so far is void."""


@dataclass
class Opened:
    """A table that has been understood but not yet read.

    ``batches`` yields record batches of ``schema``: every column is ``string`` or ``list<string>``. A string field
    whose metadata has ``mtw.kind = object`` holds JSON text. ``problems`` and ``findings`` (the rows of the table that
    they are about) are complete once the batches are used up.
    ``exact`` opens the same file anew where ``batches`` raises ReadExactly.
    """

    format: str
    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    sheets: list[str] = field(default_factory=list)
    sheet: str | None = None
    problems: list[DataProblem] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    exact: "Callable[[], Opened] | None" = None


Reader = Callable[[Source], Opened]

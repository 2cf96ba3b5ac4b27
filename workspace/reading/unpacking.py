"""Zip and tar archives and compressed files, unpacked with care.

Names inside an archive decide nothing but what people see: every file lands under a number in our own folder. Sizes
are counted while unpacking, whatever the archive declares; links, devices and folders are passed over.
"""

import bz2
import gzip
import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from workspace.errors import InputError, LimitExceeded, UnreadableFile
from workspace.reading.source import Limits, Source

_BLOCK = 1 << 20
_FREE_BYTES = 200 << 20
"""Up to this size an archive may unpack at any ratio: texts that repeat themselves do."""
_MOST_NAME = 1_000
_MOST_DEPTH = 3
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_JUNK = frozenset({"__macosx", ".ds_store", "thumbs.db", "desktop.ini", ".git", "__pycache__", ".ipynb_checkpoints"})
BAD_ARCHIVE = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError),
    *(EOFError, OSError, ValueError, RuntimeError),
)
"""What the modules for archives raise for a damaged one."""
_PACKED: dict[bytes, Callable[[IO[bytes], str], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
COMPRESSED = tuple(_PACKED)
"""What compressed files begin with."""


@dataclass(frozen=True)
class Inner:
    """A file of a folder or archive. ``name`` is its path inside, with ``/``, for people and for grouping."""

    name: str
    path: Path

    @property
    def parts(self) -> tuple[str, ...]:
        """The folders it lies in, and its own name."""
        return PurePosixPath(self.name).parts

    @property
    def suffix(self) -> str:
        """The ending in lower case, without that of a compression."""
        pure = PurePosixPath(self.name.lower())
        return PurePosixPath(pure.stem).suffix if pure.suffix in (".gz", ".bz2", ".xz") else pure.suffix


class _Budget:
    """Bytes and files that may still be unpacked; one for everything inside one upload, however it is nested."""

    def __init__(self, packed: int, limits: Limits) -> None:
        self._limits = limits
        self._packed = max(1, packed)
        self._bytes = 0
        self._files = 0

    def file(self) -> None:
        """Counts a file."""
        self._files += 1
        if self._files > self._limits.max_archive_files:
            raise LimitExceeded(
                "TOO_MANY_FILES",
                f"There are more than {self._limits.max_archive_files:,} files in it, the most that are allowed.",
                "Put the texts into one table, or ask whoever runs the wizard to raise MTW_MAX_ARCHIVE_FILES.",
            )

    def take(self, count: int) -> None:
        """Counts bytes that come out."""
        self._bytes += count
        check_unpacked(self._bytes, self._packed, self._limits)


def check_unpacked(unpacked: int, packed: int, limits: Limits) -> None:
    """Raises LimitExceeded where a file unpacks to more than a table of its size would."""
    bomb = unpacked > _FREE_BYTES and unpacked > limits.max_unpack_ratio * max(1, packed)
    if unpacked > limits.max_unpacked_bytes or bomb:
        raise LimitExceeded(
            "FILE_UNPACKS_TOO_LARGE",
            f"This file unpacks to {unpacked / (1 << 20):,.0f} MB or more, far more than a table of this size would.",
            "Unpack it yourself and upload the file that you need.",
        )


def refuse_bomb(path: Path, limits: Limits) -> None:
    """Judges a zip file by the sizes that its directory declares, before anything is unpacked.

    Raises LimitExceeded, UnreadableFile. A reader that trusts the directory no further than this is safe: Python's
    zipfile reads no more of an entry than it declares.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except BAD_ARCHIVE as exc:
        raise damaged_archive() from exc
    check_unpacked(sum(entry.file_size for entry in entries), path.stat().st_size, limits)


def damaged_archive() -> UnreadableFile:
    """The error for an archive or compressed file that was cut off or changed."""
    return UnreadableFile(
        "FILE_DAMAGED",
        "This archive is damaged or was cut off.",
        "Pack or download it again, or upload the file inside.",
    )


def protected_archive() -> UnreadableFile:
    """The error for an archive with a password."""
    return UnreadableFile(
        "FILE_PROTECTED",
        "This archive is protected with a password.",
        "Unpack it with the password and upload the file inside.",
    )


def unpack(source: Source) -> list[Inner]:
    """All files of an archive or compressed file, archives inside it unpacked as well.

    Raises:
        UnreadableFile: damaged, protected, nested too deeply.
        LimitExceeded: too many files, too many bytes, or too many for its size.
    """
    assert source.scratch is not None
    with source.path.open("rb") as file:
        unpacking = _Unpacking(source.scratch, _Budget(source.path.stat().st_size, source.limits), source)
        try:
            return list(unpacking.files(source.path, file, source.name, "", 0))
        except InputError:
            raise
        except BAD_ARCHIVE as exc:
            raise damaged_archive() from exc


def is_archive(path: Path) -> bool:
    """Whether a file is a compressed file, a tar, or a zip that is not the container of a document."""
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(COMPRESSED) or head[257:262] == b"ustar":
        return True
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except BAD_ARCHIVE:
        return True
    return "[Content_Types].xml" not in names and "mimetype" not in names


class _Unpacking:
    """Unpacks one upload into one folder."""

    def __init__(self, folder: Path, budget: _Budget, source: Source) -> None:
        self._folder = folder
        self._budget = budget
        self._source = source
        self._count = 0

    def files(self, path: Path, file: IO[bytes], name: str, under: str, depth: int) -> Iterator[Inner]:
        """Every file in an archive; ``under`` is the path of what is unpacked, empty or with a final ``/``."""
        if depth > _MOST_DEPTH:
            raise UnreadableFile(
                "ARCHIVE_TOO_DEEP",
                "There are archives inside archives inside archives in this file.",
                "Unpack it and upload the file that you need.",
            )
        head = file.read(8)
        file.seek(0)
        packed = next((opener for magic, opener in _PACKED.items() if head.startswith(magic)), None)
        if packed is not None:
            with packed(file, "rb") as stream:
                yield from self._take(stream, _without_suffix(name), under, depth, alone=True)
        elif head.startswith(b"PK"):
            yield from self._zip(path, under, depth)
        else:
            yield from self._tar(file, under, depth)

    def _zip(self, path: Path, under: str, depth: int) -> Iterator[Inner]:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            for index, entry in enumerate(entries):
                if entry.is_dir() or stat.S_ISLNK(entry.external_attr >> 16) or is_junk(entry.filename):
                    continue
                if entry.flag_bits & 0x1:
                    raise protected_archive()
                with archive.open(entry) as stream:
                    yield from self._take(stream, entry.filename, under, depth)
                if depth == 0:
                    self._source.report(0.3 * index / len(entries))

    def _tar(self, file: IO[bytes], under: str, depth: int) -> Iterator[Inner]:
        with tarfile.open(fileobj=file, mode="r:") as archive:
            for entry in archive:
                if not entry.isreg() or is_junk(entry.name):
                    continue
                stream = archive.extractfile(entry)
                assert stream is not None
                with stream:
                    yield from self._take(stream, entry.name, under, depth)

    def _take(self, stream: IO[bytes], name: str, under: str, depth: int, *, alone: bool = False) -> Iterator[Inner]:
        """One file; ``alone``: it is all that its archive holds, so the archive's name adds nothing to its own."""
        self._budget.file()
        self._count += 1
        target = self._folder / f"{self._count}"
        with target.open("xb") as out:
            while block := stream.read(_BLOCK):
                self._budget.take(len(block))
                out.write(block)
        shown = under + shown_path(name)
        if not is_archive(target):
            yield Inner(shown, target)
            return
        with target.open("rb") as file:
            head = file.read(6)
            file.seek(0)
            single = alone or head.startswith(COMPRESSED)
            inside = under if single else f"{_without_suffix(shown)}/"
            yield from self.files(target, file, shown.rsplit("/", 1)[-1] if single else "", inside, depth + 1)
        target.unlink()


def _without_suffix(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    if suffix.lower() in ("tgz", "tbz2", "txz"):
        return f"{stem}.tar"
    return stem if dot and stem else name


def shown_path(name: str) -> str:
    """A path inside an archive as people may see it: with ``/``, nothing that leads upwards or to a drive."""
    parts = [
        clean for part in name.replace("\\", "/").split("/") if (clean := _UNSAFE.sub("", part).strip(" .:") or "")
    ]
    return "/".join(parts)[-_MOST_NAME:] or "file"


def is_junk(name: str) -> bool:
    """What systems and programs leave in folders beside the data."""
    parts = name.replace("\\", "/").lower().split("/")
    return any(part in _JUNK or part.startswith("._") for part in parts)

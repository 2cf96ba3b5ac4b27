"""Folders, archives and compressed files: what their files are together.

One data file is read as itself. Several of one shape become one table with a column that says where a row comes
from: ``split`` for train, valid and test files, else ``file``. A folder of text files for each label becomes texts
with labels. Pairs of .txt and .ann files are brat's. Folders that Hugging Face's ``save_to_disk`` writes, and those of
Parquet shards, are several files of one shape.
"""

import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

from workspace.errors import LimitExceeded, UnreadableFile
from workspace.reading.features import names_in_folder
from workspace.reading.folder_files import DOCUMENTS, data_files
from workspace.reading.folder_texts import label_folders, open_texts, text_documents
from workspace.reading.joining import Member, open_members
from workspace.reading.source import Limits, Opened, Source
from workspace.reading.unpacking import Inner, is_junk, unpack


def open_archive(source: Source) -> Opened:
    """A zip or tar archive, or a file compressed by gzip, bzip2 or xz. Raises UnreadableFile, LimitExceeded."""
    return _open(source, unpack(source), "zip")


def open_folder(source: Source) -> Opened:
    """A folder with all that is in it; links are not followed. Raises UnreadableFile, LimitExceeded."""
    return _open(source, _inside(source.path, source.limits.max_archive_files), "folder")


def folder_bytes(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in _files(folder))


def pack_folder(folder: Path, out: Path, limits: Limits) -> Path:
    """A zip archive of a folder, the same for the same content. Raises LimitExceeded."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for inner in _inside(folder, limits.max_archive_files):
            entry = zipfile.ZipInfo(inner.name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.file_size = inner.path.stat().st_size
            with inner.path.open("rb") as file, archive.open(entry, "w") as packed:
                shutil.copyfileobj(file, packed, 1 << 20)
    return out


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]


def _inside(folder: Path, most: int) -> list[Inner]:
    files = _files(folder)
    if len(files) > most:
        raise LimitExceeded(
            "TOO_MANY_FILES",
            f"There are {len(files):,} files in this folder; at most {most:,} are allowed.",
            "Put the texts into one table, or ask whoever runs the wizard to raise MTW_MAX_ARCHIVE_FILES.",
        )
    named = [(path.relative_to(folder).as_posix(), path) for path in files]
    return [Inner(name, path) for name, path in named if not is_junk(name)]


def _open(source: Source, files: Sequence[Inner], kind: str) -> Opened:
    if not files:
        raise UnreadableFile("NO_TABLE", "There are no files in it.", "Check that it is the right one.")
    pairs = _brat_pairs(files)
    if pairs and source.sheet is None:
        return _open_brat(source, pairs)
    chosen = data_files(files)
    if source.sheet is None:
        if labelled := label_folders(chosen):
            return open_texts(source, labelled)
        if documents := text_documents(chosen):
            return open_texts(source, documents)
    names = names_in_folder({inner.name: inner.path for inner in files})
    beside = [inner for inner in files if inner not in chosen and inner.suffix in DOCUMENTS]
    asked = [*chosen, *beside] if source.sheet is not None else chosen
    members = [Member(source, inner, names) for inner in asked]
    return open_members(source, members, kind, [inner.name for inner in beside])


def _brat_pairs(files: Sequence[Inner]) -> list[tuple[Inner, Inner]]:
    """The .txt and .ann files of one name, if most of the .ann files have their text."""
    texts = {inner.name[:-4]: inner for inner in files if inner.name.lower().endswith(".txt")}
    marks = {inner.name[:-4]: inner for inner in files if inner.name.lower().endswith(".ann")}
    pairs = [(texts[name], marks[name]) for name in sorted(marks) if name in texts]
    return pairs if pairs and 2 * len(pairs) >= len(marks) else []


def _open_brat(source: Source, pairs: list[tuple[Inner, Inner]]) -> Opened:
    from workspace.reading.annotations.brat import open_documents

    return open_documents(source, [(text.name[:-4], text.path, marks.path) for text, marks in pairs])

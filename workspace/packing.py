"""Zip files that are the same byte for byte whenever and wherever the same files are packed."""

import shutil
import zipfile
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import IO

_BLOCK = 1 << 20
_PACKED = (".safetensors", ".skops", ".onnx", ".bin", ".npz", ".zip")
"""Files that compressing hardly shortens and that may be large."""
_BEGINNING = (1980, 1, 1, 0, 0, 0)
"""No entry carries the time of packing."""

Opener = Callable[[], AbstractContextManager[IO[bytes]]]


def pack(files: Iterable[tuple[str, Opener]], out: Path | IO[bytes]) -> None:
    """Writes the files, each under its name in the archive, block by block: none is held in memory."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, opened in files:
            entry = zipfile.ZipInfo(name, _BEGINNING)
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(_PACKED) else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with opened() as source, archive.open(entry, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target, _BLOCK)


def pack_folder(folder: Path, out: Path | IO[bytes], name: str) -> None:
    """All files of ``folder``, in a folder of that ``name``."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    pack(((f"{name}/{path.relative_to(folder).as_posix()}", partial(_opened, path)) for path in paths), out)


def _opened(path: Path) -> IO[bytes]:
    return path.open("rb")

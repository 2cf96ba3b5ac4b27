"""Object storage: a local folder or S3 behind one small port. Every key starts with the owner's id."""

import errno
import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import fsspec

from workspace.errors import NotFound, Unavailable
from workspace.settings import Settings

_SEGMENT = re.compile(r"[A-Za-z0-9_.\-]+")


_PARTIAL = ".partial"


class Storage:
    """Puts, gets and deletes objects of one owner. Keys look like ``usr_1/datasets/ds_1/table.parquet``.

    Writing is atomic for readers: a local object is written beside its place and moved there; one on S3 is sent when
    it is complete.
    """

    def __init__(self, url: str, owner_id: str, **options: Any) -> None:
        self.owner_id = owner_id
        self.url = url.rstrip("/")
        self._local = self.url.startswith("file://")
        self._fs, root = fsspec.core.url_to_fs(self.url, **options)
        self._root = root.rstrip("/")

    @classmethod
    def of(cls, settings: Settings, owner_id: str) -> "Storage":
        """The storage that the settings name, as seen by one owner."""
        options: dict[str, Any] = {}
        if settings.storage.startswith("s3://"):
            # Several processes write: a listing remembered here would be wrong.
            options["use_listings_cache"] = False
            options["config_kwargs"] = {
                "signature_version": "s3v4",
                "connect_timeout": 5,
                "retries": {"max_attempts": 3, "mode": "standard"},
            }
            options["client_kwargs"] = {"region_name": settings.s3_region}
            if settings.s3_endpoint_url:
                options["endpoint_url"] = settings.s3_endpoint_url
            if settings.s3_access_key:
                options["key"] = settings.s3_access_key
                options["secret"] = settings.s3_secret_key.get_secret_value()
        return cls(settings.storage, owner_id, **options)

    def key(self, *parts: str) -> str:
        """A key below this owner's prefix, from segments of letters, digits, ``_``, ``-`` and ``.``."""
        key = "/".join((self.owner_id, *parts))
        self._path(key)
        return key

    def _path(self, key: str) -> str:
        segments = key.split("/")
        if segments[0] != self.owner_id:
            raise NotFound("OBJECT_NOT_FOUND", "There is no such file.", "Check the id.")
        if any(s in (".", "..") or not _SEGMENT.fullmatch(s) for s in segments):
            raise NotFound("OBJECT_NOT_FOUND", "There is no such file.", "Check the name.")
        return f"{self._root}/{key}"

    @contextmanager
    def write(self, key: str) -> Iterator[IO[bytes]]:
        """Open for writing; the object appears only when the block ends without an error."""
        path = self._path(key)
        if self._local:
            with _whole_or_nothing(Path(path)) as file:
                yield file
            return
        # By way of a local file: s3fs completes an upload also when its block ends with an error.
        with _scratch_folder() as folder:
            with _full_disk_told(), (folder / "object").open("wb") as file:
                yield file
            with self._remote_errors():
                self._fs.put_file(str(folder / "object"), path)

    @contextmanager
    def read(self, key: str) -> Iterator[IO[bytes]]:
        """Open for reading. Raises NotFound."""
        path = self._path(key)
        try:
            with self._remote_errors(), self._fs.open(path, "rb") as file:
                yield file
        except FileNotFoundError as exc:
            raise NotFound("OBJECT_NOT_FOUND", "This file is no longer there.", "Upload it again.") from exc

    @contextmanager
    def as_file(self, key: str) -> Iterator[Path]:
        """The object as a local file: in place for a folder, a temporary copy for S3."""
        path = self._path(key)
        if self._local:
            if not Path(path).is_file():
                raise NotFound("OBJECT_NOT_FOUND", "This file is no longer there.", "Upload it again.")
            yield Path(path)
            return
        with _scratch_folder() as folder:
            target = folder / Path(path).name
            try:
                with self._remote_errors(), _full_disk_told():
                    self._fs.get_file(path, str(target))
            except FileNotFoundError as exc:
                raise NotFound("OBJECT_NOT_FOUND", "This file is no longer there.", "Upload it again.") from exc
            yield target

    def put_file(self, source: Path, key: str) -> None:
        """Copy a local file in, in pieces."""
        with source.open("rb") as file, self.write(key) as out:
            while block := file.read(1 << 20):
                out.write(block)

    def put_folder(self, source: Path, key: str) -> None:
        """Copy every file below a local folder in."""
        for file in sorted(p for p in source.rglob("*") if p.is_file()):
            self.put_file(file, f"{key}/{file.relative_to(source).as_posix()}")

    def get_folder(self, key: str, target: Path) -> None:
        """Copy every object below ``key`` into a local folder. Raises NotFound where there is none."""
        names = self.list(key)
        if not names:
            raise NotFound("OBJECT_NOT_FOUND", "These files are no longer there.", "Train again.")
        for name in names:
            out = target / name.removeprefix(key + "/")
            out.parent.mkdir(parents=True, exist_ok=True)
            with self.as_file(name) as file:
                out.write_bytes(file.read_bytes())

    def exists(self, key: str) -> bool:
        with self._remote_errors():
            return bool(self._fs.exists(self._path(key)))

    def size(self, key: str) -> int:
        """Bytes of one object."""
        with self._remote_errors():
            return int(self._fs.size(self._path(key)))

    def list(self, prefix: str) -> list[str]:
        """Keys below ``prefix``, sorted."""
        path = self._path(prefix)
        with self._remote_errors():
            if not self._fs.exists(path):
                return []
            found = self._fs.find(path)
        # Some servers keep the place of a deleted folder, and name it.
        below = [str(name) for name in found if str(name).startswith(f"{path}/")]
        return sorted(name.removeprefix(f"{self._root}/") for name in below if not name.endswith(_PARTIAL))

    def delete(self, prefix: str) -> None:
        """Delete one object or everything below a prefix. Nothing there is no error."""
        path = self._path(prefix)
        with self._remote_errors():
            if self._fs.exists(path):
                self._fs.rm(path, recursive=True)

    @contextmanager
    def _remote_errors(self) -> Iterator[None]:
        if self._local:
            yield
            return
        from botocore.exceptions import BotoCoreError

        try:
            yield
        except FileNotFoundError:
            raise
        except (OSError, ValueError, BotoCoreError) as exc:
            raise Unavailable(
                "STORAGE_UNAVAILABLE",
                "The file storage cannot be reached.",
                "Try again; an operator can run mtw doctor.",
            ) from exc


@contextmanager
def _whole_or_nothing(final: Path) -> Iterator[IO[bytes]]:
    """Open a file beside ``final`` that takes its place when the block ends without an error."""
    partial = final.with_name(f"{final.name}.{secrets.token_hex(4)}{_PARTIAL}")
    try:
        with _full_disk_told():
            final.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                yield file
            partial.replace(final)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mtw-") as folder:
        yield Path(folder)


@contextmanager
def _full_disk_told() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        if exc.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Unavailable(
            "STORAGE_FULL",
            "There is no room left on the disk, so the file was not kept.",
            "Free some space, or delete data and models that are no longer needed, then try again.",
        ) from exc

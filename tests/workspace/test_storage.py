"""Storage: whole objects or none, and no key that leads anywhere else. On a folder, and on a real S3 server."""

import errno
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import S3Server
from workspace.errors import NotFound, Unavailable
from workspace.settings import Settings, load_settings
from workspace.storage import Storage


@pytest.fixture
def storage(storage_settings: Settings) -> Storage:
    return Storage.of(storage_settings, "usr_a")


def put(storage: Storage, key: str, content: bytes) -> None:
    with storage.write(key) as file:
        file.write(content)


def get(storage: Storage, key: str) -> bytes:
    with storage.read(key) as file:
        return file.read()


def test_comes_back_as_it_was(storage: Storage, tmp_path: Path) -> None:
    key = storage.key("datasets", "ds_1", "table.parquet")
    assert key == "usr_a/datasets/ds_1/table.parquet"
    assert not storage.exists(key)
    content = bytes(range(256)) * 1000
    put(storage, key, content)
    assert storage.exists(key)
    assert storage.size(key) == len(content)
    assert get(storage, key) == content
    with storage.as_file(key) as path:
        assert path.read_bytes() == content
    put(storage, key, b"new")
    assert get(storage, key) == b"new"
    (tmp_path / "local").write_bytes(b"from a file")
    storage.put_file(tmp_path / "local", key)
    assert get(storage, key) == b"from a file"


def test_folders(storage: Storage, tmp_path: Path) -> None:
    source = tmp_path / "model"
    (source / "tokenizer").mkdir(parents=True)
    (source / "model.safetensors").write_bytes(b"w" * 100_000)
    (source / "tokenizer" / "tokenizer.json").write_text("{}")
    key = storage.key("models", "mdl_1")
    storage.put_folder(source, key)
    put(storage, storage.key("models", "mdl_10", "other"), b"x")
    assert storage.list(key) == [f"{key}/model.safetensors", f"{key}/tokenizer/tokenizer.json"]
    storage.get_folder(key, tmp_path / "copy")
    assert (tmp_path / "copy" / "model.safetensors").read_bytes() == b"w" * 100_000
    assert (tmp_path / "copy" / "tokenizer" / "tokenizer.json").read_text() == "{}"
    storage.delete(key)
    assert storage.list(key) == []
    assert storage.exists(storage.key("models", "mdl_10", "other"))
    storage.delete(key)  # nothing there is no error


@pytest.mark.parametrize("how", ["read", "as_file", "get_folder"])
def test_missing_is_told(storage: Storage, tmp_path: Path, how: str) -> None:
    key = storage.key("datasets", "nothing")
    access: dict[str, Callable[[], object]] = {
        "read": lambda: get(storage, key),
        "as_file": lambda: storage.as_file(key).__enter__(),
        "get_folder": lambda: storage.get_folder(key, tmp_path),
    }
    with pytest.raises(NotFound) as caught:
        access[how]()
    assert caught.value.code == "OBJECT_NOT_FOUND"


@pytest.mark.parametrize(
    "key",
    [
        "usr_b/datasets/ds_1/table.parquet",
        "usr_a/../usr_b/datasets/ds_1/table.parquet",
        "usr_a/./x",
        "usr_a//x",
        "/usr_a/x",
        "usr_a/x/..",
        "usr_a/mails Q3.csv",
        "usr_a/a\\b",
        "usr_a/a\nb",
        "usr_a/a\x00b",
        "usr_a/%2e%2e/usr_b",
        "usr_a/",
        "",
        "usr_ab/x",
    ],
)  # fmt: skip
def test_keys_lead_nowhere_else(storage: Storage, storage_settings: Settings, tmp_path: Path, key: str) -> None:
    theirs = Storage.of(storage_settings, "usr_b")
    put(theirs, "usr_b/datasets/ds_1/table.parquet", b"secret")
    for access in (
        lambda: get(storage, key),
        lambda: put(storage, key, b"x"),
        lambda: storage.as_file(key).__enter__(),
        lambda: storage.list(key),
        lambda: storage.delete(key),
        lambda: storage.exists(key),
        lambda: storage.size(key),
        lambda: storage.get_folder(key, tmp_path),
    ):
        with pytest.raises(NotFound):
            access()
    assert get(theirs, "usr_b/datasets/ds_1/table.parquet") == b"secret"


@pytest.mark.parametrize("part", ["..", "a/../../usr_b", "../usr_b", "a b", ""])
def test_keys_are_not_made_from_such_parts(storage: Storage, part: str) -> None:
    with pytest.raises(NotFound):
        storage.key("uploads", part, "x/../..")


@pytest.mark.parametrize("size", [10, 12_000_000])
def test_a_write_that_fails_leaves_what_was_there(storage: Storage, size: int) -> None:
    """Also where so much was written that an S3 upload has begun."""
    key = storage.key("datasets", "ds_1", "source")
    put(storage, key, b"old")

    def fail() -> None:
        with storage.write(key) as file:
            file.write(b"x" * size)
            raise RuntimeError("the browser went away")

    with pytest.raises(RuntimeError):
        fail()
    assert get(storage, key) == b"old"
    assert storage.list(storage.key("datasets")) == [key]


def test_what_is_being_written_is_not_listed(storage: Storage) -> None:
    key = storage.key("datasets", "ds_1", "source")
    with storage.write(key) as file:
        file.write(b"x")
        assert storage.list(storage.key("datasets")) == []
        assert not storage.exists(key)
    assert storage.list(storage.key("datasets")) == [key]


def test_another_process_sees_it_at_once(storage: Storage) -> None:
    key = storage.key("datasets", "ds_1", "source")
    assert storage.list(storage.key("datasets")) == []  # what is remembered of this would be wrong soon
    code = (
        "import sys; from workspace.settings import load_settings; from workspace.storage import Storage\n"
        "with Storage.of(load_settings(home=sys.argv[1]), 'usr_a').write(sys.argv[2]) as file: file.write(b'theirs')"
    )
    home = load_settings().home if storage.url.startswith("s3") else Path(storage.url.removeprefix("file://")).parent
    subprocess.run([sys.executable, "-c", code, str(home), key], check=True)
    assert storage.list(storage.key("datasets")) == [key]
    assert get(storage, key) == b"theirs"


def test_a_full_disk_is_told_and_leaves_nothing(settings: Settings) -> None:
    storage = Storage.of(settings, "usr_a")
    key = storage.key("datasets", "ds_1", "source")

    def fail() -> None:
        with storage.write(key) as file:
            file.write(b"x")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(Unavailable) as caught:
        fail()
    assert caught.value.code == "STORAGE_FULL"
    assert [p for p in (settings.home / "storage").rglob("*") if p.is_file()] == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_really_full_disk(settings: Settings, tmp_path: Path) -> None:
    """The file that is copied in ends in the middle because the kernel says so."""
    storage = Storage.of(settings, "usr_a")

    def fail() -> None:
        with storage.write(storage.key("x")), Path("/dev/full").open("wb", buffering=0) as full:
            full.write(b"x")

    with pytest.raises(Unavailable, match="no room left"):
        fail()


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["wrong secret", "nobody there"])
def test_s3_that_refuses_is_told(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    if fault == "wrong secret":
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    else:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    storage = Storage.of(load_settings(), "usr_a")
    for access in (
        lambda: put(storage, "usr_a/x", b"1"),
        lambda: get(storage, "usr_a/x"),
        lambda: storage.list("usr_a"),
    ):
        with pytest.raises(Unavailable) as caught:
            access()
        assert caught.value.code == "STORAGE_UNAVAILABLE"

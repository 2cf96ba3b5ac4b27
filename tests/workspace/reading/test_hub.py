"""Data sets of the hub by name, from a hub of our own on this computer: its interface, its errors."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlparse

import pytest

from tests.workspace.reading.test_arrow import NAMED, parquet
from workspace.errors import Forbidden, InputError, LimitExceeded, NotFound, Unavailable, WizardError
from workspace.reading import Limits, read
from workspace.reading.hub_reader import fetch_hub_dataset, hub_name
from workspace.settings import Settings

PARQUET = parquet(NAMED)
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(BaseHTTPRequestHandler):
    """As much of huggingface.co as fetching a data set takes."""

    repositories: ClassVar[dict[str, dict[str, bytes]]] = {
        "ada/mails": {
            "README.md": b"# Mails\n",
            "data/train-00000-of-00001.parquet": PARQUET,
            "data/test-00000-of-00001.parquet": PARQUET,
            "picture.png": b"\x89PNG",
            "../outside.csv": b"text,label\nx,y\n",
        },
        "ada/script": {"script.py": b"raise SystemExit('never run')"},
        "ada/script@refs/convert/parquet": {"default/train/0000.parquet": PARQUET},
        "ada/nothing": {"README.md": b"# Nothing\n"},
    }

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        parts = [unquote(part) for part in urlparse(self.path).path.strip("/").split("/")]
        if parts[:2] == ["api", "datasets"]:
            self._about("/".join(parts[2:4]), "/".join(parts[5:]))
        elif parts[0] == "datasets":
            name, revision = "/".join(parts[1:3]), parts[4]
            files = self.repositories[name if revision in ("main", COMMIT) else f"{name}@{revision}"]
            self._send(200, files["/".join(parts[5:])], {"X-Repo-Commit": COMMIT, "ETag": f'"{len(parts)}"'})
        else:
            self._send(404, b"")

    def _about(self, name: str, revision: str) -> None:
        if name == "ada/gated":
            return self._send(403, b"{}", {"X-Error-Code": "GatedRepo"})
        if name == "ada/broken":
            return self._send(500, b"{}")
        files = self.repositories.get(f"{name}@{revision}" if revision else name)
        if files is None:
            known = name in self.repositories
            return self._send(
                404 if known else 401, b"{}", {"X-Error-Code": f"{'Revision' if known else 'Repo'}NotFound"}
            )
        siblings = [{"rfilename": path, "size": len(data)} for path, data in files.items()]
        body = {"id": name, "sha": COMMIT, "siblings": siblings, "private": False, "tags": [], "downloads": 0}
        return self._send(200, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Settings]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    yield Settings(home=tmp_path / "home", hf_hub_offline=False)
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("hf://ada/mails", "ada/mails"),
        ("hf:/ada/mails", "ada/mails"),
        ("hf://datasets/imdb", "imdb"),
        ("https://huggingface.co/datasets/ada/mails/tree/main", "ada/mails"),
        ("ada/mails", None),
        ("hf://../etc/passwd", None),
        ("mails.csv", None),
    ],
)
def test_what_names_a_data_set_of_the_hub(text: str, name: str | None) -> None:
    assert hub_name(text) == name


def test_a_data_set_by_name(online: Settings, tmp_path: Path) -> None:
    seen: list[float] = []
    folder = fetch_hub_dataset("ada/mails", tmp_path / "in", online, seen.append)
    assert not list(tmp_path.rglob("outside.csv"))
    assert not list(folder.rglob("*.png"))
    profile = read(folder, name="mails", out=tmp_path / "t.parquet", limits=Limits())
    assert (profile.format, profile.rows, profile.column("split") is not None) == ("parquet", 60, True)
    assert seen[-1] == 1.0


def test_a_data_set_made_by_a_script_comes_from_the_hub_s_own_conversion(online: Settings, tmp_path: Path) -> None:
    folder = fetch_hub_dataset("ada/script", tmp_path / "in", online)
    assert [path.name for path in folder.rglob("*.py")] == []
    assert read(folder, name="script", out=tmp_path / "t.parquet", limits=Limits()).rows == 30


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("ada/unknown", NotFound, "HUB_DATASET_NOT_FOUND"),
        ("ada/gated", Forbidden, "HUB_DATASET_GATED"),
        ("ada/broken", Unavailable, "HUB_AWAY"),
        ("ada/nothing", InputError, "HUB_DATASET_EMPTY"),
    ],
)
def test_what_the_hub_refuses(online: Settings, tmp_path: Path, name: str, kind: type[WizardError], code: str) -> None:
    with pytest.raises(kind) as caught:
        fetch_hub_dataset(name, tmp_path, online)
    assert caught.value.code == code
    assert caught.value.next_step


def test_too_large_a_data_set_is_not_fetched(online: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Hub.repositories, "ada/large", {"rows.csv": b"text,label\n" + b"x,y\n" * 400_000})
    with pytest.raises(LimitExceeded) as caught:
        fetch_hub_dataset("ada/large", tmp_path, online.model_copy(update={"max_upload_mb": 1}))
    assert caught.value.code == "FILE_TOO_LARGE"


def test_a_hub_that_is_away_or_not_wanted(online: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unavailable) as caught:
        fetch_hub_dataset("ada/mails", tmp_path, online.model_copy(update={"hf_hub_offline": True}))
    assert caught.value.code == "HUB_OFFLINE"
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(Unavailable) as caught:
        fetch_hub_dataset("ada/mails", tmp_path, online)
    assert caught.value.code == "HUB_AWAY"

"""A hub of our own on this computer: as much of huggingface.co as fetching a data set takes."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlparse

import pytest

from tests.workspace.reading.test_arrow import NAMED, parquet

PARQUET = parquet(NAMED)
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(BaseHTTPRequestHandler):
    """The interface, with a few repositories."""

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


@contextmanager
def hub_of_our_own(monkeypatch: pytest.MonkeyPatch, cache: Path) -> Iterator[None]:
    """Lets the hub's client speak with it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()

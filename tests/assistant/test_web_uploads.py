"""Uploads: counted while they arrive, kept under names of our own, given back to their owner only."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.datastructures import Headers

from assistant.surfaces.web_chainlit import uploads_folder
from assistant.surfaces.web_uploads import receive_file, refuse_by_length
from tests.assistant.web_client import Site, chat_session, log_in
from workspace.errors import InputError, LimitExceeded
from workspace.settings import Settings

MB = 1 << 20
HEADERS = Headers({"content-type": "multipart/form-data; boundary=edge"})


def form(content: bytes, name: str = "mails.csv") -> bytes:
    head = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    return head.encode() + content + b"\r\n--edge--\r\n"


class Body:
    """A request's body in pieces; remembers how many were asked for."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            self.read += 1
            yield piece


def receive(body: Body, folder: Path, limit_mb: int = 1, headers: Headers = HEADERS) -> Any:
    return asyncio.run(receive_file(headers, body.__aiter__(), folder, limit_mb))


def left_in(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file()]


@pytest.mark.parametrize("piece", [1, 7, 1000, 1 << 16])
def test_a_file_arrives_byte_for_byte_in_pieces_of_any_size(tmp_path: Path, piece: int) -> None:
    content = bytes(range(256)) * (4 if piece < 100 else 2000) + b"\r\n--edgy\r\n"
    whole = form(content)
    got = receive(Body([whole[i : i + piece] for i in range(0, len(whole), piece)]), tmp_path)
    assert got.path.read_bytes() == content
    assert (got.name, got.bytes) == ("mails.csv", len(content))


def test_a_file_over_the_limit_is_refused_while_it_arrives_and_nothing_stays(tmp_path: Path) -> None:
    start = form(b"")[:-12]
    body = Body([start, *([b"x" * (MB // 4)] * 400)])
    with pytest.raises(LimitExceeded) as told:
        receive(body, tmp_path, limit_mb=1)
    assert told.value.http_status == 413
    assert "1 MB" in told.value.message
    assert body.read <= 6, "it stopped reading as soon as the limit was passed"
    assert left_in(tmp_path) == []


def test_a_length_that_is_announced_too_long_is_refused_before_anything_is_read() -> None:
    with pytest.raises(LimitExceeded):
        refuse_by_length(Headers({"content-length": str(2 * MB)}), 1)
    refuse_by_length(Headers({"content-length": str(MB)}), 1)
    refuse_by_length(Headers({"content-length": "nonsense"}), 1)
    refuse_by_length(Headers({}), 1)


@pytest.mark.parametrize(
    ("pieces", "kind"),
    [
        ([form(b"a,b\n")[:-12]], "multipart/form-data; boundary=edge"),
        ([], "multipart/form-data; boundary=edge"),
        ([b"garbage"], "multipart/form-data; boundary=edge"),
        (
            [b'--edge\r\nContent-Disposition: form-data; name="x"\r\n\r\nno file\r\n--edge--\r\n'],
            HEADERS["content-type"],
        ),
        ([b"--edge\r\nContent-Disposition: " + b"x" * 100_000], HEADERS["content-type"]),
        ([form(b"a")], "application/json"),
        ([form(b"a")], "multipart/form-data"),
    ],
)
def test_a_broken_form_is_refused_and_nothing_stays(tmp_path: Path, pieces: list[bytes], kind: str) -> None:
    with pytest.raises(InputError):
        receive(Body(pieces), tmp_path, headers=Headers({"content-type": kind}))
    assert left_in(tmp_path) == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../../etc/passwd", "passwd"),
        ("..\\\\..\\\\boot.ini", "boot.ini"),
        ("/etc/cron.d/x", "x"),
        ("..", "file"),
        ("mails Q3 final (2).xlsx", "mails Q3 final (2).xlsx"),
        ("a\u202eslx.exe", "aslx.exe"),
    ],
)
def test_a_name_never_decides_where_a_file_lies(tmp_path: Path, given: str, shown: str) -> None:
    folder = tmp_path / "uploads"
    got = receive(Body([form(b"a,b\n1,2\n", given)]), folder)
    assert got.name == shown
    assert got.path.parent == folder
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [got.path]


# -- over HTTP --------------------------------------------------------------------------------------------------------


@pytest.fixture
def site(settings: Settings) -> Site:
    return Site(settings.model_copy(update={"auth": "password", "max_upload_mb": 1}))


async def send(browser: httpx.AsyncClient, session_id: str, content: bytes, **options: Any) -> httpx.Response:
    files = {"file": options.get("file", ("mails.csv", content, options.get("mime", "text/csv")))}
    return await browser.post("/project/file", params={"session_id": session_id}, files=files)


def test_an_upload_lands_in_the_tab_of_who_sent_it(site: Site) -> None:
    ada, _eve = site.person("ada"), site.person("eve")

    async def work(browser: httpx.AsyncClient) -> None:
        session = chat_session(ada)
        assert (await send(browser, session.id, b"a")).status_code == 401
        await log_in(browser, "eve")
        assert (await send(browser, session.id, b"a")).status_code == 404
        assert (await send(browser, "no-such-tab", b"a")).status_code == 404
        assert session.files == {}
        await log_in(browser, "ada")
        file_id = (await send(browser, session.id, b"a,b\n1,2\n")).json()["id"]
        assert session.files[file_id]["path"].read_bytes() == b"a,b\n1,2\n"
        assert (await browser.get(f"/project/file/{file_id}", params={"session_id": session.id})).status_code == 200
        await log_in(browser, "eve")
        assert (await browser.get(f"/project/file/{file_id}", params={"session_id": session.id})).status_code == 404
        await session.delete()

    site.visit(work)


def test_what_comes_back_is_never_a_page(site: Site) -> None:
    ada = site.person("ada")

    async def work(browser: httpx.AsyncClient) -> None:
        session = chat_session(ada)
        await log_in(browser, "ada")
        page = b"<script>alert(1)</script>"
        file_id = (await send(browser, session.id, b"", file=("x.html", page, "text/html"))).json()["id"]
        answer = await browser.get(f"/project/file/{file_id}", params={"session_id": session.id})
        assert answer.content == page
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"
        await session.delete()

    site.visit(work)


def test_too_large_an_upload_gets_413_and_a_sentence(site: Site) -> None:
    ada = site.person("ada")

    async def endless() -> AsyncIterator[bytes]:
        yield form(b"")[:-12]
        while True:
            yield b"x" * (MB // 4)

    async def work(browser: httpx.AsyncClient) -> None:
        session = chat_session(ada)
        await log_in(browser, "ada")
        announced = await send(browser, session.id, b"x" * (2 * MB))
        unannounced = await browser.post(
            "/project/file", params={"session_id": session.id}, content=endless(), headers=dict(HEADERS)
        )
        for answer in (announced, unannounced):
            assert answer.status_code == 413
            assert answer.json()["error"]["code"] == "FILE_TOO_LARGE"
            assert "1 MB" in answer.json()["detail"]
        assert session.files == {}
        assert left_in(uploads_folder(site.settings)) == []
        await session.delete()

    site.visit(work)

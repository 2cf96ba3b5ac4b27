"""The whole wizard as ``mtw up`` starts it, and a real Chromium that looks at it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.fakes import FakeQueue
from workspace.home import LOCAL_OWNER, Workspace
from workspace.settings import Settings

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
BUDGET_SECONDS = 20
PATIENCE = 60_000
"""Milliseconds that a busy machine may take for what is there in one second on an idle one."""


@dataclass
class Site:
    """A running wizard."""

    address: str
    home: Path
    process: subprocess.Popen[bytes]

    @property
    def workspace(self) -> Workspace:
        """The local user's data, read from beside."""
        return Workspace(LOCAL_OWNER, Settings(home=self.home), FakeQueue())

    def kill_web(self) -> None:
        """``kill -9`` of the web process alone; the supervisor starts it again."""
        for child in psutil.Process(self.process.pid).children(recursive=True):
            if "assistant.server.web" in " ".join(child.cmdline()):
                child.kill()
                return
        raise AssertionError("there is no web process")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("e2e-home")
    port = free_port()
    clean = {n: v for n, v in os.environ.items() if n not in Settings.names() and not n.startswith(("MTW_", "AWS_"))}
    environment = clean | {
        "MTW_HOME": str(home),
        "PORT": str(port),
        "MTW_DEFAULT_BUDGET_SECONDS": str(BUDGET_SECONDS),
        "MTW_MAX_UPLOAD_MB": "1",
    }
    command = [str(Path(sys.executable).with_name("mtw")), "up"]
    log = (home / "up.log").open("wb")
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    running = Site(f"http://127.0.0.1:{port}", home, process)
    try:
        wait_for_answer(running)
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def wait_for_answer(site: Site) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(site.address + "/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            assert site.process.poll() is None, (site.home / "up.log").read_text()
            time.sleep(0.1)
    raise AssertionError((site.home / "up.log").read_text())


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, headless=True, args=FLAGS)
        yield browser
        browser.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, site: Site) -> Iterator[OpenPage]:
    """``open_page("/thread/…", width=360, theme="dark")``: a new browser. Every page of the test must stay on its
    own host and must not throw."""
    contexts: list[BrowserContext] = []
    foreign: list[str] = []
    thrown: list[str] = []

    def on_request(url: str) -> None:
        if not url.startswith((site.address, site.address.replace("http", "ws"), "data:", "blob:")):
            foreign.append(url)

    def open_one(
        path: str = "/", *, width: int = 1280, theme: str = "light", context: BrowserContext | None = None
    ) -> Page:
        if context is None:
            context = chromium.new_context(
                viewport={"width": width, "height": 900}, accept_downloads=True, reduced_motion="reduce"
            )
            context.add_init_script(
                f"localStorage.getItem('vite-ui-theme') || localStorage.setItem('vite-ui-theme', '{theme}')"
            )
            context.set_default_timeout(PATIENCE)
            contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: on_request(request.url))
        page.on("websocket", lambda socket: on_request(socket.url))
        page.on("pageerror", lambda error: thrown.append(str(error)))
        page.on(
            "console", lambda said: thrown.append(said.text) if said.type == "error" and "Error:" in said.text else None
        )
        page.goto(site.address + path)
        try:
            page.wait_for_selector("#chat-input")
        except PlaywrightTimeoutError as exc:
            log = (site.home / "up.log").read_text()[-3000:]
            raise AssertionError(f"The page shows: {page.content()[:1500]}\nThe wizard says: {log}") from exc
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert foreign == []
    assert thrown == []

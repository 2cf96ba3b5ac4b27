"""From the welcome to a model that was tried, by buttons alone, in a real browser.

    python benchmarks/journey/run.py [--json] [--pictures FOLDER]

A new home, ``mtw up`` as it comes, Chromium. Told: presses and seconds from the first press to the answer to a text.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.conftest import FLAGS, Site, free_port, wait_for_answer
from tests.e2e.walking import card, question

WAY = ("No, plan as it is", "Start", "Try it", "Take one from the exam")
"""What is pressed under the questions that come, after the sample was chosen at the welcome."""
TRAINING_MS = 300_000


@contextmanager
def wizard(home: Path) -> Iterator[Site]:
    """The wizard with its usual settings."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MTW_")}
    command = [str(Path(sys.executable).with_name("mtw")), "up"]
    with (home / "up.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=kept | {"MTW_HOME": str(home), "PORT": str(port)}, stdout=log, stderr=log
        )
        site = Site(f"http://127.0.0.1:{port}", home, process)
        try:
            wait_for_answer(site)
            yield site
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def walk(page: Page, pictures: Path | None) -> dict[str, float]:
    """Presses one button after the other."""
    began = time.monotonic()
    seconds: dict[str, float] = {}
    page.get_by_role("button", name="See it with sample data").click()
    presses = 1
    for name in WAY:
        button = question(page).get_by_role("button", name=name, exact=True)
        expect(button).to_be_visible(timeout=TRAINING_MS)
        seconds[name] = round(time.monotonic() - began, 1)
        if pictures:
            page.screenshot(path=pictures / f"{presses}.png", full_page=True)
        button.click()
        presses += 1
    expect(card(page, "prediction")).to_be_visible()
    if pictures:
        page.screenshot(path=pictures / "end.png", full_page=True)
    return {"presses": presses, "seconds": round(time.monotonic() - began, 1), **seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--pictures", type=Path, help="where to put a picture of each step")
    asked = parser.parse_args()
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as home, wizard(Path(home)) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, headless=True, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        page.goto(site.address)
        page.wait_for_selector("#chat-input")
        found = walk(page, asked.pictures)
        browser.close()
    print(json.dumps(found) if asked.json else "\n".join(f"{name}: {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()

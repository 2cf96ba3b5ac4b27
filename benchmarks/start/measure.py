"""From the command to the answering address, from the click on Start to the first training step, and memory.

    python -m benchmarks.start.measure --runs 3

Starts ``mtw up`` in a new home once (which makes the database) and then ``--runs`` times more; after the last start it
presses through the sample data in Chromium. Needs the packages of the tests and a Chromium.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import datetime
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


def start(home: Path, port: int) -> tuple[subprocess.Popen[bytes], float]:
    """The running wizard, and the seconds until its address answered."""
    began = time.perf_counter()
    command = [sys.executable, "-c", "from assistant.cli import main; main()", "up", "--port", str(port)]
    process = subprocess.Popen(command, env=os.environ | {"MTW_HOME": str(home)}, stdout=subprocess.DEVNULL)
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
                return process, time.perf_counter() - began
        except OSError:
            if process.poll() is not None:
                raise SystemExit("mtw up ended; see its logs") from None
            time.sleep(0.02)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    process.wait(60)


def web_process(parent: int) -> psutil.Process:
    return next(p for p in psutil.Process(parent).children() if "assistant.server.web" in " ".join(p.cmdline()))


def press_through(port: int) -> None:
    """Sample data, plan, Start; waits until the training shows."""
    browser_path = next(found for name in CHROMIUM if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS.split())
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        for name in ("See it with sample data", "No, plan as it is", "Start"):
            page.get_by_role("button", name=name, exact=True).first.click(timeout=60_000)
        page.get_by_role("button", name="Stop the training").wait_for(timeout=60_000)
        browser.close()


def first_step_seconds(home: Path) -> float:
    """From the stored click on Start to the first progress of the stage ``train``, by the clocks in the database."""
    with sqlite3.connect(home / "mtw.db") as database:
        click = next(
            at
            for at, body in database.execute("select at, body from conversation_events order by seq desc")
            if json.loads(body).get("value") == "start"
        )
        while True:
            for at, body in database.execute("select at, body from run_events order by seq"):
                event = json.loads(body)
                if event["kind"] == "progressed" and event["stage"] == "train":
                    return (datetime.fromisoformat(at) - datetime.fromisoformat(click)).total_seconds()
            time.sleep(0.1)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=3)
    runs = options.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="mtw-start-") as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        home = Path(folder)
        process, first = start(home, port)
        stop(process)
        again = []
        for run in range(runs):
            process, seconds = start(home, port)
            again.append(seconds)
            if run < runs - 1:
                stop(process)
        try:
            time.sleep(15)  # the guide and the worker are warm by then
            web = web_process(process.pid)
            megabytes = web.memory_info().rss / 1e6
            torch = any("torch" in m.path for m in web.memory_maps())
            press_through(port)
            step = first_step_seconds(home)
        finally:
            stop(process)
    print(f"load average {os.getloadavg()[0]:.1f}")
    print(f"first start in a new home   {first:6.1f} s")
    print(f"start again, median of {runs}     {statistics.median(again):6.1f} s   (aim 8)")
    print(f"web process, guide loaded   {megabytes:6.0f} MB  (aim 450), torch loaded: {torch}")
    print(f"click to first training step{step:6.2f} s   (aim 3)")


if __name__ == "__main__":
    main()

"""Many events of Slack at once: whether one is lost or done twice, and how soon each is acknowledged.

    python benchmarks/slack/arrivals.py [--seconds 60] [--rate 200] [--json]

A second process plays Slack: it sends signed messages of 200 people over loopback HTTP, one in ten twice and one in
twenty after a later one of the same thread. The wizard stores each, acknowledges it, and lets the guide answer all.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import httpx
import numpy as np
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

sys.path.insert(0, str(Path(__file__).parents[2]))

from assistant.agent import warm_up
from assistant.surfaces.slack.surface import SlackSurface
from assistant.surfaces.web_state import Web
from tests.fakes import FakeQueue
from tests.slack_server import SECRET, TOKEN, Sender, SlackServer, message
from workspace.events import UserSaid
from workspace.home import LOCAL_OWNER, Workspace
from workspace.migrations import upgrade
from workspace.settings import load_settings

PEOPLE = 200
TWICE, LATE = 0.10, 0.05


def planned(seconds: int, rate: int) -> list[tuple[float, str, int]]:
    """When (seconds from the start) which person says their how-manieth word."""
    drawn = random.Random(5)
    said = [(number / rate, f"D{number % PEOPLE}", number // PEOPLE) for number in range(seconds * rate)]
    sent = [(at + (PEOPLE / rate + 0.05 if drawn.random() < LATE else 0.0), who, number) for at, who, number in said]
    sent += [(at + drawn.random(), who, number) for at, who, number in sent if drawn.random() < TWICE]
    return sorted(sent)


async def play_slack(address: str, seconds: int, rate: int) -> None:
    """The second process: prints how long each acknowledgement took, in milliseconds."""
    begun, took = time.perf_counter() + 1.0, []

    async with httpx.AsyncClient(base_url=address, timeout=60, limits=httpx.Limits(max_connections=200)) as client:
        sender = Sender(client.post)

        async def send(at: float, who: str, number: int) -> None:
            await asyncio.sleep(max(0.0, begun + at - time.perf_counter()))
            body = message(f"hello {number}", f"{1600000000 + number}.{int(who[1:]):06d}", channel=who, user=f"U{who}")
            sent = time.perf_counter()
            for _ in range(3):
                with suppress(httpx.TransportError):  # a kept connection closed at that moment: Slack sends it again
                    answer = await sender.event(body)
                    took.append(1000 * (time.perf_counter() - sent) if answer.status_code == 200 else float("inf"))
                    return
            took.append(float("inf"))

        await asyncio.gather(*(send(*one) for one in planned(seconds, rate)))
    print(json.dumps(took))


async def measure(home: Path, seconds: int, rate: int) -> dict[str, object]:
    async with SlackServer() as server:
        given = {"slack_bot_token": SecretStr(TOKEN), "slack_signing_secret": SecretStr(SECRET)}
        settings = load_settings(home=home).model_copy(update=given | {"slack_api_url": server.api_url})
        upgrade(settings.database)
        warm_up(settings)  # as the web process does when it starts
        queue = FakeQueue()
        surface = SlackSurface(Web(settings, queue))
        app = FastAPI()
        app.include_router(surface.routes())
        web = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
        async with surface.running():
            serving = asyncio.create_task(web.serve())
            while not web.started:  # uvicorn tells it in no other way
                await asyncio.sleep(0.01)
            port = web.servers[0].sockets[0].getsockname()[1]
            command = [sys.executable, __file__, "--slack", f"http://127.0.0.1:{port}"]
            command += ["--seconds", str(seconds), "--rate", str(rate)]
            begun = time.perf_counter()
            slack = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
            printed, _ = await slack.communicate()
            sent = time.perf_counter() - begun
            await surface.inbox.idle()
            done = time.perf_counter() - begun
            web.should_exit = True
            await serving
        workspace = Workspace(LOCAL_OWNER, settings, queue)
        told: list[list[str]] = []
        for head in workspace.transcripts.list(limit=PEOPLE):
            events = workspace.transcripts.load(head.id).events
            told.append([one.event.text for one in events if isinstance(one.event, UserSaid)])
    took = np.array(json.loads(printed))
    words = [f"hello {number}" for number in range(seconds * rate // PEOPLE)]
    return {
        "events sent": len(took),
        "conversations": len(told),
        "lost": sum(len(set(words) - set(said)) for said in told) + len(words) * (PEOPLE - len(told)),
        "done twice": sum(len(said) - len(set(said)) for said in told),
        "conversations out of order": sum(said != words for said in told),
        "acknowledged ms, p50": round(float(np.percentile(took, 50)), 1),
        "acknowledged ms, p99": round(float(np.percentile(took, 99)), 1),
        "acknowledged ms, at most": round(float(took.max()), 1),
        "seconds of sending": round(sent, 1),
        "seconds until all was answered": round(done, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--slack", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.slack:
        asyncio.run(play_slack(given.slack, given.seconds, given.rate))
        return
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder), given.seconds, given.rate))
    print(json.dumps(found) if given.json else "\n".join(f"{name}: {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()

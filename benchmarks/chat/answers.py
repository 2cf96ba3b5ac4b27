"""How fast the guide answers: many conversations at once in one process, as in the web server.

    python benchmarks/chat/answers.py [--conversations 50] [--turns 12] [--think 2.0]

Each conversation says something without data work, waits for the whole answer, thinks for about two seconds and says
the next thing. Stored in SQLite as always. Prints JSON: times in milliseconds, memory in MB.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from assistant.agent import guide, warm_up
from assistant.conversation import Conversation, Say
from workspace.events import TurnEnded
from workspace.home import LOCAL_OWNER, Workspace
from workspace.migrations import upgrade
from workspace.model import Prediction
from workspace.settings import load_settings
from workspace.starter import starter_onnx_folder

SAID = [
    "hello",
    "what can you do?",
    "every morning I read 200 letters and hand them to the right colleague",
    "is my data safe with you",
    "what does it cost",
    "what is F1?",
    "will it rain tomorrow",
    "how long will that take",
    "is 80 rows ok",
    "which models can you use",
    "thanks, that helps",
    "and now?",
    "blue potato",
]


class NoWorker:
    """Nothing here is trained."""

    def submit_run(self, run_id: str) -> None:
        raise AssertionError

    def predict(self, owner_id: str, model_id: str, texts: list[str], timeout: float = 60) -> list[Prediction]:
        raise AssertionError


def percentile(values: list[float], share: float) -> float:
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))] * 1000, 1)


async def talk(workspace: Workspace, turns: int, think: float, seed: int, times: dict[str, list[float]]) -> None:
    choose = random.Random(seed)
    conversation = await Conversation.open(workspace, None, "web")
    await asyncio.sleep(choose.random() * think)
    for _ in range(turns):
        start, first = time.perf_counter(), 0.0
        async for item in conversation.turn(Say(choose.choice(SAID))):
            first = first or time.perf_counter() - start
            if isinstance(getattr(item, "event", None), TurnEnded):
                times["answer"].append(time.perf_counter() - start)
        times["first_event"].append(first)
        await asyncio.sleep(choose.uniform(0.75, 1.25) * think)


async def measure(workspace: Workspace, conversations: int, turns: int, think: float) -> dict[str, list[float]]:
    await talk(workspace, 2, 0.0, -1, {"answer": [], "first_event": []})
    times: dict[str, list[float]] = {"answer": [], "first_event": []}
    await asyncio.gather(*(talk(workspace, turns, think, n, times) for n in range(conversations)))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=50)
    parser.add_argument("--turns", type=int, default=12)
    parser.add_argument("--think", type=float, default=2.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings(home=Path(home))
        upgrade(settings.database)
        start = time.perf_counter()
        warm_up(settings)
        warm = time.perf_counter() - start
        workspace = Workspace(LOCAL_OWNER, settings, NoWorker())
        used = psutil.Process().cpu_times()
        times = asyncio.run(measure(workspace, options.conversations, options.turns, options.think))
        spent = psutil.Process().cpu_times()
        cpu = (spent.user + spent.system - used.user - used.system) / len(times["answer"])
        result: dict[str, Any] = {
            "conversations": options.conversations,
            "answers": len(times["answer"]),
            "starter_model": starter_onnx_folder(settings) is not None and bool(guide(settings).starter),
            "warm_up_seconds": round(warm, 2),
            "first_event_ms": {f"p{n}": percentile(times["first_event"], n / 100) for n in (50, 95, 99)},
            "answer_ms": {f"p{n}": percentile(times["answer"], n / 100) for n in (50, 95, 99)},
            "cpu_ms_per_answer": round(cpu * 1000, 1),
            "rss_mb": round(psutil.Process().memory_info().rss / 1e6),
            "torch_loaded": "torch" in sys.modules,
            "load_average": round(psutil.getloadavg()[0], 1),
        }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()

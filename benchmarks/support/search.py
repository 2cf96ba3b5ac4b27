"""How quickly support finds a conversation among many, and opens a long one.

    .venv/bin/python benchmarks/support/search.py [--conversations 10000] [--database URL]

Without a database URL it makes an SQLite file in a folder of its own.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert

from assistant.support.desk import Search, SupportDesk
from assistant.support.page import page
from assistant.support.replay import replay_of
from workspace.database import engine_for, system_session
from workspace.events import AssistantSaid, ErrorShown, ToolCalled, ToolReturned, TurnEnded, UserSaid
from workspace.migrations import upgrade
from workspace.said import words_of
from workspace.tables import ConversationEventRow, ConversationRow, WordsSaidRow, now

EVENTS = 30
LONG = 2_000
WORDS = "invoice parcel refund contract order address password delivery account payment meeting garden winter".split()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--database", default="")
    called = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = called.database or f"sqlite:///{Path(folder) / 'mtw.db'}"
        upgrade(url)
        long_one = fill(url, called.conversations)
        desk = SupportDesk(engine_for(url))
        searches = {
            "newest 50": Search(),
            "a word that many said": Search(text="invoice"),
            "a word that one said": Search(text="number 4711 is"),
            "an error": Search(error="FILE_EMPTY"),
            "who gave up": Search(outcome="gave up"),
            "a user": Search(user="usr_7"),
        }
        print(json.dumps({name: timed(lambda s=search: desk.find(s)) for name, search in searches.items()}, indent=1))
        begun = time.perf_counter()
        opened = desk.open(long_one)
        html = page("replay", "long", {"replay": replay_of(opened).model_dump(mode="json")})
        seconds = time.perf_counter() - begun
        print(f"{len(opened.transcript.events):,} events: page of {len(html):,} bytes in {seconds:.2f} s")


def fill(url: str, count: int) -> str:
    """So many conversations of 40 users over a year; returns the id of a long one."""
    pick, start = random.Random(1), now() - timedelta(days=365)
    with system_session(engine_for(url)) as session:
        for first in range(0, count, 500):
            heads, events = [], []
            for number in range(first, min(first + 500, count)):
                head, length = f"c{number:06}", LONG if number == 0 else EVENTS
                at, owner = start + timedelta(minutes=40 * number), f"usr_{number % 40}"
                heads.append(
                    {"id": head, "owner_id": owner, "title": " ".join(pick.choices(WORDS, k=4)), "surface": "web",
                     "last_seq": length, "created_at": at, "updated_at": at}
                )  # fmt: skip
                for seq in range(1, length + 1):
                    event = one_event(pick, number, seq)
                    events.append(
                        {"conversation_id": head, "seq": seq, "owner_id": owner, "kind": event.kind, "at": at,
                         "body": event.model_dump(mode="json")}
                    )  # fmt: skip
            session.execute(insert(ConversationRow), heads)
            session.execute(insert(ConversationEventRow), events)
            places = ("conversation_id", "seq", "owner_id")
            said = [
                {**{name: e[name] for name in places}, "words": words}
                for e in events
                if (words := words_of(e["kind"], e["body"]))
            ]
            session.execute(insert(WordsSaidRow), said)
    return "c000000"


def one_event(pick: random.Random, number: int, seq: int):  # type: ignore[no-untyped-def]
    words = " ".join(pick.choices(WORDS, k=12))
    match seq % 6:
        case 1:
            return UserSaid(text=f"my number {number} is about {words}")
        case 2:
            return ToolCalled(call_id=f"k{seq}", tool="inspect_dataset", args={})
        case 3:
            return ToolReturned(
                call_id=f"k{seq - 1}", tool="inspect_dataset", ok=True, data={"rows": seq, "text": words}
            )
        case 4 if number % 50 == 0:
            return ErrorShown(code="FILE_EMPTY", message="The file is empty.", next_step="Choose another one.")
        case 5:
            return TurnEnded(stage="data")
        case _:
            return AssistantSaid(text=words)


def timed(search) -> dict[str, float]:  # type: ignore[no-untyped-def]
    found = []
    for _ in range(20):
        begun = time.perf_counter()
        search()
        found.append(time.perf_counter() - begun)
    found.sort()
    return {"median ms": round(1000 * statistics.median(found), 1), "p95 ms": round(1000 * found[18], 1)}


if __name__ == "__main__":
    main()

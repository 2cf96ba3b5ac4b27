"""Whether the guide does what people at each stage mean.

    python benchmarks/chat/phrases.py benchmarks/chat/phrases_first.yaml [--faults] [--json]

Each phrase is said to the whole guide, with the starter model, at one of five places of a real conversation.
``first``: what it does at once is right. ``offered``: that, or one of the buttons that it offers where it is not sure.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import yaml
from langchain_core.messages import AnyMessage, HumanMessage

sys.path.insert(0, str(Path(__file__).parents[2]))

from assistant.agent import guide
from assistant.evaluating.holding import Holder
from assistant.evaluating.scenario import Place
from assistant.guide.intents import act
from assistant.guide.journey import Journey
from assistant.guide.matcher import matcher
from assistant.guide.reply import Reply
from assistant.guide.respond import respond
from assistant.languages import language_of, speaking
from assistant.toolbelt import registry
from tests.assistant.evaluating.conftest import PreparedLab
from tools.asking import call_of
from workspace.settings import Settings, load_settings


def is_right(reply: Reply, intent: str, text: str, messages: list[AnyMessage]) -> bool:
    """A tool is right by its name; an answer of the guide's own, or a way to use a tool, by being just that one."""
    journey = Journey.of(messages)
    with speaking(language_of(messages)):
        wanted, plain = act(intent, text, journey), act(intent, "", journey)
    if reply.calls:
        if intent in registry():
            return reply.calls[0].tool == intent or [c.tool for c in wanted.calls] == [c.tool for c in reply.calls]
        return reply.calls == wanted.calls
    if intent in registry() and wanted.calls:
        return False
    return reply.text in (wanted.text, plain.text)


def is_offered(reply: Reply, intent: str, journey: Journey) -> bool:
    """Whether one of the first three buttons does it."""
    ids = [option.id for option in (reply.ask.options if reply.ask else ())[:3]]
    tools = {f"guide:{intent}"} | {call.tool for call in act(intent, "", journey).calls}
    return any(option in tools or call_of(option)[0] in tools for option in ids)


async def places(settings: Settings, folder: Path, names: list[Place]) -> dict[Place, list[AnyMessage]]:
    """The messages of a real conversation that has come so far."""
    holder = Holder(settings, folder, PreparedLab())
    return {place: await holder.messages_at(place) for place in names}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--faults", action="store_true", help="list the phrases that were taken wrongly")
    options = parser.parse_args()
    said: dict[Place, dict[str, list[str]]] = yaml.safe_load(options.file.read_text("utf-8"))
    first, offered, total = Counter[str](), Counter[str](), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(home=Path(folder) / "home")
        reached = asyncio.run(places(settings, Path(folder), list(said)))
        model = guide(settings)
        match = matcher(model.starter, model.cache_folder).match
        for place, intents in said.items():
            for intent, phrase in ((i, p) for i, phrases in intents.items() for p in phrases):
                messages = [*reached[place], HumanMessage(phrase)]
                reply = respond(messages, match)
                right = is_right(reply, intent, phrase, messages)
                shown = right or is_offered(reply, intent, Journey.of(messages))
                total[place] += 1
                first[place] += right
                offered[place] += shown
                if options.faults and not right:
                    did = ", ".join(call.tool for call in reply.calls) or reply.text[:50]
                    print(f"{place} {intent}: {phrase!r} -> {did}{' (offered)' if shown else ''}", file=sys.stderr)
    result: dict[str, Any] = {
        place: {"phrases": total[place], "first": first[place], "offered": offered[place]} for place in said
    }
    result["all"] = {
        "phrases": total.total(),
        "first": round(first.total() / total.total(), 3),
        "offered": round(offered.total() / total.total(), 3),
        "starter_model": bool(model.starter),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()

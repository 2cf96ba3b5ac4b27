"""Holds and records twenty conversations with the real guide, the real tools and, in three of them, real trainings.

    .venv/bin/python benchmarks/support/record.py tests/data/conversations.jsonl.xz

The test of the re-run reads that file. The guide understands by rules alone here, so that the record says the same on
every computer.
"""

import asyncio
import lzma
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant import agent
from assistant.conversation import Answer, Conversation, Press, Say, Upload, UserInput
from assistant.followup import following
from assistant.questions import card_button_said
from assistant.support.fixtures import Fixture
from workspace.events import Asked
from workspace.home import LOCAL_OWNER, Workspace
from workspace.migrations import upgrade
from workspace.queue import LocalQueue
from workspace.settings import load_settings

DATA = Path(__file__).parents[2] / "tests" / "data"
TEAMS = [
    ("please refund my last invoice", "billing"), ("the invoice is too high", "billing"),
    ("I was charged twice", "billing"), ("my payment failed", "billing"),
    ("where is my parcel", "delivery"), ("the parcel came late", "delivery"),
    ("delivery to a wrong address", "delivery"), ("nobody was at home for the parcel", "delivery"),
]  # fmt: skip


@dataclass(frozen=True)
class File:
    """An upload, with words beside it."""

    path: str
    say: str = ""


@dataclass(frozen=True)
class Button:
    """A press: the words on it, on the newest question or on a card."""

    label: str


@dataclass(frozen=True)
class Wait:
    """Until every training has ended and is told."""


Step = str | File | Button | Wait
TRAIN: Sequence[Step] = (Button("Right, make a plan"), Button("Start"), Wait())

CONVERSATIONS: dict[str, Sequence[Step]] = {
    "from hello to a model": ["hello", "I want to sort my mails", File("mails.csv"), *TRAIN, "show me the mistakes",
                              "try it: my parcel is broken", "thank you"],
    "asks before anything": ["what can you do?", "what does it cost", "where does my data go", "how long does it take"],
    "questions while a yes is awaited": [File("mails.csv"), "make a plan", "what is overfitting?", "why this method",
                                         "make it 3 minutes", "no"],
    "a file that is none": [File("broken.bin"), "what now?", File("mails.csv")],
    "a file with one column": [File("texts.csv"), "I want to sort these", "what can I do with it"],
    "an empty file": [File("empty.csv"), "try the sample instead"],
    "repairs": [File("messy.csv"), "clean my data", "undo", "what is wrong with my data"],
    "several labels in German": ["Hallo, ich möchte E-Mails sortieren", File("mails.csv"), "mach einen Plan",
                                 "was ist ein Label?", "ja", Wait(), "zeig mir die Fehler"],
    "French": ["bonjour", "je veux trier mes messages", File("mails.csv"), "fais un plan", "non"],
    "names in text": ["find names in text", File("wnut17_sample.conll"), "make a plan", "what is an entity?", "stop"],
    "wishes for the plan": [File("mails.csv", "sort these, in 2 minutes"), "use a linear model",
                            "with 5 epochs", "show me the plan"],
    "wants a person": ["this does not work", "I want to talk to a person", "yes", "how does my question stand?"],
    "deletes what was given": [File("mails.csv"), "delete my data", "yes", "show my data"],
    "changes one's mind": [File("mails.csv"), "make a plan", "delete my data", "no", "make a plan", "stop"],
    "many labels": [File("banking77_sample.csv"), "make a plan", "how good will it be?", "no"],
    "spam": [File("sms_spam_sample.tsv"), "I must not miss more than 5 % of the spam", "make a plan", "no"],
    "a pasted error": ["CUDA out of memory. Tried to allocate 2.00 GiB",
                       "ValueError: could not convert string to float"],
    "praise and blame": ["hello", "that was good", "that was no help", "asdf qwer"],
    "nonsense and long words": ["asdf", "???", "42", "xyzzy plugh", "help"],
    "two trainings": [File("mails.csv"), *TRAIN, "train again with a linear model", "yes", Wait(),
                      "compare my trainings", "download the model"],
}  # fmt: skip


def write_files(folder: Path) -> None:
    rows = [f"{text} number {n},{team}" for n in range(8) for text, team in TEAMS]
    (folder / "mails.csv").write_text("\n".join(["message,team", *rows]) + "\n", "utf-8")
    messy = [*rows, *rows[:9], "the <b>invoice</b> is &amp; was wrong,Billing", ",delivery", "late parcel,"]
    (folder / "messy.csv").write_text("\n".join(["message,team", *messy]) + "\n", "utf-8")
    (folder / "texts.csv").write_text("\n".join(["message", *(text for text, _ in TEAMS)]) + "\n", "utf-8")
    (folder / "broken.bin").write_bytes(bytes(range(256)) * 8)
    (folder / "empty.csv").write_text("", "utf-8")


def input_of(step: str | File | Button, talk: Conversation, folder: Path) -> UserInput:
    match step:
        case str():
            return Say(step)
        case File(path=name, say=say):
            own = folder / name
            return Upload(own if own.exists() else DATA / name, name, say)
        case Button(label=label):
            asked = next(s.event for s in reversed(talk.events) if isinstance(s.event, Asked))
            option = next((o for o in asked.options if o.label == label), None)
            if option:
                return Answer(asked.ask_id, option.id)
            on_card = card_button_said(talk.events, label)
            assert on_card, f"no button “{label}”: {[o.label for o in asked.options]}"
            return Press(on_card.id)


async def hold(workspace: Workspace, title: str, steps: Sequence[Step], folder: Path) -> Fixture:
    talk = await Conversation.open(workspace, None, "terminal")
    async with following(workspace.settings, lambda _: workspace, conversation_id=talk.id):
        for step in steps:
            if isinstance(step, Wait):
                while workspace.runs.unreported():
                    await asyncio.sleep(0.2)
                await talk.refresh()
                continue
            async for _ in talk.turn(input_of(step, talk, folder)):
                pass
    events = [stored.event for stored in workspace.transcripts.load(talk.id).events]
    print(f"{title}: {len(events)} events", file=sys.stderr)
    return Fixture(title=title, events=events)


def main() -> None:
    agent.starter_onnx_folder = lambda _: None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= {"MTW_CHECK_SECONDS": "0", "MTW_DEFAULT_BUDGET_SECONDS": "10"}
        write_files(folder)
        fixtures = []
        for number, (title, steps) in enumerate(CONVERSATIONS.items()):
            settings = load_settings(home=folder / f"home-{number}")
            upgrade(settings.database)
            queue = LocalQueue(settings)
            fixtures.append(asyncio.run(hold(Workspace(LOCAL_OWNER, settings, queue), title, steps, folder)))
            queue.close()
    lines = "".join(fixture.model_dump_json() + "\n" for fixture in fixtures).replace(name, "/tmp/mtw")
    Path(sys.argv[1]).write_bytes(lzma.compress(lines.encode(), preset=9))
    size = Path(sys.argv[1]).stat().st_size
    print(f"{len(fixtures)} conversations, {sum(len(f.events) for f in fixtures):,} events, {size:,} bytes")


if __name__ == "__main__":
    main()

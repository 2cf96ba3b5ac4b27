"""A planted secret: once hidden it reaches neither a hosted model nor transcripts, and no training, log or model."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.assistant.openai_server import OpenAIServer, Text, Tools
from tests.assistant.talking import Talker
from tests.training_worker.runs import ended
from tools.context import ToolContext
from tools.registry import all_tools
from workspace.home import LOCAL_OWNER, Workspace
from workspace.plan import TrainingPlan
from workspace.queue import LocalQueue
from workspace.reading import ingest
from workspace.run import RunStatus
from workspace.settings import Settings

MAIL, CARD = "zebedee.quux@gmail.com", "4111 1111 1111 1111"
NAME, HOME = "Ottilie Wackernagel", "Krumme Straße 77, 10627 Berlin"
PARTS = ("zebedee", "quux", "4111 1111", "4111111111111111", "Ottilie", "Wackernagel", "Krumme", "10627")

Hosted = Callable[..., Talker]


@pytest.fixture
def secret_mails(tmp_path: Path) -> Path:
    """60 mails of two teams; every third names the secret address, every fourth the secret card, some a person."""
    path = tmp_path / "mails.csv"
    lines = ["body,team"]
    for i in range(60):
        team, about = ("billing", "invoice payment") if i % 2 else ("delivery", "parcel courier")
        extra = f" write to {MAIL}" if i % 3 == 0 else f" card {CARD}" if i % 4 == 0 else ""
        signed = f" Regards {NAME}" if i % 5 == 0 else f' I live at ""{HOME}""' if i % 7 == 0 else ""
        lines.append(f'"my {about} number {i} is wrong{extra}.{signed}",{team}')
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def leaks(text: str) -> list[str]:
    return [part for part in PARTS if part in text]


def test_neither_a_hosted_model_nor_the_transcript_sees_a_value(
    hosted: Hosted, chat_server: OpenAIServer, secret_mails: Path
) -> None:
    chat_server.script = [
        Text("I read your file."),
        Tools([("redact_dataset", {})]),
        Text("Shall I hide them?"),
        Tools([("redact_dataset", {"everything": "mask"})]),
        Tools([("clean_dataset", {"preview": True}), ("list_datasets", {}), ("propose_plan", {})]),
        Text("Done."),
    ]
    person = hosted()
    person.upload(secret_mails)
    person.say("is there anything private in it?")
    person.say("hide it all")

    asked = json.dumps(chat_server.requests, ensure_ascii=False)
    assert "redact_dataset" in asked
    assert '"email": 20' in asked.replace("\\", "")
    assert leaks(asked) == []
    assert leaks("".join(event.model_dump_json() for event in person.stored)) == []


@pytest.fixture
def working(settings: Settings) -> Iterator[Workspace]:
    """A workspace whose trainings run in real child processes."""
    queue = LocalQueue(settings)
    yield Workspace(LOCAL_OWNER, settings, queue)
    queue.close()


@pytest.mark.slow
def test_a_training_on_hidden_data_leaves_no_trace_of_it(working: Workspace, secret_mails: Path) -> None:
    dataset = ingest(working, secret_mails, "mails.csv")
    tool = all_tools()["redact_dataset"]
    output = tool(ToolContext(working), tool.validate({"dataset_id": dataset.id, "everything": "pseudonym"}))
    hidden = working.datasets.get(str(output.data["dataset_id"]))
    task = hidden.profile.task
    assert task.kind is not None
    assert task.label is not None
    plan = TrainingPlan(dataset_id=hidden.id, task=task.kind, text=tuple(task.text), label=task.label, recipe="linear")
    run = working.runs.create(working.plans.add(plan))[0]
    working.queue.submit_run(run.id)
    assert ended(working, run).status is RunStatus.SUCCEEDED

    home = working.settings.home
    upload = home / "storage" / LOCAL_OWNER / "datasets" / dataset.id
    assert leaks((upload / "source").read_bytes().decode()), "the upload itself is where it was put"
    files = [f for f in home.rglob("*") if f.is_file() and upload not in f.parents and "mtw.db" not in f.name]
    assert len(files) > 5
    assert [f.name for f in files if leaks(f.read_bytes().decode("latin-1"))] == []
    rows = _database(home / "mtw.db", without=dataset.id)
    assert run.id in rows
    assert leaks(rows) == []

    forget = all_tools()["delete_dataset"]
    forget(ToolContext(working), forget.validate({"dataset_id": hidden.id, "keep_current": True}))
    kept = [f for f in home.rglob("*") if f.is_file() and "mtw.db" not in f.name]
    assert [f.name for f in kept if leaks(f.read_bytes().decode("latin-1"))] == []
    assert leaks(_database(home / "mtw.db", without="")) == []


def _database(path: Path, without: str) -> str:
    """Everything in it but the rows of one data set."""
    with sqlite3.connect(path) as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        rows = [(name, *row) for name in tables for row in database.execute(f'select * from "{name}"')]
    return "\n".join(str(row) for row in rows if not (without and row[0] == "datasets" and without in row[1:3]))

"""The journey by task: several labels, marked words and written text are read, planned and started like sorting."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.guide.texts import after
from tests.assistant.talking import Talker, calls, of, words
from tests.fakes import FakeQueue
from tools.prediction_view import prediction_facts, prediction_view
from workspace.dataset import TaskKind
from workspace.events import CardShown
from workspace.model import Entity, Prediction


def _several(number: int) -> dict[str, object]:
    labels = [["late"], ["late", "damaged"], ["damaged"], []][number % 4]
    return {"text": f"the parcel number {number} {' and '.join(labels) or 'arrived'}", "labels": labels}


def _columns(number: int) -> dict[str, object]:
    late, damaged = number % 2, number % 3 == 0
    return {
        "text": f"my parcel {number} is {late} and {damaged} again",
        "late": late,
        "damaged": int(damaged),
        "paid": 1,
    }


def _marked(number: int) -> dict[str, object]:
    name = ("Ann", "Bob", "Cleo", "Dan")[number % 4]
    return {"tokens": [name, "called", str(number)], "tags": ["B-person", "O", "O"]}


def _written(number: int) -> dict[str, object]:
    return {
        "instruction": f"Answer the customer number {number}",
        "output": f"Thank you, we looked into case {number}.",
    }


@pytest.fixture
def upload(talker: Talker, tmp_path: Path) -> Callable[[Callable[[int], dict[str, object]]], str]:
    def run(row: Callable[[int], dict[str, object]]) -> str:
        path = tmp_path / "data.jsonl"
        path.write_text("".join(json.dumps(row(n)) + "\n" for n in range(60)), "utf-8")
        return words(talker.upload(path))

    return run


@pytest.mark.parametrize(
    ("row", "task", "read", "planned"),
    [
        (_several, TaskKind.MULTILABEL, "2 labels", "which of the 2 labels"),
        (_columns, TaskKind.MULTILABEL, "labels", "a text may get several, or none"),
        (_marked, TaskKind.NER, "1 kind", "to find the 1 kind of places that are marked in “tags”"),
        (_written, TaskKind.GENERATION, "60 rows", "to write what stands in “output”"),
    ],
    ids=["several labels", "a column for each label", "marked words", "written text"],
)
def test_every_task_is_read_planned_and_started(
    talker: Talker,
    queue: FakeQueue,
    upload: Callable[..., str],
    row: Callable[[int], dict[str, object]],
    task: TaskKind,
    read: str,
    planned: str,
) -> None:
    assert read in upload(row)
    happened = talker.say("make a plan")
    assert "propose_plan" in calls(happened)
    card = next(c.card for c in of(happened, CardShown) if c.card.kind == "plan")
    assert planned in " ".join(map(str, card.data["sentences"]))  # type: ignore[arg-type]
    talker.press("Start")
    (run,) = talker.workspace.runs.list()
    assert run.plan.task is task
    assert run.id in queue.submitted


@pytest.mark.parametrize(
    ("prediction", "said"),
    [
        (Prediction(text="t", labels=["late", "wet"], scores={"late": 0.9, "wet": 0.6}), "**late, wet**"),
        (Prediction(text="t", labels=[], scores={"late": 0.1, "wet": 0.2}), "None of the labels"),
        (Prediction(text="Ann", entities=[Entity(start=0, end=3, label="person", text="Ann")]), "**1 place**"),
        (Prediction(text="t", entities=[]), "nothing to mark"),
        (Prediction(text="t", output="Dear Ann"), "what it writes"),
    ],
)
def test_every_kind_of_answer_has_words(prediction: Prediction, said: str) -> None:
    facts = prediction_facts(prediction, prediction_view(prediction))
    assert said in after("try_model", data={"predictions": [facts]}).replace("«", "").replace("»", "")

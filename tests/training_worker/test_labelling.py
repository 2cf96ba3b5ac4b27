"""The computations of a labelling with the real starter model."""

import csv
from pathlib import Path

import pytest

from tools.context import ToolContext
from tools.labelling_desk import Desk, answer, view
from tools.labelling_refresh import refresh, wait
from tools.registry import all_tools
from tools.samples import load_samples
from training_worker.computations import Computer
from workspace.home import Workspace
from workspace.labelling import LabelSession
from workspace.reading import ingest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def topics() -> dict[str, str]:
    """Real questions of four topics."""
    with load_samples()["bank_questions"].path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    column = next(name for name in rows[0] if name != "text")
    kept = sorted({row[column] for row in rows})[:4]
    return {" ".join(row["text"].split()): row[column] for row in rows if row[column] in kept}


class DirectQueue:
    """Computes in this process, as the worker's warm process does."""

    def __init__(self, computer: Computer) -> None:
        self._computer = computer

    def compute(self, owner_id: str, name: str, arguments: dict[str, object], timeout: float = 60) -> object:
        answer = self._computer.answer(owner_id, name, dict(arguments))
        assert "result" in answer, answer
        return answer["result"]


@pytest.fixture
def ready(workspace: Workspace) -> Workspace:
    queue = DirectQueue(Computer(workspace.settings))
    return Workspace(workspace.owner_id, workspace.settings, queue)  # type: ignore[arg-type]


def begin(ready: Workspace, tmp_path: Path, texts: list[str], **arguments: object) -> tuple[Desk, LabelSession]:
    path = tmp_path / "texts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("no", "body"), *enumerate(texts)])
    dataset = ingest(ready, path, "texts.csv")
    tool = all_tools()["label_examples"]
    output = tool(ToolContext(ready), tool.validate({"dataset_id": dataset.id, **arguments}))
    desk = Desk(ready, str(output.data["session_id"]))
    wait(desk.session_id, 60)
    return desk, desk.session


def test_suggestions_get_better_with_answers(ready: Workspace, tmp_path: Path, topics: dict[str, str]) -> None:
    texts = list(topics)[:160]
    desk, session = begin(ready, tmp_path, texts)
    assert 2 <= len(session.classes) <= 10, "categories from the texts themselves"
    names = sorted({topics[text] for text in texts})
    change = all_tools()["change_categories"]
    removed = [c.name for c in session.classes]
    change(ToolContext(ready), change.validate({"session_id": session.id, "add": names, "remove": removed}))
    keys = {c.name: c.key for c in desk.session.classes}
    right = []
    for number in range(40):
        if number % 10 == 0:
            wait(session.id, 60)
            refresh(ready, session.id)
        item = view(desk).item
        assert item is not None
        assert item.suggestion is not None, "names alone give a first guess"
        truth = keys[topics[item.text]]
        right.append(item.suggestion.labels == [truth])
        answer(desk, item.row, labels=[truth])
    wait(session.id, 60)
    refresh(ready, session.id)
    session = desk.session
    likely = {i.row: max(i.scores, key=lambda key: i.scores[key]) for i in session.queue}
    agree = [keys[topics[texts[row]]] == key for row, key in likely.items()]
    assert sum(agree) / len(agree) > 0.8
    assert {item.by for item in session.queue} == {"useful", "chance"}
    assert session.estimate is not None
    assert session.estimate.rows == sum(a.by == "chance" for a in ready.labelling.answers(session.id)) >= 5
    assert session.estimate.low <= session.estimate.score <= session.estimate.high
    assert not session.estimate.good_enough, "so few texts by chance prove nothing"


def test_marked_words_are_suggested_in_other_texts(ready: Workspace, tmp_path: Path) -> None:
    names = ["Ann Lee", "Bo Kim", "Cid Ray", "Dora Hill", "Eve Stone", "Finn Moor", "Gus Park", "Hanna Beck"]
    places = ["Paris", "Rome", "Oslo", "Vienna", "Lisbon"]
    texts = [f"Yesterday {name} came from {place} by train." for name in names for place in places]
    desk, _ = begin(ready, tmp_path, texts, task="ner", categories="Person, Place")
    said = all_tools()["answer_example"]
    for row in range(0, 20, 2):
        name, place = names[row // 5], places[row % 5]
        arguments = {"row": row, "session_id": desk.session_id, "marks": f"{name} = Person; {place} = Place"}
        said(ToolContext(ready), said.validate(arguments))
    wait(desk.session_id, 60)
    refresh(ready, desk.session_id)
    session = desk.session
    marked = {i.row: [(texts[i.row][s.start : s.end], s.label) for s in i.spans] for i in session.queue}
    expected = {row: [(names[row // 5], "c1"), (places[row % 5], "c2")] for row in marked}
    assert sum(marked[row] == expected[row] for row in marked) / len(marked) > 0.8

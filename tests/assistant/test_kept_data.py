"""``data://name``: data that was uploaded, cleaned or labelled in a conversation, on the command line."""

import json
from pathlib import Path

import pytest

from assistant.cli import run
from tests.fakes import FakeQueue
from tools.context import ToolContext
from tools.registry import all_tools
from workspace.home import LOCAL_OWNER, Workspace
from workspace.migrations import upgrade
from workspace.reading import ingest
from workspace.settings import load_settings


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Mails, the labels of which were given in the wizard as far as two of them go."""
    settings = load_settings()
    upgrade(settings.database)
    found = Workspace(LOCAL_OWNER, settings, FakeQueue())
    path = tmp_path / "mails.csv"
    path.write_text("message\n" + "".join(f"where is my parcel number {n}\n" for n in range(30)), "utf-8")
    ingest(found, path, "mails.csv")
    context = ToolContext(found)
    tools = all_tools()

    def call(name: str, **given: object) -> dict[str, object]:
        data = tools[name](context, tools[name].validate(given)).data
        assert isinstance(data, dict)
        return dict(data)

    for answer in ("late", "lost"):
        row = call("label_examples", categories="late, lost")["row"]
        call("answer_example", row=row, labels=answer)
    call("finish_labelling")
    return found


def test_labelled_data_is_exported_for_annotation_tools(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mails.jsonl"
    assert run(["convert", "data://mails", str(out), "--to", "doccano"]) == 0
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert len(rows) == 30
    assert sorted(label for row in rows for label in row["label"]) == ["late", "lost"]
    assert run(["inspect", "data://mails@1", "--json", "--quick"]) == 0
    columns = json.loads(capsys.readouterr().out)["columns"]
    assert [column["name"] for column in columns] == ["message"]
    assert workspace.datasets.list()[0].version == 2


def test_data_that_is_not_kept_here_is_said(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    for name, code in (("data://calls", "DATASET_NOT_FOUND"), ("data://mails@7", "NO_SUCH_VERSION")):
        assert run(["inspect", name, "--json"]) != 0
        assert json.loads(capsys.readouterr().out)["error"]["code"] == code
    assert run(["inspect", "data://mails", "--sheet", "Jan", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "SHEET_OF_KEPT_DATA"
    assert workspace.datasets.list()

"""Models online, from the terminal: the tools of the chat, a key printed once."""

import json
from typing import Any

import pytest

from assistant.cli import run
from tests.assistant.test_api import add_model
from tests.fakes import FakeQueue
from workspace.deployments import deployment_of_key
from workspace.home import LOCAL_OWNER, Workspace
from workspace.migrations import upgrade
from workspace.settings import load_settings


@pytest.fixture
def workspace() -> Workspace:
    settings = load_settings()
    upgrade(settings.database)
    found = Workspace(LOCAL_OWNER, settings, FakeQueue())
    add_model(found)
    add_model(found, "mdl_2")
    return found


def cards(capsys: pytest.CaptureFixture[str], *command: str) -> list[dict[str, Any]]:
    assert run(["online", *command, "--json"]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_a_model_goes_online_and_back_from_the_terminal(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["online", "list"]) == 0
    assert "Nothing is online" in capsys.readouterr().out
    (card,) = cards(capsys, "deploy", "mdl_1", "--name", "spam")
    opened = deployment_of_key(workspace.engine, card["key"])
    assert opened is not None
    assert (opened.name, opened.live) == ("spam", 1)
    (card,) = cards(capsys, "deploy", "mdl_2", "--name", "spam")
    assert "key" not in card or card["key"] is None
    assert workspace.deployments.named("spam").live == 2
    cards(capsys, "roll-back", "spam")
    assert workspace.deployments.named("spam").live == 1
    cards(capsys, "promote", "spam", "2")
    assert workspace.deployments.named("spam").live == 2
    (card,) = cards(capsys, "rotate-key", "spam")
    assert deployment_of_key(workspace.engine, card["key"]) is not None
    assert len(workspace.deployments.named("spam").keys) == 1
    assert run(["online", "list"]) == 0
    shown = capsys.readouterr().out
    assert "spam" in shown
    assert card["key"] not in shown
    cards(capsys, "revoke-keys", "spam")
    assert workspace.deployments.named("spam").keys == []


def test_what_is_not_there_is_said(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["online", "promote", "spam", "1", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "NOTHING_ONLINE"

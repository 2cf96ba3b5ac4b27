"""A model is put online in the conversation: a yes first, a key that the page shows and the transcript never holds."""

from pathlib import Path

import pytest

from assistant.followup import Followup
from tests.assistant.talking import Talker, calls, failures, finish_run, of, words
from workspace.deployments import deployment_of_key
from workspace.events import CardShown, ToolCalled


@pytest.fixture
def trained(talker: Talker, mails: Path) -> Talker:
    """A conversation whose model is trained."""
    talker.upload(mails)
    talker.say("yes")
    talker.say("start")
    finish_run(talker.workspace, talker.workspace.runs.list()[0].id)
    talker.run(Followup(talker.workspace.settings, lambda _: talker.workspace).look)
    talker.run(talker.conversation.refresh)
    return talker


def test_it_goes_online_after_a_yes_and_the_key_is_seen_once(trained: Talker) -> None:
    trained.say("put the model online")
    assert [option.label for option in trained.asked.options] == ["Put it online", "Not now"]
    assert trained.workspace.deployments.list() == []
    events = trained.say("yes")
    (shown,) = of(events, CardShown)
    key = str(shown.card.shown["key"])
    assert deployment_of_key(trained.workspace.engine, key) is not None
    assert "only this once" in words(events)
    assert key not in str([event.model_dump_json() for event in trained.stored])
    (stored,) = [e for e in of(trained.stored, CardShown) if e.card.kind == "deployment"]
    assert (stored.card.shown["key"], stored.card.data["name"]) == (None, shown.card.data["name"])

    assert failures(trained.say("roll back the model"))[0]["code"] == "NO_VERSION_BEFORE"
    trained.say("revoke the key")
    assert "worthless" in trained.asked.text
    trained.say("yes")
    assert deployment_of_key(trained.workspace.engine, key) is None


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        ("let version 2 answer again", {"action": "promote", "version": 2}),
        ("roll back to the version before", {"action": "roll_back"}),
        ("make a new API key", {"action": "new_key"}),
        ("take the model offline", {"action": "revoke_key"}),
    ],
)
def test_what_becomes_of_it_is_understood(talker: Talker, said: str, arguments: dict[str, object]) -> None:
    events = talker.say(said)
    assert [(e.tool, e.args) for e in of(events, ToolCalled)] == [("change_deployment", arguments)]
    assert [failure["code"] for failure in failures(events)] == ["NOTHING_ONLINE"]


def test_without_a_model_nothing_can_go_online(talker: Talker) -> None:
    assert calls(talker.say("deploy the model")) == []

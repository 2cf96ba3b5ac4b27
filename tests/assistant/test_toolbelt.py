"""From a model's call to a function's call."""

from typing import Any

import pytest

from assistant import toolbelt
from assistant.toolbelt import call_tool, describe_call, langchain_tools, registry
from tools.context import ToolContext
from tools.registry import Tool
from workspace.errors import InputError
from workspace.home import Workspace


@pytest.fixture
def context(workspace: Workspace) -> ToolContext:
    return ToolContext(workspace, workspace.transcripts.create("test").id)


def test_every_tool_has_a_schema_and_a_description() -> None:
    assert {tool.name for tool in langchain_tools()} == set(registry())
    for tool in langchain_tools():
        assert len(tool.description) > 20
        schema: Any = tool.args_schema
        assert schema["type"] == "object"
        assert "context" not in schema["properties"], "who is asking is no argument"
        assert not {"owner", "owner_id", "user", "conversation_id"} & set(schema["properties"])


def test_what_goes_wrong_is_told_as_data(context: ToolContext) -> None:
    assert call_tool(context, "run_status", {}).data == {
        "code": "NO_RUN",
        "message": "There is no training yet.",
        "next_step": "Ask for a plan and start it.",
    }


def test_a_mistyped_name_is_met_with_the_nearest_ones(context: ToolContext) -> None:
    outcome = call_tool(context, "inspect_data", {})
    assert not outcome.ok
    assert "inspect_dataset" in str(outcome.data)


def test_nothing_that_needs_a_yes_runs_without_it(context: ToolContext) -> None:
    gated = [tool.name for tool in registry().values() if tool.needs_approval]
    assert {"launch_training", "delete_dataset"} <= set(gated)
    call_tool(context, "load_sample", {})
    call_tool(context, "propose_plan", {})
    needed = {
        "share_dataset": {"colleague": "ben"},
        "ask_support": {"message": "help"},
        "change_deployment": {"action": "revoke_key"},
    }
    elsewhere = {
        "share_dataset": "NOBODY_ELSE",
        "prelabel_examples": "NO_LABELLING",
        "deploy_model": "NO_MODEL",
        "apply_fix": "NO_RUN",
        "delete_model": "NO_MODEL",
        "change_deployment": "NOTHING_ONLINE",
    }
    for name in gated:
        outcome = call_tool(context, name, needed.get(name, {}))
        assert not outcome.ok
        assert outcome.data["code"] == elsewhere.get(name, "APPROVAL_NEEDED")  # type: ignore[index,call-overload]
    assert context.workspace.runs.list() == []
    assert len(context.workspace.datasets.list()) == 1


def test_describe_is_only_for_those(context: ToolContext) -> None:
    assert describe_call(context, "list_runs", {}) is None
    with pytest.raises(InputError, match="no tool"):
        describe_call(context, "rm", {})


def test_a_fault_of_the_tool_is_no_traceback(
    context: ToolContext, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_context: ToolContext) -> Any:
        raise KeyError("internal name")

    tool = Tool("broken", "Breaks.", registry()["list_runs"].arguments, broken)
    monkeypatch.setattr(toolbelt, "registry", lambda: {"broken": tool})
    outcome = call_tool(context, "broken", {})
    assert not outcome.ok
    assert "internal name" not in outcome.content
    assert "internal name" in caplog.text

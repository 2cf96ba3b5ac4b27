"""The registry holds what the contracts name, in a form that a chat model can use."""

from typing import Any

import pytest

from tools.asking import button, call_of
from tools.registry import all_tools
from workspace.errors import InputError

OF_THIS_VERSION = {
    "recommend_task",
    "load_sample",
    "inspect_dataset",
    "list_datasets",
    "delete_dataset",
    "propose_plan",
    "revise_plan",
    "list_base_models",
    "launch_training",
    "run_status",
    "cancel_run",
    "list_runs",
    "explain_results",
    "show_mistakes",
    "try_model",
    "export_model",
    "explain_concept",
}


def test_every_tool_of_this_version_is_there_under_its_name() -> None:
    assert set(all_tools()) >= OF_THIS_VERSION


def test_what_spends_or_destroys_waits_for_a_yes() -> None:
    waiting = {name for name, tool in all_tools().items() if tool.needs_approval}
    assert waiting & OF_THIS_VERSION == {"launch_training", "delete_dataset"}


@pytest.mark.parametrize("name", sorted(OF_THIS_VERSION))
def test_a_chat_model_can_read_what_it_does_and_what_each_argument_means(name: str) -> None:
    tool = all_tools()[name]
    assert len(tool.description) > 40
    schema = tool.arguments.model_json_schema()
    assert schema["additionalProperties"] is False
    for argument in schema.get("properties", {}).values():
        assert len(argument["description"]) > 10


def test_no_tool_takes_an_identity() -> None:
    names = {field for tool in all_tools().values() for field in tool.arguments.model_fields}
    assert not names & {"owner", "owner_id", "user", "user_id", "conversation_id", "workspace", "context"}


def test_wrong_arguments_are_named_all_at_once() -> None:
    with pytest.raises(InputError) as caught:
        all_tools()["show_mistakes"].validate({"limit": 99, "labell": "x"})
    assert "limit" in caught.value.message
    assert "labell" in caught.value.message


@pytest.mark.parametrize(
    "arguments", [{}, {"label": "a&b=c?d#e"}, {"text": "naïve »«", "dataset_id": "ds_1"}, {"label": " with blanks "}]
)
def test_a_button_says_which_call_it_is(arguments: dict[str, Any]) -> None:
    option = button("Press", "inspect_dataset", **arguments)
    assert call_of(option.id) == ("inspect_dataset", arguments)


def test_buttons_of_the_tools_call_tools_that_are_there(call: Any) -> None:
    for output in (call("load_sample"), call("recommend_task", goal="hello"), call("propose_plan")):
        for option in output.ask.options:
            name, arguments = call_of(option.id)
            if name not in ("upload", "change", "start"):
                all_tools()[name].validate(arguments)

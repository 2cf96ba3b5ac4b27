"""A model is deleted for good, after a warning where programs still ask it."""

from collections.abc import Callable

import pytest

from tests.tools.conftest import Call
from tools.context import ToolContext
from tools.registry import all_tools
from workspace.errors import NotFound
from workspace.run import Run

Trained = Callable[..., Run]


def _asked(context: ToolContext) -> str:
    tool = all_tools()["delete_model"]
    assert tool.describe is not None
    return tool.describe(context, tool.validate({})).text


def test_files_zip_and_row_go_and_the_data_stays(call: Call, trained: Trained, context: ToolContext) -> None:
    run = trained()
    model = context.workspace.models.of_run(run.id)
    assert model is not None
    call("export_model")
    assert "online" not in _asked(context)
    output = call("delete_model")
    assert output.data == {"deleted_model": "«mails»", "no_longer_answer": [], "models_left": 0}
    assert context.workspace.storage.list(model.artifact_key) == []
    assert not context.workspace.storage.exists(context.workspace.storage.key("exports", f"{model.id}.zip"))
    assert context.workspace.datasets.get(model.dataset_id).rows
    with pytest.raises(NotFound):
        call("try_model", model_id=model.id)


def test_a_model_that_answers_programs_is_not_deleted_without_a_warning(
    call: Call, trained: Trained, context: ToolContext
) -> None:
    trained()
    call("deploy_model")
    assert "online as “mails”: programs that ask it will get errors" in _asked(context)
    assert call("delete_model").data["no_longer_answer"] == ["mails"]
    assert "was deleted" in str(call("show_deployments", name="mails").cards[0].data["drift"])
    call("change_deployment", action="revoke_key")


def test_an_offline_model_needs_no_warning(call: Call, trained: Trained, context: ToolContext) -> None:
    trained()
    call("deploy_model")
    call("change_deployment", action="revoke_key")
    assert "errors" not in _asked(context)

"""Deleting a trained model for good, with a warning where programs still ask it."""

import hashlib
from typing import Annotated

from pydantic import BaseModel, Field

from tools.asking import ask, button
from tools.context import ToolContext
from tools.exporting import FORMS, export_key
from tools.finding import find_model
from tools.quoting import plain, quote
from tools.registry import ApprovalRequest, ToolOutput, tool
from tools.words import listed
from workspace.deployments import Deployment
from workspace.model import TrainedModel


def _answering(context: ToolContext, model: TrainedModel) -> list[Deployment]:
    """Where this model answers programs at this moment."""
    online = context.workspace.deployments.list()
    return [deployment for deployment in online if deployment.current.model_id == model.id and deployment.keys]


def _describe(context: ToolContext, arguments: BaseModel) -> ApprovalRequest:
    model = find_model(context, getattr(arguments, "model_id", None))
    online = _answering(context, model)
    warning = ""
    if online:
        names = listed([f"“{deployment.name}”" for deployment in online])
        warning = (
            f" It is online as {names}: programs that ask it will get errors. Let another version answer first, or "
            "put another model online under the name."
        )
    return ApprovalRequest(
        text=f"Delete the model “{plain(model.name, 80)}”, its files and its zip file?{warning} Its result stays in "
        "the conversation, and the data stays. This cannot be undone.",
        fingerprint=hashlib.sha256(" ".join([model.id, *(d.id for d in online)]).encode()).hexdigest()[:16],
        accept_label="Delete it all the same" if online else "Delete it",
        decline_label="Keep it",
    )


@tool(describe=_describe)
def delete_model(
    context: ToolContext,
    model_id: Annotated[
        str | None, Field(description="id or name of a trained model; leave out for the newest of this conversation")
    ] = None,
) -> ToolOutput:
    """Deletes a trained model and its files for good; the data it learned from stays. It waits for the person's yes."""
    model = find_model(context, model_id)
    online = _answering(context, model)
    workspace, storage = context.workspace, context.workspace.storage
    # The row goes first: without it nothing refers to the files, should the storage be away now.
    workspace.models.delete(model.id)
    storage.delete(model.artifact_key)
    for form in FORMS:
        storage.delete(export_key(workspace, model.id, form))
    return ToolOutput(
        data={
            "deleted_model": quote(model.name, 80),
            "no_longer_answer": [deployment.name for deployment in online],
            "models_left": len(workspace.models.list()),
        },
        ask=ask("What next?", button("Train again", "propose_plan"), button("List my trainings", "list_runs")),
    )

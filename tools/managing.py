"""Managing data: compare versions, give another name, share with another user."""

import hashlib
from typing import Annotated

from pydantic import BaseModel, Field, JsonValue

from tools.asking import ask, button
from tools.cards import ComparisonCard
from tools.columns import Choice, choose
from tools.comparison_view import columns_added, columns_removed, comparison_card, comparison_title
from tools.context import ToolContext
from tools.finding import find_dataset
from tools.inspecting import labels_of
from tools.quoting import plain, quote, quote_all
from tools.registry import ApprovalRequest, ToolOutput, tool
from workspace import versions
from workspace.comparing import compare
from workspace.dataset import Dataset
from workspace.errors import Conflict, InputError
from workspace.sharing import find_user, share

_LONGEST_NAME = 100


@tool()
def compare_datasets(
    context: ToolContext,
    before: Annotated[
        str | None, Field(description="id or name of the first one; leave out for the version before the other one")
    ] = None,
    after: Annotated[
        str | None, Field(description="id or name of the second one; leave out for the newest of this conversation")
    ] = None,
) -> ToolOutput:
    """Shows how two versions of data, or two data sets, differ: rows, changed cells, answers that moved, columns.

    Without arguments it compares the current version with the upload.
    """
    second = find_dataset(context, after)
    first = find_dataset(context, before) if before else _earlier(context, second)
    if first.id == second.id:
        raise InputError("SAME_DATA", "This is one and the same data.", "Name two data sets or two versions.")
    choice: Choice = choose(context, second, None, None, None)
    found = compare(context.workspace, first, second, choice.text, choice.label)
    labels = [
        labels_of(context, one, choice.label if choice.label and one.profile.column(choice.label) else None)
        for one in (first, second)
    ]
    card: ComparisonCard = comparison_card(context, first, second, found, labels[0], labels[1])
    data: dict[str, JsonValue] = {
        "before": {"id": first.id, "name": quote(first.name, 80), "version": first.version, "rows": first.rows},
        "after": {"id": second.id, "name": quote(second.name, 80), "version": second.version, "rows": second.rows},
        "rows_added": found.added,
        "rows_removed": found.removed,
        "rows_changed": found.changed,
        "columns_added": quote_all(columns_added(card), 80),
        "columns_removed": quote_all(columns_removed(card), 80),
        "answers_moved": [
            {"from": quote(a, 60), "to": quote(b, 60), "rows": n} for (a, b), n in found.moves.most_common(5)
        ],
    }
    return ToolOutput(data=data, cards=[card.card(comparison_title(card))], stage="cleanup")


@tool()
def rename_dataset(
    context: ToolContext,
    name: Annotated[str, Field(description="the new name")],
    dataset_id: Annotated[
        str | None, Field(description="id or name of the data; leave out for the newest of this conversation")
    ] = None,
) -> ToolOutput:
    """Gives a data set, all its versions, another name."""
    found = find_dataset(context, dataset_id)
    new = plain(name, _LONGEST_NAME).strip()
    if not new:
        raise InputError("NAME_EMPTY", "There is no name in this.", "Say what the data should be called.")
    taken = {d.name.casefold() for d in context.workspace.datasets.list() if d.family_id != found.family_id}
    if new.casefold() in taken:
        raise Conflict("NAME_TAKEN", f"Other data of yours is called “{new}”.", "Choose another name.")
    context.workspace.datasets.rename(found.family_id, new)
    data: dict[str, JsonValue] = {
        "renamed_dataset_id": found.id,
        "before": quote(found.name, _LONGEST_NAME),
        "name": quote(new, _LONGEST_NAME),
    }
    return ToolOutput(data=data, ask=ask("What next?", button("List my data", "list_datasets")))


def _describe_share(context: ToolContext, arguments: BaseModel) -> ApprovalRequest:
    dataset, (receiver_id, name) = _to_share(context, arguments)
    version = f" (version {dataset.version})" if dataset.version > 1 else ""
    return ApprovalRequest(
        text=f"Give {plain(name, 80)} a copy of “{plain(dataset.name, 80)}”{version} with {dataset.rows:,} rows? They "
        "can read it and train on it, and you cannot take it back. The uploaded file and earlier versions stay with "
        "you alone.",
        fingerprint=hashlib.sha256(f"{dataset.id} {receiver_id}".encode()).hexdigest()[:16],
        accept_label="Share it",
        decline_label="Do not share",
    )


@tool(describe=_describe_share)
def share_dataset(
    context: ToolContext,
    colleague: Annotated[str, Field(description="name or e-mail address with which the other person logs in here")],
    dataset_id: Annotated[
        str | None, Field(description="id or name of the data; leave out for the newest of this conversation")
    ] = None,
) -> ToolOutput:
    """Gives another user of this installation a copy of a data set. It waits for the person's yes."""
    dataset = find_dataset(context, dataset_id)
    receiver_id, name = find_user(context.workspace, colleague)
    share(context.workspace, dataset, receiver_id)
    return ToolOutput(
        data={"shared": quote(dataset.name, 100), "with": quote(name, 100), "rows": dataset.rows},
        ask=ask("What next?", button("List my data", "list_datasets")),
    )


def _to_share(context: ToolContext, arguments: BaseModel) -> tuple[Dataset, tuple[str, str]]:
    dataset = find_dataset(context, getattr(arguments, "dataset_id", None))
    return dataset, find_user(context.workspace, getattr(arguments, "colleague", ""))


def _earlier(context: ToolContext, dataset: Dataset) -> Dataset:
    """The upload that a version goes back to. Raises InputError for an upload."""
    line = versions.lineage(context.workspace, dataset)
    if len(line) == 1:
        raise InputError(
            "ONE_VERSION", "There is only one version of this data.", "Clean it first, or name two data sets."
        )
    return line[0]

"""Forgetting an original: what was uploaded goes for good, the version without personal data stays."""

import hashlib
from collections.abc import Sequence

from tools.asking import ask, button
from tools.cards import ConceptCard
from tools.context import ToolContext
from tools.labelling_desk import forget_labelling
from tools.quoting import plain, quote
from tools.registry import ApprovalRequest, ToolOutput
from tools.words import count
from workspace import versions
from workspace.dataset import Dataset
from workspace.errors import Conflict

STAYS = "What conversations have shown of its rows is taken out of them; what you wrote yourself stays."


def describe_forgetting(context: ToolContext, dataset: Dataset) -> ApprovalRequest:
    """What would go, and what stays. Raises Conflict where there is nothing to forget."""
    others = _others(context, dataset)
    models = [m for m in context.workspace.models.list() if m.dataset_id in {d.id for d in others}]
    learned = ""
    if models:
        learned = f" {count(len(models), 'model')} trained before that will stay and may know it by heart."
    return ApprovalRequest(
        text=f"Forget the uploaded file of “{plain(dataset.name, 80)}” and every version but the current one, "
        f"version {dataset.version}?{learned} {STAYS} This cannot be undone.",
        fingerprint=hashlib.sha256(" ".join(sorted(d.id for d in [dataset, *others])).encode()).hexdigest()[:16],
        accept_label="Forget the original",
        decline_label="Keep it",
    )


def forget_shown(context: ToolContext, family: Sequence[Dataset]) -> None:
    """Takes what was shown of these versions, and of mistakes of models made from them, out of the conversations."""
    ids = {version.id for version in family}
    ids |= {run.id for run in context.workspace.runs.list() if {run.plan.dataset_id, run.plan.test_dataset_id} & ids}
    ids |= {model.id for model in context.workspace.models.list() if model.dataset_id in ids}
    text = "This showed rows of data that has been deleted since. They were taken out of the conversation as well."
    card = ConceptCard(term="deleted", title="Deleted with the data", text=text)
    context.workspace.transcripts.blank(ids, card.card("Deleted with the data"))


def forget_original(context: ToolContext, dataset: Dataset) -> ToolOutput:
    """Deletes everything but the current version. Raises Conflict where there is nothing else, or it is in use."""
    others = _others(context, dataset)
    forget_labelling(context.workspace, [version.id for version in others])
    gone = versions.forget_before(context.workspace, dataset)
    forget_shown(context, others)
    return ToolOutput(
        data={
            "forgotten": quote(dataset.source_name, 100),
            "dataset_id": dataset.id,
            "rows": dataset.rows,
            "versions_forgotten": len(gone),
        },
        ask=ask(
            "The original is gone; trainings use the version that is left. What next?",
            button("Make a plan", "propose_plan", primary=True, dataset_id=dataset.id),
            button("Look at the data", "inspect_dataset", dataset_id=dataset.id),
        ),
        stage="cleanup",
    )


def _others(context: ToolContext, dataset: Dataset) -> list[Dataset]:
    if dataset.parent_id is None:
        raise Conflict(
            "ONLY_VERSION",
            "This is the data as it was uploaded; there is no other version to keep.",
            "Hide the personal data first, or delete the data as a whole.",
        )
    family = context.workspace.datasets.list(family_id=dataset.family_id, undone=True)
    others = [d for d in family if d.id != dataset.id and not d.forgotten]
    if not others:
        raise Conflict("ORIGINAL_FORGOTTEN", "The original is forgotten already.", "Go on with a plan.")
    return others

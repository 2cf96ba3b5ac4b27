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
from workspace.sharing import shares_of

STAYS = "What conversations have shown of its rows is taken out of them; what you wrote yourself stays."


def models_kept(context: ToolContext, versions_gone: Sequence[Dataset]) -> str:
    """What stays of these versions in models that learned from them or were tested on them; nothing where none did."""
    ids = {version.id for version in versions_gone}
    runs = [run for run in context.workspace.runs.list() if {run.plan.dataset_id, run.plan.test_dataset_id} & ids]
    used = {run.id: run.plan for run in runs}
    plans = [used[model.run_id] for model in context.workspace.models.list() if model.run_id in used]
    if not plans:
        return ""
    one = len(plans) == 1
    figures = "its figures" if one else "their figures"
    said = f" {'The model' if one else f'The {len(plans)} models'} trained or tested with it will stay with {figures}; "
    said += "the texts of mistakes are taken out."
    if any(plan.dataset_id in ids for plan in plans):
        said += " What a model has learned stays in it: single words and names, "
        said += "and whole sentences in one that writes. Delete the model as well where that must go."
    return said


def copies_kept(context: ToolContext, versions_gone: Sequence[Dataset]) -> str:
    """That copies given to other people stay with them; nothing where none were."""
    ids = {version.id for version in versions_gone}
    given = [share for share in shares_of(context.workspace) if share.dataset_id in ids]
    if not given:
        return ""
    copies = count(len(given), "copy", "copies")
    return f" {copies} that you shared will stay with whoever got {'it' if len(given) == 1 else 'them'}."


def describe_forgetting(context: ToolContext, dataset: Dataset) -> ApprovalRequest:
    """What would go, and what stays. Raises Conflict where there is nothing to forget."""
    others = _others(context, dataset)
    return ApprovalRequest(
        text=f"Forget the uploaded file of “{plain(dataset.name, 80)}” and every version but the current one, "
        f"version {dataset.version}?"
        f"{models_kept(context, others)}{copies_kept(context, others)} {STAYS} This cannot be undone.",
        fingerprint=hashlib.sha256(" ".join(sorted(d.id for d in [dataset, *others])).encode()).hexdigest()[:16],
        accept_label="Forget the original",
        decline_label="Keep it",
    )


def forget_shown(context: ToolContext, family: Sequence[Dataset]) -> None:
    """Takes the texts of these versions out of conversations, and out of mistakes that trainings with them kept."""
    versions_gone = {version.id for version in family}
    ids = versions_gone | context.workspace.runs.blank(versions_gone)
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

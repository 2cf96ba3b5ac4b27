"""Versions of data: a repair makes a new one, undo goes back to its parent, redo forward again. Nothing is overwritten.

The versions of one upload are a family. Its current version is the newest that was not undone.
"""

from datetime import UTC, datetime
from pathlib import Path

from workspace.dataset import Dataset, Step
from workspace.errors import Conflict
from workspace.findings import FILE as FINDINGS
from workspace.home import Workspace
from workspace.ids import new_id
from workspace.reading import profile_table

CHANGES = "changes.parquet"
"""Beside the table: what the step did to each row (:mod:`workspace.cleaning`)."""


def derive(
    workspace: Workspace, parent: Dataset, table: Path, step: Step, changes: Path | None = None, check: bool = False
) -> Dataset:
    """Keeps ``table`` as a new version of ``parent``, with its profile and, row by row, what was changed.

    Args:
        check: whether what a model found in the parent still holds for the new version's rows.

    Raises:
        Unavailable: the storage or the database cannot be reached; then nothing is kept.
    """
    storage = workspace.storage
    dataset_id = new_id("ds")
    family = parent.family_id
    profile = profile_table(table, parent.profile, fixed={fix.code for fix in step.fixes})
    versions = workspace.datasets.list(family_id=family, undone=True)
    dataset = Dataset(
        id=dataset_id,
        owner_id=workspace.owner_id,
        name=parent.name,
        version=max((d.version for d in versions), default=parent.version) + 1,
        parent_id=parent.id,
        family_id=family,
        step=step,
        conversation_id=parent.conversation_id,
        check=parent.check if check else None,
        source_name=parent.source_name,
        source_key=parent.source_key,
        table_key=storage.key("datasets", dataset_id, "table.parquet"),
        rows=profile.rows,
        profile=profile,
        created_at=datetime.now(UTC),
    )
    try:
        storage.put_file(table, dataset.table_key)
        if changes is not None:
            storage.put_file(changes, storage.key("datasets", dataset_id, CHANGES))
        workspace.datasets.add(dataset)
    except BaseException:
        storage.delete(storage.key("datasets", dataset_id))
        raise
    return dataset


def undo(workspace: Workspace, dataset: Dataset) -> Dataset:
    """The version before, which is the current one from now on. Raises Conflict where there is none."""
    if dataset.parent_id is None:
        raise Conflict("NOTHING_TO_UNDO", "This is your data as it was uploaded.", "There is nothing to undo.")
    parent = workspace.datasets.get(dataset.parent_id)
    workspace.datasets.set_undone(dataset.id, True)
    if parent.undone:
        workspace.datasets.set_undone(parent.id, False)
    return parent


def redo(workspace: Workspace, dataset: Dataset) -> Dataset:
    """The version that was undone last from this one. Raises Conflict where there is none."""
    family = workspace.datasets.list(family_id=dataset.family_id, undone=True)
    undone = [d for d in family if d.parent_id == dataset.id and d.undone]
    if not undone:
        raise Conflict("NOTHING_TO_REDO", "Nothing was undone here.", "There is nothing to bring back.")
    workspace.datasets.set_undone(undone[0].id, False)
    return workspace.datasets.get(undone[0].id)


def lineage(workspace: Workspace, dataset: Dataset) -> list[Dataset]:
    """From the upload to this version, one step after the other."""
    line = [dataset]
    while line[0].parent_id:
        line.insert(0, workspace.datasets.get(line[0].parent_id))
    return line


def findings_key(workspace: Workspace, dataset: Dataset) -> str:
    """Where the rows that problems are about are kept; there may be none."""
    return workspace.storage.key("datasets", dataset.id, FINDINGS)

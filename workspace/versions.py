"""Versions of data: a repair makes a new one, undo goes back to its parent, redo forward again. Nothing is overwritten.

The versions of one upload are a family. Its current version is the newest that was not undone.
"""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from workspace.dataset import Dataset, FixCall, Step, TaskGuess
from workspace.errors import Conflict
from workspace.findings import FILE as FINDINGS
from workspace.findings import read_findings, write_findings
from workspace.home import Workspace
from workspace.ids import new_id
from workspace.reading import profile_table
from workspace.repositories import Datasets

CHANGES = "changes.parquet"
"""Beside the table: what the step did to each row (:mod:`workspace.cleaning`)."""


def derive(
    workspace: Workspace,
    parent: Dataset,
    table: Path,
    step: Step,
    changes: Path | None = None,
    check: bool = False,
    task: TaskGuess | None = None,
) -> Dataset:
    """Keeps ``table`` as a new version of ``parent``, with its profile and, row by row, what was changed.

    Args:
        changes: with :data:`workspace.cleaning.CHANGES_SCHEMA`; rows that a reader had doubts about are found by it
            in the new version, too.
        check: whether what a model found in the parent still holds for the new version's rows.
        task: what the columns are for, where the person has said so.

    Raises:
        Unavailable: the storage or the database cannot be reached; then nothing is kept.
    """
    storage = workspace.storage
    dataset_id = new_id("ds")
    family = parent.family_id
    profile = profile_table(table, parent.profile, fixed={fix.code for fix in step.fixes}, task=task)
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
            _carry_findings(workspace, parent, dataset, changes)
        workspace.datasets.add(dataset)
    except BaseException:
        storage.delete(storage.key("datasets", dataset_id))
        raise
    return dataset


def _carry_findings(workspace: Workspace, parent: Dataset, child: Dataset, changes: Path) -> None:
    """Keeps the rows of problems that are still there, by their place in the new table."""
    storage = workspace.storage
    source = findings_key(workspace, parent)
    codes = {problem.code for problem in child.profile.problems}
    if not codes or not storage.exists(source):
        return
    with storage.as_file(source) as file:
        found = [finding for finding in read_findings(file) if finding.code in codes]
    gone = np.sort(pq.read_table(changes, columns=["row"], filters=[("kind", "=", "removed")])["row"].to_numpy())
    removed = set(gone.tolist())
    kept = [
        finding.model_copy(update={"row": finding.row - int(np.searchsorted(gone, finding.row))})
        for finding in found
        if finding.row not in removed
    ]
    if kept:
        with tempfile.TemporaryDirectory(prefix="mtw-") as folder:
            write_findings(kept, Path(folder) / FINDINGS)
            storage.put_file(Path(folder) / FINDINGS, findings_key(workspace, child))


def current(workspace: Workspace, dataset: Dataset) -> Dataset:
    """The newest version of the family that was not undone: what is planned with and cleaned further."""
    family = workspace.datasets.list(family_id=dataset.family_id)
    return family[0] if family else dataset


def undo(workspace: Workspace, dataset: Dataset) -> Dataset:
    """Takes this version back, and what was made from it; returns the one before, which is the current one now.

    Raises:
        Conflict: NOTHING_TO_UNDO for the upload, ALREADY_UNDONE where another press was quicker,
            ORIGINAL_FORGOTTEN where there is nothing to go back to.
    """
    if dataset.parent_id is None:
        raise Conflict("NOTHING_TO_UNDO", "This is your data as it was uploaded.", "There is nothing to undo.")
    if dataset.undone:
        raise Conflict("ALREADY_UNDONE", "This step is undone already.", "Bring it back, or go on without it.")
    if workspace.datasets.get(dataset.parent_id).forgotten:
        raise Conflict(
            "ORIGINAL_FORGOTTEN", "What was before this step was forgotten, for good.", "Upload the file again."
        )
    line = lineage(workspace, current(workspace, dataset))
    ids = [version.id for version in line]
    later = line[ids.index(dataset.id) :] if dataset.id in ids else [dataset]
    for version in reversed(later):
        workspace.datasets.set_undone(version.id, True)
    parent = workspace.datasets.get(dataset.parent_id)
    if parent.undone:
        workspace.datasets.set_undone(parent.id, False)
        parent = workspace.datasets.get(parent.id)
    return parent


def redo(workspace: Workspace, dataset: Dataset) -> Dataset:
    """Brings back the version that was undone last from the current one. Raises Conflict where there is none."""
    now = current(workspace, dataset)
    undone = [d for d in _undone(workspace, now) if d.parent_id == now.id]
    if not undone:
        raise Conflict("NOTHING_TO_REDO", "Nothing was undone here.", "There is nothing to bring back.")
    workspace.datasets.set_undone(undone[0].id, False)
    return workspace.datasets.get(undone[0].id)


def can_redo(workspace: Workspace, dataset: Dataset) -> bool:
    """Whether a step from this version was undone and can be had back."""
    return any(d.parent_id == dataset.id for d in _undone(workspace, dataset))


def _undone(workspace: Workspace, dataset: Dataset) -> list[Dataset]:
    return [d for d in workspace.datasets.list(family_id=dataset.family_id, undone=True) if d.undone]


def lineage(workspace: Workspace, dataset: Dataset) -> list[Dataset]:
    """From the upload to this version, one step after the other."""
    line = [dataset]
    while line[0].parent_id:
        line.insert(0, workspace.datasets.get(line[0].parent_id))
    return line


def fixes_of(datasets: Datasets, dataset: Dataset) -> list[FixCall]:
    """The recipe of a version: every repair since the upload, in order."""
    steps = [dataset.step]
    while dataset.parent_id:
        dataset = datasets.get(dataset.parent_id)
        steps.insert(0, dataset.step)
    return [fix for step in steps if step and step.kind == "clean" for fix in step.fixes]


def forget_before(workspace: Workspace, dataset: Dataset) -> list[Dataset]:
    """Deletes the upload and every other version for good: tables, examples, findings, caches. Who did what stays.

    Returns:
        The versions that are gone.

    Raises:
        Conflict: ``DATASET_IN_USE``; then nothing is deleted.
    """
    storage = workspace.storage
    others = [d for d in workspace.datasets.list(family_id=dataset.family_id, undone=True) if d.id != dataset.id]
    size = sum(storage.size(key) for d in others for key in storage.list(storage.key("datasets", d.id)))
    # The rows go first: without them nothing refers to the objects, should the storage be away now.
    gone = workspace.datasets.forget_before(dataset, rows=dataset.rows, bytes=size)
    for version in gone:
        storage.delete(storage.key("datasets", version.id))
    return gone


def changes_key(workspace: Workspace, dataset: Dataset) -> str:
    """Where it is kept what the version's step did to each row; there may be nothing."""
    return workspace.storage.key("datasets", dataset.id, CHANGES)


def findings_key(workspace: Workspace, dataset: Dataset) -> str:
    """Where the rows that problems are about are kept; there may be none."""
    return workspace.storage.key("datasets", dataset.id, FINDINGS)

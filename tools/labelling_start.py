"""Begins a labelling: which texts, which column gets the answers, which categories there are."""

import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tools.columns import choose
from tools.context import ToolContext
from tools.finding import find_column
from tools.quoting import plain, unquote
from workspace.dataset import Dataset, TaskKind
from workspace.errors import InputError, Unavailable
from workspace.ids import new_id
from workspace.labelling import LabelClass, LabelPool, LabelSession
from workspace.labelling_table import write_pool

MOST_CLASSES = 200
SUGGEST_SECONDS = 90.0
FOR_WORDS = ("Person", "Organisation", "Place", "Product", "Date", "Amount")
"""Labels for marking words, to begin with."""


def existing(context: ToolContext, dataset: Dataset, target: str | None, task: TaskKind | None) -> LabelSession | None:
    """The labelling of this version that goes on, or the one whose answers made this version."""
    found = context.workspace.labelling.list(dataset.id)
    if dataset.parent_id and dataset.step and dataset.step.kind == "label":
        found += [s for s in context.workspace.labelling.list(dataset.parent_id) if s.result_id == dataset.id]
    return next((s for s in found if (task is None or s.task is task) and (target is None or s.target == target)), None)


def target_column(dataset: Dataset, wanted: str | None) -> str | None:
    """The column that was named, as it is written in the file; a new one's name where there is none like it."""
    if wanted is None:
        return None
    try:
        return find_column(dataset.profile, wanted)
    except InputError:
        return plain(unquote(wanted), 60) or "label"


def begin(
    context: ToolContext,
    dataset: Dataset,
    text: Sequence[str] | str | None,
    target: str | None,
    task: TaskKind | None,
    names: Sequence[str] = (),
) -> LabelSession:
    """A new labelling, stored with its texts. Raises InputError where there is nothing to label.

    Args:
        names: of the categories, as far as the person has said them; labels that stand in the file come first.
    """
    task = task or TaskKind.CLASSIFICATION
    if task is TaskKind.GENERATION:
        raise InputError(
            "TASK_UNSUPPORTED",
            "Answers in free text cannot be labelled here.",
            "Choose sorting into categories (one or several for a text), or marking words.",
        )
    choice = choose(context, dataset, text, None, None)
    columns = [name for name in choice.text if name != target]
    if not columns:
        raise InputError(
            "NO_TEXT_COLUMN", "No column holds text to read.", "Name the column with the texts, or upload another file."
        )
    target = target or _column_with_gaps(dataset, choice.label) or _free_name(dataset, task)
    session_id = new_id("lab")
    there = dataset.profile.column(target) is not None
    storage = context.workspace.storage
    key = storage.key("datasets", dataset.id, f"{session_id}.parquet")
    with tempfile.TemporaryDirectory(prefix="mtw-") as folder, storage.as_file(dataset.table_key) as table:
        pool = Path(folder) / "pool.parquet"
        joined = task is not TaskKind.NER
        counts = write_pool(table, pool, columns, target if there else None, joined=joined)
        storage.put_file(pool, key)
    known = known_names(context, dataset, target) if there and joined else []
    names = [*known, *names] or (FOR_WORDS if task is TaskKind.NER else ())
    session = LabelSession(
        id=session_id,
        owner_id=context.owner_id,
        dataset_id=dataset.id,
        conversation_id=context.conversation_id,
        text=columns if joined else columns[:1],
        target=target,
        task=task,
        classes=with_names([], names),
        pool=LabelPool(key=key, rows=counts.rows, known=counts.known, open_rows=counts.open_rows),
        created_at=datetime.now(UTC),
    )
    try:
        context.workspace.labelling.add(session)
    except BaseException:
        storage.delete(key)
        raise
    return session


def known_names(context: ToolContext, dataset: Dataset, target: str) -> list[str]:
    """The labels that stand in the file already, most frequent first."""
    from tools.inspecting import labels_of

    return list(labels_of(context, dataset, target))[:MOST_CLASSES]


def with_names(classes: Sequence[LabelClass], names: Sequence[str]) -> list[LabelClass]:
    """The categories and new ones of these names; a name that is there already is passed over."""
    found = list(classes)
    taken = {c.name.casefold() for c in found}
    number = max((int(c.key.removeprefix("c")) for c in found), default=0)
    for name in names:
        clean = plain(unquote(name), 80).strip()
        if clean and clean.casefold() not in taken:
            number += 1
            taken.add(clean.casefold())
            found.append(LabelClass(key=f"c{number}", name=clean, colour=len(found)))
    if len(found) > MOST_CLASSES:
        raise InputError(
            "TOO_MANY_CLASSES",
            f"These are {len(found):,} categories; a labelling takes up to {MOST_CLASSES}.",
            "Join similar ones.",
        )
    return found


def suggested_names(context: ToolContext, session: LabelSession) -> list[str]:
    """Names of groups that a worker finds among the texts; none where there are too few texts, or no worker."""
    end = time.monotonic() + SUGGEST_SECONDS
    while time.monotonic() < end:
        try:
            found = context.workspace.queue.compute(
                session.owner_id, "suggest_categories", {"session_id": session.id}, timeout=60
            )
        except Unavailable:
            return []
        if found["read"] >= found["of"]:
            return [str(group["name"]) for group in found["groups"]]
    return []


def _column_with_gaps(dataset: Dataset, label: str | None) -> str | None:
    """The guessed answer column, where some of its rows are empty; a full one is left as it is."""
    column = dataset.profile.column(label) if label else None
    return column.name if column is not None and column.missing else None


def _free_name(dataset: Dataset, task: TaskKind) -> str:
    names = {c.name.casefold() for c in dataset.profile.columns}
    wanted = {TaskKind.NER: "spans", TaskKind.MULTILABEL: "labels"}.get(task, "label")
    return next(n for n in (wanted, *(f"{wanted} {i}" for i in range(2, 1000))) if n.casefold() not in names)

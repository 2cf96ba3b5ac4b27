"""From answers to a new version of the data, whose label column is filled."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tools.words import count
from workspace import versions
from workspace.cleaning.types import CHANGES_SCHEMA
from workspace.dataset import Dataset, FixCall, Step, TaskKind
from workspace.errors import Conflict
from workspace.home import Workspace
from workspace.labelling import LabelAnswer, LabelSession, agreed
from workspace.labelling_table import write_labelled


def make_version(workspace: Workspace, session: LabelSession) -> tuple[Dataset, int, int]:
    """The new version, how many rows have a label in it, and on how many rows people differ.

    Rows without an answer, and those on which people differ, stay as they were.

    Raises:
        Conflict: NOTHING_LABELLED.
    """
    answers = workspace.labelling.answers(session.id)
    found, split = agreed(answers)
    if not found:
        raise Conflict("NOTHING_LABELLED", "No text has an answer yet.", "Label a few texts first; 50 are a start.")
    parent = workspace.datasets.get(session.dataset_id)
    values = {row: value_of(session, answer) for row, answer in found.items()}
    with tempfile.TemporaryDirectory(prefix="mtw-") as folder:
        out, changes = Path(folder) / "table.parquet", Path(folder) / "changes.parquet"
        with workspace.storage.as_file(parent.table_key) as table:
            changed, filled = write_labelled(table, out, session.target, session.task, values)
        _write_changes(changes, session, values)
        step = Step(
            kind="label",
            title=f"{count(len(found), 'row')} labelled by hand",
            fixes=[FixCall(code="label", args={"session_id": session.id})],
            cells_changed=changed,
        )
        dataset = versions.derive(workspace, parent, out, step, changes)
    workspace.labelling.set_result(session.id, dataset.id)
    return dataset, filled, len(split)


def value_of(session: LabelSession, answer: LabelAnswer) -> Any:
    """What goes into the cell: a name, a list of names, or a list of spans."""
    names = {c.key: c.name for c in session.classes}
    if session.task is TaskKind.NER:
        return [{"start": s.start, "end": s.end, "label": names[s.label]} for s in answer.spans if s.label in names]
    given = [names[key] for key in answer.labels if key in names]
    return given if session.task is TaskKind.MULTILABEL else given[0]


def counts_of(session: LabelSession, found: dict[int, LabelAnswer]) -> dict[str, int]:
    """Rows per category, by name."""
    names = {c.key: c.name for c in session.classes}
    keys = Counter(key for a in found.values() for key in a.labels or {s.label for s in a.spans})
    return {names[key]: number for key, number in keys.most_common() if key in names}


def _write_changes(out: Path, session: LabelSession, values: dict[int, Any]) -> None:
    rows = [
        {
            "fix": "label",
            "kind": "changed",
            "row": row,
            "column": session.target,
            "before": None,
            "after": value if isinstance(value, str) else str(value),
        }
        for row, value in sorted(values.items())
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=CHANGES_SCHEMA), out)

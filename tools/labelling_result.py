"""From answers to a new version of the data, whose label column is filled."""

import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tools.quoting import plain
from tools.words import count
from workspace import versions
from workspace.cleaning.types import CHANGES_SCHEMA
from workspace.dataset import Dataset, FixCall, Step, TaskGuess, TaskKind
from workspace.errors import Conflict, InputError
from workspace.home import Workspace
from workspace.labelling import LabelAnswer, LabelSession
from workspace.labelling_agreement import agreed
from workspace.labelling_table import write_labelled
from workspace.writing import write_table

EXPORTS = ("csv", "jsonl", "doccano", "labelstudio", "prodigy", "spacy", "conll")
_SUFFIX = {"csv": ".csv", "labelstudio": ".json", "conll": ".conll"}


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
        decided = {row for row, answer in found.items() if answer.state == "decided"}
        _write_changes(changes, session, values, decided)
        settled = f", {len(decided):,} of them decided where people differed" if decided else ""
        step = Step(
            kind="label",
            title=f"{count(len(found), 'row')} labelled by hand{settled}",
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


def _write_changes(out: Path, session: LabelSession, values: dict[int, Any], decided: set[int]) -> None:
    rows = [
        {
            "fix": "decide" if row in decided else "label",
            "kind": "changed",
            "row": row,
            "column": session.target,
            "before": None,
            "after": value if isinstance(value, str) else str(value),
        }
        for row, value in sorted(values.items())
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=CHANGES_SCHEMA), out)


def export(workspace: Workspace, session: LabelSession, form: str, folder: Path) -> Path:
    """The data with the answers so far as a file for an annotation tool, written into ``folder``.

    Raises:
        InputError: another format; or one that cannot hold such labels.
    """
    if form not in EXPORTS:
        raise InputError(
            "OUTPUT_UNKNOWN", f"I cannot write “{plain(form, 40)}”.", f"Choose one of {', '.join(EXPORTS)}."
        )
    found, _ = agreed(workspace.labelling.answers(session.id))
    dataset = workspace.datasets.get(session.dataset_id)
    table = folder / "table.parquet"
    with workspace.storage.as_file(dataset.table_key) as source:
        values = {row: value_of(session, answer) for row, answer in found.items()}
        write_labelled(source, table, session.target, session.task, values)
    guess = TaskGuess(kind=session.task, text=session.text, label=session.target, confidence=1.0, why="labelled here")
    name = "".join(c if c.isalnum() or c in "-_" else "-" for c in dataset.name)[:60] or "data"
    return write_table(table, folder / f"{name}-{form}{_SUFFIX.get(form, '.jsonl')}", form, guess).path

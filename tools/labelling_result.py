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
from workspace.labelling_table import Filled, write_labelled
from workspace.writing import write_table

EXPORTS = ("csv", "jsonl", "doccano", "labelstudio", "prodigy", "spacy", "conll")
_BATCH_ROWS = 8_192
_SUFFIX = {"csv": ".csv", "labelstudio": ".json", "conll": ".conll"}


def make_version(workspace: Workspace, session: LabelSession) -> tuple[Dataset, Filled, int]:
    """The new version, what was filled in, and on how many rows people differ.

    A row that nobody was asked about because its text stands there before gets the answer of that text. Rows without an
    answer, and those on which people differ, stay as they were.

    Raises:
        Conflict: NOTHING_LABELLED.
    """
    answers = workspace.labelling.answers(session.id)
    found, split = agreed(answers)
    if not found:
        raise Conflict("NOTHING_LABELLED", "No text has an answer yet.", "Label a few texts first; 50 are a start.")
    parent = workspace.datasets.get(session.dataset_id)
    values = {row: value_of(session, answer) for row, answer in found.items()}
    decided = {row for row, answer in found.items() if answer.state == "decided"}
    with tempfile.TemporaryDirectory(prefix="mtw-") as folder:
        out, changes = Path(folder) / "table.parquet", Path(folder) / "changes.parquet"
        with workspace.storage.as_file(parent.table_key) as table, _Changes(changes, session.target, decided) as kept:
            done = write_labelled(table, out, session.target, session.task, values, text=session.text, note=kept.note)
        settled = f", {len(decided):,} of them decided where people differed" if decided else ""
        same = f"; {count(done.repeats, 'more row')} with the same texts got the same labels" if done.repeats else ""
        step = Step(
            kind="label",
            title=f"{count(len(found), 'row')} labelled by hand{settled}{same}",
            fixes=[FixCall(code="label", args={"session_id": session.id})],
            cells_changed=done.changed,
        )
        dataset = versions.derive(workspace, parent, out, step, changes)
    workspace.labelling.set_result(session.id, dataset.id)
    return dataset, done, len(split)


def value_of(session: LabelSession, answer: LabelAnswer) -> Any:
    """What goes into the cell: a name, a list of names, or a list of spans."""
    names = {c.key: c.name for c in session.classes}
    if session.task is TaskKind.NER:
        return [{"start": s.start, "end": s.end, "label": names[s.label]} for s in answer.spans if s.label in names]
    given = [names[key] for key in answer.labels if key in names]
    return given if session.task is TaskKind.MULTILABEL else given[0]


class _Changes:
    """The file of what each row got, written as the rows come: repeats may be very many."""

    def __init__(self, out: Path, column: str, decided: set[int]) -> None:
        self._writer = pq.ParquetWriter(out, CHANGES_SCHEMA)
        self._column = column
        self._decided = decided
        self._rows: list[dict[str, Any]] = []

    def __enter__(self) -> "_Changes":
        return self

    def __exit__(self, *_: object) -> None:
        self._write()
        self._writer.close()

    def note(self, row: int, value: Any, repeat: bool) -> None:
        after = value if isinstance(value, str) else str(value)
        fix = "label_repeat" if repeat else "decide" if row in self._decided else "label"
        self._rows.append(
            {"fix": fix, "kind": "changed", "row": row, "column": self._column, "before": None, "after": after}
        )
        if len(self._rows) >= _BATCH_ROWS:
            self._write()

    def _write(self) -> None:
        self._writer.write_table(pa.Table.from_pylist(self._rows, schema=CHANGES_SCHEMA))
        self._rows = []


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
        write_labelled(source, table, session.target, session.task, values, text=session.text)
    guess = TaskGuess(kind=session.task, text=session.text, label=session.target, confidence=1.0, why="labelled here")
    name = "".join(c if c.isalnum() or c in "-_" else "-" for c in dataset.name)[:60] or "data"
    return write_table(table, folder / f"{name}-{form}{_SUFFIX.get(form, '.jsonl')}", form, guess).path

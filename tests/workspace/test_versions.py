"""Versions of data: made from a parent, undone and had back; the upload is never changed."""

import csv
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from workspace.dataset import Dataset, FixCall, Step
from workspace.errors import Conflict
from workspace.home import Workspace
from workspace.reading import ingest
from workspace.versions import can_redo, current, derive, fixes_of, lineage, redo, undo

Derive = Callable[..., Dataset]


@pytest.fixture
def upload(workspace: Workspace, tmp_path: Path) -> Dataset:
    path = tmp_path / "mails.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = [(f"Where is my order number {i}?", "Orders" if i % 2 else "Billing") for i in range(40)]
        csv.writer(file).writerows([("body", "team"), *rows])
    return ingest(workspace, path, "mails.csv")


@pytest.fixture
def without(workspace: Workspace, tmp_path: Path) -> Derive:
    """``without(parent, n)``: a version without the first ``n`` rows."""

    def run(parent: Dataset, rows: int, code: str = "drop_duplicates") -> Dataset:
        out = tmp_path / "next.parquet"
        with workspace.storage.as_file(parent.table_key) as table:
            pq.write_table(pq.read_table(table).slice(rows), out)
        step = Step(kind="clean", title=f"{rows} rows removed", fixes=[FixCall(code=code)], rows_removed=rows)
        return derive(workspace, parent, out, step)

    return run


def table_of(workspace: Workspace, dataset: Dataset) -> bytes:
    with workspace.storage.read(dataset.table_key) as file:
        return file.read()


def test_a_version_knows_its_line_and_leaves_its_parent_alone(
    workspace: Workspace, upload: Dataset, without: Derive
) -> None:
    before = table_of(workspace, upload)
    second = without(upload, 3)
    third = without(second, 2, "drop_conflicts")
    assert [d.version for d in lineage(workspace, third)] == [1, 2, 3]
    assert (second.rows, third.rows, third.name, third.family_id) == (37, 35, "mails", upload.id)
    assert table_of(workspace, upload) == before
    assert workspace.datasets.get(upload.id) == upload
    assert [fix.code for fix in fixes_of(workspace.datasets, third)] == ["drop_duplicates", "drop_conflicts"]
    assert current(workspace, upload).id == third.id


def test_undo_and_redo_walk_back_and_forth(workspace: Workspace, upload: Dataset, without: Derive) -> None:
    second = without(upload, 3)
    third = without(second, 2)
    assert undo(workspace, third).id == second.id
    assert undo(workspace, second).id == upload.id
    assert current(workspace, third).id == upload.id
    assert [d.id for d in workspace.datasets.list()] == [upload.id]
    assert redo(workspace, upload).id == second.id
    assert can_redo(workspace, second)
    assert redo(workspace, second).id == third.id
    assert not can_redo(workspace, third)
    with pytest.raises(Conflict, match="Nothing was undone"):
        redo(workspace, third)


def test_undoing_a_step_takes_back_what_was_made_from_it(
    workspace: Workspace, upload: Dataset, without: Derive
) -> None:
    second = without(upload, 3)
    third = without(second, 2)
    assert undo(workspace, second).id == upload.id
    assert workspace.datasets.get(third.id).undone
    assert current(workspace, upload).id == upload.id
    assert redo(workspace, upload).id == second.id
    assert redo(workspace, upload).id == third.id


def test_a_step_is_undone_once_and_the_upload_never(workspace: Workspace, upload: Dataset, without: Derive) -> None:
    second = without(upload, 3)
    undo(workspace, second)
    with pytest.raises(Conflict, match="undone already"):
        undo(workspace, workspace.datasets.get(second.id))
    with pytest.raises(Conflict, match="as it was uploaded"):
        undo(workspace, upload)


def test_another_step_after_an_undo_is_the_current_one(workspace: Workspace, upload: Dataset, without: Derive) -> None:
    second = without(upload, 3)
    undo(workspace, second)
    other = without(upload, 5)
    assert other.version == 3
    assert current(workspace, upload).id == other.id
    with pytest.raises(Conflict, match="Nothing was undone"):
        redo(workspace, upload)
    assert undo(workspace, other).id == upload.id
    assert redo(workspace, upload).id == other.id

"""A model answers a whole file in the worker's own processes; the tool shows it, and it is taken away as CSV."""

import csv

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.training_worker.runs import ended, mails, stored_dataset, stored_run
from tools.cards import AnswersCard
from tools.context import ToolContext
from tools.predicting import open_answers, predict_file
from training_worker.nursery import Nursery
from training_worker.supervision import Foreman
from workspace.dataset import Dataset
from workspace.errors import InputError, NotFound
from workspace.home import Workspace
from workspace.run import RunStatus

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def nursery() -> Nursery:
    return Nursery()


FORMULA = "=HYPERLINK(1) refund invoice payment"


def new_file(workspace: Workspace) -> Dataset:
    """Rows without labels, one of which a spreadsheet would run."""
    dataset = stored_dataset(workspace, 41)
    texts = [*mails(40, seed=8).column("text").to_pylist(), FORMULA]
    with workspace.storage.write(dataset.table_key) as file:
        pq.write_table(pa.table({"text": texts, "prediction": ["mine"] * 41}), file)
    return dataset


def test_every_row_gets_an_answer_that_can_be_taken_away(workspace: Workspace, foreman: Foreman) -> None:
    run = stored_run(workspace, stored_dataset(workspace, 60), recipe="linear")
    foreman.train(run.id)
    assert ended(workspace, run).status is RunStatus.SUCCEEDED
    dataset, context = new_file(workspace), ToolContext(workspace)

    begun = predict_file(context, dataset.id)
    assert begun.data["status"] == "running"
    [analysis] = workspace.analyses.list(dataset_id=dataset.id)
    assert foreman.train(analysis.id)
    found = predict_file(context, dataset.id)
    assert (found.data["status"], found.data["rows"]) == ("done", 41)
    assert [one.id for one in workspace.analyses.list(dataset_id=dataset.id)] == [analysis.id], "asked only once"

    card = AnswersCard.of(found.cards[0].data)
    assert {said.label for said in card.counts} == {"billing", "shipping"}
    assert sum(said.count for said in card.counts) == 41
    assert card.header[:2] == ["text", "prediction"]
    rows = list(
        csv.DictReader(b"".join(open_answers(context, dataset.id, analysis.id).chunks).decode("utf-8-sig").splitlines())
    )
    assert len(rows) == 41
    assert list(rows[0]) == ["text", "prediction", "prediction_", "score", "sure"]
    assert (rows[-1]["text"], rows[-1]["prediction"], rows[-1]["prediction_"]) == (f"'{FORMULA}", "mine", "billing")
    assert not any(text in str(workspace.analyses.get(analysis.id).result) for text in (FORMULA, "order"))

    with pytest.raises(NotFound):
        open_answers(ToolContext(Workspace("usr_other", workspace.settings, workspace.queue)), dataset.id, analysis.id)


def test_a_file_without_texts_is_refused(workspace: Workspace, foreman: Foreman) -> None:
    run = stored_run(workspace, stored_dataset(workspace, 60), recipe="linear")
    foreman.train(run.id)
    numbers = stored_dataset(workspace, 5)
    profile = numbers.profile.model_copy(
        update={"columns": [], "task": numbers.profile.task.model_copy(update={"text": []})}
    )
    bare = numbers.model_copy(update={"id": "ds_bare", "family_id": "ds_bare", "profile": profile})
    workspace.datasets.add(bare)
    with pytest.raises(InputError, match="no column with texts"):
        predict_file(ToolContext(workspace), "ds_bare")

"""What trainings have kept of data that is deleted: figures stay, texts of rows do not."""

from collections.abc import Callable, Sequence

import pytest

from tests.tools.conftest import Call, Worker, evaluation_of, mails, outcome_of
from tests.tools.test_datasets import describe
from tools.context import ToolContext
from workspace.dataset import Dataset
from workspace.errors import Conflict
from workspace.model import Entity, Evaluation, Mistake, Sample
from workspace.run import Failure, Run

SECRET = "Mrs Thornbury asks where her parcel is"


def kept_in(context: ToolContext) -> list[str]:
    """Names of the database's tables in which the text stands."""
    with context.workspace.engine.connect() as connection:
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        rows = {t: connection.exec_driver_sql(f'SELECT * FROM "{t}"').all() for t in tables}
    # A row shortens what it shows of itself; a tuple does not.
    return [t for t, found in rows.items() if SECRET in str([tuple(row) for row in found])]


def with_texts(labels: Sequence[str] = ("Billing", "Orders", "Returns"), **changes: object) -> Evaluation:
    """An evaluation whose mistakes and samples hold the text wherever a text can stand."""
    marked = [Entity(start=0, end=len(SECRET), label="Billing", text=SECRET)]
    mistake = Mistake(
        text=SECRET, expected=SECRET, predicted="Orders", score=0.9, expected_entities=marked, predicted_entities=marked
    )
    sample = Sample(prompt=SECRET, reference=SECRET, before=SECRET, after=SECRET)
    body = evaluation_of([[40, 0, 0], [1, 29, 0], [2, 7, 21]], list(labels))
    return body.model_copy(update={"mistakes": [mistake], "samples": [sample], "unseen": [SECRET], **changes})


def test_mistakes_of_a_model_go_with_the_data_and_its_figures_stay(
    call: Call, context: ToolContext, trained: Callable[..., Run]
) -> None:
    texts = with_texts()
    run = trained(mistakes=texts.mistakes, samples=texts.samples, unseen=texts.unseen)
    assert set(kept_in(context)) == {"runs", "run_events", "models"}
    before = context.workspace.models.list()[0].outcome.evaluation
    call("delete_dataset")
    assert kept_in(context) == []
    after = context.workspace.models.list()[0].outcome.evaluation
    assert (after.metrics, after.confusion, after.intervals) == (before.metrics, before.confusion, before.intervals)
    assert (after.mistakes, after.samples, after.unseen, after.texts_deleted) == ([], [], [], True)
    told = call("explain_results", run_id=run.id)
    assert told.ask is not None
    assert not any(option.id.startswith("show_mistakes") for option in told.ask.options)
    with pytest.raises(Conflict, match="deleted with the data"):
        call("show_mistakes", run_id=run.id)


def test_the_number_of_mistakes_is_known_where_no_table_of_answers_counts_them() -> None:
    several = with_texts(confusion=[])
    assert several.wrong is None
    assert several.without_texts().wrong == 1
    assert with_texts(confusion=[], wrong=7).without_texts().wrong == 7


def test_rows_of_a_file_to_test_on_go_with_that_file(
    call: Call, context: ToolContext, load: Callable[..., Dataset], worker: Worker
) -> None:
    learned = load(mails(30))
    tested = load(mails(15, ("Billing", "Orders", "Returns")), name="exam.csv")
    proposed = context.workspace.plans.get(str(call("propose_plan", dataset_id=learned.id).data["plan_id"]))
    plan = context.workspace.plans.add(proposed.plan.model_copy(update={"test_dataset_id": tested.id}))
    worker.train(plan, with_texts(), context.conversation_id)
    asked = describe(context, "delete_dataset", dataset_id=tested.id).text  # type: ignore[attr-defined]
    assert "The model trained or tested with it will stay" in asked
    assert "learned" not in asked, "nothing was learned from these rows"
    call("delete_dataset", dataset_id=tested.id)
    assert kept_in(context) == []


def test_models_of_other_data_keep_their_mistakes(
    call: Call, context: ToolContext, load: Callable[..., Dataset], trained: Callable[..., Run]
) -> None:
    trained(mistakes=with_texts().mistakes)
    other = load(mails(12), name="other.csv")
    call("delete_dataset", dataset_id=other.id)
    assert set(kept_in(context)) == {"runs", "run_events", "models"}


def test_what_a_failed_training_said_of_a_row_goes_too(
    call: Call, context: ToolContext, load: Callable[..., Dataset], worker: Worker
) -> None:
    load(mails(30))
    plan = context.workspace.plans.get(str(call("propose_plan").data["plan_id"]))
    run, _ = context.workspace.runs.create(plan, context.conversation_id)
    facts = {"exception": "ValueError", "detail": f"bad cell: {SECRET}", "traceback": f"ValueError: {SECRET}"}
    worker.fail(run.id, Failure(code="INTERNAL_ERROR", message="It failed.", facts=facts))
    assert set(kept_in(context)) == {"runs", "run_events"}
    call("delete_dataset")
    assert kept_in(context) == []
    failure = context.workspace.runs.get(run.id).failure
    assert failure is not None
    assert failure.facts == {"exception": "ValueError"}


def test_forgetting_the_original_takes_mistakes_of_its_rows_but_not_of_the_version_that_stays(
    call: Call, context: ToolContext, load: Callable[..., Dataset], worker: Worker
) -> None:
    rows = mails(30)
    load([*rows, rows[0]])
    old = worker.train(
        context.workspace.plans.get(str(call("propose_plan").data["plan_id"])), with_texts(), context.conversation_id
    )
    call("clean_dataset", fixes="drop_duplicates")
    plan = context.workspace.plans.get(str(call("propose_plan", seed=2).data["plan_id"]))
    new = worker.train(plan, with_texts(), context.conversation_id)
    call("delete_dataset", keep_current=True)
    kept = {
        run.id: outcome_of(run, run.outcome.evaluation).evaluation
        for run in context.workspace.runs.list()
        if run.outcome
    }
    assert kept[old.id].texts_deleted
    assert kept[new.id].mistakes

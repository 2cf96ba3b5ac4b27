"""Small objects of the pure types, for the tests of what keeps them."""

from datetime import UTC, datetime
from typing import Any

from workspace.dataset import ColumnProfile, ColumnRole, Dataset, DatasetProfile, TaskGuess, TaskKind
from workspace.ids import new_id
from workspace.model import Evaluation, RunOutcome, TrainedModel
from workspace.plan import TrainingPlan


def a_profile() -> DatasetProfile:
    column = ColumnProfile(name="text", type="text", role=ColumnRole.TEXT, missing=0, unique=2, examples=["é", "ß"])
    guess = TaskGuess(kind=TaskKind.CLASSIFICATION, text=["text"], label="label", confidence=0.9, why="because")
    return DatasetProfile(format="csv", rows=2, columns=[column], task=guess, labels={"a": 1, "b": 1})


def a_dataset(owner_id: str, **changes: Any) -> Dataset:
    made = Dataset(
        id=new_id("ds"),
        owner_id=owner_id,
        name="mails",
        source_name="mails Q3 (2).csv",
        source_key=f"{owner_id}/datasets/x/source",
        table_key=f"{owner_id}/datasets/x/table.parquet",
        rows=2,
        profile=a_profile(),
        created_at=datetime.now(UTC),
    )
    return made.model_copy(update=changes)


def a_plan(dataset_id: str = "ds_1", **changes: Any) -> TrainingPlan:
    fields: dict[str, Any] = {"task": TaskKind.CLASSIFICATION, "text": ("text",), "label": "label"} | changes
    return TrainingPlan(dataset_id=dataset_id, **fields)


def an_outcome(model_id: str = "mdl_1") -> RunOutcome:
    return RunOutcome(
        model_id=model_id,
        recipe="linear",
        base=None,
        rows={"train": 8, "valid": 1, "test": 1},
        evaluation=Evaluation(rows=1, metrics={"accuracy": 1.0}, intervals={"accuracy": (0.5, 1.0)}),
        tried=[],
        seconds={"total": 1.0},
        peak_rss_mb=100,
    )


def a_model(owner_id: str, run_id: str, **changes: Any) -> TrainedModel:
    made = TrainedModel(
        id=new_id("mdl"),
        owner_id=owner_id,
        run_id=run_id,
        dataset_id="ds_1",
        name="mails",
        task=TaskKind.CLASSIFICATION,
        recipe="linear",
        base=None,
        labels=["a", "b"],
        artifact_key=f"{owner_id}/models/x",
        outcome=an_outcome(),
        created_at=datetime.now(UTC),
    )
    return made.model_copy(update=changes)

"""Rows of a table as texts for a model, and the same rows with its answers beside them."""

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from training_worker.data import join_texts, strings_of
from training_worker.ner.rows import joined
from workspace.dataset import TaskKind
from workspace.model import Entity, Prediction


def texts_of(batch: pa.RecordBatch, columns: Sequence[str], task: TaskKind) -> list[str]:
    """What a model is asked about each row."""
    if task is TaskKind.NER:  # as it stands in the cell, for the places of names count from its beginning
        return joined(batch.column(columns[0]))
    parts = [strings_of(batch.column(name)) for name in columns]
    return [join_texts(row) for row in zip(*parts, strict=True)]


def with_answers(batch: pa.RecordBatch, answers: Sequence[Prediction]) -> pa.Table:
    """The rows with a column for each thing that the answers say."""
    table = pa.Table.from_batches([batch])
    columns: dict[str, tuple[pa.DataType, list[Any]]] = {
        "prediction": (pa.string(), [a.label for a in answers]),
        "score": (pa.float64(), [a.score for a in answers]),
        "sure": (pa.bool_(), [a.sure if a.labels is None else None for a in answers]),
        "predictions": (pa.list_(pa.string()), [a.labels for a in answers]),
        "entities": (pa.string(), [_as_json(a.entities) for a in answers]),
        "output": (pa.string(), [a.output for a in answers]),
    }
    for name, (kind, values) in columns.items():
        if any(value is not None for value in values):
            table = table.append_column(_free_name(name, table), pa.array(values, kind))
    return table


def _as_json(entities: Sequence[Entity] | None) -> str | None:
    """A list of objects, as the programs that mark text write it."""
    if entities is None:
        return None
    return json.dumps([entity.model_dump(mode="json") for entity in entities], ensure_ascii=False)


def _free_name(name: str, table: pa.Table) -> str:
    while name in table.column_names:
        name += "_"
    return name

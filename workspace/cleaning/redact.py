"""Hiding personal data as a repair: what :mod:`workspace.privacy` finds is masked by its kind, in every column."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field

from workspace.cleaning.types import Edit, Fix, FixInput
from workspace.dataset import TaskKind
from workspace.judging.wording import cells
from workspace.privacy.redact import Redaction, Redactor, Treatment, rewrite
from workspace.privacy.tagger import available


class RedactOptions(BaseModel):
    """``kinds``: what to do with each kind; those that are not named are masked.

    Stand-ins need the key of one data set; here, where next month's file or a text to predict is given the same
    treatment, a mask takes their place.
    """

    model_config = ConfigDict(extra="forbid")
    kinds: dict[str, Treatment] = Field(default_factory=dict)
    deep: bool = Field(default=False, description="also names and addresses that only a model sees; 10 ms a text")


def _redactor(options: RedactOptions) -> Redactor:
    return Redactor(Redaction(kinds=options.kinds, deep=options.deep and available()), None)


def _plan(given: FixInput, options: RedactOptions) -> Edit:
    redactor = _redactor(options)
    spans = _spans(given)

    def change(batch: pa.RecordBatch, at: int) -> pa.RecordBatch:
        values: dict[str, list[Any]] = {name: batch.column(name).to_pylist() for name in batch.schema.names}
        rewrite(values, redactor, spans, at)
        return pa.record_batch([pa.array(values[f.name], f.type) for f in batch.schema], schema=batch.schema)

    return Edit(
        lambda n: f"personal data hidden in {cells(n)}",
        change=change,
        args=options.model_dump(exclude_defaults=True),
        secret=True,
    )


def _spans(given: FixInput) -> tuple[str, str] | None:
    """The text and the places marked in it, which move with it."""
    columns = given.columns
    if columns.task is not TaskKind.NER or columns.label is None or not columns.text:
        return None
    field = pq.read_schema(given.table).field(columns.label)
    return None if pa.types.is_list(field.type) else (columns.text[0], columns.label)


def _for_prediction(options: RedactOptions) -> Callable[[str], str]:
    redactor = _redactor(options)
    return lambda text: redactor.text(text, "")[0]


REDACT = Fix(
    code="redact",
    title="Hide personal data",
    help="E-mail addresses, phone, account, card and identity numbers, addresses: [EMAIL] and the like instead.",
    plan=_plan,
    options=RedactOptions,
    text=_for_prediction,
)

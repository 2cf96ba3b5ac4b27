"""Repairs of answers: spellings merged, doubtful ones replaced."""

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from workspace.cleaning.columns import Change, mapped
from workspace.cleaning.types import Edit, Fix, FixInput, NoOptions
from workspace.judging import labels, spelling
from workspace.judging.wording import cells


def _replacing(given: FixInput, better: Mapping[str, str]) -> Change:
    """Puts other labels in place of some; in a column of lists each label only once."""
    assert given.columns.label is not None

    def replace(value: str | list[str]) -> str | list[str]:
        if isinstance(value, str):
            return better.get(value, value)
        if not any(item in better for item in value):
            return value
        return list(dict.fromkeys(better.get(item, item) for item in value))

    return mapped([given.columns.label], replace)


def _variants(given: FixInput, _: NoOptions) -> Edit:
    assert given.columns.label is not None
    counts = labels.count_labels(given.table, given.columns.label)
    better = {v: group[0] for group in spelling.variant_groups(counts) for v in group[1:]}
    return Edit(lambda n: f"{cells(n, 'answer')} written like the others", change=_replacing(given, better))


class SimilarOptions(BaseModel):
    """``pairs``: which answer becomes which; where not given, all likely misspellings and plurals.

    ``translations``: whether answers that mean the same in another language are joined, too.
    """

    model_config = ConfigDict(extra="forbid")
    pairs: dict[str, str] | None = None
    translations: bool = False


def _similar(given: FixInput, options: SimilarOptions) -> Edit:
    assert given.columns.label is not None
    pairs = options.pairs
    if pairs is None:
        found = spelling.similar_labels(labels.count_labels(given.table, given.columns.label))
        pairs = found.pairs | (found.translations if options.translations else {})
    last = {first: _end(first, pairs) for first in pairs}
    change = _replacing(given, {a: b for a, b in last.items() if a != b})
    return Edit(
        lambda n: (
            f"{cells(n, 'answer')} joined with the answer it stands for"
            if n == 1
            else f"{cells(n, 'answer')} joined with those they stand for"
        ),
        change=change,
        args={"pairs": dict(pairs)},
    )


def _end(first: str, pairs: Mapping[str, str]) -> str:
    """Where the pairs lead to; back to where they began they lead nowhere."""
    label, seen = first, {first}
    while (following := pairs.get(label)) is not None:
        if following in seen:
            return first
        label = following
        seen.add(label)
    return label


def _relabel(given: FixInput, _: NoOptions) -> Edit:
    better: dict[int, dict[str, str | None]] = {}
    for row, finding in given.found("SUSPICIOUS_LABELS").items():
        if finding.suggestion and finding.column is None:
            # Labels in columns of their own: the cells that change, by column.
            better[row] = json.loads(finding.suggestion)
        elif finding.suggestion and finding.column is not None and finding.column == given.columns.label:
            better[row] = {finding.column: finding.suggestion}
    names = {name for cells in better.values() for name in cells}

    def change(batch: pa.RecordBatch, at: int) -> pa.RecordBatch:
        for name in names.intersection(batch.schema.names):
            index = batch.schema.get_field_index(name)
            kind = batch.column(index).type
            values = batch.column(index).to_pylist()
            for row in range(batch.num_rows):
                if name in (cells := better.get(at + row, {})):
                    values[row] = _value(cells[name], kind)
            batch = batch.set_column(index, batch.schema.field(index), pa.array(values, kind))
        return batch

    return Edit(lambda n: f"{cells(n, 'doubtful answer')} replaced by the likelier one", change=change)


def _value(suggestion: str | None, kind: pa.DataType) -> Any:
    """Several labels of a row are suggested as the cell holds them; those of a list as JSON."""
    if suggestion is None or pa.types.is_string(kind):
        return suggestion
    return json.loads(suggestion) if pa.types.is_list(kind) else pa.scalar(suggestion).cast(kind).as_py()


def _empty_is_no(given: FixInput, _: NoOptions) -> Edit:
    name = given.columns.label
    assert name is not None

    def change(batch: pa.RecordBatch, at: int) -> pa.RecordBatch:
        index = batch.schema.get_field_index(name)
        column = batch.column(index)
        if not pa.types.is_string(column.type):
            return batch
        filled = [value if value and value.strip() else "no" for value in column.to_pylist()]
        return batch.set_column(index, batch.schema.field(index), pa.array(filled, column.type))

    return Edit(lambda n: f"“no” written into {cells(n, 'empty cell')}", change=change)


LABEL_FIXES = [
    Fix(
        "empty_is_no",
        "Read nothing as no",
        "Writes “no” where a column holds its own name or nothing, as a box that was ticked or not.",
        _empty_is_no,
        needs_label=True,
    ),
    Fix(
        "merge_label_variants",
        "Write each answer in one way",
        "Joins answers that differ only in capital letters or blanks under their most frequent spelling.",
        _variants,
        needs_label=True,
    ),
    Fix(
        "merge_similar_labels",
        "Merge answers that are the same one",
        "Joins misspelt answers and plurals with the frequent answer they stand for; you can say which.",
        _similar,
        SimilarOptions,
        needs_label=True,
    ),
    Fix(
        "relabel_suspicious",
        "Replace doubtful answers",
        "Gives rows with a doubtful answer the one that a model which learnt from the other rows finds likelier.",
        _relabel,
    ),
]

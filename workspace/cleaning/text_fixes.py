"""Repairs of the texts: what is not the writer's own words is taken out."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field

from workspace.cleaning.columns import Change
from workspace.cleaning.marks import keep_marks
from workspace.cleaning.types import Edit, Fix, FixInput, NoOptions
from workspace.judging import boilerplate
from workspace.judging.sample import take_sample
from workspace.judging.text_repair import HTML, MOJIBAKE, QUOTED_MAIL, SIGNATURES, TextRepair
from workspace.judging.wording import cells


def change_texts(given: FixInput, repair: TextRepair, names: list[str] | None = None) -> Change:
    """Cleans the columns of written text; marks of words in them (NER) move along. Lists of words stay."""

    def change(batch: pa.RecordBatch, at: int) -> pa.RecordBatch:
        for name in names if names is not None else given.columns.prose:
            index = batch.schema.get_field_index(name)
            old = batch.column(index)
            if pa.types.is_list(old.type):
                continue
            places, texts = repair.changed(old)
            if not len(places):
                continue
            mask = np.zeros(len(old), dtype=bool)
            mask[places] = True
            new = pc.replace_with_mask(old, pa.array(mask), pa.array(texts, old.type))
            batch = keep_marks(batch, old, new, places, name, given.columns)
            batch = batch.set_column(index, batch.schema.field(index), new)
        return batch

    return change


def _simple(repair: TextRepair, done: Callable[[int], str]) -> Callable[[FixInput, NoOptions], Edit]:
    return lambda given, _: Edit(done, change=change_texts(given, repair))


def _encoding(given: FixInput, _: NoOptions) -> Edit:
    """Damaged letters are repaired in the answers, too."""
    label = given.columns.label
    names = list(dict.fromkeys([*given.columns.text, *([label] if label else [])]))
    return Edit(
        lambda n: f"damaged letters repaired in {cells(n, 'cell')}", change=change_texts(given, MOJIBAKE, names)
    )


class BoilerplateOptions(BaseModel):
    """``lines``: what to take out; found in the texts where it is not given."""

    model_config = ConfigDict(extra="forbid")
    lines: list[str] | None = Field(default=None, max_length=1_000)


def _boilerplate(given: FixInput, options: BoilerplateOptions) -> Edit:
    lines = options.lines
    if lines is None:
        columns = take_sample(given.table, given.columns.prose).part().texts(given.columns.prose).columns
        lines = boilerplate.find_boilerplate(text for column in columns for text in column.to_pylist())
    return Edit(
        lambda n: f"repeated sentences taken out of {cells(n)}",
        change=change_texts(given, TextRepair(boilerplate.stripper(lines))),
        args={"lines": list(lines)},
    )


def _for_one(repair: TextRepair) -> Callable[[Any], Callable[[str], str]]:
    return lambda _: repair.clean


TEXT_FIXES = [
    Fix(
        "repair_encoding",
        "Repair damaged letters",
        "Turns Ã© back into é where a program saved or read the file in a wrong encoding.",
        _encoding,
        text=_for_one(MOJIBAKE),
    ),
    Fix(
        "strip_html",
        "Remove HTML codes",
        "Keeps the words that a browser would show.",
        _simple(HTML, lambda n: f"HTML codes removed from {cells(n)}"),
        text=_for_one(HTML),
    ),
    Fix(
        "strip_quoted_mail",
        "Remove quoted mails",
        "Keeps the new words of a mail and leaves out the older mails below them.",
        _simple(QUOTED_MAIL, lambda n: f"quoted mails removed from {cells(n)}"),
        text=_for_one(QUOTED_MAIL),
    ),
    Fix(
        "strip_signatures",
        "Remove signatures",
        "Leaves out greetings, names and addresses at the end of a mail.",
        _simple(SIGNATURES, lambda n: f"signatures removed from {cells(n)}"),
        text=_for_one(SIGNATURES),
    ),
    Fix(
        "strip_boilerplate",
        "Remove sentences that many texts share",
        "Footers, disclaimers and headings of forms say nothing about the answer.",
        _boilerplate,
        BoilerplateOptions,
        text=lambda options: boilerplate.stripper(options.lines or []),
    ),
]

"""Repairs that leave rows out."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from workspace.cleaning.columns import without_items
from workspace.cleaning.types import Edit, Fix, FixInput, NoOptions
from workspace.dataset import TaskKind
from workspace.errors import InputError
from workspace.judging import labels, languages, leakage, lengths, near_duplicates, repeats
from workspace.judging.columns import batches, rows_without
from workspace.judging.sample import joined_texts, take_sample
from workspace.judging.types import RowNumbers
from workspace.judging.wording import rows
from workspace.splits import is_split, named_like_split


def _found(given: FixInput, code: str) -> RowNumbers:
    return np.array(sorted(given.found(code)), dtype=np.int64)


def _missing_text(given: FixInput, _: NoOptions) -> Edit:
    return Edit(lambda n: f"{rows(n)} without a text left out", remove=rows_without(given.table, given.columns.text))


def _missing_label(given: FixInput, _: NoOptions) -> Edit:
    assert given.columns.label is not None
    return Edit(
        lambda n: f"{rows(n)} without an answer left out", remove=rows_without(given.table, [given.columns.label])
    )


def _duplicates(given: FixInput, _: NoOptions) -> Edit:
    found = repeats.find_repeats(given.table, given.columns.text, given.columns.label)
    return Edit(lambda n: f"{n:,} repeated {'row' if n == 1 else 'rows'} removed", remove=found.duplicates)


def _conflicts(given: FixInput, _: NoOptions) -> Edit:
    found = repeats.find_repeats(given.table, given.columns.text, given.columns.label)
    return Edit(lambda n: f"{rows(n)} with contradicting answers left out", remove=found.conflicts)


def _ragged(given: FixInput, _: NoOptions) -> Edit:
    return Edit(lambda n: f"{rows(n)} with too many or too few cells left out", remove=_found(given, "RAGGED_ROWS"))


def _suspicious(given: FixInput, _: NoOptions) -> Edit:
    return Edit(lambda n: f"{rows(n)} with a doubtful answer left out", remove=_found(given, "SUSPICIOUS_LABELS"))


def _near_duplicates(given: FixInput, _: NoOptions) -> Edit:
    found = near_duplicates.find_near_duplicates(given.table, given.columns.text, given.columns.label)
    return Edit(lambda n: f"{rows(n)} that nearly repeat another removed", remove=found.rows)


class SplitOptions(BaseModel):
    """``column``: which one says what is for training and what for the exam; found by its values if not given."""

    model_config = ConfigDict(extra="forbid")
    column: str | None = None


def _split_leaks(given: FixInput, options: SplitOptions) -> Edit:
    schema = pq.read_schema(given.table)
    others = [f.name for f in schema if f.name not in given.columns.text and pa.types.is_string(f.type)]
    if options.column is not None and options.column not in others:
        raise InputError(
            "BAD_FIX", f"There is no column “{options.column}”.", "Name the column that says train or test."
        )
    named = [options.column] if options.column is not None else [n for n in others if named_like_split(n)]
    split = next((n for n in named if is_split(n, labels.count_labels(given.table, n))), options.column)
    found = leakage.find_split_leaks(given.table, given.columns.text, split) if split else np.zeros(0, dtype=np.int64)
    return Edit(
        lambda n: f"{rows(n)} of the exam taken out of the training part",
        remove=found,
        args={"column": split} if split else {},
    )


class ShortOptions(BaseModel):
    """``at_least``: letters and digits that a text needs."""

    model_config = ConfigDict(extra="forbid")
    at_least: int = Field(default=lengths.LEAST, ge=1, le=1_000)


def _short(given: FixInput, options: ShortOptions) -> Edit:
    found = [np.zeros(0, dtype=np.int64)]
    for at, batch in batches(given.table, given.columns.text):
        found.append(lengths.too_short(joined_texts(batch, given.columns.text), options.at_least) + at)
    return Edit(
        lambda n: f"{rows(n)} with hardly any text left out",
        remove=np.concatenate(found),
        args={"at_least": options.at_least},
    )


class LanguageOptions(BaseModel):
    """``language``: its English name, such as ``German``; the most frequent one where it is not given."""

    model_config = ConfigDict(extra="forbid")
    language: str | None = None


def _language(given: FixInput, options: LanguageOptions) -> Edit:
    main = options.language
    if main is None:
        sample = take_sample(given.table, given.columns.text).part()
        counts = languages.languages_of(sample.texts(given.columns.text).texts.to_pylist())
        main = counts.most_common(1)[0][0] if counts else ""
    found = [np.zeros(0, dtype=np.int64)]
    for at, batch in batches(given.table, given.columns.text) if main else ():
        texts = joined_texts(batch, given.columns.text).to_pylist()
        other = [i for i, text in enumerate(texts) if text and languages.language_of(text) not in (None, main)]
        found.append(np.array(other, dtype=np.int64) + at)
    return Edit(
        lambda n: f"{rows(n)} in other languages than {main} left out",
        remove=np.concatenate(found),
        args={"language": main},
    )


class RareOptions(BaseModel):
    """``at_least``: answers with fewer rows are left out."""

    model_config = ConfigDict(extra="forbid")
    at_least: int = Field(default=labels.FEW, ge=1)


def _rare(given: FixInput, options: RareOptions) -> Edit:
    assert given.columns.label is not None
    args: dict[str, JsonValue] = {"at_least": options.at_least}
    if given.columns.task is TaskKind.MULTILABEL:
        counts = labels.count_labels(given.table, given.columns.label)
        rare = {label for label, count in counts.items() if count < options.at_least}
        change = without_items(given.columns.label, rare)
        return Edit(lambda n: f"rare answers taken out of {rows(n)}", change=change, args=args)
    found = labels.rows_of_rare_labels(given.table, given.columns.label, options.at_least)
    return Edit(lambda n: f"{rows(n)} of rare answers left out", remove=found, args=args)


REMOVALS = [
    Fix("drop_missing_text", "Leave out rows without a text", "Nothing can be learnt from them.", _missing_text),
    Fix(
        "drop_missing_label",
        "Leave out rows without an answer",
        "The model learns only from rows that have one.",
        _missing_label,
        needs_label=True,
    ),
    Fix(
        "drop_duplicates",
        "Remove repeated rows",
        "Keeps the first of the rows with the same text and answer, so that the score is honest.",
        _duplicates,
    ),
    Fix(
        "drop_near_duplicates",
        "Remove rows that nearly repeat another",
        "Keeps the first of texts that differ in a typing error, capitals, punctuation or a word and have one answer.",
        _near_duplicates,
    ),
    Fix(
        "drop_conflicts",
        "Leave out texts with contradicting answers",
        "All rows of a text that stands in the file with different answers; the model cannot know which is right.",
        _conflicts,
        needs_label=True,
    ),
    Fix(
        "drop_split_leaks",
        "Keep the exam apart from the training part",
        "Takes rows out of the training part whose text also stands among those kept for the exam.",
        _split_leaks,
        SplitOptions,
    ),
    Fix(
        "drop_short_texts",
        "Leave out texts that say hardly anything",
        f"Texts with fewer than {lengths.LEAST} letters, and those that only hold a place, such as n/a.",
        _short,
        ShortOptions,
    ),
    Fix(
        "keep_main_language",
        "Keep one language",
        "Leaves out longer texts that are clearly in another language than most; short ones stay.",
        _language,
        LanguageOptions,
    ),
    Fix(
        "drop_ragged_rows",
        "Leave out broken rows",
        "Rows with more or fewer cells than the table has columns; their values may stand in the wrong place.",
        _ragged,
    ),
    Fix(
        "drop_rare_classes",
        "Leave out rare answers",
        f"Answers with fewer than {labels.FEW} rows can hardly be learnt or checked.",
        _rare,
        RareOptions,
        needs_label=True,
    ),
    Fix(
        "drop_suspicious",
        "Leave out rows with a doubtful answer",
        "Rows whose answer a model that learnt from the other rows would not have given.",
        _suspicious,
    ),
]

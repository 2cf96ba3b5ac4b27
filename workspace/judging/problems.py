"""Problems in the data that would hurt a training: a pure decision on what was counted, most severe first."""

from collections.abc import Iterable
from pathlib import Path

from workspace.dataset import DataProblem, FixOffer, TaskGuess, TaskKind
from workspace.judging.annotations import find_annotation_problems
from workspace.judging.labels import find_label_problems
from workspace.judging.leakage import find_leakage
from workspace.judging.near_duplicates import find_problem as near_problem
from workspace.judging.repeats import Repeats, find_repeats
from workspace.judging.sample import Sample
from workspace.judging.text_checks import find_text_problems
from workspace.judging.types import CountedColumn, CountedTable
from workspace.reading.label_shapes import is_tick, part_counts, yes_count

_COMPARED = 2_000
"""Rows of a long table that are compared with each other."""

_ORDER = {"blocking": 0, "warning": 1, "info": 2}
_HARM = [
    # Most of the rows would be missing.
    "SHEETS_ALIKE",
    # The score would be wrong.
    *("LEAKAGE_SPLIT", "LEAKAGE_COLUMN", "EXACT_DUPLICATES", "NEAR_DUPLICATES"),
    # What is not to be learnt would be, and could be given away.
    "PERSONAL_DATA",
    # Wrong things would be learnt.
    *("ID_AS_TEXT", "BAD_SPANS", "OVERLAPPING_SPANS", "BAD_TAG_SEQUENCE", "SUSPICIOUS_LABELS", "CONFLICTING_LABELS"),
    *("LABEL_VARIANTS", "SIMILAR_LABELS", "RAGGED_ROWS", "BAD_BYTES", "BROKEN_LINES", "MISSING_TAGS", "BLANK_SPANS"),
    # Less would be learnt.
    *("QUOTED_MAIL", "BOILERPLATE", "SIGNATURES", "HTML_IN_TEXT", "MOJIBAKE", "RARE_CLASSES", "FEW_ROWS"),
    *(
        "TICKED_OR_EMPTY",
        "MISSING_LABEL",
        "MISSING_TEXT",
        "TEXT_TOO_SHORT",
        "TOO_MANY_CLASSES",
        "IMBALANCE",
        "MIXED_LANGUAGES",
    ),
]


def label_counts(statistics: CountedTable, task: TaskGuess) -> dict[str, int]:
    """Rows per label, most frequent first, then by name. Empty where the task has no labels."""
    if task.kind not in (TaskKind.CLASSIFICATION, TaskKind.MULTILABEL):
        return {}
    if task.label_columns:
        flags = (_column(statistics, name) for name in task.label_columns)
        counts = {column.name: yes_count(column.name, column.counts) for column in flags if column is not None}
    elif (column := _column(statistics, task.label)) is None:
        return {}
    elif task.label_separator is not None:
        counts = part_counts(column.counts or {}, task.label_separator)
    else:
        counts = dict((column.items if task.kind is TaskKind.MULTILABEL else column.counts) or {})
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def find_problems(
    table: Path, sample: Sample, statistics: CountedTable, task: TaskGuess, met: list[DataProblem]
) -> list[DataProblem]:
    """All problems of a table, those that the reader met included, ranked by severity, then by how many rows."""
    rows = sample.total
    if rows == 0:
        return [
            DataProblem(
                code="NO_ROWS",
                severity="blocking",
                count=0,
                message="The file has column names but not a single row below them.",
            )
        ]
    found = list(met)
    if task.kind is None:
        found.append(_no_task(statistics, task))
    label, text = _column(statistics, task.label), _column(statistics, task.text[0] if task.text else None)
    if text is not None and text.missing:
        found.append(_missing_text(text))
    labels = label_counts(statistics, task)
    if label is not None and labels and task.kind is TaskKind.CLASSIFICATION and is_tick(label):
        found.append(_ticked(label))
        labels = {**labels, "": label.missing}
    elif label is not None and label.missing:
        found.append(_missing_label(label))
    if labels:
        found += find_label_problems(labels, rows, single=task.kind is TaskKind.CLASSIFICATION)
    if text is not None:
        found += _no_text(text)
        found += _about_texts(table, sample, task)
        found += find_leakage(table, statistics, task, sample)
    if task.kind is TaskKind.NER and task.text and task.label is not None:
        found += find_annotation_problems(sample, task.text[0], task.label)
    return ranked(found)


def ranked(problems: Iterable[DataProblem]) -> list[DataProblem]:
    """Those that would hurt most first: by severity, then by what goes wrong, then by how many rows it concerns."""
    harm = {code: place for place, code in enumerate(_HARM)}
    return sorted(problems, key=lambda p: (_ORDER[p.severity], harm.get(p.code, len(harm)), -p.count))


def _about_texts(table: Path, sample: Sample, task: TaskGuess) -> list[DataProblem]:
    """What is found by reading the whole table once more, and in the sample."""
    found = _about_repeats(find_repeats(table, task.text, task.label), sample.total, task)
    if (problem := near_problem(sample.part(_COMPARED), task.text, task.label)) is not None:
        found.append(problem)
    written = [task.label] if task.kind is TaskKind.GENERATION and task.label else []
    return found + find_text_problems(sample.part().texts([*task.text, *written]), written=bool(written))


def _column(statistics: CountedTable, name: str | None) -> CountedColumn | None:
    return next((column for column in statistics.columns if column.name == name), None)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _no_task(statistics: CountedTable, task: TaskGuess) -> DataProblem:
    named = ", ".join(f"“{column.name}”" for column in statistics.columns[:8])
    if len(statistics.columns) == 1:
        return DataProblem(
            code="ONE_COLUMN",
            severity="blocking",
            count=1,
            message="The file has a single column. I need a second one with the right answer for each row.",
            examples=[statistics.columns[0].name],
        )
    if not task.text:
        return DataProblem(
            code="NO_TEXT_COLUMN",
            severity="blocking",
            count=0,
            message=f"I found no column with texts to read. The columns are {named}.",
        )
    return DataProblem(
        code="NO_LABEL_COLUMN",
        severity="blocking",
        count=0,
        message=f"I found texts in “{task.text[0]}” but no column with an answer to learn. The columns are {named}.",
    )


def _no_text(column: CountedColumn) -> list[DataProblem]:
    """Ids, dates or other codes where texts should be."""
    codes = sum(1 for value in column.sample if not any(c.isspace() for c in value) and any(c.isdigit() for c in value))
    if codes < 0.9 * len(column.sample) or not column.sample:
        return []
    return [
        DataProblem(
            code="ID_AS_TEXT",
            severity="warning",
            count=column.rows,
            message=f"“{column.name}” holds codes or dates, not texts. A model could only learn them by heart. Choose "
            "the column with the words.",
            examples=[value[:100] for value in column.sample[:3]],
        )
    ]


def _missing_text(column: CountedColumn) -> DataProblem:
    have = "row has" if column.missing == 1 else "rows have"
    return DataProblem(
        code="MISSING_TEXT",
        severity="warning",
        count=column.missing,
        message=f"{column.missing:,} {have} no text in “{column.name}”. Nothing can be learnt from them.",
        fix=FixOffer(code="drop_missing_text", label="Leave them out"),
    )


def _missing_label(column: CountedColumn) -> DataProblem:
    have = "row has" if column.missing == 1 else "rows have"
    return DataProblem(
        code="MISSING_LABEL",
        severity="warning",
        count=column.missing,
        message=f"{column.missing:,} {have} no answer in “{column.name}”. They are not used for learning.",
        fix=FixOffer(code="drop_missing_label", label="Leave them out"),
    )


def _ticked(column: CountedColumn) -> DataProblem:
    (said,) = column.counts or [""]
    return DataProblem(
        code="TICKED_OR_EMPTY",
        severity="blocking",
        count=column.missing,
        message=f"“{column.name}” says “{said[:80]}” in {_rows(column.rows - column.missing)} and nothing in "
        f"{_rows(column.missing)}, as a box that was ticked or not. If nothing means no, I can write “no” there.",
        fix=FixOffer(code="empty_is_no", label="Nothing means no"),
    )


def _about_repeats(repeats: Repeats, rows: int, task: TaskGuess) -> list[DataProblem]:
    found: list[DataProblem] = []
    if count := len(repeats.duplicates):
        once = "1 row repeats" if count == 1 else f"{count:,} rows repeat"
        same = "text and answer" if task.label else "text"
        found.append(
            DataProblem(
                code="EXACT_DUPLICATES",
                severity="warning" if count >= 0.01 * rows else "info",
                count=count,
                message=f"{once} an earlier one with the same {same}. Kept, the score would look better than it is.",
                examples=repeats.duplicate_examples,
                fix=FixOffer(code="drop_duplicates", label="Remove the repeats"),
            )
        )
    # A question may well have several written answers.
    if (count := len(repeats.conflicts)) and task.kind is not TaskKind.GENERATION:
        texts = "1 text stands" if repeats.conflicting_texts == 1 else f"{repeats.conflicting_texts:,} texts stand"
        found.append(
            DataProblem(
                code="CONFLICTING_LABELS",
                severity="warning",
                count=count,
                message=f"{texts} in the file more than once with different answers "
                f"({_rows(count)}). The model cannot know which is right.",
                examples=repeats.conflict_examples,
                fix=FixOffer(code="drop_conflicts", label="Leave them out"),
            )
        )
    return found

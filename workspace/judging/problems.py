"""Problems in the data that would hurt a training: a pure decision on what was counted, most severe first."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workspace.dataset import DataProblem, FixOffer, TaskGuess, TaskKind
from workspace.judging.repeats import Repeats, find_repeats
from workspace.judging.types import CountedColumn, CountedTable

_ORDER = {"blocking": 0, "warning": 1, "info": 2}
_FEW = 8
_MOST_CLASSES = 200
_IMBALANCE = 10
_SMALL = 50


def label_counts(statistics: CountedTable, task: TaskGuess) -> dict[str, int]:
    """Rows per label, most frequent first, then by name. Empty where the task has no labels."""
    column = _column(statistics, task.label)
    if column is None or task.kind not in (TaskKind.CLASSIFICATION, TaskKind.MULTILABEL):
        return {}
    counts = column.items if task.kind is TaskKind.MULTILABEL else column.counts
    return dict(sorted((counts or {}).items(), key=lambda item: (-item[1], item[0])))


def find_problems(
    table: Path, rows: int, statistics: CountedTable, task: TaskGuess, met: list[DataProblem]
) -> list[DataProblem]:
    """All problems of a table, those that the reader met included, ranked by severity, then by how many rows."""
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
    if label is not None and label.missing:
        found.append(_missing_label(label))
    labels = label_counts(statistics, task)
    if labels:
        found += _about_labels(_Labels(labels, rows, task.kind is TaskKind.CLASSIFICATION))
    if text is not None:
        found += _about_repeats(find_repeats(table, task.text, task.label), rows, has_label=label is not None)
    return sorted(found, key=lambda problem: (_ORDER[problem.severity], -problem.count))


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


@dataclass(frozen=True)
class _Labels:
    counts: dict[str, int]
    rows: int
    single: bool

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def _about_labels(labels: _Labels) -> list[DataProblem]:
    checks: list[Callable[[_Labels], DataProblem | None]] = [
        _one_class,
        _few_rows,
        _too_many_classes,
        _variants,
        _rare_classes,
        _imbalance,
    ]
    return [problem for check in checks if (problem := check(labels)) is not None]


def _one_class(labels: _Labels) -> DataProblem | None:
    if len(labels.counts) != 1 or not labels.single:
        return None
    only = next(iter(labels.counts))
    return DataProblem(
        code="ONE_CLASS",
        severity="blocking",
        count=labels.total,
        message=f"Every row has the same answer, “{only[:80]}”. A model needs at least two answers to tell apart.",
        examples=[only[:100]],
    )


def _few_rows(labels: _Labels) -> DataProblem | None:
    if labels.rows >= _SMALL or len(labels.counts) < 2:
        return None
    return DataProblem(
        code="FEW_ROWS",
        severity="warning",
        count=labels.rows,
        message=f"There are only {_rows(labels.rows)}. A training will run, but its result will be a rough guess. "
        "50 rows for each answer are a start, 200 are good.",
    )


def _too_many_classes(labels: _Labels) -> DataProblem | None:
    mean = labels.total / len(labels.counts)
    if len(labels.counts) <= _MOST_CLASSES or mean >= 30:
        return None
    return DataProblem(
        code="TOO_MANY_CLASSES",
        severity="warning",
        count=len(labels.counts),
        message=f"There are {len(labels.counts):,} different answers with about {mean:.0f} rows each. "
        "That is hard to learn. Perhaps another column is the answer, or some can be joined.",
    )


def _variants(labels: _Labels) -> DataProblem | None:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for label in labels.counts:
        groups[" ".join(label.casefold().split())].append(label)
    several = [sorted(group, key=lambda x: -labels.counts[x]) for group in groups.values() if len(group) > 1]
    if not several:
        return None
    several.sort(key=lambda group: -sum(labels.counts[label] for label in group[1:]))
    groups_word = "answer is" if len(several) == 1 else "answers are"
    return DataProblem(
        code="LABEL_VARIANTS",
        severity="warning",
        count=sum(labels.counts[label] for group in several for label in group[1:]),
        message=f"{len(several):,} {groups_word} written in more than one way (capital letters or blanks differ), "
        "so the model would take the spellings for different answers.",
        examples=[" / ".join(f"“{label[:40]}”" for label in group[:4]) for group in several[:3]],
        fix=FixOffer(code="merge_label_variants", label="Merge them"),
    )


def _rare_classes(labels: _Labels) -> DataProblem | None:
    rare = [label for label, count in labels.counts.items() if count < _FEW]
    if not rare or len(labels.counts) < 2:
        return None
    left = len(labels.counts) - len(rare)
    blocking = labels.single and all(count == 1 for count in labels.counts.values())
    many = "1 answer has" if len(rare) == 1 else f"{len(rare):,} answers have"
    tail = "Nothing can be both learnt and checked with one row each." if blocking else "They can hardly be learnt."
    return DataProblem(
        code="RARE_CLASSES",
        severity="blocking" if blocking else "warning",
        count=len(rare),
        message=f"{many} fewer than {_FEW} rows. {tail}",
        examples=[f"{label[:80]} ({labels.counts[label]:,})" for label in rare[:-4:-1]],
        fix=FixOffer(code="drop_rare_classes", label="Leave these answers out") if left >= 2 else None,
    )


def _imbalance(labels: _Labels) -> DataProblem | None:
    ordered = list(labels.counts.items())
    common = [item for item in ordered if item[1] >= _FEW]
    if len(common) < 2 or common[0][1] < _IMBALANCE * common[-1][1]:
        return None
    (most, most_count), (least, least_count) = common[0], common[-1]
    return DataProblem(
        code="IMBALANCE",
        severity="info",
        count=most_count,
        message=f"“{most[:60]}” has {most_count:,} rows, “{least[:60]}” only {least_count:,}. "
        "I will weigh the rare answers more, and judge the result for each answer on its own.",
        examples=[f"{label[:60]} ({count:,})" for label, count in (common[0], common[-1])],
    )


def _about_repeats(repeats: Repeats, rows: int, *, has_label: bool) -> list[DataProblem]:
    found: list[DataProblem] = []
    if repeats.duplicates:
        once = "1 row repeats" if repeats.duplicates == 1 else f"{repeats.duplicates:,} rows repeat"
        same = "text and answer" if has_label else "text"
        found.append(
            DataProblem(
                code="EXACT_DUPLICATES",
                severity="warning" if repeats.duplicates >= 0.01 * rows else "info",
                count=repeats.duplicates,
                message=f"{once} an earlier one with the same {same}. Kept, the score would look better than it is.",
                examples=repeats.duplicate_examples,
                fix=FixOffer(code="drop_duplicates", label="Remove the repeats"),
            )
        )
    if repeats.conflicting_rows:
        texts = "1 text stands" if repeats.conflicting_texts == 1 else f"{repeats.conflicting_texts:,} texts stand"
        found.append(
            DataProblem(
                code="CONFLICTING_LABELS",
                severity="warning",
                count=repeats.conflicting_rows,
                message=f"{texts} in the file more than once with different answers "
                f"({_rows(repeats.conflicting_rows)}). The model cannot know which is right.",
                examples=repeats.conflict_examples,
                fix=FixOffer(code="drop_conflicts", label="Leave them out"),
            )
        )
    return found

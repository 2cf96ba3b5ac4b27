"""All that can be told about a table without a model: what is wrong with it, what is personal in it, a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workspace.augmentation import MARKER
from workspace.dataset import ColumnProfile, ColumnRole, DataProblem, TaskGuess, Verdict
from workspace.judging.problems import find_problems, label_counts, ranked
from workspace.judging.types import CountedTable
from workspace.judging.verdict import quick_verdict

_NOT_LOOKED_INTO = frozenset((ColumnRole.DATE, ColumnRole.TAGS, ColumnRole.SPANS, ColumnRole.LABEL))


@dataclass(frozen=True)
class Judgement:
    """``privacy``: rows per kind of personal data."""

    labels: dict[str, int] = field(default_factory=dict)
    problems: list[DataProblem] = field(default_factory=list)
    privacy: dict[str, int] = field(default_factory=dict)
    verdict: Verdict | None = None


def judge(
    table: Path,
    columns: Sequence[ColumnProfile],
    statistics: CountedTable,
    task: TaskGuess,
    met: list[DataProblem],
) -> Judgement:
    """Judges a table whose columns were counted. ``met``: problems that its reader met."""
    rows = statistics.columns[0].rows if statistics.columns else 0
    labels = label_counts(statistics, task)
    found = find_problems(table, rows, statistics, task, met)
    if any(column.name == MARKER for column in columns):
        found = [problem for problem in found if problem.code != "NEAR_DUPLICATES"]  # they were made on purpose
    privacy: dict[str, int] = {}
    if rows:
        # Presidio and its helpers are only loaded where there is something to look at.
        from workspace.privacy import personal_problem, scan_personal

        scan = scan_personal(table, _looked_into(columns, task))
        problem = personal_problem(scan)
        found = ranked([*found, *([problem] if problem is not None else [])])
        privacy = scan.rows
    return Judgement(labels, found, privacy, quick_verdict(rows, labels, task.kind, found))


def _looked_into(columns: Sequence[ColumnProfile], task: TaskGuess) -> list[str]:
    """Columns that may hold personal data: the texts, and whatever is neither a date nor an answer."""
    other = [
        c.name
        for c in columns
        if c.name != MARKER and c.role not in _NOT_LOOKED_INTO and c.type in ("text", "list", "integer")
    ]
    return list(dict.fromkeys([*task.text, *other]))

"""All that can be told about a table without a model: what is wrong with it, what is personal in it, a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workspace.augmentation import MARKER
from workspace.dataset import ColumnProfile, ColumnRole, DataProblem, TaskGuess, Verdict
from workspace.judging.problems import find_problems, label_counts, ranked
from workspace.judging.sample import Sample
from workspace.judging.types import CountedTable
from workspace.judging.verdict import quick_verdict

_SCANNED = 20_000
"""Rows that are looked through for personal data while a file is read."""

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
    sample: Sample,
    statistics: CountedTable,
    task: TaskGuess,
    met: list[DataProblem],
) -> Judgement:
    """Judges a table whose columns were counted and of which a sample was kept. ``met``: what its reader met."""
    labels = label_counts(statistics, task)
    found = find_problems(table, sample, statistics, task, met)
    if any(column.name == MARKER for column in columns):
        found = [problem for problem in found if problem.code != "NEAR_DUPLICATES"]  # they were made on purpose
    privacy: dict[str, int] = {}
    if sample.total:
        # Presidio and its helpers are only loaded where there is something to look at.
        from workspace.privacy import personal_problem, scan_sample

        names = _looked_into(columns, task)
        part = sample.at_most(_SCANNED)
        scan = scan_sample(part.batch(names), names, sample.total)
        problem = personal_problem(scan)
        found = ranked([*found, *([problem] if problem is not None else [])])
        privacy = scan.rows
    return Judgement(labels, found, privacy, quick_verdict(sample.total, labels, task.kind, found))


def _looked_into(columns: Sequence[ColumnProfile], task: TaskGuess) -> list[str]:
    """Columns that may hold personal data: the texts, and whatever is neither a date nor an answer."""
    other = [
        c.name
        for c in columns
        if c.name != MARKER and c.role not in _NOT_LOOKED_INTO and c.type in ("text", "list", "integer")
    ]
    return list(dict.fromkeys([*task.text, *other]))

"""Checks of the answers: how many there are, how many rows each has, and how they are written."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workspace.dataset import DataProblem, FixOffer
from workspace.judging.columns import batches, filled
from workspace.judging.spelling import similar_labels, variant_groups
from workspace.judging.types import RowNumbers
from workspace.judging.wording import rows

FEW = 8
_MOST_CLASSES = 200
_IMBALANCE = 10
_SMALL = 50


def count_labels(table: Path, label: str) -> Counter[str]:
    """Rows per label of a table; items where the column holds lists."""
    counts: Counter[str] = Counter()
    for _, batch in batches(table, [label]):
        column = batch.column(0)
        values = (column.flatten() if pa.types.is_list(column.type) else column).drop_null()
        for pair in pc.value_counts(values.filter(pa.array(filled(values)))).to_pylist():
            counts[pair["values"]] += pair["counts"]
    return counts


def rows_of_rare_labels(table: Path, label: str, at_least: int) -> RowNumbers:
    """Rows whose label has fewer than ``at_least`` rows. The column holds one label a row."""
    rare = pa.array([value for value, count in count_labels(table, label).items() if count < at_least], pa.string())
    found = [np.zeros(0, dtype=np.int64)]
    for at, batch in batches(table, [label]):
        found.append(np.flatnonzero(pc.is_in(batch.column(0), rare).to_numpy(zero_copy_only=False)) + at)
    return np.concatenate(found)


def find_label_problems(counts: Mapping[str, int], total: int, *, single: bool) -> list[DataProblem]:
    """What the counts alone tell. ``single``: one label a row, not several."""
    return _about_labels(_Labels(dict(counts), total, single))


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
        _similar,
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
        message=f"There are only {rows(labels.rows)}. A training will run, but its result will be a rough guess. "
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
    several = variant_groups(labels.counts)
    if not several:
        return None
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


def _similar(labels: _Labels) -> DataProblem | None:
    found = similar_labels(labels.counts)
    pairs, meant = found.pairs, found.translations
    if not pairs and not meant:
        return None
    shown = [f"“{a[:40]}” → “{b[:40]}”" for a, b in [*pairs.items(), *meant.items()]]
    parts = []
    if pairs:
        what = "1 answer looks" if len(pairs) == 1 else f"{len(pairs):,} answers look"
        parts.append(f"{what} like another one with a typing error or a plural.")
    if meant:
        what = "1 answer seems" if len(meant) == 1 else f"{len(meant):,} answers seem"
        parts.append(f"{what} to mean the same as another one in another language; say so if I shall join them.")
    parts.append("The model would take them for different answers.")
    return DataProblem(
        code="SIMILAR_LABELS",
        severity="warning" if pairs else "info",
        count=sum(labels.counts[label] for label in (pairs or meant)),
        message=" ".join(parts),
        examples=shown[:5],
        fix=FixOffer(code="merge_similar_labels", label="Merge them") if pairs else None,
    )


def _rare_classes(labels: _Labels) -> DataProblem | None:
    rare = [label for label, count in labels.counts.items() if count < FEW]
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
        message=f"{many} fewer than {FEW} rows. {tail}",
        examples=[f"{label[:80]} ({labels.counts[label]:,})" for label in rare[:-4:-1]],
        fix=FixOffer(code="drop_rare_classes", label="Leave these answers out") if left >= 2 else None,
    )


def _imbalance(labels: _Labels) -> DataProblem | None:
    ordered = list(labels.counts.items())
    common = [item for item in ordered if item[1] >= FEW]
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

"""Which columns hold words with their tags, or places marked in a text."""

import json
import re

from workspace.reading import names
from workspace.reading.column_scores import named_as
from workspace.reading.statistics import ColumnStatistics

_TAG = re.compile(r"O|[BIESLU][-_].+|0|\d{1,2}")
_SPAN_LABELS = frozenset("label labels type tag entity entity_group entity_type class category".split())


def tags_for(columns: list[ColumnStatistics], lists: list[int], tokens: int) -> int | None:
    """The list of tags beside a list of words: names of things first, else parts of speech called “tags”."""
    named = [i for i in lists if i != tokens and named_as(columns[i], names.TAG_NAMES)]
    for index in named:
        if _like_tags(columns[index]):
            return index
    for index in named:
        column = columns[index]
        few = column.items is not None and len(column.items) <= 100
        if few and column.item_total == columns[tokens].item_total and named_as(column, frozenset({"tags"})) == 1:
            return index
    return None


def _like_tags(column: ColumnStatistics) -> bool:
    if not column.items:
        return False
    return sum(count for item, count in column.items.items() if _TAG.fullmatch(item)) >= 0.95 * column.item_total


def best_spans(columns: list[ColumnStatistics]) -> int | None:
    """The column of marked places: one that is named so first, and one with marks before one without."""
    found = [(_span_score(column), -index) for index, column in enumerate(columns) if column.is_object]
    best = max(found, default=(0.0, 0))
    return -best[1] if best[0] > 0 else None


def _span_score(column: ColumnStatistics) -> float:
    seen = good = 0
    lists = True
    for value in column.sample[:200]:
        try:
            spans = json.loads(value)
        except ValueError:
            lists = False
            continue
        lists = lists and isinstance(spans, list)
        for span in spans if isinstance(spans, list) else []:
            seen += 1
            good += isinstance(span, dict) and {"start", "end"} <= span.keys() and bool(span.keys() & _SPAN_LABELS)
            good += isinstance(span, list) and len(span) == 3 and all(isinstance(x, int) for x in span[:2])
    if not seen:
        # An annotation tool's table in which nothing is marked (yet).
        return 0.5 if lists and column.filled and column.name == "spans" else 0.0
    named = named_as(column, names.SPAN_NAMES) + (column.name == "spans")
    return 1.0 + named if good >= 0.9 * seen and not named_as(column, names.TOKEN_NAMES) else 0.0

"""How well a column suits as the text to read and as the label to learn, by its content and its name."""

import re

from workspace.reading import names
from workspace.reading.label_shapes import is_tick
from workspace.reading.statistics import ColumnStatistics, is_integer
from workspace.splits import is_split

_URL = re.compile(r"\s*(?:https?://|www\.|[\w.+-]+@[\w-]+\.\w)\S*\s*")
_TAG = re.compile(r"<[^<>]{1,500}>")
_MOST_LABELS = 1_000


def named_as(column: ColumnStatistics, words: frozenset[str]) -> float:
    """1 where the whole name is such a word, 0.7 where a part of it is, else 0."""
    lowered = column.name.lower().strip()
    if lowered in words:
        return 1.0
    if words is names.LABEL_NAMES and names.ends_as(column.name, names.LABEL_ENDINGS):
        return 0.7
    if words is names.TEXT_NAMES and names.ends_as(column.name, names.TEXT_ENDINGS):
        return 0.7
    return 0.7 if names.words_of(column.name) & words else 0.0


def like_years(column: ColumnStatistics) -> bool:
    """Whole numbers between 1900 and 2100, more than two of them: years, whatever the name."""
    years = [1900 <= int(value) <= 2100 for value in column.sample if is_integer(value.strip())]
    return column.unique > 2 and sum(years) >= 0.98 * len(column.sample)


def best_text(columns: list[ColumnStatistics], types: list[str], exclude: set[int]) -> int | None:
    """The column that reads most like texts, None where no column does."""
    scored = [(_text_score(c), -i) for i, c in enumerate(columns) if types[i] == "text" and i not in exclude]
    best = max(scored, default=None)
    return -best[1] if best is not None and best[0] >= 0.8 else None


def _text_score(column: ColumnStatistics) -> float:
    if not column.filled:
        return -9.0
    distinct = column.unique / column.filled
    score = min(column.mean_words, 15) / 8 + min(column.mean_length, 120) / 120
    score += 1.6 * named_as(column, names.TEXT_NAMES)
    score += 0.8 * min(1.0, distinct * 1.5) if column.filled >= 10 else 0.5
    score -= 1.5 * column.missing / max(1, column.rows)
    odd = sum(1 for value in column.sample[:200] if _URL.fullmatch(value) or _is_markup(value) or _is_json(value))
    score -= 3.0 * odd / max(1, len(column.sample[:200]))
    if distinct < 0.05 and column.filled >= 200 and column.mean_words < 6:
        score -= 1.5
    if named_as(column, names.ID_NAMES) == 1.0:
        score -= 1.0
    return score


def _is_markup(value: str) -> bool:
    """Whether more than half of a text are tags; a few of them around a text are what shops and help desks write."""
    return "</" in value and 2 * len(_TAG.sub("", value)) < len(value)


def _is_json(value: str) -> bool:
    return value[:1] in "{[" and value[-1:] in "}]" and len(value) > 2


def best_labels(columns: list[ColumnStatistics], types: list[str]) -> int | None:
    """The column of lists that suits best as labels."""
    for index, column in enumerate(columns):
        if types[index] != "list" or not column.items or not column.filled:
            continue
        few = len(column.items) <= min(_MOST_LABELS, max(2, 0.5 * column.filled))
        if few and (named_as(column, names.LABEL_NAMES) or column.item_total >= 5 * len(column.items)):
            return index
    return None


def best_label(columns: list[ColumnStatistics], types: list[str], text: int) -> int | None:
    """The column that suits best as the single label of each text."""
    scored = [
        (_label_score(columns, types, i), -i)
        for i, kind in enumerate(types)
        if i != text and kind not in ("list", "object")
    ]
    best = max(scored, default=None)
    return -best[1] if best is not None and best[0] >= 0.9 else None


def _label_score(columns: list[ColumnStatistics], types: list[str], index: int) -> float:
    column, kind = columns[index], types[index]
    if not column.filled or kind == "empty" or column.mean_length > 80 or column.unique > _MOST_LABELS * 5:
        return -9.0
    if is_split(column.name, column.counts):
        return -9.0  # train or test is no answer
    named = named_as(column, names.LABEL_NAMES)
    if is_tick(column):
        return 1.4 + 0.5 * named  # yes in some rows, nothing in the others
    repeats = column.filled / max(1, column.unique)
    if (repeats < 2 and column.filled >= 8) or (column.unique == 1 and named < 1):
        # Named like a label, but hardly a value stands twice: still what is meant, and a problem to be told.
        return 0.95 if named == 1 and column.mean_words <= 4 and column.unique > 1 else -9.0
    score = 2.0 * named + min(1.0, (repeats - 1) / 10)
    score -= 1.2 * (named_as(column, names.WEAK_LABELS) > 0) + 0.9 * (named_as(column, names.STATES) > 0)
    # Of two columns that sort alike, the one with the shorter names is the one for people.
    score -= 0.002 * max(0.0, column.mean_length - 20)
    if like_years(column) if kind == "integer" else False:
        score -= 1.0
    score += {"text": 0.6, "boolean": 0.4, "integer": 0.1, "number": -1.7, "date": -3.0}.get(kind, 0.0)
    # The same answer everywhere is nothing to learn, whatever the name.
    score -= 1.5 * (column.unique == 1 and column.filled >= 8)
    score -= 0.5 * (column.unique > 50) + 0.5 * (column.unique > 300)
    score -= 1.5 * column.missing / max(1, column.rows)
    score -= 0.3 * max(0.0, column.mean_words - 4)
    score -= 1.8 * max(named_as(column, names.ID_NAMES), named_as(column, names.DATE_NAMES)) * (named < 1)
    score -= 0.6 * named_as(column, names.OTHER_NAMES) * (named < 1)
    score += 0.2 * (index == len(columns) - 1) + 0.1 * (index == 0)
    if kind in ("integer", "number") and not named and column.unique > 20:
        score -= 1.5
    return score


def confidence_of(columns: list[ColumnStatistics], types: list[str], text: int, label: int) -> float:
    """How sure the choice of a text and a label is: their scores, and the lead over other columns."""
    score = _label_score(columns, types, label)
    others = [_label_score(columns, types, i) for i in range(len(columns)) if i not in (text, label)]
    lead = score - max([s for s in others if s > 0], default=0.0)
    sure = 0.55 + 0.1 * min(2.0, score - 1.0) + 0.12 * min(1.0, max(0.0, lead))
    sure += 0.1 * (named_as(columns[text], names.TEXT_NAMES) > 0) + 0.05 * (len(columns) == 2)
    return round(min(0.98, sure), 2)

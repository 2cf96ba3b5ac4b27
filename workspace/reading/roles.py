"""What each column is for and what the file could train, judged by the columns' content and their names."""

import json
import re
from dataclasses import dataclass
from itertools import pairwise

from workspace.dataset import ColumnRole, TaskGuess, TaskKind
from workspace.reading import names
from workspace.reading.label_shapes import Separated, flag_columns, separated
from workspace.reading.statistics import ColumnStatistics, is_integer

_TAG = re.compile(r"O|[BIESLU][-_].+|0|\d{1,2}")
_URL = re.compile(r"\s*(?:https?://|www\.|[\w.+-]+@[\w-]+\.\w)\S*\s*")
_SPAN_LABELS = frozenset("label labels type tag entity entity_group entity_type class category".split())
_MOST_LABELS = 1_000


@dataclass(frozen=True)
class Guess:
    """A role for every column, in their order, and the task that follows."""

    roles: list[ColumnRole]
    task: TaskGuess


def guess(columns: list[ColumnStatistics]) -> Guess:
    """Roles and task of a table."""
    types = [column.type() for column in columns]
    roles = [_plain_role(column, kind) for column, kind in zip(columns, types, strict=True)]
    for attempt in (_ner, _generation, _sorting):
        task = attempt(columns, types, roles)
        if task is not None:
            return Guess(roles, task)
    return Guess(roles, _nothing_fits(columns, roles))


def _named(column: ColumnStatistics, words: frozenset[str]) -> float:
    """1 where the whole name is such a word, 0.7 where a part of it is, else 0."""
    lowered = column.name.lower().strip()
    if lowered in words:
        return 1.0
    return 0.7 if names.words_of(column.name) & words else 0.0


def _plain_role(column: ColumnStatistics, kind: str) -> ColumnRole:
    """The role a column has by itself, before text and label are chosen among the columns."""
    if kind == "date" or (kind == "integer" and _like_years(column)):
        return ColumnRole.DATE
    if kind == "integer" and _named(column, names.DATE_NAMES):
        return ColumnRole.DATE
    distinct = column.unique >= 0.95 * column.filled and column.filled > 1
    if distinct and kind in ("integer", "text") and column.mean_words <= 1.2:
        if _named(column, names.ID_NAMES) or (kind == "text" and 4 <= column.mean_length <= 40 and _like_code(column)):
            return ColumnRole.ID
        if kind == "integer" and _counts_up(column):
            return ColumnRole.ID
    if kind == "integer" and _named(column, names.ID_NAMES) == 1.0:
        return ColumnRole.ID
    if kind in ("integer", "number"):
        return ColumnRole.NUMBER
    return ColumnRole.OTHER


def _like_years(column: ColumnStatistics) -> bool:
    """Whole numbers between 1900 and 2100, more than two of them: years, whatever the name."""
    years = [1900 <= int(value) <= 2100 for value in column.sample if is_integer(value.strip())]
    return column.unique > 2 and sum(years) >= 0.98 * len(column.sample)


def _like_code(column: ColumnStatistics) -> bool:
    codes = sum(any(c.isdigit() for c in value) for value in column.sample)
    return codes >= 0.8 * len(column.sample)


def _counts_up(column: ColumnStatistics) -> bool:
    values = [int(value) for value in column.sample[:100] if is_integer(value.strip())]
    return len(values) > 2 and all(a < b for a, b in pairwise(values))


# Names in texts --------------------------------------------------------------------------------------------------


def _ner(columns: list[ColumnStatistics], types: list[str], roles: list[ColumnRole]) -> TaskGuess | None:
    lists = [i for i, kind in enumerate(types) if kind == "list"]
    tokens = next((i for i in lists if _named(columns[i], names.TOKEN_NAMES)), None)
    tags = None if tokens is None else _tags_for(columns, lists, tokens)
    if tags is not None and tokens is not None:
        roles[tags], roles[tokens] = ColumnRole.TAGS, ColumnRole.TOKENS
        why = f"“{columns[tokens].name}” holds words and “{columns[tags].name}” one tag for each of them."
        return TaskGuess(
            kind=TaskKind.NER, text=[columns[tokens].name], label=columns[tags].name, confidence=0.97, why=why
        )
    spans = _best_spans(columns)
    if spans is None:
        return None
    roles[spans] = ColumnRole.SPANS
    text = _best_text(columns, types, exclude={spans})
    if text is None or _sorts_first(columns, types, text):
        return None
    roles[text] = ColumnRole.TEXT
    some = any(value.strip() != "[]" for value in columns[spans].sample)
    why = f"“{columns[spans].name}” marks places in “{columns[text].name}”."
    if not some:
        why = f"“{columns[spans].name}” is there to mark places in “{columns[text].name}”, but nothing is marked yet."
    sure = 0.9 if some else 0.4
    return TaskGuess(kind=TaskKind.NER, text=[columns[text].name], label=columns[spans].name, confidence=sure, why=why)


def _tags_for(columns: list[ColumnStatistics], lists: list[int], tokens: int) -> int | None:
    """The list of tags beside a list of words: names of things first, else parts of speech called “tags”."""
    named = [i for i in lists if i != tokens and _named(columns[i], names.TAG_NAMES)]
    for index in named:
        if _like_tags(columns[index]):
            return index
    for index in named:
        column = columns[index]
        few = column.items is not None and len(column.items) <= 100
        if few and column.item_total == columns[tokens].item_total and _named(column, frozenset({"tags"})) == 1:
            return index
    return None


def _sorts_first(columns: list[ColumnStatistics], types: list[str], text: int) -> bool:
    """Whether a column that is surely a label stands beside the spans: then the texts are to be sorted."""
    label = _best_label(columns, types, text)
    several = _best_labels(columns, types)
    return any(i is not None and _named(columns[i], names.SURE_LABELS) == 1 for i in (label, several))


def _like_tags(column: ColumnStatistics) -> bool:
    if not column.items:
        return False
    return sum(count for item, count in column.items.items() if _TAG.fullmatch(item)) >= 0.95 * column.item_total


def _best_spans(columns: list[ColumnStatistics]) -> int | None:
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
    named = _named(column, names.SPAN_NAMES) + (column.name == "spans")
    return 1.0 + named if good >= 0.9 * seen and not _named(column, names.TOKEN_NAMES) else 0.0


# Writing ---------------------------------------------------------------------------------------------------------


def _generation(columns: list[ColumnStatistics], types: list[str], roles: list[ColumnRole]) -> TaskGuess | None:
    texts = [i for i, kind in enumerate(types) if kind == "text"]
    answers = [i for i in texts if _named(columns[i], names.RESPONSE_NAMES) == 1.0 and _is_prose(columns[i])]
    asks = [i for i in texts if _named(columns[i], names.PROMPT_NAMES) == 1.0 and not _repeats_much(columns[i])]
    if not answers or not [i for i in asks if i not in answers]:
        return None
    answer = answers[0]
    prompts = [i for i in asks if i != answer and columns[i].filled]
    main = max(prompts, key=lambda i: columns[i].filled)
    if not _is_prose(columns[main]):
        return None
    roles[answer] = ColumnRole.RESPONSE
    for index in prompts:
        roles[index] = ColumnRole.PROMPT
    asked = " and ".join(f"“{columns[i].name}”" for i in prompts)
    why = f"{asked} asks for something and “{columns[answer].name}” is the text that was written for it."
    return TaskGuess(
        kind=TaskKind.GENERATION,
        text=[columns[i].name for i in prompts],
        label=columns[answer].name,
        confidence=0.85,
        why=why,
    )


def _repeats_much(column: ColumnStatistics) -> bool:
    return column.filled >= 20 and column.unique < 0.2 * column.filled


def _is_prose(column: ColumnStatistics) -> bool:
    """Long and mostly different: written text, not a category."""
    return column.mean_words >= 3 and column.unique >= 0.3 * column.filled


# Sorting ---------------------------------------------------------------------------------------------------------


def _sorting(columns: list[ColumnStatistics], types: list[str], roles: list[ColumnRole]) -> TaskGuess | None:
    text = _best_text(columns, types, exclude=set())
    if text is None:
        return None
    texts = _pair(columns, types, text)
    for index in texts:
        roles[index] = ColumnRole.TEXT
    read = " and ".join(f"“{columns[i].name}”" for i in texts) + (" hold texts" if len(texts) > 1 else " holds texts")
    several = _several_labels(columns, types, roles, texts, read)
    if several is not None:
        return several
    label = _best_label(columns, types, text)
    if label is None or label in texts:
        return None
    roles[label] = ColumnRole.LABEL
    count = columns[label].unique
    values = "1 value" if count == 1 else f"{count:,} different values"
    return TaskGuess(
        kind=TaskKind.CLASSIFICATION,
        text=[columns[i].name for i in texts],
        label=columns[label].name,
        confidence=_confidence(columns, types, text, label),
        why=f"{read} and “{columns[label].name}” has {values} that repeat, so it can be the answer to learn.",
    )


def _pair(columns: list[ColumnStatistics], types: list[str], text: int) -> list[int]:
    """The text, or two texts whose names say that they are judged together."""
    places = {column.name.lower().strip(): index for index, column in enumerate(columns)}
    for pair in names.PAIRS:
        found = [places[name] for name in pair if name in places]
        if len(found) == 2 and text in found and all(types[i] == "text" and _is_read(columns[i]) for i in found):
            return found
    return [text]


def _is_read(column: ColumnStatistics) -> bool:
    return column.mean_words >= 2 or column.unique >= 0.3 * column.filled


def _several_labels(
    columns: list[ColumnStatistics], types: list[str], roles: list[ColumnRole], texts: list[int], read: str
) -> TaskGuess | None:
    """Several labels for each text: as a list, in one cell with a separator, or in a column for each label."""
    named = [columns[i].name for i in texts]
    listed = _best_labels(columns, types)
    single = _best_label(columns, types, texts[0])
    sure = single is not None and _named(columns[single], names.LABEL_NAMES) == 1.0
    if listed is not None and (_named(columns[listed], names.LABEL_NAMES) or not sure):
        roles[listed] = ColumnRole.LABELS
        column = columns[listed]
        why = f"{read} and “{column.name}” lists one or more of {len(column.items or ()):,} labels for each."
        return TaskGuess(kind=TaskKind.MULTILABEL, text=named, label=column.name, confidence=0.9, why=why)
    joined = _joined(columns, types, texts, single)
    if joined is not None and (not sure or joined[0] == single):
        index, found = joined
        roles[index] = ColumnRole.LABELS
        why = (
            f"{read} and “{columns[index].name}” names one or more of {len(found.labels):,} labels for each, "
            f"with “{found.separator}” between them."
        )
        return TaskGuess(
            kind=TaskKind.MULTILABEL,
            text=named,
            label=columns[index].name,
            label_separator=found.separator,
            confidence=0.85 if _named(columns[index], names.LABEL_NAMES) else 0.7,
            why=why,
        )
    flags = [] if sure else flag_columns(columns, set(texts))
    rival = single is not None and single not in flags
    if rival and single is not None:
        rival = _named(columns[single], names.LABEL_NAMES) > 0 or (len(flags) < 3 and types[single] == "text")
    if not flags or rival:
        return None
    for index in flags:
        roles[index] = ColumnRole.LABELS
    shown = ", ".join(f"“{columns[i].name}”" for i in flags[:4]) + (", …" if len(flags) > 4 else "")
    why = f"{read} and {len(flags)} columns ({shown}) say yes or no to one label each, so a text can have several."
    return TaskGuess(
        kind=TaskKind.MULTILABEL,
        text=named,
        label=None,
        label_columns=[columns[i].name for i in flags],
        confidence=0.8 if len(flags) > 2 else 0.6,
        why=why,
    )


def _joined(
    columns: list[ColumnStatistics], types: list[str], texts: list[int], single: int | None
) -> tuple[int, Separated] | None:
    """The column whose cells list labels; one that is named like a label, or the best label itself, first."""
    found: list[tuple[float, int, Separated]] = []
    for index, column in enumerate(columns):
        if index in texts or types[index] != "text" or _named(column, names.ID_NAMES) == 1.0:
            continue
        if (labels := separated(column)) is not None:
            often = sum(labels.labels.values()) >= 10 * len(labels.labels)
            found.append((_named(column, names.LABEL_NAMES) + 0.5 * (index == single) + 0.3 * often, -index, labels))
    best = max(found, default=None, key=lambda item: item[:2])
    return None if best is None or best[0] <= 0 else (-best[1], best[2])


def _best_text(columns: list[ColumnStatistics], types: list[str], exclude: set[int]) -> int | None:
    scored = [(_text_score(c), -i) for i, c in enumerate(columns) if types[i] == "text" and i not in exclude]
    best = max(scored, default=None)
    return -best[1] if best is not None and best[0] >= 0.8 else None


def _text_score(column: ColumnStatistics) -> float:
    if not column.filled:
        return -9.0
    distinct = column.unique / column.filled
    score = min(column.mean_words, 15) / 8 + min(column.mean_length, 120) / 120
    score += 1.6 * _named(column, names.TEXT_NAMES)
    score += 0.8 * min(1.0, distinct * 1.5) if column.filled >= 10 else 0.5
    score -= 1.5 * column.missing / max(1, column.rows)
    odd = sum(1 for value in column.sample[:200] if _URL.fullmatch(value) or "</" in value or _is_json(value))
    score -= 3.0 * odd / max(1, len(column.sample[:200]))
    if distinct < 0.05 and column.filled >= 200 and column.mean_words < 6:
        score -= 1.5
    if _named(column, names.ID_NAMES) == 1.0:
        score -= 1.0
    return score


def _is_json(value: str) -> bool:
    return value[:1] in "{[" and value[-1:] in "}]" and len(value) > 2


def _best_labels(columns: list[ColumnStatistics], types: list[str]) -> int | None:
    for index, column in enumerate(columns):
        if types[index] != "list" or not column.items or not column.filled:
            continue
        few = len(column.items) <= min(_MOST_LABELS, max(2, 0.5 * column.filled))
        if few and (_named(column, names.LABEL_NAMES) or column.item_total >= 5 * len(column.items)):
            return index
    return None


def _best_label(columns: list[ColumnStatistics], types: list[str], text: int) -> int | None:
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
    named = _named(column, names.LABEL_NAMES)
    repeats = column.filled / max(1, column.unique)
    if (repeats < 2 and column.filled >= 8) or (column.unique == 1 and named < 1):
        # Named like a label, but hardly a value stands twice: still what is meant, and a problem to be told.
        return 0.95 if named == 1 and column.mean_words <= 4 and column.unique > 1 else -9.0
    score = 2.0 * named + min(1.0, (repeats - 1) / 10)
    if _like_years(column) if kind == "integer" else False:
        score -= 1.0
    score += {"text": 0.6, "boolean": 0.4, "integer": 0.1, "number": -0.6, "date": -3.0}.get(kind, 0.0)
    score -= 0.5 * (column.unique > 50) + 0.5 * (column.unique > 300)
    score -= 1.5 * column.missing / max(1, column.rows)
    score -= 0.3 * max(0.0, column.mean_words - 4)
    score -= 1.8 * max(_named(column, names.ID_NAMES), _named(column, names.DATE_NAMES)) * (named < 1)
    score -= 0.6 * _named(column, names.OTHER_NAMES) * (named < 1)
    score += 0.2 * (index == len(columns) - 1) + 0.1 * (index == 0)
    if kind in ("integer", "number") and not named and column.unique > 20:
        score -= 1.5
    return score


def _confidence(columns: list[ColumnStatistics], types: list[str], text: int, label: int) -> float:
    score = _label_score(columns, types, label)
    others = [_label_score(columns, types, i) for i in range(len(columns)) if i not in (text, label)]
    lead = score - max([s for s in others if s > 0], default=0.0)
    sure = 0.55 + 0.1 * min(2.0, score - 1.0) + 0.12 * min(1.0, max(0.0, lead))
    sure += 0.1 * (_named(columns[text], names.TEXT_NAMES) > 0) + 0.05 * (len(columns) == 2)
    return round(min(0.98, sure), 2)


def _nothing_fits(columns: list[ColumnStatistics], roles: list[ColumnRole]) -> TaskGuess:
    text = [column.name for column, role in zip(columns, roles, strict=True) if role is ColumnRole.TEXT]
    if text:
        why = f"“{text[0]}” holds texts, but no column holds an answer for them that repeats."
    else:
        why = "No column holds texts that a model could read."
    return TaskGuess(kind=None, text=text, label=None, confidence=0.0, why=why)

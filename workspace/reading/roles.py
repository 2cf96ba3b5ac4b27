"""What each column is for and what the file could train, judged by the columns' content and their names."""

from dataclasses import dataclass
from itertools import pairwise

from workspace.dataset import ColumnRole, TaskGuess, TaskKind
from workspace.reading import names
from workspace.reading.column_scores import best_label, best_labels, best_text, confidence_of, like_years, named_as
from workspace.reading.label_shapes import Separated, flag_columns, separated
from workspace.reading.span_roles import best_spans, tags_for
from workspace.reading.statistics import ColumnStatistics, is_integer


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


def _plain_role(column: ColumnStatistics, kind: str) -> ColumnRole:
    """The role a column has by itself, before text and label are chosen among the columns."""
    if kind == "date" or (kind == "integer" and like_years(column)):
        return ColumnRole.DATE
    if kind == "integer" and named_as(column, names.DATE_NAMES):
        return ColumnRole.DATE
    distinct = column.unique >= 0.95 * column.filled and column.filled > 1
    if distinct and kind in ("integer", "text") and column.mean_words <= 1.2:
        if named_as(column, names.ID_NAMES) or (
            kind == "text" and 4 <= column.mean_length <= 40 and _like_code(column)
        ):
            return ColumnRole.ID
        if kind == "integer" and _counts_up(column):
            return ColumnRole.ID
    if kind == "integer" and named_as(column, names.ID_NAMES) == 1.0:
        return ColumnRole.ID
    if kind in ("integer", "number"):
        return ColumnRole.NUMBER
    return ColumnRole.OTHER


def _like_code(column: ColumnStatistics) -> bool:
    codes = sum(any(c.isdigit() for c in value) for value in column.sample)
    return codes >= 0.8 * len(column.sample)


def _counts_up(column: ColumnStatistics) -> bool:
    values = [int(value) for value in column.sample[:100] if is_integer(value.strip())]
    return len(values) > 2 and all(a < b for a, b in pairwise(values))


# Names in texts --------------------------------------------------------------------------------------------------


def _ner(columns: list[ColumnStatistics], types: list[str], roles: list[ColumnRole]) -> TaskGuess | None:
    lists = [i for i, kind in enumerate(types) if kind == "list"]
    tokens = next((i for i in lists if named_as(columns[i], names.TOKEN_NAMES)), None)
    tags = None if tokens is None else tags_for(columns, lists, tokens)
    if tags is not None and tokens is not None:
        roles[tags], roles[tokens] = ColumnRole.TAGS, ColumnRole.TOKENS
        why = f"“{columns[tokens].name}” holds words and “{columns[tags].name}” one tag for each of them."
        return TaskGuess(
            kind=TaskKind.NER, text=[columns[tokens].name], label=columns[tags].name, confidence=0.97, why=why
        )
    spans = best_spans(columns)
    if spans is None:
        return None
    roles[spans] = ColumnRole.SPANS
    text = best_text(columns, types, exclude={spans})
    if text is None or _sorts_first(columns, types, text):
        return None
    roles[text] = ColumnRole.TEXT
    some = any(value.strip() != "[]" for value in columns[spans].sample)
    why = f"“{columns[spans].name}” marks places in “{columns[text].name}”."
    if not some:
        why = f"“{columns[spans].name}” is there to mark places in “{columns[text].name}”, but nothing is marked yet."
    sure = 0.9 if some else 0.4
    return TaskGuess(kind=TaskKind.NER, text=[columns[text].name], label=columns[spans].name, confidence=sure, why=why)


def _sorts_first(columns: list[ColumnStatistics], types: list[str], text: int) -> bool:
    """Whether a column that is surely a label stands beside the spans: then the texts are to be sorted."""
    label = best_label(columns, types, text)
    several = best_labels(columns, types)
    return any(i is not None and named_as(columns[i], names.SURE_LABELS) == 1 for i in (label, several))


# Writing ---------------------------------------------------------------------------------------------------------


def _generation(columns: list[ColumnStatistics], types: list[str], roles: list[ColumnRole]) -> TaskGuess | None:
    texts = [i for i, kind in enumerate(types) if kind == "text"]
    answers = [i for i in texts if named_as(columns[i], names.RESPONSE_NAMES) == 1.0 and _is_prose(columns[i])]
    asks = [i for i in texts if named_as(columns[i], names.PROMPT_NAMES) == 1.0 and not _repeats_much(columns[i])]
    if not answers:
        answers, asks = _partly_named(columns, texts)
    if answers and not asks and not _has_label(columns, types, answers[0]):
        asks = [i for i in texts if named_as(columns[i], names.TEXT_NAMES) == 1.0 and not _repeats_much(columns[i])][:1]
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


def _partly_named(columns: list[ColumnStatistics], texts: list[int]) -> tuple[list[int], list[int]]:
    """A text and its answer where a part of their names says so (“Customer message”, “Agent reply”).

    Nothing where a column is named like a label: then the answer only came with a text that was sorted.
    """
    if any(named_as(column, names.LABEL_NAMES) for index, column in enumerate(columns) if index not in texts):
        return [], []
    prose = [i for i in texts if _is_prose(columns[i]) and not _repeats_much(columns[i])]
    answers = [i for i in prose if named_as(columns[i], names.RESPONSE_NAMES)]
    read = names.PROMPT_NAMES | names.TEXT_NAMES
    asks = [i for i in prose if i not in answers and named_as(columns[i], read)]
    labelled = any(named_as(columns[i], names.LABEL_NAMES) for i in texts if i not in prose)
    return ([], []) if labelled else (answers[:1], asks[:1])


def _has_label(columns: list[ColumnStatistics], types: list[str], text: int) -> bool:
    label = best_label(columns, types, text)
    several = best_labels(columns, types)
    return any(i is not None and named_as(columns[i], names.LABEL_NAMES) == 1.0 for i in (label, several))


def _repeats_much(column: ColumnStatistics) -> bool:
    return column.filled >= 20 and column.unique < 0.2 * column.filled


def _is_prose(column: ColumnStatistics) -> bool:
    """Long and mostly different: written text, not a category."""
    return column.mean_words >= 3 and column.unique >= 0.3 * column.filled


# Sorting ---------------------------------------------------------------------------------------------------------


def _sorting(columns: list[ColumnStatistics], types: list[str], roles: list[ColumnRole]) -> TaskGuess | None:
    text = best_text(columns, types, exclude=set())
    if text is None:
        return None
    texts = _pair(columns, types, text)
    for index in texts:
        roles[index] = ColumnRole.TEXT
    read = " and ".join(f"“{columns[i].name}”" for i in texts) + (" hold texts" if len(texts) > 1 else " holds texts")
    several = _several_labels(columns, types, roles, texts, read)
    if several is not None:
        return several
    label = best_label(columns, types, text)
    if label is None or label in texts:
        return None
    roles[label] = ColumnRole.LABEL
    count = columns[label].unique
    values = "1 value" if count == 1 else f"{count:,} different values"
    return TaskGuess(
        kind=TaskKind.CLASSIFICATION,
        text=[columns[i].name for i in texts],
        label=columns[label].name,
        confidence=confidence_of(columns, types, text, label),
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
    listed = best_labels(columns, types)
    single = best_label(columns, types, texts[0])
    sure = single is not None and named_as(columns[single], names.LABEL_NAMES) == 1.0
    if listed is not None and (named_as(columns[listed], names.LABEL_NAMES) or not sure):
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
            confidence=0.85 if named_as(columns[index], names.LABEL_NAMES) else 0.7,
            why=why,
        )
    flags = [] if sure else flag_columns(columns, set(texts))
    rival = single is not None and single not in flags
    if rival and single is not None:
        rival = named_as(columns[single], names.LABEL_NAMES) > 0 or (len(flags) < 3 and types[single] == "text")
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
        if index in texts or types[index] != "text" or named_as(column, names.ID_NAMES) == 1.0:
            continue
        if (labels := separated(column)) is not None:
            often = sum(labels.labels.values()) >= 10 * len(labels.labels)
            found.append((named_as(column, names.LABEL_NAMES) + 0.5 * (index == single) + 0.3 * often, -index, labels))
    best = max(found, default=None, key=lambda item: item[:2])
    return None if best is None or best[0] <= 0 else (-best[1], best[2])


def _nothing_fits(columns: list[ColumnStatistics], roles: list[ColumnRole]) -> TaskGuess:
    text = [column.name for column, role in zip(columns, roles, strict=True) if role is ColumnRole.TEXT]
    if text:
        why = f"“{text[0]}” holds texts, but no column holds an answer for them that repeats."
    else:
        why = "No column holds texts that a model could read."
    return TaskGuess(kind=None, text=text, label=None, confidence=0.0, why=why)

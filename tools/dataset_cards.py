"""From a data set's profile to the cards that show it and to the few facts that a chat model gets."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from tools.asking import button
from tools.cards import Cell, ColumnView, LabelShare, ProblemsCard, ProblemView, TableCard, VerdictView
from tools.columns import Choice
from tools.goal import task_name
from tools.quoting import plain, quote, quote_all
from tools.repairs import card_buttons, mend_one
from tools.task_words import unit_of
from tools.words import count, listed
from workspace.dataset import DataProblem, Dataset, DatasetProfile, TaskKind
from workspace.privacy import shade

MAX_COLUMNS = 50
MAX_BARS = 20
PREVIEW_ROWS = 10
CELL_CHARS = 160
_LABELS_FOR_MODEL = 12
_PROBLEMS_FOR_MODEL = 10
_ENCODINGS = {"utf-8": "UTF-8", "ascii": "ASCII", "cp1252": "Windows-1252", "latin-1": "Latin-1"}
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}


def table_card(
    dataset: Dataset,
    preview: Sequence[Mapping[str, Any]],
    choice: Choice,
    labels: Mapping[str, int],
    why: str,
) -> TableCard:
    """The table as it was read, with the columns that would be used."""
    profile = dataset.profile
    text, task, answers = choice.text, choice.task, choice.answers
    used = {*text, *answers}
    # Columns that are used are never among the hidden ones.
    columns = sorted(profile.columns, key=lambda c: c.name not in used)[:MAX_COLUMNS]
    columns.sort(key=lambda c: [p.name for p in profile.columns].index(c.name))
    total = sum(labels.values())
    return TableCard(
        dataset_id=dataset.id,
        name=plain(dataset.name),
        rows=profile.rows,
        columns=[
            ColumnView(
                name=plain(c.name),
                type=c.type,
                role="text" if c.name in text else "label" if c.name in answers else _unused(c.role.value),
                missing=c.missing,
                unique=c.unique,
            )
            for c in columns
        ],
        hidden_columns=len(profile.columns) - len(columns),
        preview=[[_cell(row.get(c.name), c.name) for c in columns] for row in preview[:PREVIEW_ROWS]],
        labels=[
            LabelShare(label=plain(name, 80), count=count, share=round(count / total, 4))
            for name, count in list(labels.items())[:MAX_BARS]
        ],
        hidden_labels=max(0, len(labels) - MAX_BARS),
        labels_sentence=labels_sentence(labels, task),
        task=task.value if task else None,
        text=[plain(name) for name in text],
        label=listed([plain(name, 60) for name in answers]) or None,
        confidence=profile.task.confidence,
        why=why,
        read_as=read_as(profile),
        version=dataset.version,
        tasks=[(kind.value, task_name(kind)) for kind in TaskKind],
        button=button("Use these columns", "inspect_dataset", dataset_id=dataset.id) if len(columns) > 1 else None,
    )


def table_title(card: TableCard) -> str:
    """The finding: how much there is, and what would be read and learned."""
    amount = f"{card.rows:,} rows"
    text = " + ".join(card.text) or "?"
    if card.label and card.labels:
        groups = count(len(card.labels) + card.hidden_labels, unit_of(card.task))
        return f"{amount}, {groups}: read “{text}”, learn “{card.label}”"
    if card.label and card.task == TaskKind.GENERATION:
        return f"{amount}: read “{text}”, learn to write “{card.label}”"
    return f"{amount} in {len(card.columns) + card.hidden_columns:,} columns, and no column with answers yet"


def labels_sentence(labels: Mapping[str, int], task: TaskKind | None = None) -> str:
    """What to see in the bars: how even the groups are."""
    if task is TaskKind.NER and labels:
        marked = count(sum(labels.values()), "place is", "places are")
        return f"{marked} marked; “{plain(max(labels, key=lambda name: labels[name]), 60)}” most often."
    if len(labels) < 2:
        return ""
    ranked = sorted(labels.items(), key=lambda item: -item[1])
    (largest, most), (smallest, least) = ranked[0], ranked[-1]
    total = sum(labels.values())
    share = round(100 * most / total)
    text = f"“{plain(largest, 60)}” is the largest group with {share} of 100 rows"
    if least * 10 < most or least < 20:
        return f"{text}; “{plain(smallest, 60)}” has only {least:,}, so it will be the hardest to learn."
    return f"{text}; the groups are even enough to learn from."


def problems_card(dataset: Dataset, problems: Sequence[DataProblem]) -> ProblemsCard:
    """Everything that would hurt a training."""
    return ProblemsCard(
        dataset_id=dataset.id,
        problems=[
            ProblemView(
                code=p.code,
                severity=p.severity,
                count=p.count,
                message=plain(p.message, 400),
                examples=[plain(shade(e), CELL_CHARS) for e in p.examples[:3]],
                fix_code=p.fix.code if p.fix else None,
                fix_label=plain(p.fix.label, 80) if p.fix else None,
                button=mend_one(dataset, p),
            )
            for p in problems
        ],
        privacy=dataset.profile.privacy,
        verdict=_verdict(dataset),
        buttons=card_buttons(dataset, problems),
    )


def _verdict(dataset: Dataset) -> VerdictView | None:
    """A model's, where one was asked; else what counting says."""
    said = (dataset.check.verdict if dataset.check else None) or dataset.profile.verdict
    if said is None:
        return None
    return VerdictView(kind=said.kind, sentence=plain(said.sentence, 300), metric=said.metric, curve=said.curve)


def problems_title(problems: Sequence[DataProblem]) -> str:
    """The worst finding, and how many more there are."""
    serious = [p for p in problems if p.severity != "info"]
    if not serious:
        return "Nothing in this data stands in the way" if not problems else "Nothing serious, but good to know"
    first = plain(serious[0].message, 120).rstrip(".")
    more = len(serious) - 1
    return first if not more else f"{first}, and {more} more {'thing' if more == 1 else 'things'}"


def facts_for_model(
    dataset: Dataset,
    choice: Choice,
    labels: Mapping[str, int],
    problems: Sequence[DataProblem],
) -> dict[str, JsonValue]:
    """What the chat model gets to know: counts, names and codes, all user text quoted, and no row."""
    profile = dataset.profile
    return {
        "dataset_id": dataset.id,
        "name": quote(dataset.name, 100),
        "read_as": quote(read_as(profile)),
        "rows": profile.rows,
        "columns": [
            {"name": quote(c.name, 80), "type": c.type, "role": c.role.value, "missing": c.missing, "unique": c.unique}
            for c in profile.columns[:MAX_COLUMNS]
        ],
        "columns_in_all": len(profile.columns),
        "plan_arguments": {
            "dataset_id": dataset.id,
            "text": quote_all(choice.text, 80),
            "label": quote(choice.label, 80) if choice.label else None,
            "task": choice.task.value if choice.task else None,
        },
        "answers_in": quote_all(choice.answers[:MAX_COLUMNS], 80),
        "confidence": profile.task.confidence,
        "labels_in_all": len(labels),
        "unit": unit_of(choice.task),
        "labels": [
            {"label": quote(name, 60), "rows": count} for name, count in list(labels.items())[:_LABELS_FOR_MODEL]
        ],
        "problems": [
            {"code": p.code, "severity": p.severity, "count": p.count, "message": quote(p.message, 300)}
            for p in problems[:_PROBLEMS_FOR_MODEL]
        ],
        "privacy": dict(profile.privacy),
        "version": dataset.version,
        "fixes": [p.fix.code for p in problems[:_PROBLEMS_FOR_MODEL] if p.fix],
    }


def read_as(profile: DatasetProfile) -> str:
    """How the file was read, in a few words: ``CSV, UTF-8, comma`` or ``XLSX, sheet Export``."""
    parts = [profile.format.upper()]
    if profile.encoding:
        parts.append(_ENCODINGS.get(profile.encoding.lower().replace("_", "-"), profile.encoding))
    if profile.delimiter:
        parts.append(_DELIMITERS.get(profile.delimiter, "a separator of its own"))
    if profile.sheet:
        parts.append(f"sheet {plain(profile.sheet, 60)}")
    return ", ".join(parts)


def _unused(role: str) -> str:
    """A role guessed for a column that the person decided not to use."""
    return "other" if role in ("text", "label") else role


def _cell(value: Any, column: str) -> Cell:
    if isinstance(value, float) and not math.isfinite(value):
        return None  # no JSON number
    if value is None or isinstance(value, bool | int | float):
        return value
    # Cards are kept with the conversation, where support reads them: no e-mail address or number stands in them whole.
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return plain(shade(text[: 4 * CELL_CHARS], column), CELL_CHARS)

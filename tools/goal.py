"""The first step: from what a person wants to the kind of task that does it."""

import re
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, JsonValue

from tools.asking import UPLOAD, ask, button
from tools.context import ToolContext
from tools.registry import ToolOutput, tool
from workspace.dataset import TaskKind
from workspace.events import Asked

_ELSEWHERE = "elsewhere"

_TASKS: dict[TaskKind, tuple[str, str, str, str]] = {
    TaskKind.CLASSIFICATION: (
        "sorting",
        "Each text should get one answer out of a fixed list: a team, a topic, yes or no.",
        "A table (Excel or CSV) with one past text in each row and, in another column, the answer it got.",
        "50 rows for each answer are a start, 200 are good.",
    ),
    TaskKind.MULTILABEL: (
        "sorting with several labels",
        "Each text may get several labels at once.",
        "A table with one past text in each row and, in another column, all its labels, parted by semicolons.",
        "50 rows for each label are a start, 200 are good.",
    ),
    TaskKind.NER: (
        "finding things in text",
        "Pieces of the text should be found and named, such as names, dates or amounts.",
        "Texts in which these pieces are already marked, such as an export of a labelling tool or a CoNLL file.",
        "200 marked texts are a start, 1,000 are good.",
    ),
    TaskKind.GENERATION: (
        "writing text",
        "New text should be written from what is given.",
        "A table with pairs: what is given in one column, and what a person wrote for it in another.",
        "200 pairs are a start, 1,000 are good.",
    ),
}


@tool()
def recommend_task(
    context: ToolContext,
    goal: Annotated[str, Field(description="what the person wants to get done, in their own words", max_length=4000)],
) -> ToolOutput:
    """Finds the kind of task that does what a person wants: sorting texts, finding things in them, or writing.

    Use it as soon as somebody says what they would like to get done, before any file is there. It tells the task, the
    reason, and what data is needed. Where the goal is unclear, it says so and gives the question to ask.
    """
    scores = score_goal(goal)
    best, second = sorted(scores.values(), reverse=True)[:2]
    found = max(scores, key=lambda kind: scores[kind])
    if best and found == _ELSEWHERE:
        return _not_text()
    if best < 2 or best - second < 1:
        return _unclear([TaskKind(k) for k, s in scores.items() if s and s == best and k != _ELSEWHERE])
    return _recommended(TaskKind(found), confidence=round(min(0.95, 0.5 + 0.1 * (best - second)), 2))


def score_goal(goal: str) -> dict[str, int]:
    """Points per kind of task, and for wishes that are not about text at all (``elsewhere``)."""
    text = " ".join(goal.split())
    scores = {
        kind: sum(weight for pattern, weight in patterns if pattern.search(text))
        for kind, patterns in _patterns().items()
    }
    if scores[TaskKind.MULTILABEL]:  # it is sorting, and more: what speaks for sorting speaks for it as well
        scores[TaskKind.MULTILABEL] += scores[TaskKind.CLASSIFICATION]
    return scores


@cache
def _patterns() -> dict[str, list[tuple[re.Pattern[str], int]]]:
    raw = yaml.safe_load((Path(__file__).parent / "goals.yaml").read_text("utf-8"))
    return {
        kind: [(re.compile(p, re.IGNORECASE), weight) for weight, patterns in weights.items() for p in patterns]
        for kind, weights in raw.items()
    }


def task_name(kind: TaskKind) -> str:
    """What people call it: sorting, finding things in text, …"""
    return _TASKS[kind][0]


def _recommended(kind: TaskKind, confidence: float) -> ToolOutput:
    name, reason, needs, amount = _TASKS[kind]
    data: dict[str, JsonValue] = {
        "task": kind.value,
        "called": name,
        "reason": reason,
        "needs": needs,
        "how_much": amount,
        "confidence": confidence,
        "missing": "the file with past examples",
    }
    return ToolOutput(data=data, ask=_ask_file(), stage="data")


def _unclear(between: list[TaskKind]) -> ToolOutput:
    kinds = between if len(between) > 1 else [TaskKind.CLASSIFICATION, TaskKind.NER, TaskKind.GENERATION]
    data: dict[str, JsonValue] = {
        "task": None,
        "reason": "It is not clear yet which kind of task this is.",
        "missing": "what should come out for one text: a label, pieces of the text, or a new text",
        "possible": [kind.value for kind in kinds],
    }
    return ToolOutput(data=data, ask=ask_goal(), stage="goal")


def _not_text() -> ToolOutput:
    data: dict[str, JsonValue] = {
        "task": None,
        "reason": "This wizard trains models that read or write text. Pictures, sound and forecasts of numbers are "
        "outside of what it can do.",
        "missing": "a goal that is about text",
    }
    return ToolOutput(data=data, ask=ask_goal(), stage="goal")


def ask_goal() -> Asked:
    """What would you like to get done?"""
    return ask(
        "What should come out for each text?",
        button("A label, such as a team or a topic", "recommend_task", primary=True, goal="sort texts"),
        button("Pieces of it, such as names or amounts", "recommend_task", goal="find names in text"),
        button("A new text, such as a reply", "recommend_task", goal="write text"),
        button("Show me with an example", "load_sample"),
    )


def _ask_file() -> Asked:
    return ask(
        "Have you got a file with past texts and their answers? Excel or CSV is fine.",
        UPLOAD,
        button("Show me with an example", "load_sample"),
    )

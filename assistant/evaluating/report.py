"""The figures of an evaluation, by stage and by tool."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel

from assistant.evaluating.judging import Judged


class Share(BaseModel):
    """How many of how many."""

    name: str
    right: int
    of: int


class Fault(BaseModel):
    """A conversation that did not end as it must."""

    stage: str
    id: str
    language: str
    persona: str
    faults: list[str]
    called: list[str]


class EvaluationReport(BaseModel):
    """``tools``: of the conversations that need a tool, in how many it was called; ``wrongly_called`` counts calls
    that a conversation forbids."""

    model: str
    passed: int
    conversations: int
    stages: list[Share]
    languages: list[Share]
    personas: list[Share]
    tools: list[Share]
    wrongly_called: dict[str, int]
    failed: list[Fault]


def report_of(model: str, judged: Sequence[Judged]) -> EvaluationReport:
    """All figures."""
    needed = sorted({tool for one in judged for tool in one.scenario.tools})
    wrong: dict[str, int] = {}
    for one in judged:
        end = one.scenario.end
        for tool in one.used:
            if tool in end.never or end.nothing_called:
                wrong[tool] = wrong.get(tool, 0) + 1
    return EvaluationReport(
        model=model,
        passed=sum(one.passed for one in judged),
        conversations=len(judged),
        stages=_shares(judged, "stage"),
        languages=_shares(judged, "language"),
        personas=_shares(judged, "persona"),
        tools=[_share(tool, (tool in o.used for o in judged if tool in o.scenario.tools)) for tool in needed],
        wrongly_called=wrong,
        failed=[_fault(one) for one in judged if not one.passed],
    )


def _shares(judged: Sequence[Judged], by: str) -> list[Share]:
    names = list(dict.fromkeys(str(getattr(one.scenario, by)) for one in judged))
    return [_share(name, (o.passed for o in judged if getattr(o.scenario, by) == name)) for name in names]


def _share(name: str, right: Iterable[bool]) -> Share:
    all_of = list(right)
    return Share(name=name, right=sum(all_of), of=len(all_of))


def _fault(one: Judged) -> Fault:
    kept: dict[str, Any] = one.scenario.model_dump(include={"stage", "id", "language", "persona"})
    return Fault(**kept, faults=list(one.faults), called=list(one.used))

"""Whether what had to be true at the end of a conversation is true."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from assistant.evaluating.holding import Held
from assistant.evaluating.scenario import End, Scenario
from assistant.languages import language_written
from workspace.events import (
    Asked,
    AssistantSaid,
    CardShown,
    ConversationEvent,
    ErrorShown,
    ToolCalled,
    ToolReturned,
)

E = TypeVar("E", bound=ConversationEvent)


@dataclass(frozen=True)
class Judged:
    """One conversation, judged. ``faults`` is empty where all is as it must be."""

    scenario: Scenario
    faults: tuple[str, ...]
    used: tuple[str, ...]
    """Tools that were called or proposed, in order."""

    @property
    def passed(self) -> bool:
        return not self.faults


def judge(held: Held) -> Judged:
    """All that is wrong, at once."""
    used = tuple(_used(held.events))
    end = held.scenario.end
    faults = (*_taken_over(held), *_tools(end, held, used), *_state(end, held), *_words(end, held))
    return Judged(held.scenario, faults, used)


def _of(events: list[ConversationEvent], kind: type[E]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


def _used(events: list[ConversationEvent]) -> Iterator[str]:
    """A call that waits for a yes counts where it was proposed, and not a second time where it was done."""
    proposed = ""
    for event in events:
        if isinstance(event, Asked) and event.approval:
            proposed = event.approval.tool
            yield proposed
        elif isinstance(event, ToolCalled):
            if event.tool != proposed:
                yield event.tool
            proposed = ""


def _taken_over(held: Held) -> Iterator[str]:
    for error in _of(held.events, ErrorShown):
        if error.code.startswith("CHAT_MODEL"):
            yield f"the guide had to take over: {error.message}"


def _tools(end: End, held: Held, used: tuple[str, ...]) -> Iterator[str]:
    rest = iter(used)
    if missing := [tool for tool in end.called if tool not in rest]:
        yield f"did not call {missing[0]}; called {', '.join(used) or 'nothing'}"
    if end.nothing_called and used:
        yield f"called {', '.join(used)}, where nothing was to be called"
    if end.either and used and used[-1] not in end.either:
        yield f"called {used[-1]} instead of {' or '.join(end.either)}"
    for tool in end.never:
        if tool in used:
            yield f"called {tool}"
    returned = _of(held.events, ToolReturned)
    refused = {event.tool for event in returned if not event.ok}
    for tool in end.fails:
        if tool not in refused:
            yield f"{tool} did not refuse"
    called = _of(held.events, ToolCalled)
    yield from _differences("argument", end.arguments, called[-1].args if called else {})
    data = returned[-1].data if returned else {}
    yield from _differences("result", end.result, data if isinstance(data, dict) else {})


def _differences(what: str, wanted: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    for name, value in wanted.items():
        if found.get(name) != value:
            yield f"{what} {name} is {found.get(name)!r}, not {value!r}"


def _state(end: End, held: Held) -> Iterator[str]:
    workspace, journey = held.workspace, held.journey
    kinds = {event.card.kind for event in _of(held.events, CardShown)}
    for kind in end.cards:
        if kind not in kinds:
            yield f"no card {kind}"
    if end.plan:
        plan = workspace.plans.get(journey.plan_id).plan.model_dump() if journey.plan_id else {}
        yield from _differences("plan", end.plan, plan | plan.get("settings", {}))
    read = {"text": " ".join(journey.text), "label": journey.label}
    yield from _differences("column", end.used, read)
    waiting = held.open.approval.tool if held.open and held.open.approval else ""
    if end.waits_for and waiting != end.waits_for:
        yield f"does not wait for a yes to {end.waits_for}"
    if end.waits_for_file and not (held.open and held.open.ask == "file"):
        yield "does not ask for a file"
    datasets = workspace.datasets.list()
    rows = next((d.rows for d in datasets if d.id == journey.dataset_id), 0)
    facts = {
        "rows": rows,
        "datasets": len(datasets),
        "runs": len(workspace.runs.list()),
        "online": len(workspace.deployments.list()),
    }
    for name, count in facts.items():
        wanted = getattr(end, name)
        if wanted is not None and wanted != count:
            yield f"{name}: {count} instead of {wanted}"


def _words(end: End, held: Held) -> Iterator[str]:
    said = [event.text for event in _of(held.last_turn, AssistantSaid)]
    shown = [json.dumps(e.card.model_dump(), ensure_ascii=False) for e in _of(held.last_turn, CardShown)]
    asked = [event.model_dump_json() for event in _of(held.last_turn, Asked)]
    if end.says and not re.search(end.says, "\n".join([*said, *shown, *asked]), re.IGNORECASE):
        yield f"does not say {end.says}"
    all_said = "\n".join(event.text for event in _of(held.events, AssistantSaid))
    for text in end.unsaid:
        if text.casefold() in all_said.casefold():
            yield f"says {text}"
    if end.speaks:
        questions = [event.text for event in _of(held.last_turn, Asked)]
        spoken = language_written(" ".join([*said, *questions]))
        if spoken != end.speaks:
            yield f"speaks {spoken or 'no language that can be told'} instead of {end.speaks}"

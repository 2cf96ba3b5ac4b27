"""A stored conversation taken apart into turns: what its person did in each, and what the tools answered then."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any

from assistant.inputs import Answer, Press, Say, Upload, UserInput
from assistant.toolbelt import Outcome, Toolbelt, find_tool
from assistant.uploads import BROKE_OFF
from tools.asking import call_of
from tools.context import ToolContext
from tools.registry import ApprovalRequest, ToolOutput
from workspace.blanking import DELETED
from workspace.errors import InputError, WizardError
from workspace.events import (
    Answered,
    Asked,
    AssistantSaid,
    Card,
    CardShown,
    ConversationEvent,
    ErrorShown,
    FileReceived,
    StoredEvent,
    ToolCalled,
    ToolReturned,
    TurnEnded,
    UserSaid,
)

NOT_RECORDED = "NOT_RECORDED"
"""Code of what a tool answers that was not called then."""

OUTDATED = "APPROVAL_OUTDATED"


@dataclass(frozen=True)
class RecordedTurn:
    """One turn as it is stored, and everything that was stored before it."""

    before: Sequence[StoredEvent]
    stored: Sequence[StoredEvent]

    @cached_property
    def events(self) -> list[ConversationEvent]:
        return [stored.event for stored in self.stored]

    @cached_property
    def first(self) -> list[ConversationEvent]:
        """What its person did, as far as it is stored."""
        return list(takewhile(_begins, self.events))

    @cached_property
    def input(self) -> UserInput | None:
        """None where what the person did is not stored: a message that was too long, a file that was not kept."""
        said = next((e for e in self.first if isinstance(e, UserSaid)), None)
        file = next((e for e in self.first if isinstance(e, FileReceived)), None)
        if file is not None:
            return Upload(Path(file.name), file.name, said.text if said else "")
        if said is not None:
            return Say(said.text)
        answered = next((e for e in self.first if isinstance(e, Answered) and not e.in_passing), None)
        if answered is None:
            return None
        return Answer(answered.ask_id, answered.value) if answered.ask_id else self._press(answered)

    def _press(self, answered: Answered) -> Press:
        """What was chosen on the card beside the button stands in the call only."""
        option = str(answered.value)
        _, own = call_of(option)
        called = next((e.args for e in self.events if isinstance(e, ToolCalled)), None)
        asked = next((e.approval.args for e in self.events if isinstance(e, Asked) and e.approval), {})
        return Press(option, {k: v for k, v in (called if called is not None else asked).items() if k not in own})

    @property
    def why_not(self) -> str:
        """Why it cannot be run again, in a sentence; empty where it can."""
        models = {e.model for e in self.events if isinstance(e, AssistantSaid)} - {"", "guide"}
        called = {e.call_id for e in self.events if isinstance(e, ToolCalled)}
        returned = {e.call_id for e in self.events if isinstance(e, ToolReturned)}
        cut = any(isinstance(e, AssistantSaid) and e.text.endswith(" …") for e in self.events)
        if not isinstance(self.events[-1], TurnEnded):
            return "It broke off with the process."
        if models:
            return f"The chat model {', '.join(sorted(models))} answered, which does not say the same twice."
        if called - returned or cut:
            return "It was stopped by its person."
        if any(DELETED in stored.model_dump_json() for stored in self.stored):
            return "What it was about is deleted."
        return "" if self.input is not None else "What its person did is not stored."


def turns_of(events: Sequence[StoredEvent]) -> Iterator[RecordedTurn]:
    """The turns; what came by itself in between (the end of a training, a word of support) belongs to none."""
    start: int | None = None
    for place, stored in enumerate(events):
        begins = _begins(stored.event)
        if start is not None and begins and not all(_begins(e.event) for e in events[start:place]):
            if isinstance(stored.event, (UserSaid, FileReceived)):
                yield RecordedTurn(events[:start], events[start:place])
                start = place
        elif start is None and begins:
            start = place
        if start is not None and isinstance(stored.event, TurnEnded):
            yield RecordedTurn(events[:start], events[start : place + 1])
            start = None
    if start is not None:
        yield RecordedTurn(events[:start], events[start:])


def _begins(event: ConversationEvent) -> bool:
    told = isinstance(event, ErrorShown) and event.code == BROKE_OFF
    return told or isinstance(event, (UserSaid, Answered, FileReceived))


@dataclass
class _Result:
    tool: str
    args: str
    outcome: Outcome
    taken: bool = False


@dataclass
class RecordedTools(Toolbelt):
    """Answers as the tools answered in one turn. Only their schemas are today's: none of them is called."""

    turn: RecordedTurn
    _results: list[_Result] = field(init=False)

    def __post_init__(self) -> None:
        self._results = list(_results_of(self.turn))

    def call(self, context: ToolContext, name: str, args: dict[str, Any], *, approved: bool = False) -> Outcome:
        """What this call returned then; where the arguments differ, what the tool returned to others."""
        free = [result for result in self._results if result.tool == name and not result.taken]
        found = next((result for result in free if result.args == _key(args)), free[0] if free else None)
        if found is None:
            return Outcome(False, {"code": NOT_RECORDED, "message": f"{name} was not called then.", "next_step": ""})
        found.taken = True
        if found.outcome.ok:
            try:
                find_tool(name).validate(args)
            except WizardError as exc:
                return Outcome(False, dict(exc.as_dict()))
        return found.outcome

    def describe(self, context: ToolContext, name: str, args: dict[str, Any]) -> ApprovalRequest | None:
        """What was asked then before such a call, or what had been agreed to."""
        tool = find_tool(name)
        if tool.describe is None:
            return None
        tool.validate(args)
        shown = _newest(self.turn.before, name, args)
        called = next((result for result in self._results if result.tool == name), None)
        if shown is not None and self._accepted(shown):
            return self._agreed(shown, called is not None)
        if called is not None and not called.outcome.ok:
            raise _as_told(called.outcome.data)
        if called is None and (asked := self._asked(name)):
            return asked
        if shown is not None:
            return _request(shown, [])
        return ApprovalRequest(text="(It did not ask for a yes then.)", fingerprint="", accept_label="Yes")

    def _accepted(self, shown: Asked) -> bool:
        yes = shown.approval.accept if shown.approval else None
        return any(isinstance(e, Answered) and (e.ask_id, e.value) == (shown.ask_id, yes) for e in self.turn.first)

    def _agreed(self, shown: Asked, called: bool) -> ApprovalRequest:
        error = next((e for e in self.turn.events if isinstance(e, ErrorShown)), None)
        if called or error is None:
            return _request(shown, [])
        if error.code == OUTDATED:
            return _request(shown, []).model_copy(update={"fingerprint": "another"})
        raise InputError(error.code, error.message, error.next_step)

    def _asked(self, name: str) -> ApprovalRequest | None:
        asked = next((e for e in self.turn.events if isinstance(e, Asked) and e.approval and not e.call_id), None)
        if asked is None or asked.approval is None or asked.approval.tool != name:
            return None
        cards = [e.card for e in self.turn.events if isinstance(e, CardShown) and e.call_id is None]
        return _request(asked, cards)


def _results_of(turn: RecordedTurn) -> Iterator[_Result]:
    events = turn.events
    called = {e.call_id: e for e in events if isinstance(e, ToolCalled)}
    returned = [e for e in events if isinstance(e, ToolReturned)]
    last = next((e.call_id for e in reversed(returned) if e.ok), None)
    asked = next((e for e in reversed(events) if isinstance(e, Asked)), None)
    stage = next((e.stage for e in reversed(events) if isinstance(e, TurnEnded)), None)
    for result in returned:
        call = called.get(result.call_id)
        if call is None:
            continue
        output = ToolOutput(
            data=result.data if result.ok and isinstance(result.data, dict) else {},
            cards=[e.card for e in events if isinstance(e, CardShown) and e.call_id == result.call_id],
            ask=asked if asked and _asks(asked, result, last) else None,
            stage=stage if result.call_id == last else None,
        )
        yield _Result(call.tool, _key(call.args), Outcome(result.ok, result.data, output))


def _asks(asked: Asked, result: ToolReturned, last: str | None) -> bool:
    """Whether the question came from this tool; where that is not recorded, it is taken to be the last one's."""
    return asked.call_id == result.call_id or (asked.call_id is None and result.call_id == last)


def _newest(before: Sequence[StoredEvent], tool: str, args: dict[str, Any]) -> Asked | None:
    for stored in reversed(before):
        approval = stored.event.approval if isinstance(stored.event, Asked) else None
        if approval and approval.tool == tool and _key(approval.args) == _key(args):
            return stored.event if isinstance(stored.event, Asked) else None
    return None


def _request(asked: Asked, cards: list[Card]) -> ApprovalRequest:
    assert asked.approval is not None
    yes = next((o.label for o in asked.options if o.id == asked.approval.accept), "Yes")
    no = next((o.label for o in asked.options if o.id != asked.approval.accept), "No")
    return ApprovalRequest(
        text=asked.text, fingerprint=asked.approval.fingerprint, accept_label=yes, decline_label=no, cards=cards
    )


def _as_told(data: Any) -> InputError:
    told = data if isinstance(data, dict) else {}
    return InputError(*(str(told.get(name, "")) for name in ("code", "message", "next_step")))


def _key(args: Any) -> str:
    return json.dumps(args, sort_keys=True, ensure_ascii=False)

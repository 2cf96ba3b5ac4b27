"""Two courses of the same turn compared, event by event; ids that are new each time do not count."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal

from pydantic import BaseModel

from workspace.events import (
    Answered,
    Asked,
    AssistantSaid,
    CardShown,
    ConversationEvent,
    ErrorShown,
    ToolCalled,
    ToolReturned,
    TurnEnded,
)

What = Literal["tool", "arguments", "order", "words", "question", "error", "answer", "stage", "result", "less", "more"]

_NEW_EACH_TIME = re.compile(r"\b(ask|call)_[0-9a-f]{24,32}\b")


class Difference(BaseModel):
    """Where the assistant does something else today. ``place`` counts the turn's stored events from 0."""

    what: What
    says: str
    place: int | None = None
    then: ConversationEvent | None = None
    now: ConversationEvent | None = None


def differences(then: Sequence[ConversationEvent], now: Sequence[ConversationEvent]) -> list[Difference]:
    """In the order of the turn; empty where the two are the same."""
    before, after = [_key(event) for event in then], [_key(event) for event in now]
    if before == after:
        return []
    if Counter(before) == Counter(after):
        says = f"It does the same in another order: {_steps(now)}, where it was {_steps(then)}."
        return [Difference(what="order", says=says)]
    found: list[Difference] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            found += _block(list(enumerate(then))[a:b], list(now[c:d]))
    if any(one.what == "tool" for one in found):
        # What another tool returned and showed differs by itself.
        found = [one for one in found if not isinstance(one.then or one.now, (ToolReturned, CardShown))]
    return found


def _block(then: Sequence[tuple[int, ConversationEvent]], now: list[ConversationEvent]) -> Iterator[Difference]:
    """Events in the place of others: those of the same kind are put side by side."""
    for place, event in then:
        same = next((other for other in now if other.kind == event.kind), None)
        if same is None:
            yield Difference(what="less", says=f"It does not {_doing(event)} any more.", place=place, then=event)
            continue
        now.remove(same)
        what, says = _changed(event, same)
        yield Difference(what=what, says=says, place=place, then=event, now=same)
    for event in now:
        yield Difference(what="more", says=f"It does {_doing(event)}, which it did not.", now=event)


def _changed(then: ConversationEvent, now: ConversationEvent) -> tuple[What, str]:
    match then, now:
        case ToolCalled(), ToolCalled() if then.tool != now.tool:
            return "tool", f"It calls {now.tool} in place of {then.tool}."
        case ToolCalled(), ToolCalled():
            names = [n for n in {**then.args, **now.args} if then.args.get(n) != now.args.get(n)]
            return "arguments", f"It calls {now.tool} with another {' and '.join(names)}."
        case AssistantSaid(), _:
            return "words", "It says it in other words."
        case Asked(), Asked() if then.text == now.text:
            return "question", "It offers other answers to the question."
        case Asked(), _:
            return "question", "It asks something else."
        case ErrorShown(), ErrorShown():
            return "error", f"It shows the error {now.code} in place of {then.code}."
        case Answered(), _:
            return "answer", "It takes the answer in another way."
        case TurnEnded(), TurnEnded():
            return "stage", f"The conversation then stands at “{now.stage}” in place of “{then.stage}”."
        case _:
            return "result", "It gets or shows another result."


def _doing(event: ConversationEvent) -> str:
    match event:
        case ToolCalled():
            return f"call {event.tool}"
        case ErrorShown():
            return f"show the error {event.code}"
        case AssistantSaid():
            return "say this"
        case Asked():
            return "ask this"
        case _:
            return f"write down “{event.kind.replace('_', ' ')}”"


def _steps(events: Sequence[ConversationEvent]) -> str:
    names = {"assistant_said": "words", "card_shown": "a card", "asked": "a question", "error_shown": "an error"}
    steps = [e.tool if isinstance(e, ToolCalled) else names.get(e.kind, "") for e in events]
    return ", ".join(filter(None, steps))


def _key(event: ConversationEvent) -> str:
    text = json.dumps(event.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return _NEW_EACH_TIME.sub(r"\1_", text)

"""Questions of a transcript: which one is open, what was decided, what a press or a form stands for. No I/O."""

from collections.abc import Iterator, Sequence
from typing import Any

from assistant.approval import normal, option_of, verdict
from tools.asking import call_of
from tools.registry import ApprovalRequest
from workspace.events import (
    Answered,
    Approval,
    Asked,
    CardShown,
    Option,
    Stage,
    StoredEvent,
    TurnEnded,
)
from workspace.ids import new_id

_LAUNCH = "launch_training"

Events = Sequence[StoredEvent]


def stage_of(events: Events) -> Stage:
    """Where the conversation stood when its last turn ended."""
    return next((s.event.stage for s in reversed(events) if isinstance(s.event, TurnEnded)), "goal")


def open_question(events: Events) -> Asked | None:
    """The newest question, if it has no answer yet."""
    newest = next((s.event for s in reversed(events) if isinstance(s.event, Asked)), None)
    return newest if newest and not _answers(events, newest) else None


def open_approval(events: Events) -> Asked | None:
    """The newest question, if it waits for a yes."""
    asked = open_question(events)
    return asked if asked and asked.approval else None


def asked_of(events: Events, ask_id: str) -> Asked | None:
    found = (s.event for s in reversed(events) if isinstance(s.event, Asked) and s.event.ask_id == ask_id)
    return next(found, None)


def is_decided(events: Events, asked: Asked) -> bool:
    """Whether its buttons are dead. Who asked something in passing may still press them, until a newer question
    waits for a yes."""
    answers = _answers(events, asked)
    newest = _newest_approval(events)
    return bool(answers) and not (answers[-1].in_passing and newest is not None and newest.ask_id == asked.ask_id)


def launch_meant(events: Events, text: str) -> tuple[Asked, Option] | None:
    """The Start button of the open question, where a text says what stands on it or is plainly a yes to it."""
    asked = open_question(events)
    if asked is None or asked.approval:
        return None
    option = option_of(asked, text)
    if option is None and verdict(text) == "yes":
        option = next((option for option in asked.options if option.style == "primary"), None)
    return (asked, option) if option and call_of(option.id)[0] == _LAUNCH else None


def is_shown_plan(events: Events, tool: str, args: dict[str, Any], fingerprint: str) -> bool:
    """Whether a press asks for exactly the plan that was shown last, card and question, so that one press is a yes.

    The button names the plan, the fingerprint is its hash: a press can never start another plan than the one seen.
    """
    newest = _newest_approval(events)
    if tool != _LAUNCH or not args or newest is None or newest.approval is None:
        return False
    same = newest.approval.tool == tool and newest.approval.args == args
    cards = (s.event.card for s in reversed(events) if isinstance(s.event, CardShown) and s.event.card.kind == "plan")
    card = next(cards, None)
    shown = card is not None and (card.data.get("plan_id"), card.data.get("hash")) == (args.get("plan_id"), fingerprint)
    return same and shown and newest.approval.fingerprint == fingerprint


def card_button(events: Events, value: Any) -> Option | None:
    """The button of that id on any card that was shown here; nothing else can be pressed."""
    return next((button for button in _card_buttons(events) if button.id == value), None)


def card_button_said(events: Events, text: str) -> Option | None:
    """The button on a card of the newest turn that says exactly what was typed, for who has no mouse."""
    ends = [i for i, stored in enumerate(events) if isinstance(stored.event, TurnEnded)]
    newest = events[ends[-2] + 1 :] if len(ends) > 1 else events
    return next((button for button in _card_buttons(newest) if normal(button.label) == normal(text)), None)


def _card_buttons(events: Events) -> Iterator[Option]:
    for stored in reversed(events):
        if isinstance(stored.event, CardShown):
            yield from _buttons_in(stored.event.card.data)


def _buttons_in(data: Any) -> Iterator[Option]:
    """What stands under ``button`` or ``buttons``, in the card or in one of its items (:mod:`tools.cards`)."""
    for key, value in data.items() if isinstance(data, dict) else ():
        if key == "button" and isinstance(value, dict):
            yield Option.model_validate(value)
        elif key == "buttons" and isinstance(value, list):
            yield from map(Option.model_validate, value)
        elif isinstance(value, list):
            for item in value:
                yield from _buttons_in(item)


def form_call(asked: Asked, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The call that a filled-in form stands for: its button's, with what differs from what the form showed.

    Where the button itself gives a field as it was shown, leaving it so is an answer, and so is emptying it. Else
    nothing is done where nothing was changed.
    """
    before = {field.name: field.value for field in asked.fields}
    tool, args = call_of(asked.options[0].id)
    given = before.keys() & args.keys()
    changed = {k: v for k, v in values.items() if v != before.get(k) and (k in given or v not in (None, ""))}
    if changed:
        return tool, {**args, "changes": {k: "" if v is None else v for k, v in changed.items()}}
    return (tool, args) if given else ("", {})


def confirmation(tool: str, args: dict[str, Any], request: ApprovalRequest) -> Asked:
    """The question whose yes releases exactly this call."""
    return Asked(
        ask_id=new_id("ask"),
        ask="confirm",
        text=request.text,
        options=[
            Option(id="yes", label=request.accept_label, style="primary"),
            Option(id="no", label=request.decline_label),
        ],
        approval=Approval(tool=tool, args=args, fingerprint=request.fingerprint, accept="yes"),
    )


def _answers(events: Events, asked: Asked) -> list[Answered]:
    return [s.event for s in events if isinstance(s.event, Answered) and s.event.ask_id == asked.ask_id]


def _newest_approval(events: Events) -> Asked | None:
    return next((s.event for s in reversed(events) if isinstance(s.event, Asked) and s.event.approval), None)

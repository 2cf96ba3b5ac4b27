"""The conversation as JSON lines: one object in, events out, each with ``"event"``. INTERFACES of the project."""

import json
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from assistant.inputs import Answer, Say, Upload, UserInput
from workspace.errors import InputError, WizardError
from workspace.events import (
    Asked,
    AssistantSaid,
    CardShown,
    ConversationEvent,
    ErrorShown,
    RunProgressed,
    ToolCalled,
    ToolReturned,
    TurnEnded,
)


class Wait:
    """``{"wait": "run"}``: go on when the training that runs has ended."""


class Quit:
    """``{"quit": true}``"""


Line = Say | Upload | Answer | Wait | Quit

_NEXT = (
    'Send one of {"say": text}, {"upload": path}, {"answer": value, "ask": id}, {"wait": "run"}, {"quit": true}, '
    "one object a line."
)


def parse(line: str) -> Line:
    """One line of input. Raises InputError that says what is wrong with it."""
    try:
        given = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as exc:
        raise InputError("LINE_INVALID", "This line is not JSON.", _NEXT) from exc
    if not isinstance(given, dict):
        raise InputError("LINE_INVALID", "This line is JSON, but not an object.", _NEXT)
    match given:
        case {"upload": str(path), **rest} if rest.keys() <= {"say"} and isinstance(rest.get("say", ""), str):
            return Upload(Path(path).expanduser(), Path(path).name, rest.get("say", ""))
        case {"answer": value, "ask": str(ask_id), **rest} if not rest:
            return Answer(ask_id, value)
        case {"say": str(text), **rest} if not rest:
            return Say(text)
        case {"wait": "run", **rest} if not rest:
            return Wait()
        case {"quit": True, **rest} if not rest:
            return Quit()
    known = ", ".join(sorted(str(key) for key in given)) or "nothing"
    raise InputError("LINE_UNKNOWN", f"This line says nothing that can be done (it has: {known[:200]}).", _NEXT)


def as_input(line: Line) -> UserInput:
    assert isinstance(line, (Say, Upload, Answer))
    return line


def as_json(event: ConversationEvent) -> dict[str, JsonValue] | None:
    """The event as a line of output; None for what the other side did itself."""
    match event:
        case AssistantSaid(text=text):
            return {"event": "message", "text": text}
        case ToolCalled(tool=tool, args=args):
            return {"event": "tool_call", "tool": tool, "args": dict(args)}
        case ToolReturned(tool=tool, ok=ok, data=data):
            return {"event": "tool_result", "tool": tool, "ok": ok, "data": data}
        case Asked():
            return _asked(event)
        case CardShown(card=card):
            return {"event": "card", "kind": card.kind, "title": card.title, "data": dict(card.data)}
        case RunProgressed():
            return {
                "event": "progress",
                "run": event.run_id,
                "fraction": event.fraction,
                "eta_seconds": event.eta_seconds,
                "metrics": dict(event.metrics),
                "message": event.message,
            }
        case ErrorShown(code=code, message=message, next_step=next_step):
            return {"event": "error", "code": code, "message": message, "next_step": next_step}
        case TurnEnded():
            return {"event": "turn_end", "stage": event.stage}
    return None


def _asked(event: Asked) -> dict[str, JsonValue]:
    line: dict[str, Any] = {
        "event": "ask",
        "id": event.ask_id,
        "kind": event.ask,
        "text": event.text,
        "options": [{"id": option.id, "label": option.label} for option in event.options],
    }
    if event.fields:
        line["fields"] = [field.model_dump(mode="json") for field in event.fields]
    return line


def error_line(error: WizardError) -> dict[str, JsonValue]:
    return {"event": "error", **error.as_dict()}

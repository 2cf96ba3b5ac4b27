"""The conversation as JSON lines: one object in, events out, each with ``"event"``. INTERFACES of the project."""

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from assistant.hub import ReadingProgressed
from assistant.inputs import Answer, Say, Upload
from tools.quoting import plain
from workspace.errors import InputError, WizardError
from workspace.events import (
    Asked,
    AssistantSaid,
    CardShown,
    ConversationEvent,
    ErrorShown,
    RunProgressed,
    StoredEvent,
    ToolCalled,
    ToolReturned,
    TurnEnded,
)

if TYPE_CHECKING:
    from assistant.surfaces.terminal import Terminal


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
            return {"event": "card", "kind": card.kind, "title": card.title, "data": card.shown}
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


def _reading(item: ReadingProgressed) -> dict[str, JsonValue]:
    """How far the reading of a file is, in the form of a training's progress, without a run."""
    return {
        "event": "progress",
        "run": None,
        "fraction": item.fraction,
        "eta_seconds": None,
        "metrics": {},
        "message": f"Reading {plain(item.name, 80)}",
    }


def error_line(error: WizardError) -> dict[str, JsonValue]:
    return {"event": "error", **error.as_dict()}


class Lines:
    """Reads lines, answers each with its events. Every line but quit is closed by exactly one ``turn_end``.

    What a training reports between two lines is kept back until the next one, so that a reader is never out of step;
    only progress is written as it comes.
    """

    def __init__(self, terminal: "Terminal") -> None:
        self._terminal = terminal
        self._conversation = terminal.conversation

    async def serve(self) -> None:
        """Until quit or the end of the input."""
        listening = asyncio.create_task(self._listen())
        try:
            while text := await asyncio.to_thread(sys.stdin.buffer.readline):
                if not text.strip():
                    continue
                try:
                    line = parse(text.decode("utf-8", "replace"))
                    if isinstance(line, Quit):
                        return
                    await self._take(line)
                except WizardError as exc:
                    _write(error_line(exc))
                    _write({"event": "turn_end", "stage": self._conversation.stage})
        finally:
            listening.cancel()
            await asyncio.wait([listening])

    async def _listen(self) -> None:
        async for item in self._terminal.news:
            if isinstance(item, RunProgressed) and not item.analysis:
                _print(item)

    async def _take(self, line: Say | Upload | Answer | Wait) -> None:
        if isinstance(line, Wait):
            await self._terminal.all_told()
            await self._tell_new()
            _write({"event": "turn_end", "stage": self._conversation.stage})
            return
        end: TurnEnded | None = None
        await self._tell_new()
        async for item in self._conversation.turn(line):
            if isinstance(item, ReadingProgressed):
                _write(_reading(item))
            if not isinstance(item, StoredEvent):
                continue
            if isinstance(item.event, TurnEnded):
                end = item.event
            else:
                _print(item.event)
        _print(end or TurnEnded(stage=self._conversation.stage))

    async def _tell_new(self) -> None:
        """What a training has reported since; without its turn end, for the line that is answered brings its own."""
        for stored in await self._conversation.refresh():
            if not isinstance(stored.event, TurnEnded):
                _print(stored.event)


def _print(event: ConversationEvent) -> None:
    line = as_json(event)
    if line is not None:
        _write(line)


def _write(line: dict[str, JsonValue]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()

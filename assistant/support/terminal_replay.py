"""A replay for the terminal: each moment with its time, what was hidden in grey."""

import json
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from assistant.rendering.names import DOING
from assistant.support.notes import Note
from assistant.support.replay import Moment, RunStory
from assistant.support.rerun import Rerun
from assistant.surfaces.terminal_cards import event_view
from workspace.events import (
    Answered,
    ConversationEvent,
    FileReceived,
    ToolCalled,
    ToolReturned,
    UserSaid,
)

_MOST_SHOWN = 400


def moment_view(moment: Moment, *, hidden: bool) -> RenderableType | None:
    """None for what is not to be seen."""
    event = moment.event
    view = event_view(event) or _of_the_person(event)
    if view is None and hidden:
        view = _behind(event, moment)
    if view is None:
        return None
    clock = Text(_clock(moment.seconds), style="bold red" if moment.trouble else "dim")
    return Group(clock, view, Text(""))


def run_view(run: RunStory) -> RenderableType:
    """A training's story, one line an event; of its progress only where it came to something new."""
    lines = [Text(f"Training {run.id}: {run.status}, attempt {run.attempt}", style="bold")]
    last = ""
    for event in run.events:
        line = _run_line(event)
        if line and line != last:
            lines.append(Text(f"  {str(event['at'])[11:19]}  {line}", style="dim"))
            last = line
    if run.failure:
        lines.append(Text(f"  {run.failure['code']}: {run.failure['message']}", style="red"))
    return Group(*lines)


def note_view(note: Note) -> RenderableType:
    """Who wrote it down and when, and what."""
    head = Text(f"Note by {note.by}, {note.at.astimezone():%Y-%m-%d %H:%M}", style="bold yellow")
    return Group(head, Text(f"  {note.text}"), Text(""))


def rerun_view(again: Rerun) -> RenderableType:
    """What differs, turn by turn; what could not be run again, with the reason."""
    lines = [
        Text(f"{again.compared} of {len(again.turns)} turns were run again; {again.differing} differ.", style="bold")
    ]
    for turn in again.turns:
        if turn.why_not:
            lines.append(Text(f"  {turn.number}. {turn.said}: not run. {turn.why_not}", style="dim"))
        elif turn.differences:
            lines.append(Text(f"  {turn.number}. {turn.said}", style="bold cyan"))
            lines += [Text(f"     {one.says}", style="red") for one in turn.differences]
    return Group(*lines)


def _of_the_person(event: ConversationEvent) -> RenderableType | None:
    match event:
        case UserSaid(text=text):
            return Text(f"> {text}", style="bold cyan")
        case FileReceived(name=name, bytes=size):
            return Text(f"> (file {name}, {size:,} bytes)", style="bold cyan")
        case Answered(label=label, value=value):
            said = label or (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
            return Text(f"> [{said}]", style="bold cyan")
        case _:
            return None


def _behind(event: ConversationEvent, moment: Moment) -> RenderableType | None:
    match event:
        case ToolCalled(tool=tool, args=args):
            return Text(f"{DOING.get(tool, tool)}: {tool} {_short(args)}", style="dim")
        case ToolReturned(tool=tool, ok=ok, data=data):
            took = f" after {moment.took:.1f} s" if moment.took is not None else ""
            return Text(f"{tool} {'answered' if ok else 'failed'}{took}: {_short(data)}", style="dim")
        case _:
            return None


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}… ({len(text):,} characters)"


def _run_line(event: dict[str, Any]) -> str:
    match event["kind"]:
        case "progressed":
            return str(event["message"])
        case "metric":
            return ""
        case "failed":
            return f"failed: {event['failure']['code']}"
        case kind:
            return f"{kind} {event.get('worker', '')}".strip()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"

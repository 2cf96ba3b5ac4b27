"""What a conversation hears at the end of an analysis: the finding, and a question only where it disturbs nobody."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.guide.texts import after
from assistant.questions import open_approval
from assistant.toolbelt import call_tool
from tools.checking import still_wanted
from tools.context import ToolContext
from tools.redacting import choices_of
from workspace.analysis import Analysis
from workspace.errors import NotFound
from workspace.events import (
    Answered,
    AssistantSaid,
    CardShown,
    ConversationEvent,
    StoredEvent,
    ToolCalled,
    ToolReturned,
    UserSaid,
)
from workspace.home import Workspace
from workspace.ids import new_id
from workspace.run import RunStatus


@dataclass(frozen=True)
class Telling:
    """How the end of one kind of analysis is told: the tool that shows what it found, called with which arguments.

    ``about_data``: nobody wants to hear of it once the data was deleted or changed.
    """

    tool: str
    args: Callable[[Analysis], dict[str, Any]]
    about_data: bool = True


def _data(analysis: Analysis) -> dict[str, Any]:
    return {"dataset_id": analysis.job.dataset_id}


def _model(analysis: Analysis) -> dict[str, Any]:
    return {name: value for name, value in analysis.job.args.items() if name in ("model_id", "form")}


_TELLING = {
    "check": Telling("check_dataset", _data),
    "augment": Telling("augment_dataset", _data),
    "redact": Telling("redact_dataset", lambda analysis: _data(analysis) | choices_of(analysis)),
    "export": Telling("export_model", _model, about_data=False),
    "predict": Telling("predict_file", lambda analysis: _data(analysis) | _model(analysis), about_data=False),
}
_SHOWS_DATA = frozenset({"inspect_dataset", "load_sample", "clean_dataset"}) | {t.tool for t in _TELLING.values()}


def ending(workspace: Workspace, analysis: Analysis) -> Sequence[ConversationEvent]:
    """Nothing where it failed or was stopped, and where the data was deleted or changed meanwhile.

    The events end no turn: they come between two, and the conversation stays where it was.
    """
    telling = _TELLING.get(analysis.job.kind)
    if telling is None or analysis.status is not RunStatus.SUCCEEDED:
        return []
    if telling.about_data and not still_wanted(workspace, analysis):
        return []
    tool, args = telling.tool, telling.args(analysis)
    outcome = call_tool(ToolContext(workspace, analysis.conversation_id), tool, args)
    if not outcome.ok or not outcome.output.cards:
        return []
    call_id = new_id("call")
    events: list[ConversationEvent] = [
        ToolCalled(call_id=call_id, tool=tool, args=args),
        ToolReturned(call_id=call_id, tool=tool, ok=True, data=outcome.data),
        *(CardShown(card=card, call_id=call_id) for card in outcome.output.cards),
    ]
    try:
        before = workspace.transcripts.load(analysis.conversation_id or "").events
    except NotFound:
        return []
    if tool == "check_dataset" and _told(before, analysis.job.dataset_id):
        return []
    if _waits_for_this(before, analysis.job.dataset_id):
        events.append(AssistantSaid(text=after(tool, data=outcome.data), model="guide"))
        if outcome.output.ask:
            events.append(outcome.output.ask)
    return events


def _told(events: Sequence[StoredEvent], dataset_id: str) -> bool:
    """Whether the person asked, and was told, before this end was seen."""
    returned = [s.event for s in events if isinstance(s.event, ToolReturned) and s.event.tool == "check_dataset"]
    data = [event.data for event in returned if isinstance(event.data, dict)]
    return any((d.get("dataset_id"), d.get("status")) == (dataset_id, "done") for d in data)


def _waits_for_this(events: Sequence[StoredEvent], dataset_id: str) -> bool:
    """Whether the conversation still stands where the data was shown: nothing was said, planned or asked since."""
    if open_approval(events):
        return False
    for stored in reversed(events):
        event = stored.event
        if isinstance(event, ToolReturned):
            shown = event.data.get("dataset_id") if isinstance(event.data, dict) else None
            return event.ok and event.tool in _SHOWS_DATA and shown == dataset_id
        if isinstance(event, (UserSaid, Answered)):
            return False
    return False

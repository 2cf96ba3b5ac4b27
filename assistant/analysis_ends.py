"""What a conversation hears at the end of an analysis: the finding, and a question only where it disturbs nobody."""

from collections.abc import Sequence
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

_TELLING = {
    "check": "check_dataset",
    "augment": "augment_dataset",
    "redact": "redact_dataset",
    "export": "export_model",
}
"""Kind of analysis -> the tool that shows what it found."""
_SHOWS_DATA = frozenset(
    {"inspect_dataset", "load_sample", "clean_dataset", "check_dataset", "augment_dataset", "redact_dataset"}
)


def ending(workspace: Workspace, analysis: Analysis) -> Sequence[ConversationEvent]:
    """Nothing where it failed or was stopped, and where the data was deleted or changed meanwhile.

    The events end no turn: they come between two, and the conversation stays where it was.
    """
    tool = _TELLING.get(analysis.job.kind)
    about_data = tool != "export_model"
    if tool is None or analysis.status is not RunStatus.SUCCEEDED:
        return []
    if about_data and not still_wanted(workspace, analysis):
        return []
    args: dict[str, Any] = {"dataset_id": analysis.job.dataset_id}
    if not about_data:
        args = {name: analysis.job.args[name] for name in ("model_id", "form")}
    if tool == "redact_dataset":
        args |= choices_of(analysis)
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

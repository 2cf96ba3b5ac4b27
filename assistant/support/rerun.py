"""A stored conversation run again: the same inputs through today's code, with the results that the tools gave then.

Each turn starts from what is stored before it, so that one difference does not draw others behind it. No tool is
called, nothing is stored, and the built-in guide answers: it says the same whenever it is asked the same.
"""

from collections.abc import Sequence

from pydantic import BaseModel, computed_field

from assistant.inputs import Answer, Press, Say, Upload, UserInput
from assistant.support.differences import Difference, differences
from assistant.support.masking import masked_event
from assistant.support.recording import RecordedTools, RecordedTurn, turns_of
from assistant.turn import Turn
from workspace.errors import InputError, Unavailable, WizardError
from workspace.events import (
    Answered,
    AssistantSaid,
    ConversationEvent,
    ErrorShown,
    FileReceived,
    StoredEvent,
    ToolCalled,
)
from workspace.home import Workspace
from workspace.privacy import hide


class TurnAgain(BaseModel):
    """One turn then and now. ``why_not`` says why it was not run again."""

    number: int
    seq: int
    said: str
    why_not: str = ""
    differences: list[Difference] = []


class Rerun(BaseModel):
    """All turns of a conversation."""

    turns: list[TurnAgain]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def compared(self) -> int:
        return sum(not turn.why_not for turn in self.turns)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def differing(self) -> int:
        return sum(bool(turn.differences) for turn in self.turns)

    def masked(self) -> "Rerun":
        """Without personal data and texts of rows."""
        return Rerun(turns=[_masked(turn) for turn in self.turns])


async def run_again(events: Sequence[StoredEvent], workspace: Workspace) -> Rerun:
    """Runs every turn that can be, and compares. ``workspace`` gives the settings; nothing of it is read or written."""
    again = []
    for number, turn in enumerate(turns_of(events), start=1):
        found: list[Difference] = []
        if not turn.why_not:
            found = differences(turn.events, await turn_again(turn, workspace))
        again.append(
            TurnAgain(number=number, seq=turn.stored[0].seq, said=_said(turn), why_not=turn.why_not, differences=found)
        )
    return Rerun(turns=again)


async def turn_again(turn: RecordedTurn, workspace: Workspace) -> list[ConversationEvent]:
    """What today's code makes of the turn."""
    assert turn.input is not None
    settings = workspace.settings.model_copy(update={"chat_model": "guide"})
    again = _Again(turn, Workspace(workspace.owner_id, settings, workspace.queue))
    await again.run(turn.input)
    return again.made


class _Again(Turn):
    """A turn that keeps what it would store, and takes the file and the results of the tools from the record."""

    def __init__(self, turn: RecordedTurn, workspace: Workspace) -> None:
        self._recorded = turn
        self.made: list[ConversationEvent] = []
        conversation_id = turn.stored[0].conversation_id
        super().__init__(workspace, conversation_id, list(turn.before), lambda _: None, RecordedTools(turn))

    async def _store(self, events: Sequence[ConversationEvent]) -> list[StoredEvent]:
        first = self._recorded.stored[0]
        begin = first.seq + len(self.made)
        self.made += events
        return [
            StoredEvent(conversation_id=first.conversation_id, seq=seq, at=first.at, event=event)
            for seq, event in enumerate(events, start=begin)
        ]

    async def _receive(self, upload: Upload) -> str:
        events = self._recorded.events
        place = next(i for i, event in enumerate(events) if isinstance(event, FileReceived))
        await self._emit(events[place])
        after = events[place + 1]
        if isinstance(after, ToolCalled):
            return str(after.args.get("dataset_id", ""))
        if isinstance(after, ErrorShown):
            spoke = any(isinstance(event, AssistantSaid) for event in events)
            kind: type[WizardError] = InputError if spoke else Unavailable
            raise kind(after.code, after.message, after.next_step)
        raise Unavailable("FILE_NOT_READ", "What became of the file is not recorded.", "")


def _said(turn: RecordedTurn) -> str:
    """What the person did, in words."""
    label = next((event.label for event in turn.first if isinstance(event, Answered) and event.label), "")
    return _in_words(turn.input, label)


def _in_words(given: UserInput | None, label: str) -> str:
    match given:
        case Say(text=text):
            return text
        case Upload(name=name):
            return f"(file {name})"
        case Press() | Answer():
            return f"[{label or 'an answer'}]"
        case None:
            return ""


def _masked(turn: TurnAgain) -> TurnAgain:
    found = [
        one.model_copy(
            update={
                "then": masked_event(one.then) if one.then else None,
                "now": masked_event(one.now) if one.now else None,
            }
        )
        for one in turn.differences
    ]
    return turn.model_copy(update={"said": hide(turn.said), "differences": found})

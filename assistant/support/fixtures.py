"""A conversation as a file of the tests: whoever changes what the assistant says in it is told by a failing test.

What is expected is what the assistant does today. After a change that is meant, ``mtw transcripts accept FILE`` writes
down the new course.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from assistant.support.masking import masked_event
from assistant.support.recording import RecordedTurn, turns_of
from assistant.support.rerun import turn_again
from workspace.errors import InputError
from workspace.events import Asked, ConversationEvent, StoredEvent
from workspace.home import Workspace
from workspace.starter import starter_onnx_folder

COMPLAINTS = Path(__file__).parents[2] / "tests" / "assistant" / "support" / "complaints"
"""Where the tests look for them, in a checkout of the program."""

_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


class Fixture(BaseModel):
    """A conversation that must go on as it went. ``complaint`` says in a sentence what was wrong with it."""

    title: str
    complaint: str = ""
    starter: bool = Field(default=False, description="the guide understood with the starter model, not by rules alone")
    events: list[ConversationEvent]

    @property
    def stored(self) -> list[StoredEvent]:
        return _stored(self.events)


def read(path: Path) -> Fixture:
    """Raises InputError for what is no such file."""
    try:
        return Fixture.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as exc:
        raise InputError(
            "FIXTURE_UNREADABLE", f"{path} is no saved conversation.", "Name a file that was saved."
        ) from exc


async def fixture_of(
    events: Sequence[StoredEvent], workspace: Workspace, *, title: str, complaint: str = "", unmasked: bool = False
) -> Fixture:
    """The conversation as a test, with the course that it takes today; without personal data unless asked for."""
    kept = [stored.event if unmasked else masked_event(stored.event) for stored in events]
    starter = starter_onnx_folder(workspace.settings) is not None
    return Fixture(title=title, complaint=complaint, starter=starter, events=await as_of_today(kept, workspace))


async def as_of_today(events: Sequence[ConversationEvent], workspace: Workspace) -> list[ConversationEvent]:
    """The same inputs and results with what today's code makes of them; what cannot be run again stays."""
    made: list[ConversationEvent] = []
    told = 0
    for turn in turns_of(_stored(events)):
        made += events[told : len(turn.before)]  # What came by itself in between.
        made += turn.events if turn.why_not else await _made_of(turn, made, workspace)
        told = turn.stored[-1].seq
    return [*made, *events[told:]]


async def _made_of(
    turn: RecordedTurn, before: Sequence[ConversationEvent], workspace: Workspace
) -> list[ConversationEvent]:
    made = await turn_again(RecordedTurn(_stored(before), turn.stored), workspace)
    asked = next((event for event in reversed(turn.events) if isinstance(event, Asked)), None)
    # Answers that follow name the question by the id that it had then.
    return [e.model_copy(update={"ask_id": asked.ask_id}) if asked and isinstance(e, Asked) else e for e in made]


def _stored(events: Sequence[ConversationEvent]) -> list[StoredEvent]:
    return [
        StoredEvent(conversation_id="fixture", seq=seq, at=_NO_TIME, event=event)
        for seq, event in enumerate(events, start=1)
    ]


def save(fixture: Fixture, name: str, folder: Path = COMPLAINTS) -> Path:
    """Writes it where the tests find it. Raises InputError where this installation has no tests."""
    if not folder.parent.is_dir():
        raise InputError(
            "NO_TESTS_HERE",
            "This installation of the program has no tests, so there is no place to save one.",
            "Save it as a file, and put it into tests/assistant/support/complaints of the sources.",
        )
    folder.mkdir(exist_ok=True)
    return write(fixture, folder / f"{name}.json")


def write(fixture: Fixture, path: Path) -> Path:
    """Raises InputError where it cannot be written."""
    try:
        path.write_text(fixture.model_dump_json(indent=1) + "\n", "utf-8")
    except OSError as exc:
        raise InputError("OUTPUT_UNUSABLE", f"{path} cannot be written.", "Name another file.") from exc
    return path

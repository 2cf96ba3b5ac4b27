"""A conversation's transcript: its head and its events in order. Pure types."""

from datetime import datetime

from pydantic import BaseModel

from workspace.events import Answered, Asked, StoredEvent, UserSaid


class Conversation(BaseModel):
    """The head of a conversation, as lists show it."""

    id: str
    owner_id: str
    title: str
    surface: str
    created_at: datetime
    updated_at: datetime


class Transcript(BaseModel):
    """A conversation with its events, oldest first."""

    conversation: Conversation
    events: list[StoredEvent]

    @property
    def open_ask(self) -> Asked | None:
        """The question still waiting: asked last, and neither answered nor talked past since."""
        for stored in reversed(self.events):
            if isinstance(stored.event, (Answered, UserSaid)):
                return None
            if isinstance(stored.event, Asked):
                return stored.event
        return None

"""What staff write down about a conversation, for staff alone: neither its person nor an export ever holds it."""

from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import Engine
from sqlmodel import col, select

from assistant.support.desk import Opened
from workspace.database import system_session
from workspace.errors import InputError
from workspace.ids import new_id
from workspace.tables import SupportNoteRow

MOST_CHARACTERS = 5_000


class Note(BaseModel):
    """Who wrote it, when, and what."""

    by: str
    text: str
    at: datetime


class Notes:
    """The notes of all conversations. They go with their conversation (:meth:`Transcripts.delete`)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, conversation_id: str) -> list[Note]:
        """Oldest first."""
        query = select(SupportNoteRow).where(SupportNoteRow.conversation_id == conversation_id)
        with system_session(self._engine) as session:
            rows = session.exec(query.order_by(col(SupportNoteRow.created_at), col(SupportNoteRow.id)))
            return [Note(by=row.by, text=row.text, at=row.created_at) for row in rows]

    def add(self, opened: Opened, by: str, text: str) -> None:
        """Raises InputError for an empty or too long one."""
        text = text.strip()
        if not text or len(text) > MOST_CHARACTERS:
            raise InputError(
                "NOTE_UNUSABLE",
                f"A note has between 1 and {MOST_CHARACTERS:,} characters; this one has {len(text):,}.",
                "Write down what the next one who helps should know.",
            )
        row = SupportNoteRow(
            id=new_id("note"), owner_id=opened.owner_id, conversation_id=opened.head.id, by=by, text=text
        )
        with system_session(self._engine) as session:
            session.add(row)

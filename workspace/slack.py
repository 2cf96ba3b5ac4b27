"""What is kept of Slack: which thread is which conversation, and what arrived and is not done yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from workspace.database import system_session
from workspace.tables import ConversationRow, SlackInputRow, SlackThreadRow, now

KEPT = timedelta(days=1)
"""So long an input that is done is known again. Slack repeats an event for about an hour."""

_MOST_SHOWN = 20


@dataclass(frozen=True)
class Place:
    """A thread. ``thread`` is the time stamp of its first message; empty for the main line of a direct message."""

    team: str
    channel: str
    thread: str = ""

    @property
    def id(self) -> str:
        return f"{self.team}:{self.channel}:{self.thread}"

    @classmethod
    def of(cls, id_: str) -> "Place":
        return cls(*id_.split(":", 2))

    @property
    def is_direct(self) -> bool:
        return self.channel.startswith("D")


@dataclass(frozen=True)
class SlackInput:
    """Something that a person did in Slack. ``key`` is the same whenever it is delivered again."""

    key: str
    lane: str
    position: str
    body: dict[str, Any]
    begun_seq: int = -1
    """The conversation's last event before this input was taken; -1: it was not begun."""


@dataclass(frozen=True)
class SlackThread:
    """A conversation at a place. ``shown``: messages that will be changed, by the run or question they show."""

    place: Place
    owner_id: str
    conversation_id: str
    person: str
    posted_seq: int = 0
    posting_seq: int = 0
    shown: dict[str, str] | None = None


class SlackStore:
    """The rows of all owners: the surface finds out from them whose a thread is."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # what arrived

    def keep(self, inputs: Sequence[SlackInput]) -> list[SlackInput]:
        """Stores what is new, and returns it. What was delivered before is left out."""
        by_key = {one.key: one for one in reversed(inputs)}
        with system_session(self._engine) as session:
            known = set(session.exec(select(SlackInputRow.key).where(col(SlackInputRow.key).in_(list(by_key)))))
        fresh = [one for one in inputs if one.key not in known and by_key.pop(one.key, None) is one]
        try:
            self._add(fresh)
        except IntegrityError:
            # Another process was told at the same moment.
            return [one for one in fresh if self._added(one)]
        return fresh

    def _add(self, inputs: Sequence[SlackInput]) -> None:
        with system_session(self._engine) as session:
            session.add_all(
                SlackInputRow(key=one.key, lane=one.lane, position=one.position, body=one.body) for one in inputs
            )

    def _added(self, one: SlackInput) -> bool:
        try:
            self._add([one])
        except IntegrityError:
            return False
        return True

    def unfinished(self) -> list[SlackInput]:
        """What an earlier process has taken in and not done."""
        waiting = col(SlackInputRow.state).in_(("new", "begun"))
        query = select(SlackInputRow).where(waiting).order_by(col(SlackInputRow.at))
        with system_session(self._engine) as session:
            return [
                SlackInput(row.key, row.lane, row.position, row.body, row.begun_seq if row.state == "begun" else -1)
                for row in session.exec(query)
            ]

    def begin(self, key: str, seq: int) -> None:
        """Remembers where the conversation was before this input."""
        self._set(key, state="begun", begun_seq=seq)

    def finish(self, key: str) -> None:
        """Done: only the key is left of it."""
        self._set(key, state="done", body={})

    def _set(self, key: str, **values: Any) -> None:
        with system_session(self._engine) as session:
            session.execute(update(SlackInputRow).where(col(SlackInputRow.key) == key).values(**values))

    def forget_old(self) -> None:
        """Removes the keys of what was done long ago."""
        old = (col(SlackInputRow.state) == "done", col(SlackInputRow.at) < now() - KEPT)
        with system_session(self._engine) as session:
            session.execute(delete(SlackInputRow).where(*old))

    # threads

    def tie(self, thread: SlackThread) -> SlackThread:
        """Makes a place the one of a conversation; another conversation that was held there loses it."""
        row = SlackThreadRow(
            id=thread.place.id,
            owner_id=thread.owner_id,
            conversation_id=thread.conversation_id,
            person=thread.person,
            posted_seq=thread.posted_seq,
            posting_seq=thread.posting_seq,
            shown=thread.shown or {},
        )
        with system_session(self._engine) as session:
            session.merge(row)
        return thread

    def find(self, place: Place) -> SlackThread | None:
        with system_session(self._engine) as session:
            row = session.get(SlackThreadRow, place.id)
        return _thread_of(row) if row else None

    def of_conversation(self, conversation_id: str) -> list[SlackThread]:
        query = select(SlackThreadRow).where(SlackThreadRow.conversation_id == conversation_id)
        with system_session(self._engine) as session:
            return [_thread_of(row) for row in session.exec(query.order_by(col(SlackThreadRow.created_at)))]

    def of_owner(self, owner_id: str) -> list[SlackThread]:
        """Newest first."""
        query = select(SlackThreadRow).where(SlackThreadRow.owner_id == owner_id)
        with system_session(self._engine) as session:
            return [_thread_of(row) for row in session.exec(query.order_by(col(SlackThreadRow.created_at).desc()))]

    def conversations(self) -> dict[str, set[str]]:
        """Every tied conversation with its places, and no more than that."""
        found: dict[str, set[str]] = {}
        with system_session(self._engine) as session:
            for conversation_id, place in session.exec(select(SlackThreadRow.conversation_id, SlackThreadRow.id)):
                found.setdefault(conversation_id, set()).add(place)
        return found

    def behind(self) -> set[str]:
        """Conversations in which something happened that does not stand in Slack yet."""
        query = (
            select(SlackThreadRow.conversation_id)
            .join(ConversationRow, col(ConversationRow.id) == col(SlackThreadRow.conversation_id))
            .where(col(ConversationRow.last_seq) > col(SlackThreadRow.posted_seq))
        )
        with system_session(self._engine) as session:
            return set(session.exec(query))

    def posting(self, place: Place, seq: int) -> None:
        """Up to this event something is being posted."""
        self._update(place, posting_seq=seq)

    def posted(self, place: Place, seq: int, shown: dict[str, str]) -> None:
        """Up to this event everything stands in Slack; ``shown`` keeps its first and its newest entries."""
        entries = list(shown.items())
        kept = entries if len(entries) <= _MOST_SHOWN else [entries[0], *entries[1 - _MOST_SHOWN :]]
        self._update(place, posted_seq=seq, posting_seq=seq, shown=dict(kept))

    def _update(self, place: Place, **values: Any) -> None:
        with system_session(self._engine) as session:
            session.execute(update(SlackThreadRow).where(col(SlackThreadRow.id) == place.id).values(**values))


def _thread_of(row: SlackThreadRow) -> SlackThread:
    return SlackThread(
        Place.of(row.id),
        row.owner_id,
        row.conversation_id,
        row.person,
        row.posted_seq,
        row.posting_seq,
        dict(row.shown),
    )

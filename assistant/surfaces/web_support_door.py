"""Who gets into the support pages, and into which conversation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from assistant.identity import Identity
from assistant.support.desk import Opened, SupportDesk
from assistant.support.notes import Notes
from assistant.surfaces.web_state import Web, current_identity
from workspace.errors import Forbidden, Unauthorized
from workspace.events import ConversationEvent, StoredEvent

GOOD_FOR = timedelta(hours=1)
"""So long a reason that was given once lets its giver look."""


@dataclass(frozen=True)
class Door:
    """Asked by every route of the support pages. Its methods block."""

    web: Web

    @cached_property
    def desk(self) -> SupportDesk:
        return SupportDesk(self.web.engine)

    @cached_property
    def notes(self) -> Notes:
        return Notes(self.web.engine)

    def supporter(self) -> Identity:
        """Raises Unauthorized without a login, and Forbidden without the role."""
        identity = current_identity.get()
        if identity is None and self.web.settings.auth == "local":
            identity = self.web.users.local()
        if identity is None:
            raise Unauthorized("LOGIN_NEEDED", "You are not logged in.", "Log in and try again.")
        if not identity.is_support:
            next_step = "An operator can give you the role support."
            raise Forbidden("SUPPORT_ONLY", "This page is for support staff.", next_step)
        return identity

    def may_look(self, supporter: Identity, opened: Opened, *, unmasked: bool = False) -> bool:
        """One's own conversation, or a reason that was given a short time ago, or its person asks for help."""
        if opened.owner_id == supporter.owner_id and not unmasked:
            return True
        return self.desk.may_look(opened.head.id, supporter.identifier, GOOD_FOR, unmasked=unmasked)

    def open(self, conversation_id: str) -> tuple[Identity, Opened]:
        """The conversation, for whoever may look into it. Raises also NotFound, and Forbidden without a reason."""
        supporter, opened = self.supporter(), self.desk.open(conversation_id)
        if not self.may_look(supporter, opened):
            raise Forbidden("REASON_NEEDED", "A reason is missing.", "Open the conversation first and say why.")
        return supporter, opened

    def write(
        self, conversation_id: str, make: Callable[[Opened], list[ConversationEvent]], *, close: bool = False
    ) -> list[StoredEvent]:
        """Stores what ``make`` makes of the conversation as it is now. To be called under its turn lock."""
        _, opened = self.open(conversation_id)
        return self.desk.write(opened, make(opened), close=close)

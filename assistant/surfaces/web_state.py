"""What the parts of the web application share: settings, queue, users, and who is asking right now."""

from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Engine

from assistant.identity import Identity, RevokedTokens, Users
from workspace.database import engine_for
from workspace.errors import Unauthorized
from workspace.home import Workspace
from workspace.queue import CeleryQueue, LocalQueue, Queue
from workspace.settings import Settings

current_identity: ContextVar[Identity | None] = ContextVar("current_identity", default=None)
"""Set by the gate for each request and each websocket, from the login token alone."""


@dataclass(frozen=True)
class Web:
    """Built once by :func:`assistant.app.create_app`."""

    settings: Settings
    queue: Queue

    @classmethod
    def of(cls, settings: Settings) -> "Web":
        queue: Queue = CeleryQueue(settings.redis_url) if settings.redis_url else LocalQueue(settings)
        return cls(settings, queue)

    @cached_property
    def engine(self) -> Engine:
        return engine_for(self.settings.database)

    @cached_property
    def users(self) -> Users:
        return Users(self.engine, self.settings)

    @cached_property
    def revoked(self) -> RevokedTokens:
        return RevokedTokens(self.engine)

    def workspace(self, owner_id: str) -> Workspace:
        return Workspace(owner_id, self.settings, self.queue)

    def workspace_of_caller(self) -> Workspace:
        """The workspace of whoever is asking. Raises Unauthorized without a login."""
        return self.workspace(caller().owner_id)


def caller() -> Identity:
    """Who is asking. Raises Unauthorized without a login."""
    identity = current_identity.get()
    if identity is None:
        raise Unauthorized("LOGIN_NEEDED", "You are not logged in.", "Log in and try again.")
    return identity

"""Who somebody of Slack is here, and whether they own the Slack workspace."""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import anyio

from assistant.identity import Identity, Users
from workspace.settings import Settings

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

_log = logging.getLogger(__name__)

_MOST_KNOWN = 10_000


@dataclass(frozen=True)
class Person:
    """Somebody of Slack. ``identity`` is None for those who are not let in: other companies' people and programs."""

    user: str
    identity: Identity | None
    is_owner: bool


class People:
    """Asks Slack once for each person.

    Without a login (MTW_AUTH=local) everybody of the Slack workspace is the one local user, as is everybody who
    reaches the page. Else the e-mail address that Slack has confirmed finds the account of the web chat; who has
    none there gets an account of their own for Slack.
    """

    def __init__(self, client: "AsyncWebClient", users: Users, settings: Settings) -> None:
        self._client = client
        self._users = users
        self._settings = settings
        self._known: dict[tuple[str, str], Person] = {}

    async def of(self, team: str, user: str, home: str = "") -> Person:
        """The person. ``home``: the Slack workspace that they belong to, where the event says it."""
        if home and home != team:
            return Person(user, None, False)
        if (known := self._known.get((team, user))) is not None:
            return known
        profile = await self._profile(user)
        person = await anyio.to_thread.run_sync(self._person, team, user, profile)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        if profile:
            self._known[(team, user)] = person
        return person

    async def _profile(self, user: str) -> dict[str, Any]:
        from slack_sdk.errors import SlackApiError

        try:
            found: dict[str, Any] = (await self._client.users_info(user=user)).get("user", {})
        except SlackApiError as exc:
            # Without the scope users:read everything but the accounts of the web chat still works.
            _log.warning("Slack does not tell who %s is: %s", user, exc.response.get("error"))
            return {}
        return found

    def _person(self, team: str, user: str, profile: dict[str, Any]) -> Person:
        of_another = str(profile.get("team_id") or team) != team or profile.get("is_stranger")
        if of_another or profile.get("is_bot") or profile.get("deleted"):
            return Person(user, None, False)
        owner = bool(profile.get("is_owner") or profile.get("is_primary_owner"))
        return Person(user, self._identity(team, user, profile), owner)

    def _identity(self, team: str, user: str, profile: dict[str, Any]) -> Identity | None:
        if self._settings.auth == "local":
            return self._users.local()
        about = profile.get("profile") or {}
        email = str(about.get("email") or "").strip()
        if email and profile.get("is_email_confirmed", True):
            for spelling in dict.fromkeys((email, email.lower())):
                if found := self._users.find(spelling):
                    return found
        name = str(about.get("real_name") or profile.get("real_name") or profile.get("name") or user)
        return self._users.ensure(f"slack:{team}:{user}", "slack", name)

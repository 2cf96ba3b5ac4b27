"""A person in Slack: a local server that speaks Slack's interfaces, with our surface connected to it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from assistant.api import add_errors
from assistant.followup import Followup
from assistant.surfaces.slack.surface import SlackSurface
from assistant.surfaces.web_state import Web
from tests.fakes import FakeQueue
from tests.slack_server import SECRET, TOKEN, Sender, SlackServer
from workspace.home import LOCAL_OWNER, Workspace
from workspace.settings import Settings


@dataclass
class Slack:
    """Everything that a test of Slack needs."""

    server: SlackServer
    surface: SlackSurface
    sender: Sender
    workspace: Workspace
    settings: Settings

    async def say(self, text: str, **event: Any) -> None:
        """One message, and all that follows from it."""
        assert (await self.sender.say(text, **event)).status_code == 200
        await self.surface.idle()

    async def press(self, label: str, user: str = "U1", channel: str = "C1") -> None:
        assert (await self.sender.press(self.server, label, user, channel)).status_code == 200
        await asyncio.sleep(0)
        await self.surface.idle()

    async def told(self) -> None:
        """One look after trainings."""
        await Followup(self.settings, lambda _: self.workspace).look()
        await self.surface.idle()

    @property
    def conversations(self) -> list[str]:
        return [head.id for head in self.workspace.transcripts.list()]


Story = Callable[[Slack], Awaitable[None]]
Play = Callable[..., None]


@pytest.fixture
def play(settings: Settings, queue: FakeQueue, by_rules: None) -> Play:
    """``play(story, settle=0.0, **settings)``: runs a story in an installation that is connected to Slack."""

    def run(story: Story, settle: float = 0.0, **changes: Any) -> None:
        async def played() -> None:
            async with SlackServer() as server:
                given = {"slack_bot_token": SecretStr(TOKEN), "slack_signing_secret": SecretStr(SECRET)}
                ours = settings.model_copy(update=given | {"slack_api_url": server.api_url} | changes)
                surface = SlackSurface(Web(ours, queue), settle_seconds=settle, edit_seconds=0.0)
                app = FastAPI()
                app.include_router(surface.routes())
                add_errors(app)
                transport = httpx.ASGITransport(app=app)
                async with surface.running(), httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                    workspace = Workspace(LOCAL_OWNER, ours, queue)
                    await story(Slack(server, surface, Sender(client.post), workspace, ours))

        asyncio.run(played())

    return run

"""What arrives is safe before the next answer begins."""

import asyncio

import pytest

from assistant.surfaces.slack.inbox import Inbox
from workspace.database import engine_for
from workspace.migrations import upgrade
from workspace.settings import Settings
from workspace.slack import SlackInput, SlackStore


def test_what_arrives_comes_before_the_next_answer(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.surfaces.slack.inbox.CALM_SECONDS", 1.0)
    upgrade(settings.database)
    store = SlackStore(engine_for(settings.database))
    happened: list[str] = []

    async def take(one: SlackInput) -> None:
        happened.append(f"taken {one.key}")

    async def arriving() -> None:
        inbox = Inbox(store, take, settle_seconds=0, patience_seconds=600)
        for number in range(12):
            assert await inbox.put(SlackInput(str(number), f"lane {number}", str(number), {"kind": "message"}))
            happened.append(f"stored {number}")
        await inbox.idle()

    asyncio.run(arriving())
    stored = [what for what in happened if what.startswith("stored")]
    assert sorted(what for what in happened if what.startswith("taken")) == sorted(f"taken {n}" for n in range(12))
    # The first one begins at once; the others wait until nothing more arrives.
    begun_before_the_last_was_stored = happened.index(stored[-1]) - (len(stored) - 1)
    assert begun_before_the_last_was_stored <= 1
    assert store.unfinished() == []

"""The end of a training reaches its conversation, exactly once, whatever was restarted meanwhile."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.followup import Followup, following
from assistant.hub import Hub, Live, hub
from tests.assistant.talking import Talker, calls, errors, finish_run, of, words
from workspace.events import Asked, CardShown, RunProgressed, StoredEvent, ToolReturned, TurnEnded
from workspace.home import Workspace
from workspace.run import Cancelled, Failure, Progressed
from workspace.run_log import RunLog, StreamBell


@pytest.fixture
def run_id(talker: Talker, mails: Path) -> str:
    """A conversation that waits for its training."""
    talker.upload(mails)
    talker.press("Right, make a plan")
    talker.press("Start")
    return talker.workspace.runs.list()[0].id


def look(talker: Talker, live: Hub = hub) -> bool:
    """One look of a watcher that knows nothing of earlier ones, as after a restart."""
    followup = Followup(talker.workspace.settings, lambda _: talker.workspace, live=live)
    return talker.run(followup.look)


def test_a_success_is_told_with_its_cards(talker: Talker, run_id: str) -> None:
    before = len(talker.stored)
    finish_run(talker.workspace, run_id)
    assert look(talker) is False
    told = talker.stored[before:]
    assert calls(told) == ["explain_results", "show_mistakes"]
    assert all(event.ok for event in of(told, ToolReturned))
    assert [card.card.kind for card in of(told, CardShown)] == ["metrics", "confusion", "mistakes"]
    assert "of 100 unseen texts right" in words(told)
    assert {option.label for option in of(told, Asked)[0].options} >= {"Try it", "See mistakes", "Download it"}
    assert told[-1] == TurnEnded(stage="check")


def test_it_is_told_once(talker: Talker, run_id: str) -> None:
    finish_run(talker.workspace, run_id)
    look(talker)
    told = len(talker.stored)
    look(talker)
    assert len(talker.stored) == told


def test_two_watchers_at_once_tell_it_once(talker: Talker, run_id: str) -> None:
    finish_run(talker.workspace, run_id)

    async def both() -> list[bool]:
        # Two hubs have two locks, as two processes have.
        watchers = [Followup(talker.workspace.settings, lambda _: talker.workspace, live=Hub()) for _ in range(4)]
        run = talker.workspace.runs.get(run_id)
        return await asyncio.gather(*(watcher.report(run) for watcher in watchers))

    assert sorted(talker.run(both)) == [False, False, False, True]
    assert calls(talker.stored).count("explain_results") == 1


def test_a_watcher_that_dies_before_the_end_is_stored_loses_nothing(
    talker: Talker, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish_run(talker.workspace, run_id)

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("workspace.conversations.Transcripts._append", killed)
        with pytest.raises(Killed):
            look(talker)
    look(talker)
    assert calls(talker.stored).count("explain_results") == 1


def test_a_failure_is_told_with_a_way_on(talker: Talker, run_id: str) -> None:
    failure = Failure(code="OUT_OF_MEMORY", message="The computer ran out of memory.", next_step="Use fewer rows.")
    finish_run(talker.workspace, run_id, failure)
    look(talker)
    assert errors(talker.stored) == ["OUT_OF_MEMORY"]
    assert talker.asked.options
    assert talker.stored[-1] == TurnEnded(stage="plan")
    assert look(talker) is False
    assert errors(talker.stored) == ["OUT_OF_MEMORY"]


def test_a_stop_is_told(talker: Talker, run_id: str) -> None:
    assert calls(talker.say("stop")) == ["cancel_run"]
    log = RunLog(talker.workspace.engine)
    assert log.claim(run_id, "test", 60, 3) is None, "a run that shall stop is ended at the claim"
    look(talker)
    assert "was stopped" in words(talker.stored)
    assert Cancelled().kind == talker.workspace.runs.get(run_id).status.value


def test_progress_is_live_and_not_stored(talker: Talker, run_id: str) -> None:
    log = RunLog(talker.workspace.engine)
    lease = log.claim(run_id, "test", 60, 3)
    assert lease is not None
    live = Hub()

    async def watched() -> list[Live]:
        followup = Followup(talker.workspace.settings, lambda _: talker.workspace, live=live)
        with live.subscribe(talker.conversation.id) as news:
            for fraction in (0.25, 0.5):
                log.append(lease, Progressed(stage="train", message="Learning", fraction=fraction, eta_seconds=3.0))
                assert await followup.look() is True
                assert await followup.look() is True  # nothing new: nothing is sent
        return [item async for item in news]

    before = len(talker.stored)
    seen = talker.run(watched)
    assert [item.fraction for item in seen if isinstance(item, RunProgressed)] == [0.25, 0.5]
    assert all(isinstance(item, RunProgressed) and item.view["run_id"] == run_id for item in seen)
    assert len(talker.stored) == before


def test_the_background_watcher_reaches_who_listens(talker: Talker, run_id: str) -> None:
    async def watched() -> list[str]:
        with hub.subscribe(talker.conversation.id, "tab") as news:
            async with following(talker.workspace.settings, lambda _: talker.workspace):
                finish_run(talker.workspace, run_id)
                kinds: list[str] = []
                async for item in news:
                    kinds.append(item.event.kind if isinstance(item, StoredEvent) else "live")
                    if kinds[-1] == "turn_ended":
                        return kinds
        return kinds

    assert "card_shown" in talker.run(watched)


def test_a_deleted_conversation_is_passed_over(talker: Talker, run_id: str) -> None:
    finish_run(talker.workspace, run_id)
    talker.workspace.transcripts.delete(talker.conversation.id)
    assert look(talker) is False
    assert talker.workspace.runs.unreported() == []


def test_every_owner_is_served_and_only_with_their_own(
    talker: Talker, run_id: str, workspace_of: Callable[[str], Workspace], mails: Path
) -> None:
    other = Talker(workspace_of("usr_b"))
    other.upload(mails)
    other.press("Right, make a plan")
    other.press("Start")
    finish_run(other.workspace, other.workspace.runs.list()[0].id)
    finish_run(talker.workspace, run_id)
    followup = Followup(talker.workspace.settings, workspace_of)
    talker.run(followup.look)
    for person in (talker, other):
        assert calls(person.stored)[-2:] == ["explain_results", "show_mistakes"]
    other.close()


def test_the_conversation_goes_on_from_the_result(talker: Talker, run_id: str) -> None:
    finish_run(talker.workspace, run_id)
    look(talker)
    talker.run(talker.conversation.refresh)
    assert calls(talker.say("show me the mistakes")) == ["show_mistakes"]
    assert calls(talker.say('what about "my parcel is lost"?')) == ["try_model"]


def test_the_bell_brings_progress_without_polling(
    talker: Talker, run_id: str, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only the bell can end this wait.
    monkeypatch.setattr("assistant.followup.IDLE_SECONDS", 30.0)
    log = RunLog(talker.workspace.engine, StreamBell.of(valkey_url))
    settings = talker.workspace.settings.model_copy(update={"redis_url": valkey_url})
    lease = log.claim(run_id, "test", 60, 3)
    assert lease is not None

    async def watched() -> list[float]:
        seen: list[float] = []
        with hub.subscribe(talker.conversation.id, "tab") as news:
            async with following(settings, lambda _: talker.workspace):
                for fraction in (0.25, 0.5):
                    event = Progressed(stage="train", message="Learning", fraction=fraction, eta_seconds=3.0)
                    await asyncio.to_thread(log.append, lease, event)
                    while fraction not in seen:
                        item = await asyncio.wait_for(news.get(), 20)
                        seen += [item.fraction] if isinstance(item, RunProgressed) else []
        return seen

    assert talker.run(watched)[-1] == 0.5


def test_without_a_broker_at_the_address_it_looks_by_itself(
    talker: Talker, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.followup.LOOK_SECONDS", 0.01)
    settings = talker.workspace.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    log = RunLog(talker.workspace.engine)
    lease = log.claim(run_id, "test", 60, 3)
    assert lease is not None

    async def watched() -> None:
        with hub.subscribe(talker.conversation.id, "tab") as news:
            async with following(settings, lambda _: talker.workspace):
                await asyncio.wait_for(news.get(), 20)
                log.append(lease, Progressed(stage="train", message="Learning", fraction=0.5, eta_seconds=3.0))
                while not isinstance(item := await asyncio.wait_for(news.get(), 20), RunProgressed):
                    pass
                assert item.fraction == 0.5

    talker.run(watched)

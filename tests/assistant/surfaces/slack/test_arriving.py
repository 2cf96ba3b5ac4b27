"""What reaches us from Slack: forged, twice, out of order, over a restart and over a line that breaks."""

import asyncio
import time

from pydantic import SecretStr

from tests.assistant.surfaces.slack.conftest import Play, Slack
from tests.slack_server import APP_TOKEN, message
from workspace.events import UserSaid


def words(slack: Slack) -> list[str]:
    """What people said, as it is stored."""
    stored = [slack.workspace.transcripts.load(conversation).events for conversation in slack.conversations]
    return [one.event.text for events in stored for one in events if isinstance(one.event, UserSaid)]


def test_a_forged_or_an_old_request_is_refused(play: Play) -> None:
    async def story(slack: Slack) -> None:
        body = '{"type":"event_callback"}'
        assert (await slack.sender.raw(body, secret="no")).status_code == 401
        assert (await slack.sender.raw(body, at=time.time() - 600)).status_code == 401
        answer = await slack.sender.raw('{"type":"url_verification","challenge":"x1"}')
        assert (answer.status_code, "x1" in answer.text) == (200, True)

    play(story)


def test_what_arrives_twice_is_done_once(play: Play) -> None:
    async def story(slack: Slack) -> None:
        for retry in ("0", "1", "2"):
            await slack.sender.event(message("hello", "1.000001", channel="D1"), **{"X-Slack-Retry-Num": retry})
        # A mention comes as two events: as a mention and as a message of the channel.
        await slack.sender.say("hi", mention=True, ts="2.000001")
        await slack.sender.event(message("<@UBOT> hi", "2.000001", event_id="EvOther"))
        await slack.surface.idle()
        assert sorted(words(slack)) == ["hello", "hi"]

    play(story)


def test_a_thread_is_read_in_its_order(play: Play) -> None:
    async def story(slack: Slack) -> None:
        for number in (3, 1, 2):
            await slack.sender.say(f"hello {number}", ts=f"1.00000{number}", channel="D1")
        await slack.surface.idle()
        assert words(slack) == ["hello 1", "hello 2", "hello 3"]

    play(story, settle=0.2)


def test_slack_may_ask_for_patience(play: Play) -> None:
    async def story(slack: Slack) -> None:
        slack.server.refuse("chat.postMessage")
        await slack.say("hello", channel="D1")
        assert slack.server.texts("D1")

    play(story)


def test_what_arrived_before_a_crash_is_answered_after_it(play: Play) -> None:
    async def crashed(slack: Slack) -> None:
        slack.surface.inbox._closed = True  # stored and acknowledged, but nobody works on it any more
        await slack.sender.say("hello", ts="1.000001", channel="D1")
        assert not slack.server.texts("D1")

    async def started_again(slack: Slack) -> None:
        await slack.surface.idle()
        await slack.say("hello", ts="1.000001", channel="D1")
        assert words(slack) == ["hello"]
        assert slack.server.texts("D1")

    play(crashed)
    play(started_again)


def test_a_broken_line_is_opened_again_and_nothing_is_done_twice(play: Play) -> None:
    async def story(slack: Slack) -> None:
        for number in (1, 2):
            async with asyncio.timeout(60):
                await slack.server.connected.wait()
                slack.server.connected.clear()
                await slack.server.send(message("hello", "1.000001", channel="D1"), f"env{number}")
                while len(slack.server.acknowledged) < number:
                    await asyncio.sleep(0.01)
            await slack.surface.idle()
            await slack.server.sockets[-1].close()
        assert words(slack) == ["hello"]

    play(story, slack_app_token=SecretStr(APP_TOKEN))

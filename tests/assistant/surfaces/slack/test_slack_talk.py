"""Conversations in Slack, with the real workspace and the real guide underneath."""

import asyncio

from tests.assistant.surfaces.slack.conftest import Play, Slack
from tests.assistant.talking import finish_run, write_csv
from tests.slack_server import message
from workspace.events import ErrorShown, FileReceived, ToolCalled, UserSaid


def test_a_mention_begins_a_conversation_in_its_thread(play: Play) -> None:
    async def story(slack: Slack) -> None:
        await slack.say("hello", mention=True, ts="1.000001")
        posted = slack.server.of("chat.postMessage")
        assert posted
        assert {one["thread_ts"] for one in posted} == {"1.000001"}
        (conversation,) = slack.conversations
        assert f"/thread/{conversation}|" in slack.server.shown()
        events = slack.workspace.transcripts.load(conversation).events
        assert isinstance(events[0].event, UserSaid)
        assert events[0].event.text == "hello"
        assert slack.workspace.transcripts.head(conversation).surface == "slack"

    play(story)


def test_words_between_people_are_no_business_of_ours(play: Play) -> None:
    async def story(slack: Slack) -> None:
        await slack.say("lunch?")
        await slack.say("hello", mention=True, ts="1.000001")
        before = len(slack.server.calls)
        await slack.say("what a nice robot", user="U2", thread_ts="1.000001")
        assert len(slack.server.calls) == before
        assert len(slack.conversations) == 1

    play(story)


def test_a_whole_journey(play: Play, tmp_path) -> None:  # type: ignore[no-untyped-def]
    async def story(slack: Slack) -> None:
        table = write_csv(tmp_path / "mails.csv").read_bytes()
        file = slack.server.file("mails.csv", table)
        await slack.say("sort our mails", mention=True, ts="1.000001", files=[file])
        (conversation,) = slack.conversations
        events = [s.event for s in slack.workspace.transcripts.load(conversation).events]
        assert [e.name for e in events if isinstance(e, FileReceived)] == ["mails.csv"]
        assert slack.workspace.datasets.list()[0].rows == 64
        assert not list((slack.settings.home / "slack-files").iterdir())

        await slack.say("make a plan", thread_ts="1.000001")
        await slack.press("Start")
        (run,) = slack.workspace.runs.list()
        assert slack.workspace.runs.get(run.id).conversation_id == conversation
        # The question has lost its buttons.
        assert "✓ Start" in slack.server.shown()

        finish_run(slack.workspace, run.id)
        await slack.told()
        edited = [change["text"] for change in slack.server.of("chat.update")]
        assert edited[-1].startswith("Done in 1 second")
        assert slack.server.button("👍 This helps")
        await slack.press("👍 This helps")
        assert [row.value for row in slack.workspace.feedback.of(conversation).values()] == [1]

    play(story)


def test_changing_the_plan_in_a_window(play: Play, tmp_path) -> None:  # type: ignore[no-untyped-def]
    async def story(slack: Slack) -> None:
        file = slack.server.file("mails.csv", write_csv(tmp_path / "mails.csv").read_bytes())
        await slack.say("", mention=True, ts="1.000001", files=[file])
        await slack.say("make a plan", thread_ts="1.000001")
        await slack.press("Change the plan")
        async with asyncio.timeout(20):
            while not slack.server.of("views.open"):
                await asyncio.sleep(0.01)
        view = slack.server.of("views.open")[0]["view"]
        refused = await slack.sender.submit(view, {"budget_seconds": "soon"})
        assert refused.json()["response_action"] == "errors"
        taken = await slack.sender.submit(view, {"budget_seconds": "77"})
        assert taken.status_code == 200
        assert not taken.content
        await slack.surface.idle()
        said = [s.event for s in slack.workspace.transcripts.load(slack.conversations[0]).events]
        assert [e.text for e in said if isinstance(e, UserSaid)][-1] == "Change the plan: budget_seconds=77"

    play(story)


def test_only_who_asked_or_an_owner_approves(play: Play, tmp_path) -> None:  # type: ignore[no-untyped-def]
    async def story(slack: Slack) -> None:
        slack.server.users["U9"] = {"is_owner": True}
        file = slack.server.file("mails.csv", write_csv(tmp_path / "mails.csv").read_bytes())
        await slack.say("", mention=True, ts="1.000001", files=[file])
        await slack.say("make a plan", thread_ts="1.000001")
        await slack.press("Start", user="U2")
        await slack.say("yes", mention=True, user="U2", thread_ts="1.000001")
        assert slack.workspace.runs.list() == []
        told = slack.server.of("chat.postEphemeral")
        assert [one["user"] for one in told] == ["U2", "U2"]
        assert "<@U1>" in told[0]["text"]
        await slack.press("Start", user="U9")
        assert len(slack.workspace.runs.list()) == 1

    play(story)


def test_what_happens_on_the_web_stands_in_the_thread(play: Play) -> None:
    from assistant.conversation import Conversation, Say

    async def story(slack: Slack) -> None:
        await slack.say("hello", channel="D1")
        (conversation,) = slack.conversations
        web = await Conversation.open(slack.workspace, conversation, "web", origin="tab")
        async for _ in web.turn(Say("what is accuracy?")):
            pass
        await slack.surface.idle()
        assert "You wrote on the web: what is accuracy?" in slack.server.shown()
        assert sum("You wrote on the web" in text for text in slack.server.texts()) == 1
        # And back: the next message goes on in the same conversation.
        await slack.say("thanks", channel="D1")
        assert slack.conversations == [conversation]

    play(story)


def test_a_file_that_is_too_large_gets_the_page_for_uploads(play: Play) -> None:
    async def story(slack: Slack) -> None:
        file = slack.server.file("big.csv", b"a,b\n1,2\n", size=2 << 20)
        await slack.say("look", channel="D1", files=[file])
        (conversation,) = slack.conversations
        events = [s.event for s in slack.workspace.transcripts.load(conversation).events]
        (error,) = [e for e in events if isinstance(e, ErrorShown)]
        assert error.code == "FILE_TOO_LARGE"
        assert f"/thread/{conversation}" in slack.server.shown()
        assert isinstance(events[0], UserSaid)

        liar = slack.server.file("liar.csv", b"x" * (2 << 20), size=10)
        elsewhere = slack.server.file("far.csv", b"a", url_private="https://evil.example/far.csv")
        await slack.say("", channel="D1", files=[liar, elsewhere])
        events = [s.event for s in slack.workspace.transcripts.load(conversation).events]
        codes = [e.code for e in events if isinstance(e, ErrorShown)]
        assert codes == ["FILE_TOO_LARGE", "FILE_TOO_LARGE", "FILE_NOT_ALLOWED"]
        assert not list((slack.settings.home / "slack-files").iterdir())

    play(story, max_upload_mb=1)


def test_the_home_the_command_and_going_on(play: Play) -> None:
    async def story(slack: Slack) -> None:
        event = {"type": "app_home_opened", "user": "U1", "tab": "home", "event_ts": "5.000001"}
        body = message("", "1.0") | {"event_id": "EvHome", "event": event}
        await slack.sender.event(body)
        await slack.surface.idle()
        assert slack.server.of("views.publish")[0]["user_id"] == "U1"

        answer = await slack.sender.form(
            command="/train", text="sort mails", user_id="U1", team_id="T1", trigger_id="9.9"
        )
        assert answer.json()["response_type"] == "ephemeral"
        await slack.surface.idle()
        (conversation,) = slack.conversations
        assert slack.workspace.transcripts.load(conversation).events[0].event == UserSaid(text="sort mails")
        root = slack.server.of("chat.postMessage")[0]
        assert root["channel"] == "DU1"

        slack.workspace.transcripts.create("web", title="From the web")
        await slack.sender.form(command="/train", text="continue", user_id="U1", team_id="T1", trigger_id="9.10")
        await slack.surface.idle()
        await slack.press("Continue here", channel="DU1")
        assert len(slack.surface.posting._places) == 2

    play(story)


def test_thumbs(play: Play) -> None:
    async def story(slack: Slack) -> None:
        await slack.say("hello", mention=True, ts="1.000001")
        (conversation,) = slack.conversations
        (_, ts), shown = next(iter(slack.server.messages.items()))
        item = {"type": "message", "channel": "C1", "ts": ts}
        for number, user in enumerate(("U2", "U1")):
            event = {"type": "reaction_added", "user": user, "reaction": "-1", "item": item, "event_ts": "6.0"}
            await slack.sender.event(message("", "1.0") | {"event_id": f"EvR{number}", "event": event})
            await slack.surface.idle()
            given = slack.workspace.feedback.of(conversation)
            seqs = {shown["metadata"]["event_payload"]["seq"]: 0} if user == "U1" else {}
            assert {seq: row.value for seq, row in given.items()} == seqs

    play(story)


def test_people_of_other_companies_and_accounts_of_the_web(play: Play, settings) -> None:  # type: ignore[no-untyped-def]
    async def story(slack: Slack) -> None:
        users = slack.surface.talks.web.users
        ann = users.create_user("u1@example.com", "correct horse battery")
        await slack.say("hello", channel="D1", user="U1")
        await slack.say("hello", channel="D2", user="U2")
        await slack.say("hello", channel="D3", user="U3", team="T9", user_team="T9")
        store = slack.surface.talks.store
        assert len(store.of_owner(ann.owner_id)) == 1
        assert slack.server.of("chat.postEphemeral")[0]["user"] == "U3"
        assert len(store.conversations()) == 2
        assert slack.conversations == []  # nothing is the local user's

    play(story, auth="password")


def test_tools_are_called_as_everywhere(play: Play) -> None:
    async def story(slack: Slack) -> None:
        await slack.say("what is accuracy?", channel="D1")
        events = slack.workspace.transcripts.load(slack.conversations[0]).events
        assert [s.event.tool for s in events if isinstance(s.event, ToolCalled)] == ["explain_concept"]

    play(story)

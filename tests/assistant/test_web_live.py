"""One tab kept up to date: its own turns, other tabs, trainings, and everything that happened before."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from assistant.hub import Delta, ReadingProgressed, hub
from assistant.rendering.steps import last_seq_of, render
from assistant.surfaces.web_live import LiveThread
from tests.assistant import card_samples
from tests.assistant.web_client import FakeTab
from workspace.events import (
    Answered,
    Asked,
    AssistantSaid,
    CardShown,
    ConversationEvent,
    Option,
    RunProgressed,
    StoredEvent,
    TurnEnded,
    UserSaid,
)
from workspace.home import Workspace

QUESTION = Asked(ask_id="ask_1", ask="choice", text="Which?", options=[Option(id="a", label="A")])


def in_thread(
    workspace: Workspace, before: list[ConversationEvent], work: Callable[[LiveThread, FakeTab, Any], Awaitable[None]]
) -> FakeTab:
    """``work(thread, tab, add)`` with a tab that follows a conversation; ``add`` stores an event."""
    conversation = workspace.transcripts.create("web").id
    workspace.transcripts.append(conversation, before)
    tab = FakeTab()

    def add(event: ConversationEvent) -> StoredEvent:
        return workspace.transcripts.append(conversation, [event])[0]

    async def run() -> None:
        thread = LiveThread(tab, workspace, conversation)
        await thread.start()
        tab.sent.clear()
        await work(thread, tab, add)
        await thread.stop()

    asyncio.run(run())
    return tab


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


def test_a_tab_is_told_the_stage_when_it_opens(workspace: Workspace) -> None:
    tab = FakeTab()
    conversation = workspace.transcripts.create("web").id
    workspace.transcripts.append(conversation, [UserSaid(text="hi"), TurnEnded(stage="plan")])

    async def run() -> None:
        thread = LiveThread(tab, workspace, conversation)
        await thread.start()
        await thread.stop()

    asyncio.run(run())
    assert tab.sent == [("window_message", {"type": "mtw:stage", "stage": "plan"})]


def test_what_other_tabs_and_trainings_do_arrives_by_the_hub(workspace: Workspace) -> None:
    async def work(thread: LiveThread, tab: FakeTab, add: Any) -> None:
        hub.publish(thread.conversation_id, add(UserSaid(text="from another tab")), origin="other")
        hub.publish(thread.conversation_id, add(AssistantSaid(text="answer")), origin="other")
        hub.publish(thread.conversation_id, add(TurnEnded(stage="data")), origin="other")
        await until(lambda: tab.of("window_message"))

    tab = in_thread(workspace, [], work)
    assert [m["output"] for m in tab.of("new_message")] == ["from another tab", "answer"]
    assert tab.of("window_message") == [{"type": "mtw:stage", "stage": "data"}]


def test_what_the_page_shows_already_is_not_shown_again(workspace: Workspace) -> None:
    async def work(thread: LiveThread, tab: FakeTab, add: Any) -> None:
        said = add(UserSaid(text="mine"))
        await thread.show(said, own=True)
        await thread.show(said, own=True)
        answer = add(AssistantSaid(text="answer"))
        await thread.show(answer)
        await thread.show(answer)

    tab = in_thread(workspace, [UserSaid(text="before")], work)
    assert [m["output"] for m in tab.of("new_message")] == ["answer"]


def test_typing_past_a_question_closes_it_in_the_page(workspace: Workspace) -> None:
    async def work(thread: LiveThread, tab: FakeTab, add: Any) -> None:
        await thread.show(add(UserSaid(text="something else")), own=True)

    tab = in_thread(workspace, [QUESTION], work)
    (element,) = tab.of("element")
    assert (element["name"], element["props"]["open"]) == ("Question", False)


def test_an_answer_from_another_tab_closes_the_question_here(workspace: Workspace) -> None:
    async def work(thread: LiveThread, tab: FakeTab, add: Any) -> None:
        await thread.show(add(Answered(ask_id="ask_1", value="a", label="A")))

    tab = in_thread(workspace, [QUESTION], work)
    assert tab.of("element")[0]["props"]["chosen"] == "a"
    assert [m["output"] for m in tab.of("new_message")] == ["A"]


def test_words_stream_into_one_step_that_the_stored_event_completes(workspace: Workspace) -> None:
    async def work(thread: LiveThread, tab: FakeTab, add: Any) -> None:
        await thread.show(Delta("Hel"))
        await thread.show(Delta("lo"))
        await thread.show(add(AssistantSaid(text="Hello")))
        await thread.show(add(AssistantSaid(text="Second")))
        (start,) = tab.of("stream_start")
        assert thread.aliases == {start["id"]: 1}

    tab = in_thread(workspace, [], work)
    start = tab.of("stream_start")[0]
    assert [t["token"] for t in tab.of("stream_token")] == ["Hel", "lo"]
    assert {t["id"] for t in tab.of("stream_token")} == {start["id"]}
    first, second = tab.of("new_message")
    assert (first["id"], first["output"], first["streaming"]) == (start["id"], "Hello", False)
    assert second["id"] != start["id"]


def test_a_long_reading_is_one_line_that_grows_and_goes(workspace: Workspace) -> None:
    async def work(thread: LiveThread, tab: FakeTab, add: Any) -> None:
        await thread.show(ReadingProgressed("mails.csv", 0.2))
        await thread.show(ReadingProgressed("mails.csv", 0.75))
        await thread.show(add(AssistantSaid(text="Read.")))

    tab = in_thread(workspace, [], work)
    begun, said = tab.of("new_message")
    (grown,) = tab.of("update_message")
    (gone,) = tab.of("delete_message")
    assert (begun["name"], grown["name"]) == ("Reading mails.csv: 20%", "Reading mails.csv: 75%")
    assert begun["id"] == grown["id"] == gone["id"]
    assert said["output"] == "Read."


def test_ticks_of_a_training_replace_its_card_also_after_a_reload(workspace: Workspace) -> None:
    view = card_samples.progress(fraction=0.9).data
    tick = RunProgressed(run_id="run_1", fraction=0.9, eta_seconds=1, message="", view=view)

    async def work(thread: LiveThread, tab: FakeTab, add: Any) -> None:
        hub.publish(thread.conversation_id, tick)
        await until(lambda: tab.of("element"))

    tab = in_thread(workspace, [CardShown(card=card_samples.progress())], work)
    (element,) = tab.of("element")
    assert element["id"].endswith(".1.card")
    assert element["props"]["data"]["fraction"] == 0.9
    assert tab.of("new_message") == []


def test_a_page_that_was_sent_an_older_state_gets_what_it_missed(workspace: Workspace) -> None:
    """Chainlit reads the conversation first and says so after: what happens in between must not be lost."""
    conversation = workspace.transcripts.create("web").id
    workspace.transcripts.append(conversation, [UserSaid(text="hi"), AssistantSaid(text="hello")])
    rendered = render(workspace.transcripts.load(conversation), lambda _: None, {})
    workspace.transcripts.append(conversation, [AssistantSaid(text="the training has ended"), TurnEnded(stage="check")])
    tab = FakeTab()

    async def run() -> None:
        thread = LiveThread(tab, workspace, conversation)
        await thread.start(last_seq_of(rendered.steps))
        await thread.stop()

    asyncio.run(run())
    assert [m["output"] for m in tab.of("new_message")] == ["the training has ended"]
    assert tab.of("window_message") == [{"type": "mtw:stage", "stage": "check"}]

"""Events as steps and elements: every card has a renderer, questions close, live and stored look the same."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.rendering import names, steps
from assistant.rendering.steps import Renderer, render, seq_of
from tests.assistant import card_samples
from tools.cards import CARDS
from workspace.errors import NotFound
from workspace.events import (
    Answered,
    Approval,
    Asked,
    AssistantSaid,
    Card,
    CardShown,
    ConversationEvent,
    ErrorShown,
    FileReceived,
    FormField,
    Option,
    RunProgressed,
    StoredEvent,
    ToolCalled,
    ToolReturned,
    TurnEnded,
    UserSaid,
)
from workspace.home import LOCAL_OWNER
from workspace.transcript import Conversation, Transcript

ID = "00000000-0000-7000-8000-000000000001"
AT = datetime(2026, 7, 8, 9, 10, tzinfo=UTC)
ELEMENTS = Path(__file__).resolve().parents[3] / "public" / "elements"
OPTIONS = [Option(id="start", label="Start", style="primary"), Option(id="change", label="Change something")]


def stored(*events: ConversationEvent) -> list[StoredEvent]:
    return [StoredEvent(conversation_id=ID, seq=i, at=AT, event=e) for i, e in enumerate(events, start=1)]


def transcript(*events: ConversationEvent) -> Transcript:
    head = Conversation(id=ID, owner_id=LOCAL_OWNER, title="t", surface="web", created_at=AT, updated_at=AT)
    return Transcript(conversation=head, events=stored(*events))


def shown(*events: ConversationEvent, **options: Any) -> steps.Rendered:
    return render(transcript(*events), options.get("run_state", lambda _: None), options.get("feedback", {}))


def asked(ask_id: str = "ask_1", **changes: Any) -> Asked:
    approval = Approval(tool="launch_training", args={}, fingerprint="f", accept="start")
    return Asked(
        ask_id=ask_id,
        **{"ask": "confirm", "text": "Shall I start?", "options": OPTIONS, "approval": approval} | changes,
    )


def question(rendered: steps.Rendered, seq: int) -> dict[str, Any]:
    props: dict[str, Any] = next(e for e in rendered.elements if e["forId"] == f"{ID}.{seq}")["props"]
    return props


def said(rendered: steps.Rendered) -> list[tuple[str, str]]:
    return [(s["type"], s["output"]) for s in rendered.steps if s["output"]]


def test_every_kind_of_card_has_a_renderer_and_a_sample() -> None:
    cards = [sample() for sample in card_samples.ALL]
    assert {card.kind for card in cards} | {"datasets", "models"} == set(CARDS)
    for kind in CARDS:
        assert (ELEMENTS / f"{names.ELEMENTS[kind]}.jsx").is_file(), kind
    for name in ("Question", "ErrorCard", "PlainCard", "Welcome"):
        assert (ELEMENTS / f"{name}.jsx").is_file()


@pytest.mark.parametrize("sample", card_samples.ALL)
def test_a_card_becomes_an_element_with_its_data(sample: Any) -> None:
    card: Card = sample()
    rendered = shown(UserSaid(text="hello"), CardShown(card=card))
    element = rendered.elements[-1]
    assert (element["type"], element["forId"], element["display"]) == ("custom", f"{ID}.2", "inline")
    assert element["props"] == {"kind": card.kind, "title": card.title, "data": card.data}


def test_a_card_of_an_unknown_kind_is_shown_plainly() -> None:
    card = Card.model_construct(kind="of-a-later-version", title="Out of memory", data={"cause": "OOM"}, once={})
    assert shown(CardShown(card=card)).elements[-1]["name"] == "PlainCard"


def test_words_keep_their_author_and_what_the_assistant_says_is_made_safe() -> None:
    hostile = "<b>bold</b>"
    rendered = shown(UserSaid(text=hostile), AssistantSaid(text=hostile), TurnEnded(stage="data"))
    assert said(rendered) == [("user_message", hostile), ("assistant_message", "\\<b>bold\\</b>")]
    assert rendered.stage == "data"


def test_the_welcome_stands_above_every_conversation_and_is_not_part_of_an_empty_one() -> None:
    assert shown(UserSaid(text="hello")).elements[0]["name"] == "Welcome"
    assert shown().steps == []


def test_the_last_question_is_open_and_the_ones_before_are_closed() -> None:
    plain = asked("a", approval=None)
    rendered = shown(plain, UserSaid(text="hm"), asked("b"), asked("c"))
    assert [question(rendered, seq)["open"] for seq in (1, 3, 4)] == [False, False, True]
    assert question(rendered, 4)["options"][0] == {"id": "start", "label": "Start", "style": "primary"}
    assert question(rendered, 4)["approves"] == "launch_training"
    assert "fingerprint" not in str(rendered.elements)


def test_what_waits_for_a_yes_stays_open_while_something_is_asked_in_passing() -> None:
    passing = Answered(ask_id="a", value="change", in_passing=True)
    events: list[ConversationEvent] = [asked("a"), UserSaid(text="What is recall?"), passing]
    rendered = shown(*events, asked("b", approval=None))
    assert (question(rendered, 1)["open"], question(rendered, 4)["open"]) == (True, True)
    assert said(rendered) == [("user_message", "What is recall?")]
    decided = shown(*events, asked("b", approval=None), Answered(ask_id="a", value="start", label="Start"))
    assert question(decided, 1)["open"] is False
    newer = shown(*events, asked("b"))
    assert (question(newer, 1)["open"], question(newer, 4)["open"]) == (False, True)


def test_an_answer_is_shown_once_in_the_words_of_the_person() -> None:
    pressed = shown(asked(), Answered(ask_id="ask_1", value="start", label="Start"))
    assert said(pressed) == [("user_message", "Start")]
    assert (question(pressed, 1)["open"], question(pressed, 1)["chosen"]) == (False, "start")
    typed = shown(asked(), UserSaid(text="yes please"), Answered(ask_id="ask_1", value="start"))
    assert said(typed) == [("user_message", "yes please")]
    free = shown(asked(ask="text", options=[], approval=None), Answered(ask_id="ask_1", value="free words"))
    assert said(free) == [("user_message", "free words")]


def test_a_form_is_told_by_its_labels() -> None:
    fields = [FormField(name="budget_seconds", label="Time limit", kind="number", value=120)]
    form = asked(ask="form", options=[], fields=fields, approval=None)
    rendered = shown(form, Answered(ask_id="ask_1", value={"budget_seconds": 60, "seed": 7}))
    assert said(rendered) == [("user_message", "Time limit: 60\nseed: 7")]


def test_a_tool_is_told_in_plain_words_and_ends() -> None:
    call = ToolCalled(call_id="c", tool="inspect_dataset", args={})
    running = shown(call).steps[-1]
    assert (running["type"], running["name"], "end" in running) == ("tool", "Reading your data", False)
    done = shown(call, ToolReturned(call_id="c", tool="inspect_dataset", ok=False, data={})).steps[-1]
    assert (done["end"], done["isError"], done["id"]) == (AT.isoformat(), True, running["id"])
    assert shown(ToolCalled(call_id="c", tool="brand_new_tool", args={})).steps[-1]["name"] == "Brand new tool"


def test_every_tool_has_plain_words() -> None:
    from tools.registry import all_tools

    assert set(all_tools()) <= set(names.DOING)


def test_files_and_errors_are_shown() -> None:
    rendered = shown(
        FileReceived(name="mails.csv", key="k", bytes=1), ErrorShown(code="FILE_EMPTY", message="m", next_step="n")
    )
    assert said(rendered) == [("user_message", "mails.csv")]
    assert rendered.elements[-1]["name"] == "ErrorCard"
    assert rendered.elements[-1]["props"]["code"] == "FILE_EMPTY"


def test_a_training_is_shown_as_it_is_now_and_ticks_replace_its_card() -> None:
    now = card_samples.progress("succeeded", 1.0).data
    rendered = shown(CardShown(card=card_samples.progress()), run_state={"run_1": now}.get)
    assert rendered.elements[-1]["props"]["data"]["status"] == "succeeded"

    renderer = Renderer(ID)
    element = renderer.event(stored(CardShown(card=card_samples.progress()))[0])[-1].body
    tick = RunProgressed(run_id="run_1", fraction=1, eta_seconds=None, message="", view=now)
    (update,) = renderer.progress(tick)
    assert update.body["id"] == element["id"]
    assert update.body["props"]["data"] == now
    assert renderer.progress(tick.model_copy(update={"run_id": "other"})) == []


def test_what_comes_live_adds_up_to_what_is_stored() -> None:
    events = [
        UserSaid(text="hi"),
        AssistantSaid(text="hello"),
        ToolCalled(call_id="c", tool="propose_plan", args={}),
        ToolReturned(call_id="c", tool="propose_plan", ok=True, data={}),
        CardShown(card=card_samples.plan()),
        asked(),
        Answered(ask_id="ask_1", value="start", label="Start"),
        CardShown(card=card_samples.progress()),
        TurnEnded(stage="train"),
    ]
    renderer = Renderer(ID)
    live: dict[str, Any] = {}
    for event in stored(*events):
        live |= {update.body["id"]: update.body for update in renderer.event(event)}
    whole = shown(*events)
    kept = {body["id"]: body for body in [*whole.steps, *whole.elements] if "welcome" not in body["id"]}
    assert live == kept


@dataclass
class Thumb:
    id: str = "fb_1"
    value: int = 0
    comment: str = ""


def test_feedback_is_shown_on_its_message() -> None:
    rendered = shown(AssistantSaid(text="a"), AssistantSaid(text="b"), feedback={2: Thumb()})
    assert [s.get("feedback", {}).get("value") for s in rendered.steps[-2:]] == [None, 0]
    assert rendered.steps[-1]["feedback"]["forId"] == rendered.steps[-1]["id"]


def test_a_step_leads_back_to_its_event() -> None:
    assert seq_of(f"{ID}.17") == (ID, 17)
    for text in ("", ID, f"{ID}.", f"{ID}.welcome", f"{ID}.-1", f"{ID}.1e3", f"{ID}.99999999999"):
        with pytest.raises(NotFound):
            seq_of(text)

"""After data was deleted, no conversation of its owner shows its rows any more."""

import json
from pathlib import Path

from tests.assistant.talking import ROWS, Talker, calls, of
from workspace.events import AssistantSaid, CardShown, ConversationEvent, ToolCalled, ToolReturned, UserSaid


def _holds(talker: Talker) -> list[str]:
    said = [event for event in talker.stored if not isinstance(event, UserSaid | ToolCalled)]
    stored = "\n".join(json.dumps(event.model_dump(mode="json")) for event in said)
    return [text for text, _ in ROWS if text in stored]


def test_what_was_shown_of_deleted_data_is_gone_from_every_conversation(talker: Talker, mails: Path) -> None:
    talker.upload(mails)
    shown = next(e.data for e in talker.stored if isinstance(e, ToolReturned))
    dataset = talker.workspace.datasets.list()[0]
    repeated = AssistantSaid(text=f"One of them says: {ROWS[0][0]} number 0. Shall I go on?")
    talker.workspace.transcripts.append(talker.conversation.id, [repeated])
    other = Talker(talker.workspace)
    call = "call_elsewhere"
    cards = [e.card for e in of(talker.stored, CardShown)]
    told: list[ConversationEvent] = [
        ToolCalled(call_id=call, tool="inspect_dataset", args={"dataset_id": dataset.id}),
        ToolReturned(call_id=call, tool="inspect_dataset", ok=True, data=shown),
        *(CardShown(card=card, call_id=call) for card in cards),
    ]
    other.workspace.transcripts.append(other.conversation.id, told)
    assert _holds(talker)
    assert _holds(other)
    count = len(talker.stored)

    talker.say("delete my data")
    assert calls(talker.say("yes")) == ["delete_dataset"]
    assert _holds(talker) == _holds(other) == []
    assert len(talker.stored) > count
    assert [s.event for s in talker.conversation.events] == talker.stored, "nor does this process remember them"
    kept = of(talker.stored, AssistantSaid)
    assert any("Shall I go on?" in said.text for said in kept), "only the text itself is taken out"
    titles = [event.card.title for event in of(other.stored, CardShown)]
    assert set(titles) == {"Deleted with the data"}
    other.close()


def test_conversations_about_other_data_stay_as_they_are(talker: Talker, mails: Path) -> None:
    second = Talker(talker.workspace)
    second.upload(mails, "others.csv")
    before = second.stored
    talker.upload(mails)
    talker.say("delete my data")
    talker.say("yes")
    assert second.stored == before
    second.close()

"""What is kept for search goes, and changes, with what was said."""

from pydantic import JsonValue
from sqlalchemy import text
from sqlmodel import Session

from workspace.conversations import Transcripts
from workspace.events import AssistantSaid, Card, CardShown, ErrorShown, FileReceived, ToolReturned, UserSaid
from workspace.home import Workspace

SECRET = "my neighbour's secret invoice number"


def words(workspace: Workspace) -> list[str]:
    with Session(workspace.engine) as session:
        return [str(row[0]) for row in session.execute(text("SELECT words FROM words_said ORDER BY seq"))]


def test_words_of_people_and_program_are_kept_in_one_case_and_go_with_the_conversation(workspace: Workspace) -> None:
    conversation = workspace.transcripts.create("web")
    workspace.transcripts.append(
        conversation.id,
        [
            UserSaid(text="Sort my MAILS"),
            FileReceived(name="Mails.csv", key="k", bytes=1),
            ErrorShown(code="FILE_EMPTY", message="It is empty.", next_step="Choose another one."),
            CardShown(card=Card(kind="table", title="Rows", data={"preview": [["x"]]})),
            AssistantSaid(text="Straße"),
        ],
    )
    assert words(workspace) == ["sort my mails", "mails.csv", "file_empty it is empty.", "strasse"]
    Transcripts(workspace.engine, workspace.owner_id).delete(conversation.id)
    assert words(workspace) == []


def test_texts_of_deleted_data_cannot_be_found_any_more(workspace: Workspace) -> None:
    conversation = workspace.transcripts.create("web")
    data: dict[str, JsonValue] = {"dataset_id": "ds_1", "rows": f"«{SECRET}»"}
    workspace.transcripts.append(
        conversation.id,
        [
            ToolReturned(call_id="c", tool="inspect_dataset", ok=True, data=data),
            AssistantSaid(text=f"One row says: {SECRET}."),
        ],
    )
    assert SECRET in words(workspace)[0]
    workspace.transcripts.blank(["ds_1"], Card(kind="table", title="Deleted", data={}))
    assert words(workspace) == ["one row says: [deleted with the data]."]

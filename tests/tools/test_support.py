"""Asking people for help, and saying how good an answer was."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from assistant.support.desk import SupportDesk
from tools.context import ToolContext
from tools.support import ask_support, give_feedback, support_state
from workspace.errors import InputError
from workspace.events import AssistantSaid, ConversationEvent, UserSaid
from workspace.home import Workspace


@pytest.fixture
def context(workspace: Workspace) -> ToolContext:
    return ToolContext(workspace, workspace.transcripts.create("test").id)


def test_a_question_waits_with_its_conversation(context: ToolContext) -> None:
    found = ask_support(context, "My file cannot be read.")
    assert (found.data["state"], found.data["somebody_was_told"]) == ("open", False)
    [case] = context.workspace.cases.list()
    assert (case.conversation_id, case.message) == (context.conversation_id, "My file cannot be read.")


def test_asking_again_adds_to_the_open_question(context: ToolContext) -> None:
    ask_support(context, "My file cannot be read.")
    ask_support(context, "It is an Excel file.")
    [case] = context.workspace.cases.list()
    assert case.message == "My file cannot be read.\n\nIt is an Excel file."
    context.workspace.cases.set_state(case.id, "closed")
    ask_support(context, "Something else.")
    assert [case.message for case in context.workspace.cases.list()] == ["Something else.", case.message]


def test_the_person_sees_how_it_stands(context: ToolContext) -> None:
    with pytest.raises(InputError, match="Nobody was asked"):
        support_state(context)
    ask_support(context, "My file cannot be read.")
    context.workspace.cases.set_state(context.workspace.cases.list()[0].id, "answered")
    assert support_state(context).data["state"] == "answered"


def test_the_person_sees_who_looked_and_why(context: ToolContext) -> None:
    assert context.conversation_id
    opened = SupportDesk(context.workspace.engine).open(context.conversation_id)
    SupportDesk(context.workspace.engine).write_down(opened, "sue", "she called us", unmasked=True)
    found = support_state(context).data
    assert (found["state"], len(found["looked"])) == ("none", 1)  # type: ignore[arg-type]
    ask_support(context, "My file cannot be read.")
    assert "sue on" in str(support_state(context).data["looked"])
    assert "with your texts (“she called us”)" in str(support_state(context).data["looked"])


def test_a_webhook_is_told_where_to_look_and_nothing_else(workspace: Workspace) -> None:
    heard: list[dict[str, str]] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return None

    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        told = workspace.settings.model_copy(
            update={"support_webhook": f"http://127.0.0.1:{server.server_port}", "public_url": "https://mtw.example/"}
        )
        own = Workspace(workspace.owner_id, told, workspace.queue)
        context = ToolContext(own, own.transcripts.create("test").id)
        assert ask_support(context, "call me: +49 30 1234567").data["somebody_was_told"] is True
        server.shutdown()
    assert heard[0]["text"] == f"Somebody asks for help: https://mtw.example/support/{context.conversation_id}"
    assert "1234567" not in json.dumps(heard)


def test_thumbs_in_words_are_about_the_last_answer(context: ToolContext) -> None:
    with pytest.raises(InputError, match="no answer yet"):
        give_feedback(context, "good")
    assert context.conversation_id is not None
    said: list[ConversationEvent] = [UserSaid(text="hi"), AssistantSaid(text="Hello."), UserSaid(text="useless")]
    context.workspace.transcripts.append(context.conversation_id, said)
    found = give_feedback(context, "bad", "useless")
    assert found.ask is not None
    [(seq, kept)] = context.workspace.feedback.of(context.conversation_id).items()
    assert (seq, kept.value, kept.comment) == (2, 0, "useless")

"""Fixtures for tests of conversations."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.resting import resting
from tests.assistant.openai_server import OpenAIServer
from tests.assistant.talking import Talker, write_csv
from tests.fakes import FakeQueue
from workspace.home import LOCAL_OWNER, Workspace
from workspace.settings import Settings


@pytest.fixture
def by_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guide without the starter model, whether or not this computer has it."""
    monkeypatch.setattr("assistant.agent.starter_onnx_folder", lambda _settings: None)


@pytest.fixture
def talker(workspace: Workspace, by_rules: None) -> Iterator[Talker]:
    """A person in a new conversation with the guide."""
    person = Talker(workspace)
    yield person
    person.close()


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "mails.csv")


@pytest.fixture
def chat_server() -> Iterator[OpenAIServer]:
    """A server that speaks the OpenAI protocol and answers by script."""
    with OpenAIServer() as server:
        yield server


@pytest.fixture(autouse=True)
def nothing_rests() -> Iterator[None]:
    """No chat model rests because of an earlier test."""
    yield
    resting.forget()


@pytest.fixture
def hosted(
    settings: Settings, queue: FakeQueue, chat_server: OpenAIServer, by_rules: None
) -> Iterator[Callable[..., Talker]]:
    """``hosted(timeout)``: a person in a conversation with the hosted model of ``chat_server``."""
    people: list[Talker] = []

    def open_conversation(timeout: float = 20) -> Talker:
        changed = settings.model_copy(
            update={
                "chat_model": "test-model",
                "openai_base_url": chat_server.url,
                "openai_api_key": type(settings.openai_api_key)("sk-test"),
                "chat_timeout_seconds": timeout,
            }
        )
        people.append(Talker(Workspace(LOCAL_OWNER, changed, queue)))
        return people[-1]

    yield open_conversation
    for person in people:
        person.close()

"""Which model answers by which settings."""

from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from assistant.agent import agent_for, guide
from assistant.chat_models import hosted_model
from workspace.settings import Settings


def test_the_guide_is_the_default(settings: Settings) -> None:
    assert hosted_model(settings) is None
    assert agent_for(settings) is agent_for(settings)
    assert guide(settings) is guide(settings)


def test_an_endpoint_by_settings(settings: Settings) -> None:
    changed = settings.model_copy(
        update={
            "chat_model": "my-model",
            "openai_base_url": "http://127.0.0.1:9/v1",
            "openai_api_key": SecretStr("sk-1"),
            "chat_timeout_seconds": 7.0,
        }
    )
    model = hosted_model(changed)
    assert isinstance(model, ChatOpenAI)
    assert model.model_name == "my-model"
    assert model.openai_api_base == "http://127.0.0.1:9/v1"
    assert isinstance(model.openai_api_key, SecretStr)
    assert model.openai_api_key.get_secret_value() == "sk-1"
    assert model.request_timeout == 7.0
    assert model.max_retries == 1
    assert hosted_model(changed) is model
    assert "sk-1" not in repr(model)


def test_a_server_without_keys(settings: Settings) -> None:
    changed = settings.model_copy(update={"chat_model": "local", "openai_base_url": "http://127.0.0.1:9/v1"})
    assert hosted_model(changed) is not None

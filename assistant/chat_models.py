"""Which chat model answers: the built-in guide, or any OpenAI-compatible endpoint by settings."""

from functools import lru_cache

from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr

from workspace.settings import Settings

CONTEXT_TOKENS = 24_000
"""How much of a conversation a hosted model gets to read, tools and system prompt not counted."""


def hosted_model(settings: Settings) -> BaseChatModel | None:
    """The model that the settings name; None where the guide answers."""
    if settings.chat_model == "guide":
        return None
    return _openai(
        settings.chat_model,
        settings.openai_base_url,
        settings.openai_api_key.get_secret_value(),
        settings.chat_timeout_seconds,
    )


@lru_cache(maxsize=8)
def _openai(model: str, base_url: str, key: str, timeout: float) -> BaseChatModel:
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(
        model=model,
        base_url=base_url or None,
        # Servers on the own network often want no key at all, but the client insists on one.
        api_key=SecretStr(key or "none"),
        timeout=timeout,
        stream_chunk_timeout=timeout,
        max_retries=1,
        streaming=True,
        use_responses_api=False,
    )

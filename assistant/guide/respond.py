"""The guide's answer to a conversation."""

from collections.abc import Sequence

from langchain_core.messages import BaseMessage

from assistant.guide.reply import Reply


def respond(messages: Sequence[BaseMessage]) -> Reply:
    return Reply(text="Hello.")

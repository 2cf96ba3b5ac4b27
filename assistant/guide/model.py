"""The built-in guide as a LangChain chat model: the same interface as a hosted one, no network, no LLM.

It is a pure function of the messages: the same conversation always gets the same answer.
"""

import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import anyio
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import ToolCall, ToolCallChunk, tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

from assistant.guide.matcher import Match, matcher
from assistant.guide.reply import Reply
from assistant.guide.respond import respond

_PIECE = re.compile(r".{1,60}(?:\s+|$)|\S+", re.DOTALL)


class GuideModel(BaseChatModel):
    """Walks a person through the journey. Holds no state.

    ``starter`` is the folder of the starter model as ONNX, ``cache`` a folder for what is computed from it once.
    """

    starter: Path | None = None
    cache_folder: Path | None = None

    def _match(self, text: str) -> Match:
        return matcher(self.starter, self.cache_folder).match(text)

    @property
    def _llm_type(self) -> str:
        return "guide"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The guide knows the registry's tools by name, so there is nothing to bind."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        reply = respond(messages, self._match)
        message = AIMessage(reply.text, tool_calls=_calls(reply, messages), additional_kwargs=_extra(reply))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in _chunks(respond(messages, self._match), messages):
            if run_manager:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        # In a thread: reading a sentence takes some milliseconds of computing, and others are waiting for the loop.
        reply = await anyio.to_thread.run_sync(respond, messages, self._match)
        for chunk in _chunks(reply, messages):
            if run_manager:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk


def _chunks(reply: Reply, messages: Sequence[BaseMessage]) -> Iterator[ChatGenerationChunk]:
    for piece in _PIECE.findall(reply.text):
        yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
    calls: list[ToolCallChunk] = [
        tool_call_chunk(name=call["name"], args=_json(call["args"]), id=call["id"], index=index)
        for index, call in enumerate(_calls(reply, messages))
    ]
    yield ChatGenerationChunk(
        message=AIMessageChunk(
            content="", tool_call_chunks=calls, additional_kwargs=_extra(reply), chunk_position="last"
        )
    )


def _extra(reply: Reply) -> dict[str, Any]:
    return {"ask": reply.ask.as_json()} if reply.ask else {}


def _calls(reply: Reply, messages: Sequence[BaseMessage]) -> list[ToolCall]:
    """Ids are made from the place in the conversation, so that they too are a function of the messages."""
    last = str(messages[-1].content) if messages else ""
    known = [call["id"] for m in messages if isinstance(m, AIMessage) for call in m.tool_calls]
    seed = f"{len(messages)}|{last}|{known[-1] if known else ''}"
    return [
        ToolCall(
            name=call.tool,
            args=call.args,
            id="call_" + hashlib.sha256(f"{seed}|{index}".encode()).hexdigest()[:24],
            type="tool_call",
        )
        for index, call in enumerate(reply.calls)
    ]


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)

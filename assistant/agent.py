"""The agent: a chat model and the tools in a loop, with the rules that no model can get around.

Three layers stand around each model call, one around each tool call:
approval (a call that needs a yes ends the turn and is shown to the person), take-over (the guide answers where a
hosted model fails), budget (a hosted model reads the newest part of the conversation), and the tool runner.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import anyio
from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, AgentState, ModelRequest, ModelResponse
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt.tool_node import ToolCallRequest
from langsmith import set_runtime_overrides
from langsmith.utils import tracing_is_enabled

from assistant.chat_models import CONTEXT_TOKENS, hosted_model
from assistant.fallback import UselessAnswer, mapped
from assistant.guide.journey import Journey
from assistant.guide.matcher import matcher
from assistant.guide.model import GuideModel
from assistant.history import fit, for_hosted
from assistant.prompts import prompt
from assistant.resting import resting
from assistant.toolbelt import Outcome, Toolbelt, langchain_tools
from tools.context import ToolContext
from tools.registry import ApprovalRequest
from workspace.errors import Unavailable, WizardError
from workspace.settings import Settings
from workspace.starter import starter_onnx_folder

_log = logging.getLogger(__name__)

MAX_TOOL_CALLS = 12
"""Tool calls in one turn. The longest sensible journey (read, plan, explain) takes four."""

Agent = CompiledStateGraph[Any, "TurnContext", Any, Any]

Handler = Callable[[ModelRequest["TurnContext"]], Awaitable[ModelResponse[Any]]]


@dataclass(frozen=True)
class Waiting:
    """A call that waits for the person's yes."""

    tool: str
    args: dict[str, Any]
    request: ApprovalRequest


@dataclass(frozen=True)
class ToolDone:
    """Streamed by the tool runner as soon as a tool has returned."""

    call_id: str
    tool: str
    outcome: Outcome


@dataclass(frozen=True)
class TakenOver:
    """Streamed when the guide takes over from a hosted model."""

    error: Unavailable


@dataclass
class TurnContext:
    """One turn: who it is for, and what the middleware learned on the way."""

    tools: ToolContext
    settings: Settings
    belt: Toolbelt = field(default_factory=Toolbelt)
    waiting: Waiting | None = None
    guide_only: bool = False
    calls: int = 0
    answered_by: str = ""
    warnings: list[str] = field(default_factory=list)


class ApprovalGate(AgentMiddleware[AgentState[Any], TurnContext]):
    """Takes calls that need approval out of the model's answer; after that the model is not asked again."""

    async def awrap_model_call(self, request: ModelRequest[TurnContext], handler: Handler) -> ModelResponse[Any]:
        turn = request.runtime.context
        if turn.waiting is not None:
            return ModelResponse(result=[AIMessage("")])
        if turn.calls >= MAX_TOOL_CALLS:
            return ModelResponse(result=[AIMessage(prompt("limit.md", calls=turn.calls))])
        response = await handler(request)
        message = response.result[0]
        if not isinstance(message, AIMessage) or not message.tool_calls:
            return response
        allowed = []
        for call in message.tool_calls[: MAX_TOOL_CALLS - turn.calls]:
            held = await self._held(turn, call["name"], call["args"])
            if held is None:
                allowed.append(call)
            elif turn.waiting is None:
                turn.waiting = held
        turn.calls += len(allowed)
        extra = {k: v for k, v in message.additional_kwargs.items() if k == "ask"}
        kept = AIMessage(message.text, id=message.id, tool_calls=allowed, additional_kwargs=extra)
        return ModelResponse(result=[kept])

    @staticmethod
    async def _held(turn: TurnContext, name: str, args: dict[str, Any]) -> Waiting | None:
        try:
            request = await anyio.to_thread.run_sync(turn.belt.describe, turn.tools, name, args)
        except WizardError:
            return None  # The tool runner meets the same error and tells the model.
        return Waiting(name, args, request) if request else None


class GuideTakesOver(AgentMiddleware[AgentState[Any], TurnContext]):
    """A hosted model that fails is replaced by the guide for the rest of the turn, and the person is told why.

    One that does not answer at all is left alone for a minute; meanwhile the guide answers, and says so once.
    """

    async def awrap_model_call(self, request: ModelRequest[TurnContext], handler: Handler) -> ModelResponse[Any]:
        turn = request.runtime.context
        if isinstance(request.model, GuideModel):
            turn.answered_by = "guide"
            return await handler(request)
        settings, conversation_id = turn.settings, turn.tools.conversation_id or ""
        name = (settings.chat_model, settings.openai_base_url)
        if resting.rests(name):
            turn.guide_only = True
            if why := resting.untold(name, conversation_id):
                request.runtime.stream_writer(TakenOver(why))
        if not turn.guide_only:
            timeout = settings.chat_timeout_seconds
            try:
                async with asyncio.timeout(timeout):
                    response = await handler(request)
                turn.answered_by = settings.chat_model
                return _usable(response)
            except Exception as exc:
                _log.warning("chat model failed: %s", type(exc).__name__, exc_info=exc)
                turn.guide_only = True
                error = mapped(exc, timeout)
                resting.begin(name, error, conversation_id)
                request.runtime.stream_writer(TakenOver(error))
        turn.answered_by = "guide"
        return await handler(request.override(model=guide(settings)))


def _usable(response: ModelResponse[Any]) -> ModelResponse[Any]:
    message = response.result[0]
    if not isinstance(message, AIMessage) or message.invalid_tool_calls:
        raise UselessAnswer("a tool call that is no JSON")
    if not message.text.strip() and not message.tool_calls:
        raise UselessAnswer("neither text nor a tool call")
    return response


class FitBudget(AgentMiddleware[AgentState[Any], TurnContext]):
    """A hosted model reads the newest part of the conversation, in the form that strict servers want."""

    async def awrap_model_call(self, request: ModelRequest[TurnContext], handler: Handler) -> ModelResponse[Any]:
        if isinstance(request.model, GuideModel):
            return await handler(request)
        part, left_out = fit(request.messages, CONTEXT_TOKENS)
        if left_out and request.system_message is not None:
            note = prompt("left_out.md", journey=Journey.of(request.messages))
            system = SystemMessage(f"{request.system_message.text}\n\n{note}")
            request = request.override(system_message=system)
        return await handler(request.override(messages=for_hosted(part)))


class ToolRunner(AgentMiddleware[AgentState[Any], TurnContext]):
    """Runs a tool in a thread, as the person of this turn, and streams what it returned."""

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[Any]]
    ) -> ToolMessage:
        call = request.tool_call
        turn = cast(TurnContext, request.runtime.context)
        outcome = await anyio.to_thread.run_sync(turn.belt.call, turn.tools, call["name"], call["args"])
        call_id = call["id"] or ""
        request.runtime.stream_writer(ToolDone(call_id, call["name"], outcome))
        return ToolMessage(
            outcome.content,
            tool_call_id=call_id,
            name=call["name"],
            status="success" if outcome.ok else "error",
            additional_kwargs={"data": outcome.data},
        )


def guide(settings: Settings) -> GuideModel:
    """The built-in guide. It holds no state, so one serves every conversation; it looks for the starter model anew,
    because the worker may export that only after the chat has started."""
    return _guide(starter_onnx_folder(settings), settings.home / "cache" / "guide")


@lru_cache(maxsize=8)
def _guide(starter: Path | None, cache_folder: Path) -> GuideModel:
    return GuideModel(starter=starter, cache_folder=cache_folder)


def agent_for(settings: Settings) -> Agent:
    """The compiled agent of these settings. It keeps nothing between turns; the transcript does."""
    return _compiled(hosted_model(settings) or guide(settings))


def warm_up(settings: Settings) -> None:
    """Loads what the first answer would otherwise wait for. Blocking, a second or two."""
    agent_for(settings)
    model = guide(settings)
    matcher(model.starter, model.cache_folder)
    # Reads goals, glossary, recipes and texts, each of them once a process.
    for said in ("what is a label", "in 5 minutes", "hello"):
        model.invoke([HumanMessage(said)])


async def _untraced(
    default: Callable[..., Awaitable[Any]], context: Context, function: Callable[..., Any], /, *args: Any, **kwargs: Any
) -> Any:
    """LangChain wraps each hook for tracing in two hops to another thread, also where nothing is traced: up to a
    third of the guide's time. Without tracing the wrapper has nothing to do that could block."""
    if tracing_is_enabled():
        return await default(context, function, *args, **kwargs)
    return context.run(function, *args, **kwargs)


set_runtime_overrides(aio_to_thread=_untraced)

_graphs: dict[int, tuple[BaseChatModel, Agent]] = {}


def _compiled(model: BaseChatModel) -> Agent:
    """By identity: the models are kept by their own caches, and the graph keeps its model alive."""
    known = _graphs.get(id(model))
    if known is None:
        graph: Agent = create_agent(
            model,
            tools=list(langchain_tools()),
            system_prompt=prompt("system.md"),
            middleware=[ApprovalGate(), GuideTakesOver(), FitBudget(), ToolRunner()],
            context_schema=TurnContext,
        )
        known = _graphs[id(model)] = (model, graph)
    return known[1]

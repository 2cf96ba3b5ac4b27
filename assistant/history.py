"""The transcript as chat messages. Whatever happened, the result is a valid conversation for a chat model:
each tool call has exactly one result right behind it, and no result stands without its call."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from tools.quoting import quote
from workspace.events import (
    Answered,
    Asked,
    AssistantSaid,
    ConversationEvent,
    ErrorShown,
    FileReceived,
    ToolCalled,
    ToolReturned,
    UserSaid,
)

LOST = '{"code": "INTERRUPTED", "message": "This step was interrupted and its result is not known."}'


class _Builder:
    def __init__(self) -> None:
        self.messages: list[AnyMessage] = []
        self.waiting: dict[str, str] = {}
        self.seen: set[str] = set()

    def add(self, event: ConversationEvent) -> None:
        match event:
            case ToolCalled():
                self._call(event)
            case ToolReturned():
                self._result(event)
            case UserSaid(text=text):
                self._say(HumanMessage(text))
            case FileReceived(name=name):
                self._say(HumanMessage(f"(uploaded the file {quote(name)})", additional_kwargs={"file": name}))
            case Answered():
                self._say(_answer(event))
            case AssistantSaid(text=text):
                self._say(AIMessage(text))
            case Asked():
                self._say(AIMessage(_question(event), additional_kwargs={"ask": event.model_dump(mode="json")}))
            case ErrorShown():
                shown = f"(error shown: {event.code}: {quote(event.message, 400)} {quote(event.next_step, 400)})"
                self._say(AIMessage(shown, additional_kwargs={"error": event.model_dump(mode="json")}))
            case _:
                pass

    def _say(self, message: AnyMessage) -> None:
        self.close()
        self.messages.append(message)

    def _call(self, event: ToolCalled) -> None:
        if event.call_id in self.seen:
            return
        self.seen.add(event.call_id)
        call = {"name": event.tool, "args": event.args, "id": event.call_id, "type": "tool_call"}
        last = self.messages[-1] if self.messages else None
        if not (isinstance(last, AIMessage) and not last.additional_kwargs):
            self.close()
            last = AIMessage("")
            self.messages.append(last)
        last.tool_calls.append(call)  # type: ignore[arg-type]
        self.waiting[event.call_id] = event.tool

    def _result(self, event: ToolReturned) -> None:
        if self.waiting.pop(event.call_id, None) is None:
            return
        content = json.dumps(event.data, ensure_ascii=False)
        self.messages.append(
            ToolMessage(
                content,
                tool_call_id=event.call_id,
                name=event.tool,
                status="success" if event.ok else "error",
                additional_kwargs={"data": event.data},
            )
        )

    def close(self) -> None:
        """Calls that never got their result (the process died, the person stopped it) get one that says so."""
        for call_id, tool in self.waiting.items():
            self.messages.append(ToolMessage(LOST, tool_call_id=call_id, name=tool, status="error"))
        self.waiting.clear()


def messages_of(events: Iterable[ConversationEvent]) -> list[AnyMessage]:
    """Chat messages of the events, oldest first."""
    builder = _Builder()
    for event in events:
        builder.add(event)
    builder.close()
    return builder.messages


def _answer(event: Answered) -> HumanMessage:
    if event.label:
        text = f"(chose {quote(event.label)})"
    else:
        text = event.value if isinstance(event.value, str) else json.dumps(event.value, ensure_ascii=False)
    return HumanMessage(text, additional_kwargs={"answer": {"ask_id": event.ask_id, "value": event.value}})


def _question(event: Asked) -> str:
    options = f" [{' | '.join(quote(option.label) for option in event.options)}]" if event.options else ""
    return f"(asked {quote(event.text, 400)}{options})"


def tokens_of(message: AnyMessage) -> int:
    """A cautious estimate: about one token for three bytes, and eight for the frame."""
    size = len(str(message.content).encode())
    if isinstance(message, AIMessage):
        size += sum(len(json.dumps(call["args"])) + len(call["name"]) for call in message.tool_calls)
    return size // 3 + 8


def fit(messages: Sequence[AnyMessage], budget: int) -> tuple[list[AnyMessage], bool]:
    """The newest part of the messages within ``budget`` tokens, and whether something was left out.

    Cuts only in front of a person's message, so that the rest stays valid. The last such part always stays; where it
    alone is too long, its long tool results are cut.
    """
    sizes = [tokens_of(message) for message in messages]
    if sum(sizes) <= budget:
        return list(messages), False
    starts = [i for i, message in enumerate(messages) if isinstance(message, HumanMessage)] or [0]
    total, end, kept = 0, len(messages), starts[-1]
    for start in reversed(starts):
        total, end = total + sum(sizes[start:end]), start
        if total > budget:
            break
        kept = start
    part = list(messages[kept:])
    if sum(sizes[kept:]) > budget:
        part = [_shortened(message, budget * 3 // max(1, len(part))) for message in part]
    return part, True


def _shortened(message: AnyMessage, limit: int) -> AnyMessage:
    content: Any = message.content
    if isinstance(message, ToolMessage) and isinstance(content, str) and len(content) > limit:
        return message.model_copy(update={"content": content[:limit] + "… (cut)"})
    return message


def for_hosted(messages: Sequence[AnyMessage]) -> list[AnyMessage]:
    """The same conversation as strict servers want it: roles take turns, and the last word is not the assistant's."""
    merged: list[AnyMessage] = []
    for message in messages:
        last = merged[-1] if merged else None
        if isinstance(message, HumanMessage) and isinstance(last, HumanMessage):
            merged[-1] = HumanMessage(f"{last.text}\n{message.text}")
        elif isinstance(message, AIMessage) and isinstance(last, AIMessage) and not last.tool_calls:
            text = "\n".join(filter(None, (last.text, message.text)))
            merged[-1] = AIMessage(text, tool_calls=message.tool_calls)
        else:
            merged.append(message)
    if not merged or isinstance(merged[-1], AIMessage):
        merged.append(HumanMessage("(go on)"))
    return merged

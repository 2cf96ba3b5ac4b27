"""One turn of a conversation: take what the person did, let the agent act, store every event before it is shown."""

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, assert_never

import anyio
from langchain_core.messages import AIMessage, AIMessageChunk

from assistant.agent import TakenOver, ToolDone, TurnContext, Waiting, agent_for
from assistant.approval import decline_of, option_of, verdict
from assistant.history import messages_of
from assistant.hub import Delta, ReadingProgressed
from assistant.inputs import Answer, Press, Say, Upload, UserInput
from assistant.languages import asked_in, language_of
from assistant.paraphrasing import paraphraser
from assistant.questions import (
    asked_of,
    card_button,
    card_button_said,
    confirmation,
    form_call,
    is_decided,
    is_shown_plan,
    launch_meant,
    open_approval,
    open_question,
    stage_of,
)
from assistant.toolbelt import Outcome, Toolbelt, registry
from assistant.uploads import broke_off, now_and_then, read_again, receive, unread
from tools.asking import call_of
from tools.context import ToolContext
from tools.registry import ApprovalRequest
from workspace.errors import Conflict, InputError, NotFound, Unavailable, WizardError
from workspace.events import (
    Answered,
    Asked,
    AssistantSaid,
    CardShown,
    ConversationEvent,
    ErrorShown,
    Stage,
    StoredEvent,
    ToolCalled,
    ToolReturned,
    TurnEnded,
    UserSaid,
)
from workspace.home import Workspace
from workspace.ids import new_id

_log = logging.getLogger(__name__)

MAX_MESSAGE_CHARS = 20_000

Sink = Callable[[StoredEvent | Delta | ReadingProgressed], None]


def error_event(error: WizardError) -> ErrorShown:
    return ErrorShown(code=error.code, message=error.message, next_step=error.next_step)


class Turn:
    """Runs once. ``events`` is the transcript so far; what is stored is added to it and given to ``sink``."""

    def __init__(
        self,
        workspace: Workspace,
        conversation_id: str,
        events: list[StoredEvent],
        sink: Sink,
        belt: Toolbelt | None = None,
    ) -> None:
        self._workspace = workspace
        self._id = conversation_id
        self._events = events
        self._sink = sink
        settings = workspace.settings
        self._stopped = threading.Event()
        tools = ToolContext(workspace, conversation_id, paraphraser(settings), self._reading)
        self._context = TurnContext(tools, settings, belt or Toolbelt())
        self._stage: Stage = stage_of(events)
        self._said = ""
        self._last_words: list[AssistantSaid] = []
        self._ask: Asked | None = None

    async def run(self, user_input: UserInput) -> None:
        """Never raises for what a person or a model can cause; always ends with TurnEnded."""
        try:
            await self._tell_of_unread()
            if await self._take(user_input):
                await self._let_agent_act()
        except WizardError as exc:
            await self._emit(*self._words(), error_event(exc))
        except Exception:
            _log.exception("turn of conversation %s failed", self._id)
            await self._emit(*self._words(), _FAULT)
        except BaseException:
            # Stopped by the person: what was said so far stays, and the transcript ends in order.
            with anyio.CancelScope(shield=True):
                await self._emit(*self._words(cut=True), TurnEnded(stage=self._stage))
            raise
        finally:
            self._stopped.set()
        await self._end()

    def _reading(self, name: str) -> Callable[[float], None]:
        """How a tool, in its thread, tells how far its reading of a file is; it ends where the turn was stopped."""

        def tell(fraction: float) -> None:
            anyio.from_thread.run_sync(self._sink, ReadingProgressed(name, fraction))

        return now_and_then(tell, self._stopped)

    # what the person did

    async def _take(self, user_input: UserInput) -> bool:
        """Stores it; True if the agent should act on it."""
        match user_input:
            case Say(text=text):
                return await self._take_words(text)
            case Answer():
                return await self._take_answer(user_input)
            case Upload():
                return await self._take_file(user_input)
            case Press():
                return await self._take_press(user_input)
        assert_never(user_input)

    async def _take_words(self, text: str) -> bool:
        text = text.replace("\x00", "").strip()
        if not text:
            raise InputError("MESSAGE_EMPTY", "There was no text in this message.", "Write what you would like to do.")
        if len(text) > MAX_MESSAGE_CHARS:
            raise InputError(
                "MESSAGE_TOO_LONG",
                f"This message has {len(text):,} characters; I read up to {MAX_MESSAGE_CHARS:,} at once.",
                "Put it into a file, such as a CSV, and upload that.",
            )
        asked = open_approval(self._events)
        if asked is None or asked.approval is None:
            return await self._take_free_words(text)
        option = option_of(asked, text)
        meant = verdict(text)
        chosen = option.id if option else asked.approval.accept if meant == "yes" else decline_of(asked).id
        passing = option is None and meant == "other"
        await self._emit(UserSaid(text=text), Answered(ask_id=asked.ask_id, value=chosen, in_passing=passing))
        return await self._decide(asked, chosen)

    async def _take_free_words(self, text: str) -> bool:
        """Words where no yes is awaited. What stands on an offered Start button, or on a card, is a press of it."""
        press = launch_meant(self._events, text)
        on_card = None if press or self._stands_below(text) else card_button_said(self._events, text)
        await self._emit(UserSaid(text=text))
        if on_card:
            return await self._run_button(on_card.id)
        if press is None:
            return True
        asked, option = press
        await self._emit(Answered(ask_id=asked.ask_id, value=option.id, label=option.label))
        return await self._press(asked, option.id)

    async def _take_answer(self, answer: Answer) -> bool:
        asked = asked_of(self._events, answer.ask_id)
        if asked is None:
            raise NotFound("QUESTION_NOT_FOUND", "This question is not part of this conversation.", "Ask anew.")
        option = option_of(asked, answer.value) or card_button(self._events, answer.value)
        if asked.approval and option is None and isinstance(answer.value, str) and verdict(answer.value) != "other":
            accepted = verdict(answer.value) == "yes"
            option = next((o for o in asked.options if (o.id == asked.approval.accept) == accepted), None)
        if asked.approval and option is None:
            if isinstance(answer.value, str):
                return await self._take_words(answer.value)
            raise InputError("ANSWER_UNKNOWN", "This is none of the answers.", "Press one of the buttons.")
        if asked.approval and is_decided(self._events, asked):
            raise Conflict("ALREADY_DECIDED", "This was decided already.", "Go on from the newest question below it.")
        await self._decline_open(but=asked.ask_id)
        value = option.id if option else answer.value
        await self._emit(Answered(ask_id=asked.ask_id, value=value, label=option.label if option else ""))
        return await self._decide(asked, value)

    async def _take_file(self, upload: Upload) -> bool:
        await self._decline_open()
        if upload.say.strip():
            await self._emit(UserSaid(text=upload.say.strip()[:MAX_MESSAGE_CHARS]))
        try:
            dataset_id = await self._receive(upload)
        except InputError as exc:
            await self._emit(error_event(exc))
            return True
        except Exception as exc:
            # Not the file's fault: what is kept can be read again once the fault is mended.
            if (file := unread(self._events)) is not None:
                self._ask = read_again(file)
            if isinstance(exc, WizardError):
                await self._emit(error_event(exc))
                return False
            raise
        await self._call("inspect_dataset", {"dataset_id": dataset_id})
        return True

    async def _receive(self, upload: Upload) -> str:
        """Keeps and reads the file; returns the id of its data."""
        return await receive(self._workspace, self._id, Path(upload.path), upload.name, self._emit, self._sink)

    async def _tell_of_unread(self) -> None:
        """A process that ended while it read a file could not say so."""
        if (file := unread(self._events)) is not None:
            self._ask = read_again(file)
            await self._emit(broke_off(file))

    async def _take_press(self, press: Press) -> bool:
        option = card_button(self._events, press.option)
        if option is None:
            raise NotFound("BUTTON_NOT_FOUND", "This button is not part of this conversation.", "Reload the page.")
        await self._decline_open()
        await self._emit(Answered(ask_id="", value=option.id, label=option.label))
        tool, args = call_of(option.id)
        return await self._run_call(tool, {**press.values, **args})

    def _stands_below(self, text: str) -> bool:
        """Whether the open question itself has a button with these words."""
        asked = open_question(self._events)
        return asked is not None and option_of(asked, text) is not None

    async def _decline_open(self, but: str = "") -> None:
        """Doing something else while a yes is awaited is a no."""
        asked = open_approval(self._events)
        if asked is not None and asked.ask_id != but:
            await self._emit(Answered(ask_id=asked.ask_id, value=decline_of(asked).id, in_passing=True))

    # approval

    async def _decide(self, asked: Asked, value: Any) -> bool:
        """Runs what was approved, if it is still what the person saw. Nothing else ever runs such a tool."""
        approval = asked.approval
        if approval is None or value != approval.accept:
            return await self._press(asked, value)
        request = await self._describe(approval.tool, approval.args)
        if request is None or request.fingerprint != approval.fingerprint:
            raise Conflict(
                "APPROVAL_OUTDATED",
                "What you agreed to has changed since it was shown, so nothing was started.",
                "Look at it again and confirm anew.",
            )
        await self._call(approval.tool, approval.args, approved=True)
        return True

    async def _press(self, asked: Asked, value: Any) -> bool:
        """A button that names a tool calls it, whichever model answers; one that needs a yes asks for it first.

        A Start button that names the plan shown last is that yes.
        """
        if isinstance(value, dict) and asked.ask == "form" and asked.options:
            return await self._run_call(*form_call(asked, value))
        if any(option.id == value for option in asked.options) or card_button(self._events, value):
            return await self._run_button(str(value))
        return True

    async def _run_button(self, option_id: str) -> bool:
        return await self._run_call(*call_of(option_id))

    async def _run_call(self, tool: str, args: dict[str, Any]) -> bool:
        if tool not in registry():
            return True
        try:
            request = await self._describe(tool, args)
        except WizardError:
            request = None  # The call below meets the same error, and the model explains it.
        shown = request is not None and is_shown_plan(self._events, tool, args, request.fingerprint)
        if request and not shown:
            self._context.waiting = Waiting(tool, args, request)
            return False
        await self._call(tool, args, approved=shown)
        return True

    async def _call(self, tool: str, args: dict[str, Any], *, approved: bool = False) -> None:
        call_id = new_id("call")
        await self._emit(ToolCalled(call_id=call_id, tool=tool, args=args))
        context = self._context
        outcome = await anyio.to_thread.run_sync(
            lambda: context.belt.call(context.tools, tool, args, approved=approved)
        )
        await self._returned(ToolDone(call_id, tool, outcome))

    async def _describe(self, tool: str, args: dict[str, Any]) -> ApprovalRequest | None:
        return await anyio.to_thread.run_sync(self._context.belt.describe, self._context.tools, tool, args)

    # the agent

    async def _let_agent_act(self) -> None:
        stream = agent_for(self._workspace.settings).astream(
            {"messages": messages_of(stored.event for stored in self._events)},
            config={"recursion_limit": 100},
            context=self._context,
            stream_mode=["messages", "updates", "custom"],
        )
        async for mode, chunk in stream:
            if mode == "messages":
                self._heard(chunk[0])
            elif mode == "updates":
                for message in _model_messages(chunk):
                    await self._spoke(message)
            elif isinstance(chunk, ToolDone):
                await self._returned(chunk)
            elif isinstance(chunk, TakenOver):
                await self._emit(*self._words(cut=True), error_event(chunk.error))

    def _heard(self, message: Any) -> None:
        if isinstance(message, AIMessageChunk) and message.text:
            self._said += message.text
            self._sink(Delta(message.text))

    async def _spoke(self, message: AIMessage) -> None:
        self._said = ""
        if message.text.strip():
            self._last_words.append(AssistantSaid(text=message.text.strip(), model=self._context.answered_by))
        # The guide offers the usual next steps; a question of the tool itself knows better.
        if (ask := message.additional_kwargs.get("ask")) and self._ask is None:
            self._ask = Asked.model_validate(ask | {"ask_id": new_id("ask"), "call_id": ""})
        calls = [
            ToolCalled(call_id=call["id"] or new_id("call"), tool=call["name"], args=call["args"])
            for call in message.tool_calls
        ]
        if calls:
            await self._emit(*self._words(), *calls)

    async def _returned(self, done: ToolDone) -> None:
        outcome: Outcome = done.outcome
        output = outcome.output
        if output.stage:
            self._stage = output.stage
        if output.ask:
            self._ask = output.ask.model_copy(update={"call_id": done.call_id})
        await self._emit(
            ToolReturned(call_id=done.call_id, tool=done.tool, ok=outcome.ok, data=outcome.data),
            *(CardShown(card=card, call_id=done.call_id) for card in output.cards),
        )

    # the end

    def _words(self, *, cut: bool = False) -> list[AssistantSaid]:
        """What was said and is not stored yet; a sentence that broke off ends in an ellipsis."""
        words, self._last_words = self._last_words, []
        if self._said.strip():
            end = " …" if cut else ""
            words.append(AssistantSaid(text=self._said.strip() + end, model=self._workspace.settings.chat_model))
        self._said = ""
        return words

    async def _end(self) -> None:
        last: list[ConversationEvent] = [*self._words()]
        if waiting := self._context.waiting:
            last += [CardShown(card=card) for card in waiting.request.cards]
            last.append(self._translated(confirmation(waiting.tool, waiting.args, waiting.request)))
        elif self._ask:
            last.append(self._translated(self._ask))
        await self._emit(*last, TurnEnded(stage=self._stage))

    def _translated(self, asked: Asked) -> Asked:
        """The question in the language of the conversation."""
        return asked_in(asked, language_of(messages_of(stored.event for stored in self._events)))

    async def _emit(self, *events: ConversationEvent) -> None:
        """Stores first, shows second."""
        if not events:
            return
        stored = await self._store(events)
        self._events.extend(stored)
        for event in stored:
            self._sink(event)

    async def _store(self, events: Sequence[ConversationEvent]) -> list[StoredEvent]:
        return await anyio.to_thread.run_sync(self._workspace.transcripts.append, self._id, events)


def _model_messages(update: Any) -> list[AIMessage]:
    """The model's messages in an update of the graph."""
    node = update.get("model")
    parts = node if isinstance(node, list) else [node]
    return [m for part in parts if part for m in part.get("messages", []) if isinstance(m, AIMessage)]


_FAULT = error_event(
    Unavailable(
        "INTERNAL",
        "Something in the wizard broke, and it is not your doing. Everything up to here is kept.",
        "Try the same again. If it happens once more, tell support; they can see what went wrong.",
    )
)
